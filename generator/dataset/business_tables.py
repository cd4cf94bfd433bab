"""The six business tables as Parquet files."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from common.errors import UserError
from common.system_errors import explain
from generator.catalogue.records import TABLES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from generator.catalogue.records import Catalogue, Record

_INTEGER, _REAL, _TEXT, _MONEY = pa.int32(), pa.float64(), pa.string(), pa.decimal128(10, 2)
_ARROW_TYPES: dict[str, pa.DataType] = {"int": _INTEGER, "int | None": _INTEGER, "float": _REAL}
_ARROW_TYPES |= {"str": _TEXT, "Decimal": _MONEY}


def business_tables(catalogue: Catalogue) -> dict[str, pa.Table]:
    """Return the six tables by name, typed: ids int32, degrees float64, price decimal(10, 2)."""
    return {name: _table(record, getattr(catalogue, name)) for name, record in TABLES.items()}


def _table(record: type[Record], rows: Sequence[Record]) -> pa.Table:
    schema = pa.schema(
        [
            pa.field(
                field.name, _ARROW_TYPES[str(field.type)], nullable=str(field.type) == "int | None"
            )
            for field in fields(record)
        ]
    )
    return pa.table(
        {name: [getattr(row, name) for row in rows] for name in schema.names}, schema=schema
    )


def write_business_tables(catalogue: Catalogue, out: Path) -> list[Path]:
    """Write the six business tables as Parquet files, the same bytes for the same catalogue.

    Parameters
    ----------
    catalogue
        What to write.
    out
        Folder for ``locations.parquet`` and the others; created if missing.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    UserError
        The folder cannot be written.
    """
    written = []
    for name, table in business_tables(catalogue).items():
        file = out / f"{name}.parquet"
        try:
            out.mkdir(parents=True, exist_ok=True)
            pq.write_table(table, file, compression="zstd")
        except OSError as error:
            raise UserError(f"{file} cannot be written: {explain(error, '--out')}.") from error
        written.append(file)
    return written
