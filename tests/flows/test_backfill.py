"""A long history is landed and built slice by slice, and is what one build would have made."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from common.paths import PROJECT
from flows import backfill as backfill_module
from flows.backfill import main
from tests.support.business import Business
from tests.support.dbt_of_the_worker import DbtOfTheWorker

OPTIONS = ["--start-day", "6", "--days-at-once", "4", "--now", "2026-11-20T18:30:00"]


@pytest.fixture
def business_with_dataset(
    business: Business, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Business:
    """Two days of one kitchen, which the replay repeats."""
    out = tmp_path / "canonical"
    arguments = ["canonical", "--days", "2", "--locations", "sv", "--out", str(out)]
    subprocess.run(
        [sys.executable, "-m", "generator", *arguments],
        cwd=PROJECT,
        check=True,
        capture_output=True,
    )
    (business.data / "canonical").symlink_to(out)
    monkeypatch.setenv("CASPERS_DATA", str(business.data))
    return business


class _StoppedDbt(DbtOfTheWorker):
    """Somebody presses Ctrl-C while it builds."""

    def run(self, _: Sequence[str], **__: object) -> NoReturn:
        raise KeyboardInterrupt


def _use(monkeypatch: pytest.MonkeyPatch, dbt: Callable[[], DbtOfTheWorker]) -> None:
    monkeypatch.setattr(backfill_module, "WarmDbt", dbt)


def test_slices_make_the_tables_of_one_build_and_a_failure_is_made_up_for(
    business_with_dataset: Business,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    business = business_with_dataset
    _use(monkeypatch, lambda: _StoppedDbt(business))
    assert main(OPTIONS) == 130
    assert "run again" in capsys.readouterr().err
    landed_before = len(list(business.landing.glob("window-*.jsonl")))
    assert landed_before >= 4

    _use(monkeypatch, lambda: DbtOfTheWorker(business))
    assert main(OPTIONS) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].endswith("publishes the tables for readers.")
    # Six days and the hours of the seventh.
    assert len(list(business.landing.glob("window-*.jsonl"))) == 7
    assert business.query("select count(distinct landed_window) from lakeflow.all_events") == [(7,)]
    assert business.differences(business.rebuilt()) == {}

    assert main(OPTIONS) == 0
    first_line, _ = capsys.readouterr().out.splitlines()
    assert first_line.startswith("nothing new landed; what had landed before was built in ")


def test_an_impossible_number_of_days_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--days-at-once", "0"])
    assert "'0' is no number of days from 1" in capsys.readouterr().err
