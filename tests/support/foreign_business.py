"""The tables of somebody else's dataset: other words, other types, and not all that we have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAN = float("nan")
Tables = dict[str, dict[str, list[Any]]]


def foreign_tables() -> Tables:
    """Return two kitchens and three brands whose numbers are other things in our seeds."""
    return {
        "locations": {
            "location_id": [1, 3],
            "name": ["San Francisco", "Bellevue"],
            "location_code": ["sf", "bellevue"],
            "lat": [37.7891, 47.6062],
            "lon": [-122.3911, -122.3321],  # downtown Seattle
            "address": ["1 Fog Lane, San Francisco", "2 Rain Street"],
            "base_orders_day": [40.0, 55.0],
            "growth_rate_daily": [0.006, 0.0002],
            "opened_by": ["Ada", "Ben"],
        },
        "brands": {
            "brand_id": [1, 2, 7],
            "name": ["Semolinda Pasta", "Quickfold Tacos", "Milk & Whisk"],
            "cuisine_type": ["Pasta", None, "Desserts"],
        },
        "brand_locations": {
            "brand_location_id": [1, 2, 3, 1, 2],
            "brand_id": [1, 2, 7, 1, 7],
            "location_id": [1, 1, 1, 3, 3],
            "start_day": [0, 0, 1, 0, 0],
            "end_day": [NAN, NAN, NAN, NAN, 60.0],
            "trajectory": ["growing", "flat", "launching", "flat", "declining"],
            "growth_rate_monthly": [0.2, 0.0, 0.1, 0.0, -0.1],
        },
        "menus": {"id": [1, 2, 3], "brand_id": [1, 2, 7], "name": ["Pasta", "Tacos", "Sweets"]},
        "categories": {
            "id": [1, 2, 3],
            "menu_id": [1, 2, 3],
            "brand_id": [1, 2, 7],
            "name": ["All", "All", "All"],
        },
        "items": {
            "id": [1, 2, 3, 4, 5],
            "category_id": [1, 1, 2, 2, 3],
            "menu_id": [1, 1, 2, 2, 3],
            "brand_id": [1, 1, 2, 2, 7],
            "name": ["Farfalle", 'Penne "Arrabbiata"', "Taco, Fish", "Taco al Pastor", "Shake"],
            "price": [11.99, 12.5, 4.0, 3.95, 6.49],
        },
    }


def write_tables(folder: Path, tables: Mapping[str, Mapping[str, list[Any]]]) -> Path:
    """Write tables as Parquet, with the types that pandas writes, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, columns in tables.items():
        pq.write_table(pa.table(dict(columns)), folder / f"{name}.parquet")
    return folder
