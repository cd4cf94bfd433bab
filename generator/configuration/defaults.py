"""What a dataset is made of where nobody says otherwise."""

from datetime import date

DEFAULT_START = date(2024, 1, 1)
DEFAULT_DAYS = 90
DEFAULT_SEED = 42
DEFAULT_ROADS = "synthetic"
