"""A dataset of two days, and businesses to replay it into."""

import itertools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from common.paths import PROJECT
from tests.faults.replayed_business import ReplayedBusiness, ReplayWorker
from tests.support.business import DbtWorker


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
def replay_worker(dbt_worker: DbtWorker) -> ReplayWorker:
    """What lands and builds for all tests."""
    return ReplayWorker(dbt_worker)


@pytest.fixture(scope="session")
def new_business(
    two_days: Path, replay_worker: ReplayWorker, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], ReplayedBusiness]:
    """Return a function that opens one business after the other, each with nothing landed."""
    numbers = itertools.count()
    root = tmp_path_factory.mktemp("businesses")

    def open_business() -> ReplayedBusiness:
        return ReplayedBusiness(
            root / f"business_{next(numbers)}" / "data", two_days, replay_worker
        )

    return open_business


@pytest.fixture
def business(new_business: Callable[[], ReplayedBusiness]) -> ReplayedBusiness:
    """A business with nothing landed."""
    return new_business()


@pytest.fixture(scope="session")
def built(new_business: Callable[[], ReplayedBusiness]) -> ReplayedBusiness:
    """A business with one window landed and built, to be copied and left as it is."""
    business = new_business()
    business.run_well("2026-11-21T10:30:00")
    return business
