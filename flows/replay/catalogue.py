"""Whether a dataset belongs to the business whose seeds the models will judge its events by."""

from __future__ import annotations

import csv
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from common.dataset_files import table_file
from common.errors import UserError
from common.text_file import open_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_MAKE = "make the dataset again with `python -m generator canonical`"


@dataclass(frozen=True, slots=True)
class _Identity:
    """What makes a row of a table the same row in the dataset and in the seeds.

    Attributes
    ----------
    table, row
        The table, and what one row of it is called.
    key, name
        Columns that have to belong together in both.
    may_be_new
        Whether the dataset may have rows that the seeds lack: a configuration opens kitchens.
    """

    table: str
    row: str
    key: str
    name: str
    may_be_new: bool = False


_IDENTITIES = (
    _Identity("items", "item", "id", "name"),
    _Identity("brands", "brand", "brand_id", "name"),
    _Identity("locations", "kitchen", "location_id", "name", may_be_new=True),
)


def check_catalogue(canonical: Path, seeds: Path) -> None:
    """Refuse a dataset whose own tables, beside its events, are those of another business.

    Numbers are used again: without this, item 1 of one business lands and is sold as item 1 of
    another. A table that is not there is not compared; prices and places may differ.

    Parameters
    ----------
    canonical
        Folder of the dataset.
    seeds
        Folder of the business.

    Raises
    ------
    UserError
        If a number has another name in the seeds, or none; or a table cannot be read.
    """
    for identity in _IDENTITIES:
        own = _names_in_dataset(canonical / table_file(identity.table), identity)
        if own is None:
            continue
        file = seeds / f"{identity.table}.csv"
        known = _names_in_seeds(file, identity)
        other = [
            key
            for key, name in own.items()
            if known.get(key, name if identity.may_be_new else None) != name
        ]
        if other:
            first = other[0]
            folder = shlex.quote(str(canonical))
            here = f'"{known[first]}"' if first in known else "not there"
            raise UserError(
                f"{canonical} belongs to another business than {seeds}: {len(other)} of its "
                f'{len(own)} {identity.table} are others; {identity.row} {first} is "{own[first]}" '
                f"in its {table_file(identity.table)} and {here} in {file.name}. Either make a "
                f"world of its own tables, `python -m generator catalogue import {folder}`, and "
                f"name that in CASPERS_WORLD for every command, or {_MAKE}."
            )


def _names_in_dataset(file: Path, identity: _Identity) -> Mapping[int, str] | None:
    """Return the names of a table by key, or ``None`` if there is no such table."""
    if not file.exists():
        return None
    columns = [identity.key, identity.name]
    try:
        # `read_table` would import all of `pyarrow.dataset`: longer than everything done here.
        with file.open("rb", buffering=0) as content, pq.ParquetFile(content) as opened:
            table = opened.read(columns=columns)
        keys = table[identity.key].cast(pa.int64()).to_pylist()
        names = table[identity.name].cast(pa.string()).to_pylist()
    except (pa.ArrowException, OSError, KeyError) as error:
        reason = str(error).split("\n", maxsplit=1)[0]
        raise UserError(
            f"{file} cannot be read as the {identity.table} of the dataset, by {identity.key} and "
            f"{identity.name} ({reason}): {_MAKE}, or remove the file."
        ) from error
    return {
        key: name.strip() for key, name in zip(keys, names, strict=True) if key is not None and name
    }


def _names_in_seeds(file: Path, identity: _Identity) -> Mapping[int, str]:
    with open_text(
        file, if_missing="bring it back, or name a whole business in CASPERS_WORLD", newline=""
    ) as text:
        rows = list(csv.DictReader(text))
    try:
        return {int(row[identity.key]): row[identity.name].strip() for row in rows}
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise UserError(
            f"{file} does not have a whole number {identity.key} and a {identity.name} in each row "
            f"({error}); fix it there."
        ) from error
