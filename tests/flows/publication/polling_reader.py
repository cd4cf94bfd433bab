"""Reads what is published again and again, until something is said: ``polling_reader.py LINK``.

Each read is one build, by the views or by the Parquet files in turn. Prints a line after the first
read, and in the end one of JSON: the number of reads, and those that were no single build.
"""

import json
import select
import sys
from pathlib import Path

import duckdb
import pyarrow.dataset as ds


def by_views(build: Path) -> list[int]:
    """Return the highest revenue of a brand's day, by two tables."""
    with duckdb.connect(str(build / "caspers.duckdb"), read_only=True) as connection:
        return [
            int(connection.execute(f"SELECT max({column}) FROM {table}").fetchall()[0][0])
            for column, table in (("revenue", "lakeflow.sales"), ("orders", "lakeflow.hours"))
        ]


def by_files(build: Path) -> list[int]:
    """Return the same without DuckDB."""
    found = []
    for column, table in (("revenue", "sales"), ("orders", "hours")):
        rows = ds.dataset(build / "parquet" / "lakeflow" / table).to_table([column])
        found.append(int(max(rows.column(column).to_pylist())))
    return found


def main() -> None:
    link = Path(sys.argv[1])
    reads, wrong, seen = 0, [], set()
    while not select.select([sys.stdin], [], [], 0)[0]:
        read = (by_views, by_files)[reads % 2]
        revenue, orders = read(link.resolve())
        reads += 1
        if reads == 1:
            print("reading", flush=True)
        seen.add(revenue)
        if revenue != orders + 1:
            wrong.append((read.__name__, revenue, orders))
    print(json.dumps({"reads": reads, "builds": len(seen), "wrong": wrong}))


if __name__ == "__main__":
    main()
