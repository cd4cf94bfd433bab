"""The CSV files of ``common/reference``, read by Python; dbt loads the same files as seeds."""

from __future__ import annotations

import csv
from importlib.resources import files


def read_reference(name: str) -> list[dict[str, str]]:
    """Return the rows of ``common/reference/<name>.csv``, each by column name, in file order."""
    text = files("common.reference").joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
