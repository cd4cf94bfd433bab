"""The six business tables as Parquet files."""

from __future__ import annotations

from decimal import Decimal
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

import pyarrow as pa
import pyarrow.parquet as pq

from common.dataset_files import table_file
from common.errors import UserError
from common.system_errors import explain
from generator.catalogue.records import TABLES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from generator.catalogue.records import Catalogue, Record

_ARROW_TYPES: dict[type, pa.DataType] = {
    int: pa.int32(),
    float: pa.float64(),
    str: pa.string(),
    Decimal: pa.decimal128(10, 2),
}


def business_tables(catalogue: Catalogue) -> dict[str, pa.Table]:
    """Return the six tables by name, typed: ids int32, degrees float64, price decimal(10, 2)."""
    return {name: _table(record, getattr(catalogue, name)) for name, record in TABLES.items()}


def _table(record: type[Record], rows: Sequence[Record]) -> pa.Table:
    schema = pa.schema([_field(*hint) for hint in get_type_hints(record).items()])
    return pa.table(
        {name: [getattr(row, name) for row in rows] for name in schema.names}, schema=schema
    )


def _field(name: str, hint: Any) -> pa.Field:  # noqa: ANN401 - a type hint
    """Return a column of the Arrow type of a Python type; ``int | None`` may be null."""
    if get_origin(hint) is Literal:
        return pa.field(name, pa.string(), nullable=False)
    kinds = get_args(hint) or (hint,)
    return pa.field(name, _ARROW_TYPES[kinds[0]], nullable=NoneType in kinds)


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
        file = out / table_file(name)
        try:
            out.mkdir(parents=True, exist_ok=True)
            pq.write_table(table, file, compression="zstd")
        except OSError as error:
            raise UserError(f"{file} cannot be written: {explain(error, '--out')}.") from error
        written.append(file)
    return written
