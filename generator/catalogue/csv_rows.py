"""A CSV file as rows that know where they stand, so that every complaint about them does too."""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from common.did_you_mean import did_you_mean
from common.errors import UserError
from common.text_file import opened_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_LARGEST_KEY = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file; a value is read by naming its column and what it may be.

    Attributes
    ----------
    file, line
        Where it stands, the header being line 1.
    values
        What is written in each column.

    Raises
    ------
    UserError
        From every reading method: the value is not what it may be.
    """

    file: Path
    line: int
    values: Mapping[str, str]

    def error(self, column: str, problem: str, remedy: str) -> UserError:
        """Return a complaint about a value, to be raised."""
        return UserError(f"{self.file}, line {self.line}, column {column}: {problem}; {remedy}.")

    def text(self, column: str) -> str:
        """Read a text that is not empty."""
        value = self.values[column].strip()
        if not value:
            raise self.error(column, "the text is missing", "write one")
        return value

    def key(self, column: str) -> int:
        """Read the number of a row of this or another table."""
        return self.whole(column, 1, _LARGEST_KEY)

    def whole(self, column: str, low: int, high: int) -> int:
        """Read a whole number from ``low`` to ``high``."""
        written = self.values[column].strip()
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", written):
            raise self.error(
                column,
                f'"{written}" is not a whole number',
                f"write one from {low:,} to {high:,}, without separators",
            )
        value = int(written)
        if not low <= value <= high:
            raise self.error(
                column, f"{value} is impossible", f"write a whole number from {low:,} to {high:,}"
            )
        return value

    def number(self, column: str, low: float, high: float, *, above: bool = False) -> float:
        """Read a number from ``low`` to ``high``, or, with ``above``, greater than ``low``."""
        written = self.values[column].strip()
        allowed = (
            f"{'greater than' if above else 'from'} {low:g} {'up ' if above else ''}to {high:g}"
        )
        try:
            value = float(written) if "_" not in written else math.nan
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise self.error(
                column, f'"{written}" is not a number', f"write one {allowed}, with a point"
            )
        if not low <= value <= high or (above and value == low):
            raise self.error(column, f"{written} is impossible", f"write a number {allowed}")
        return value

    def price(self, column: str) -> Decimal:
        """Read dollars and cents, exact."""
        written = self.values[column].strip()
        if written.startswith("-"):
            raise self.error(column, f"{written} is a negative price", "write 0.00 or more")
        if not re.fullmatch(r"[0-9]{1,8}(\.[0-9]{1,2})?", written):
            raise self.error(
                column, f'"{written}" is not a price', "write dollars and cents, for example 12.95"
            )
        return Decimal(written).quantize(Decimal("0.01"))


def read_rows(file: Path, columns: Sequence[str], *, if_missing: str) -> list[Row]:
    """Read one CSV file; its header must name exactly ``columns``, in any order.

    Parameters
    ----------
    file
        UTF-8, with or without a byte order mark.
    columns
        Names that the header must have.
    if_missing
        What to do where there is no such file.

    Raises
    ------
    UserError
        The file is missing, unreadable, without rows or not as its header says.
    """
    rows: list[Row] = []
    with opened_text(file, if_missing=if_missing, newline="") as lines:
        reader = csv.reader(lines, strict=True)
        try:
            header = [name.strip() for name in next(reader, [])]
            _check_header(file, header, columns)
            for values in reader:
                if not values:  # a blank line, as editors leave at the end
                    continue
                if len(values) != len(header):
                    raise UserError(
                        f"{file}, line {reader.line_num}: {len(values)} values where the "
                        f"header names {len(header)} columns; mend the commas, and put a "
                        "text that holds a comma in double quotes."
                    )
                rows.append(Row(file, reader.line_num, dict(zip(header, values, strict=True))))
        except csv.Error as error:
            raise UserError(
                f"{file}, line {reader.line_num}: not readable as CSV ({error}); "
                "check the quotes of that line."
            ) from error
    if not rows:
        raise UserError(f"{file} has no rows below its header; add at least one.")
    return rows


def _check_header(file: Path, header: Sequence[str], columns: Sequence[str]) -> None:
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise UserError(f"{file}, line 1: column {twice[0]} stands there twice; remove one.")
    missing = [name for name in columns if name not in header]
    unknown = [name for name in header if name not in columns]
    if unknown:
        hint = did_you_mean(unknown[0], missing or columns, f"the columns are {', '.join(columns)}")
        raise UserError(
            f'{file}, line 1: unknown column "{unknown[0]}"{hint}; rename or remove it.'
        )
    if missing:
        raise UserError(f"{file}, line 1: column {missing[0]} is missing; add it to every row.")
