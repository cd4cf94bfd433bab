"""A CSV file as rows that know their file and line, so that every error can name them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.did_you_mean import did_you_mean
from common.errors import UserError
from common.problems import Problems
from common.text_file import open_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row of a file.

    Attributes
    ----------
    file, line
        Where it was read, the header being line 1.
    values
        What is written in each column.
    """

    file: Path
    line: int
    values: Mapping[str, str]

    def error(self, column: str, problem: str, remedy: str) -> UserError:
        """Return an error about a value, to be raised."""
        return UserError(f"{self.file}, line {self.line}, column {column}: {problem}; {remedy}.")


def read_rows(
    file: Path,
    columns: Sequence[str],
    *,
    if_missing: str,
    may_be_empty: bool = False,
    problems: Problems | None = None,
) -> list[CsvRow]:
    """Read one CSV file; its header must name exactly ``columns``, in any order.

    Parameters
    ----------
    file
        UTF-8, with or without a byte order mark.
    columns
        Names that the header must have.
    if_missing
        What to do if there is no such file.
    may_be_empty
        Whether a header without rows is enough.
    problems
        Is told of rows that do not fit, if others are to be read all the same.

    Raises
    ------
    UserError
        If the file is missing, unreadable, without rows, or its rows do not fit its header.
    """
    problems = problems or Problems()
    rows: list[CsvRow] = []
    unfit = False
    with open_text(file, if_missing=if_missing, newline="") as lines:
        reader = csv.reader(lines, strict=True)
        try:
            header = [name.strip() for name in next(reader, [])]
            _check_header(file, header, columns)
            for values in reader:
                if not values:  # a blank line, as editors leave at the end
                    continue
                if len(values) != len(header):
                    unfit = True
                    problems.add(
                        UserError(
                            f"{file}, line {reader.line_num}: {len(values)} values where the "
                            f"header names {len(header)} columns; fix the commas, and put a "
                            "text that contains a comma in double quotes."
                        )
                    )
                    continue
                rows.append(CsvRow(file, reader.line_num, dict(zip(header, values, strict=True))))
        except csv.Error as error:
            raise UserError(
                f"{file}, line {reader.line_num}: not readable as CSV ({error}); "
                "check the quotes of that line."
            ) from error
    if not rows and not may_be_empty and not unfit:
        raise UserError(f"{file} has no rows below its header; add at least one.")
    return rows


def _check_header(file: Path, header: Sequence[str], columns: Sequence[str]) -> None:
    if not header:
        raise UserError(f"{file} is empty; its first line is {','.join(columns)}.")
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise UserError(f"{file}, line 1: column {twice[0]} appears twice; remove one.")
    missing = [name for name in columns if name not in header]
    unknown = [name for name in header if name not in columns]
    if unknown:
        hint = did_you_mean(unknown[0], missing or columns, f"the columns are {', '.join(columns)}")
        raise UserError(
            f'{file}, line 1: unknown column "{unknown[0]}"{hint}; rename or remove it.'
        )
    if missing:
        raise UserError(f"{file}, line 1: column {missing[0]} is missing; add it to every row.")
