"""How OpenStreetMap is credited wherever its data are shown."""

OSM_ATTRIBUTION = "\u00a9 OpenStreetMap contributors, ODbL 1.0"
