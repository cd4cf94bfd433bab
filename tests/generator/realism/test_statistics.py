"""Every statistic can fail, and measures what it says on events that are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from generator.realism.catalogue import STATISTICS
from generator.realism.statistic import Statistic, Verdict, measure

if TYPE_CHECKING:
    from generator.realism.observed import Observed


def by_name(statistic: Statistic) -> str:
    return f"{statistic.point}: {statistic.name}"


@pytest.mark.parametrize("statistic", STATISTICS, ids=by_name)
def test_every_statistic_can_fail(statistic: Statistic, dull: Observed, absurd: Observed) -> None:
    verdicts = {measure(statistic, observed).verdict for observed in (dull, absurd)}
    assert Verdict.OUTSIDE in verdicts
