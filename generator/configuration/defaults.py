"""What a dataset and a kitchen are like unless a person says otherwise."""

from generator.world.demand import STORY_BEGINS

DEFAULT_START = STORY_BEGINS
DEFAULT_DAYS = 90
DEFAULT_SEED = 42

SYNTHETIC_ROADS = "synthetic"
OSM_ROADS = "osm"
NAMED_ROAD_SOURCES = (SYNTHETIC_ROADS, OSM_ROADS)
"""Sources of street networks that have a name; any other source is the path of a file or folder."""

DEFAULT_ROADS = SYNTHETIC_ROADS

NEW_KITCHEN_RADIUS_MI = 4.0
"""How far a kitchen delivers that a configuration opens without giving ``radius_mi``, miles."""

NEW_KITCHEN_ORDERS_DAY = 100
"""Orders a day of a kitchen that a configuration opens without giving any number of orders."""

BUSIEST_MINUTE = 0.0029
"""At least this share of a day's orders is expected in its busiest minute, in any kitchen."""

BUSIEST_NOISE = 7.0
"""How many times its noise a good hour of a good day has more orders than expected."""

BUSIEST_WEATHER = 1.15
"""Orders in bad weather for each on a usual day."""
