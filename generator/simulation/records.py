"""Records of arrays: parts of them, and one after the other."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = slice | NDArray[np.int64] | NDArray[np.bool_]

RecordT = TypeVar("RecordT")


def rows_of(record: RecordT, rows: Rows) -> RecordT:
    """Return some rows of a dataclass of arrays, each of shape (N, …), or of such dataclasses."""
    return _mapped(record, lambda values: values[rows])


def joined(first: RecordT, second: RecordT) -> RecordT:
    """Return the rows of one dataclass of arrays and then those of another."""
    changed = {}
    for field in fields(first):  # type: ignore[arg-type]  # a dataclass
        one, other = getattr(first, field.name), getattr(second, field.name)
        changed[field.name] = (
            np.concatenate((one, other)) if isinstance(one, np.ndarray) else joined(one, other)
        )
    return replace(first, **changed)  # type: ignore[type-var]


def _mapped(record: RecordT, change: Any) -> RecordT:  # noqa: ANN401  # a function of arrays
    changed = {}
    for field in fields(record):  # type: ignore[arg-type]
        value = getattr(record, field.name)
        changed[field.name] = (
            change(value) if isinstance(value, np.ndarray) else _mapped(value, change)
        )
    return replace(record, **changed)  # type: ignore[type-var]
