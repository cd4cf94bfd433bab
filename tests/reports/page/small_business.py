"""A small business for the report: tables as they are published, of as many days as asked for."""

import json
from pathlib import Path

import duckdb

HOSTILE = "<script>document.title='run'</script>"
FIRST_DAY = "2026-01-07"  # a Wednesday: the first week is cut off
KITCHENS = {1: "sf", 2: "sv", 3: "bellevue", 4: "chicago"}
BUILD = 7

_TABLES = Path(__file__).with_suffix(".sql")


def publish(
    data: Path, days: int = 22, orders: int = 16, *, decided: bool = True, faults: bool = True
) -> Path:
    """Publish the tables in a data folder; return the link that readers follow."""
    published = data / "published"
    published.mkdir(parents=True)
    with duckdb.connect(str(published / "caspers.duckdb")) as connection:
        connection.execute(
            _TABLES.read_text(encoding="utf-8").format(
                hostile=HOSTILE,
                first_day=FIRST_DAY,
                days=days,
                orders=orders,
                decided=str(decided).lower(),
                faults=int(faults),
            )
        )
    inventory = {"build": BUILD, "token": "a", "tables": []}
    (published / "publication.json").write_text(json.dumps(inventory))
    return published
