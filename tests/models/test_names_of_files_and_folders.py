"""Names are names, not patterns and not SQL, whatever characters they are made of."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from tests.support.business import Business, event
from tests.support.extended_project import ExtendedProject

NOON = datetime(2026, 11, 20, 12)
FILES = ("w[1].jsonl", "w1.jsonl", "w*.jsonl", "w?.jsonl", "it's.jsonl", 'a "b", {c}, %41+.jsonl')


@pytest.mark.parametrize(
    "folder",
    [
        pytest.param("data [2026]", marks=pytest.mark.thorough),
        "casper's *",
        pytest.param('a "b", {d}', marks=pytest.mark.thorough),
    ],
)
def test_every_file_of_every_folder_is_read_once(
    new_business: Callable[[], Business], folder: str
) -> None:
    business = new_business()
    business = Business(business.data / folder, business.worker)
    for number, name in enumerate(FILES):
        business.land(name, [event(f"order {number}", 0, "gk_ready", NOON)])
    business.dbt("seed", "--select", "path:seeds", "path:common/reference")
    business.dbt("run", "--select", "landed_lines+1")
    business.land("w2.jsonl", [event("late", 0, "gk_ready", NOON)])
    business.dbt("run", "--select", "landed_lines+1")
    rows = business.query("select file, count(*) from lakeflow.all_events group by all")
    assert sorted(rows) == sorted((name, 1) for name in [*FILES, "w2.jsonl"])


@pytest.mark.thorough
def test_the_project_may_lie_in_any_folder(business: Business, tmp_path: Path) -> None:
    folder = tmp_path / "casper's [2026]"
    folder.mkdir()
    business.dbt("seed", *ExtendedProject(folder).arguments())
    assert business.query("select count(*) > 0 from simulator.items") == [(True,)]
