"""Configuration files written by the tests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from common.paths import SEEDS
from generator.catalogue.seed_files import load_catalogue

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from generator.catalogue.records import Catalogue


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue(SEEDS)


@pytest.fixture
def write_json(tmp_path: Path) -> Callable[..., Path]:
    """Write keys and values (or a whole text) to a file and return its path."""

    def write(name: str = "sf.json", text: str | None = None, **keys: object) -> Path:
        file = tmp_path / name
        file.write_text(json.dumps(keys) if text is None else text, encoding="utf-8")
        return file

    return write
