"""The default dataset is like real deliveries, in every statistic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from generator.realism.catalogue import STATISTICS
from generator.realism.statistic import Statistic, Verdict, measure

if TYPE_CHECKING:
    from generator.realism.observed import Observed


@pytest.mark.parametrize(
    "statistic", STATISTICS, ids=lambda statistic: f"{statistic.point}: {statistic.name}"
)
def test_the_default_dataset_is_like_real_deliveries(
    statistic: Statistic, default_dataset: Observed
) -> None:
    measured = measure(statistic, default_dataset)
    assert measured.verdict is Verdict.INSIDE, (
        f"{measured.value} is not within {statistic.low} to {statistic.high} {statistic.unit} "
        f"({statistic.source})"
    )
