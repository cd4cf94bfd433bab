"""Records of arrays: parts of them, and one after the other."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Rows = slice | NDArray[np.int64] | NDArray[np.bool_]

RecordT = TypeVar("RecordT")


def rows_of(record: RecordT, rows: Rows) -> RecordT:
    """Return some rows of a dataclass of arrays, each of shape (N, …), or of such dataclasses."""
    return _made_of(lambda values: values[rows], record)


def joined(first: RecordT, second: RecordT) -> RecordT:
    """Return the rows of one dataclass of arrays and then those of another."""
    return _made_of(lambda *parts: np.concatenate(parts), first, second)


def _made_of(combine: Callable[..., NDArray[Any]], *records: RecordT) -> RecordT:
    """Return a record whose arrays are combined from those of others of its kind."""
    changed = {}
    for field in fields(records[0]):  # type: ignore[arg-type]  # a dataclass
        values = [getattr(record, field.name) for record in records]
        arrays = isinstance(values[0], np.ndarray)
        changed[field.name] = combine(*values) if arrays else _made_of(combine, *values)
    return replace(records[0], **changed)  # type: ignore[type-var]
