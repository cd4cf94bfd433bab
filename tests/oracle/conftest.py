"""Warehouses for the comparison with the oracle."""

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.oracle.comparison import project_seeds
from tests.oracle.followed_business import FollowedBusiness
from tests.oracle.oracle import Seeds
from tests.support.business import Business, DbtWorker

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def new_business(
    dbt_worker: DbtWorker, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], Business]:
    """Return a function that opens one empty business after the other."""
    numbers = itertools.count()
    root: Path = tmp_path_factory.mktemp("oracle")

    def open_business() -> Business:
        data = root / f"business_{next(numbers)}"
        (data / "landing" / "events").mkdir(parents=True)
        return Business(data, dbt_worker)

    return open_business


@pytest.fixture
def business(new_business: Callable[[], Business]) -> Business:
    """An empty business."""
    return new_business()


@pytest.fixture(scope="session")
def seeds() -> Seeds:
    """The seeds of the project."""
    return project_seeds()


@pytest.fixture
def followed(business: Business, seeds: Seeds) -> FollowedBusiness:
    """An empty business of which account is kept."""
    return FollowedBusiness.empty(business, seeds)
