"""The layout of a canonical dataset: what the files in its folder are called.

::

    <canonical>/events.parquet      the events: one file, or a folder of this name with parts
    <canonical>/<table>.parquet     one file for each business table
    <canonical>/couriers.parquet    who delivers, by driver_id; absent from the older form
    <canonical>/dataset.json        what the dataset is: seed, days, kitchens

Where Spark has made the events they are in parts: ``part-*.parquet``, read in the order of their
names, are the rows of the one file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

EVENTS_FILE = "events.parquet"
EVENTS_PARTS = "part-*.parquet"
COURIERS_FILE = "couriers.parquet"
DESCRIPTION_FILE = "dataset.json"


def part_file(number: int) -> str:
    """Return the file name of a part of the events; names sort in the order of the parts."""
    return EVENTS_PARTS.replace("*", f"{number:05}")


def table_file(table: str) -> str:
    """Return the file name of a business table."""
    return f"{table}.parquet"


def dataset_files(tables: Iterable[str]) -> frozenset[str]:
    """Return the names of all files of a dataset; those of parts are a pattern with a slash."""
    events = {EVENTS_FILE, f"{EVENTS_FILE}/{EVENTS_PARTS}"}
    beside = {COURIERS_FILE, DESCRIPTION_FILE}
    return frozenset(events | beside | {table_file(table) for table in tables})
