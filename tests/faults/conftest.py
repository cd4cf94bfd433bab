"""A dataset of two days, and kitchens to replay it into."""

import itertools
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from common.paths import PROJECT
from tests.faults.kitchen import Kitchen, ReplayWorker


@pytest.fixture(scope="session")
def two_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two days of one kitchen that is busiest around midnight."""
    folder = tmp_path_factory.mktemp("canonical")
    subprocess.run(
        [
            *(sys.executable, "-m", "generator", "canonical", "--days", "2"),
            *("--locations", "sv", "--roads", "synthetic", "--out", str(folder)),
        ],
        cwd=PROJECT,
        capture_output=True,
        check=True,
    )
    return folder


@pytest.fixture(scope="session")
def replay_worker(
    tmp_path_factory: pytest.TempPathFactory, shared_folder: Path
) -> Iterator[ReplayWorker]:
    """One process that lands and builds for all tests."""
    worker = ReplayWorker(tmp_path_factory.mktemp("target"), shared_folder)
    yield worker
    worker.stop()


@pytest.fixture(scope="session")
def new_kitchen(
    two_days: Path, replay_worker: ReplayWorker, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], Kitchen]:
    """Return a function that opens one kitchen after the other, each with nothing landed."""
    numbers = itertools.count()
    root = tmp_path_factory.mktemp("kitchens")

    def open_kitchen() -> Kitchen:
        return Kitchen(root / f"kitchen_{next(numbers)}" / "data", two_days, replay_worker)

    return open_kitchen


@pytest.fixture
def kitchen(new_kitchen: Callable[[], Kitchen]) -> Kitchen:
    """A kitchen with nothing landed."""
    return new_kitchen()


@pytest.fixture(scope="session")
def built(new_kitchen: Callable[[], Kitchen]) -> Kitchen:
    """A kitchen with one window landed and built, to be copied and left as it is."""
    kitchen = new_kitchen()
    kitchen.must("2026-11-21T10:30:00")
    return kitchen
