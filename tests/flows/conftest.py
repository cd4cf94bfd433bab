"""Datasets and folders for the tests of the flows."""

from pathlib import Path

import pytest

from tests.support.sample_datasets import Small, some_orders, write_dataset


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """A dataset of three days, the last delivery after their end."""
    rows = some_orders(3, 20)
    return Small(write_dataset(tmp_path_factory.mktemp("canonical"), rows, days=3), rows)


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    return tmp_path / "landing" / "events"
