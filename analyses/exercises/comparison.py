"""An answer beside what is right: which rows are missing, not asked for, or have other values."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN_ROWS = 3
# Sums of floats depend on the order of rows, in digits that nobody means.
_RELATIVE = 1e-9


@dataclass(frozen=True, slots=True)
class Rows:
    """The answer to a query.

    Attributes
    ----------
    columns
        Names, lower case.
    rows
        Values in that order.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def by_key(self, key: Sequence[str]) -> dict[tuple[Any, ...], dict[str, Any]]:
        """Return the rows by the values of their key columns; of several the last."""
        named = [dict(zip(self.columns, map(_plain, row), strict=True)) for row in self.rows]
        return {tuple(row[name] for name in key): row for row in named}


def differences(
    found: Rows, expected: Rows, key: Sequence[str], tolerance: float = 0.0
) -> list[str]:
    """Return what is wrong with an answer, a line each; nothing where it is right.

    The order of rows and of columns does not count.

    Parameters
    ----------
    found
        The answer.
    expected
        What is right.
    key
        Columns whose values tell the rows of ``expected`` apart.
    tolerance
        By how much a number may differ.
    """
    return (
        _of_columns(found, expected)
        or _repeated(found, key)
        or _of_rows(found.by_key(key), expected.by_key(key), key, tolerance)
    )


def _of_columns(found: Rows, expected: Rows) -> list[str]:
    lines = []
    twice = [name for name, count in Counter(found.columns).items() if count > 1]
    missing = [name for name in expected.columns if name not in found.columns]
    others = [name for name in found.columns if name not in expected.columns]
    if twice:
        lines.append(f"columns that are there twice: {', '.join(twice)}")
    if missing:
        lines.append(f"columns that are missing: {', '.join(missing)}")
    if others:
        lines.append(f"columns that nobody asked for: {', '.join(others)}")
    return lines


def _repeated(found: Rows, key: Sequence[str]) -> list[str]:
    places = [found.columns.index(name) for name in key]
    counts = Counter(tuple(_plain(row[place]) for place in places) for row in found.rows)
    repeated = [(values, count) for values, count in counts.items() if count > 1]
    lines = [
        f"{count} rows for {_name(key, values)}, where one is asked for"
        for values, count in repeated[:SHOWN_ROWS]
    ]
    return lines + _and_more(len(repeated))


def _of_rows(
    found: dict[tuple[Any, ...], dict[str, Any]],
    expected: dict[tuple[Any, ...], dict[str, Any]],
    key: Sequence[str],
    tolerance: float,
) -> list[str]:
    if not found and expected:
        return [f"no rows at all, where {len(expected)} are right"]
    lines = []
    missing = sorted((values for values in expected if values not in found), key=_order)
    extra = sorted((values for values in found if values not in expected), key=_order)
    for what, keys in (("missing", missing), ("not right to be there", extra)):
        if keys:
            lines.append(f"{len(keys)} {'row is' if len(keys) == 1 else 'rows are'} {what}:")
            lines += [f"  {_name(key, values)}" for values in keys[:SHOWN_ROWS]]
            lines += _and_more(len(keys))
    wrong = {
        values: _wrong_values(found[values], row, tolerance)
        for values, row in sorted(expected.items(), key=lambda item: _order(item[0]))
        if values in found
    }
    wrong = {values: text for values, text in wrong.items() if text}
    if wrong:
        lines.append(f"wrong in {len(wrong)} of {len(expected)} rows:")
        lines += [
            f"  {_name(key, values)}: {text}" for values, text in list(wrong.items())[:SHOWN_ROWS]
        ]
        lines += _and_more(len(wrong))
    return lines


def _wrong_values(found: dict[str, Any], expected: dict[str, Any], tolerance: float) -> str:
    return ", ".join(
        f"{name} {_deviation(found[name], value)}"
        for name, value in expected.items()
        if not _equal(found[name], value, tolerance)
    )


def _equal(found: object, expected: object, tolerance: float) -> bool:
    if _is_number(found) and _is_number(expected):
        one, other = float(found), float(expected)  # type: ignore[arg-type]
        return math.isclose(one, other, rel_tol=_RELATIVE, abs_tol=max(tolerance, 1e-12))
    return type(found) is type(expected) and found == expected


def _deviation(found: object, expected: object) -> str:
    """Say how a value is wrong; how a number is right is left to whoever looks for it."""
    shown = _shown(found)
    if _is_number(found) and _is_number(expected):
        one, other = float(found), float(expected)  # type: ignore[arg-type]
        amount = "too high" if one > other else "too low"
        if other and abs(one / other - 1) < 1:
            amount += f" by {abs(one / other - 1) * 100:.2g} %"
        return f"is {shown}: {amount}"
    if expected is None:
        return f"is {shown}, and is to be null"
    if _is_number(expected):
        return f"is {shown}, and is to be a number"
    return f"is {shown}: another value is right"


def _order(values: tuple[Any, ...]) -> list[tuple[bool, float, str]]:
    """Return by what keys are sorted: numbers as numbers, all else by its text."""
    return [
        (False, float(value), "") if _is_number(value) else (True, 0.0, str(value))
        for value in values
    ]


def _shown(value: object) -> str:
    if value is None:
        return "null"
    return f"{value:.4f}" if isinstance(value, float) else f"{value}"


def _is_number(value: object) -> bool:
    return isinstance(value, Real | Decimal) and not isinstance(value, bool)


def _plain(value: object) -> object:
    """Return a value as it compares: midnight is its day, and whole numbers are integers."""
    if isinstance(value, datetime) and value == datetime(value.year, value.month, value.day):
        return value.date()
    if isinstance(value, float | Decimal) and math.isfinite(value) and value == int(value):
        return int(value)
    return value


def _name(key: Sequence[str], values: tuple[Any, ...]) -> str:
    if not key:
        return "the only row"
    return ", ".join(f"{name} {_shown(value)}" for name, value in zip(key, values, strict=True))


def _and_more(count: int) -> list[str]:
    return [f"  … and {count - SHOWN_ROWS} more"] if count > SHOWN_ROWS else []
