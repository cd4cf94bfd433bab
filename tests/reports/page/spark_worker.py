"""Read a business from Parquet files by a Spark session on Sail, and print what was read.

``python -m tests.reports.page.spark_worker FOLDER``; the files are ``FOLDER/schema.table.parquet``.
"""

import json
import os
import sys
from pathlib import Path

from reports.page.business import read_business
from reports.page.source import SparkSource
from tests.engines.sessions import sail_session
from tests.reports.page.reading import as_plain


def main() -> None:
    """Make the tables, read the business, and print it."""
    folder = Path(sys.argv[1])
    warehouse = folder / "warehouse"
    warehouse.mkdir()
    session = sail_session(warehouse)
    for file in sorted(folder.glob("*.parquet")):
        schema, name, _ = file.name.split(".")
        session.sql(f"create database if not exists {schema}")
        session.sql(f"create table {schema}.{name} using parquet location '{file}'")
    print(json.dumps(as_plain(read_business(SparkSource(session)))))


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # the engine's own threads do not end by themselves
