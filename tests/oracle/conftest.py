"""Warehouses for the comparison with the oracle."""

import pytest

from tests.oracle.comparison import project_seeds
from tests.oracle.followed_business import FollowedBusiness
from tests.oracle.oracle import Seeds
from tests.support.business import Business


@pytest.fixture(scope="session")
def seeds() -> Seeds:
    """The seeds of the project."""
    return project_seeds()


@pytest.fixture
def followed(business: Business, seeds: Seeds) -> FollowedBusiness:
    """An empty business of which account is kept."""
    return FollowedBusiness.empty(business, seeds)
