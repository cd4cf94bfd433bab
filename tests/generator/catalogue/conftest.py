"""A copy of the seeds that a test may break."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from common.paths import SEEDS

if TYPE_CHECKING:
    from pathlib import Path

Break = Callable[[str, int, str, str], None]


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    folder.mkdir()
    for file in SEEDS.glob("*.csv"):
        shutil.copy(file, folder)
    return folder


@pytest.fixture
def write_value(seeds: Path) -> Break:
    """Put a value into one column of one line (the header is line 1) of one table."""

    def write(table: str, line: int, column: str, value: str) -> None:
        file = seeds / f"{table}.csv"
        with file.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.reader(lines))
        rows[line - 1][rows[0].index(column)] = value
        with file.open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines, lineterminator="\n").writerows(rows)

    return write
