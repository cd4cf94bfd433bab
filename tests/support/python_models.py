"""Python models, imported as dbt does: each from its file."""

import csv
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from common.paths import SEEDS
from tests.support.business import PROJECT


class SeedTable:
    """A table of a business as a Python model gets it on DuckDB: rows of its columns."""

    def __init__(self, name: str, folder: Path = SEEDS) -> None:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            self._rows = [tuple(row) for row in csv.reader(file)][1:]

    def fetchall(self) -> list[tuple[str | int, ...]]:
        return [
            tuple(int(value) if value.isdecimal() else value for value in row) for row in self._rows
        ]


def load_model(path: str) -> ModuleType:
    """Import a Python model; ``path`` is below ``models/``."""
    file = PROJECT / "models" / path
    specification = importlib.util.spec_from_file_location(file.stem, file)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    # Dataclasses look up the module that they are defined in.
    sys.modules.setdefault(file.stem, module)
    specification.loader.exec_module(module)
    return module
