"""Every statistic can fail, and measures what it says on events that are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from common.paths import PROJECT
from generator.realism.catalogue import POINTS, STATISTICS
from generator.realism.statistic import Statistic, Verdict, measure
from generator.realism.table import format_number

if TYPE_CHECKING:
    from generator.realism.observed import Observed


def by_name(statistic: Statistic) -> str:
    return f"{statistic.point}: {statistic.name}"


@pytest.mark.parametrize("statistic", STATISTICS, ids=by_name)
def test_every_statistic_can_fail(statistic: Statistic, dull: Observed, absurd: Observed) -> None:
    verdicts = {measure(statistic, observed).verdict for observed in (dull, absurd)}
    assert Verdict.OUTSIDE in verdicts


def test_the_documentation_has_every_statistic_and_no_other() -> None:
    expected = [
        f"| {each.name} | {format_number(each.low)} to {format_number(each.high)} {each.unit} "
        f"| {each.trust.value} | {each.source} |"
        for each in STATISTICS
    ]
    page = (PROJECT / "docs" / "realism.md").read_text(encoding="utf-8")
    tables, _ = page.split("## Sources")
    rows = [line for line in tables.splitlines() if line.startswith("| ")]
    assert [row for row in rows if row != "| statistic | band | trust | source |"] == expected
    assert [line[4:] for line in page.splitlines() if line.startswith("### ")] == [*POINTS.values()]


def test_every_statistic_has_a_name_of_its_own_a_band_and_a_source() -> None:
    assert len({statistic.name for statistic in STATISTICS}) == len(STATISTICS)
    assert {statistic.point for statistic in STATISTICS} == set(POINTS)
    assert all(statistic.low <= statistic.high and statistic.source for statistic in STATISTICS)
