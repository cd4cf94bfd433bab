"""The DuckDB file for readers: views of the Parquet files beside it, and nothing else."""

from __future__ import annotations

import glob
from typing import TYPE_CHECKING

import duckdb

from common.storage.local import flush_file
from flows.publication.parquet import STORED_AS, identifier, quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from flows.publication.inventory import TableFiles

CATALOG = "caspers"

# The oldest format: programs with any DuckDB since 1.0 open the file.
_STORAGE_VERSION = "v1.0.0"
_READ_ONLY = 0o444


def write_views(file: Path, parquet: Path, tables: Iterable[TableFiles]) -> None:
    """Write a DuckDB file in which each table is a view of its Parquet files.

    Parameters
    ----------
    file
        The new file.
    parquet
        The folder of the Parquet files, under the path that readers will find it by.
    tables
        The tables.
    """
    tables = tuple(tables)
    schemas = sorted({table.table_schema for table in tables})
    statements = [f"CREATE SCHEMA IF NOT EXISTS {_qualified(schema)}" for schema in schemas]
    for table in tables:
        statements += _view(table, parquet / table.table_schema / table.name)
    with duckdb.connect() as connection:
        connection.execute(
            f"ATTACH {quote(file)} AS {CATALOG} (STORAGE_VERSION {quote(_STORAGE_VERSION)})"
        )
        connection.execute(";\n".join(["BEGIN", *statements, "COMMIT"]))
        connection.execute(f"DETACH {CATALOG}")
    file.chmod(_READ_ONLY)
    flush_file(file)


def _view(table: TableFiles, folder: Path) -> Iterator[str]:
    name = _qualified(table.table_schema, table.name)
    columns = ", ".join(
        f"{identifier(column.name)}::{column.type} AS {identifier(column.name)}"
        if column.type in STORED_AS
        else identifier(column.name)
        for column in table.columns
    )
    # The folder holds the files of this table and build only. A folder above it that is named like
    # a partition (`day=1`) is no column.
    files = quote(f"{glob.escape(str(folder))}/*.parquet")
    yield (
        f"CREATE VIEW {name} AS SELECT {columns} "
        f"FROM read_parquet({files}, hive_partitioning = false)"
    )
    if table.comment:
        yield f"COMMENT ON VIEW {name} IS {quote(table.comment)}"
    for column in table.columns:
        if column.comment:
            yield (f"COMMENT ON COLUMN {name}.{identifier(column.name)} IS {quote(column.comment)}")


def _qualified(*names: str) -> str:
    return ".".join(map(identifier, (CATALOG, *names)))
