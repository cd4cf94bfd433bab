"""A long history is landed and built slice by slice, and is what one build would have made."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from common.paths import PROJECT
from flows.backfill import building
from flows.backfill.__main__ import main, make_parser
from flows.dbt.warm import DbtResult
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


class _LateDbt(DbtOfTheWorker):
    """Begins when all has landed."""

    def run(
        self, arguments: Sequence[str], *, variables: Mapping[str, str], **_: object
    ) -> DbtResult:
        give_up = time.monotonic() + 120
        while len(list(self.business.landing.glob("window-*.jsonl"))) < 7:
            assert time.monotonic() < give_up, "the next slice does not land beside the build"
            time.sleep(0.05)
        return super().run(arguments, variables=variables)


def _use(monkeypatch: pytest.MonkeyPatch, dbt: Callable[[], DbtOfTheWorker]) -> None:
    monkeypatch.setattr(building, "WarmDbt", dbt)


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


@pytest.mark.parametrize("said", ["", "7GB"])
def test_duckdb_has_4_gb_unless_somebody_says_how_much(
    business_with_dataset: Business, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    if said:
        monkeypatch.setenv("CASPERS_DUCKDB_MEMORY", said)
    before = os.environ.get("CASPERS_DUCKDB_MEMORY")
    found = []

    class ObservedDbt(_StoppedDbt):
        def run(self, *_: object, **__: object) -> NoReturn:
            found.append(os.environ["CASPERS_DUCKDB_MEMORY"])
            raise KeyboardInterrupt

    _use(monkeypatch, lambda: ObservedDbt(business_with_dataset))
    assert main(OPTIONS) == 130
    assert found == [said or "4GB"]
    assert os.environ.get("CASPERS_DUCKDB_MEMORY") == before


@pytest.mark.thorough
def test_a_build_leaves_what_lands_beside_it_for_the_next(
    business_with_dataset: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    business = business_with_dataset
    _use(monkeypatch, lambda: _LateDbt(business))
    assert main(OPTIONS) == 0
    assert business.query(
        "select count(distinct file) from lakeflow.landed_lines group by load_number order by all"
    ) == [(3,), (4,)]


LIVE = ["--live", "--days-at-once", "4", "--live-options"]
LIVE_OPTIONS = "--locations sv --start-days-ago 6 --end-days-ahead 0"


@pytest.mark.thorough
def test_a_live_generator_makes_what_is_built_and_a_build_that_is_stopped_goes_on(
    business: Business, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CASPERS_DATA", str(business.data))
    _use(monkeypatch, lambda: _StoppedDbt(business))
    assert main([*LIVE, LIVE_OPTIONS]) == 130
    assert list(business.landing.glob("window-*.jsonl"))

    _use(monkeypatch, lambda: DbtOfTheWorker(business))
    assert main([*LIVE, LIVE_OPTIONS]) == 0
    capsys.readouterr()
    # Four days and the hours of two more; a day is a file.
    assert business.query(
        "select count(distinct file) from lakeflow.landed_lines group by load_number order by all"
    ) == [(3,), (4,)]
    assert business.differences(business.rebuilt()) == {}

    # All of history is built; what is live meanwhile is built by `make live`.
    assert main([*LIVE, LIVE_OPTIONS]) == 0
    assert capsys.readouterr().out.splitlines()[-2].startswith("nothing new landed; ")


def test_a_live_generator_that_cannot_begin_ends_the_backfill(
    business: Business, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CASPERS_DATA", str(business.data))
    _use(monkeypatch, lambda: DbtOfTheWorker(business))
    assert main([*LIVE, "--locations atlantis"]) == 1
    said = capfd.readouterr().err
    assert "atlantis" in said
    assert "The live generator has ended, as it says above" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--live", "--start-day", "3", "--speed", "60"], "--start-day, --speed: of a replay"),
        (["--live-options", "--seed 7"], "--live-options needs --live"),
    ],
)
def test_options_of_the_other_way_are_refused(
    options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(options)
    assert said in capsys.readouterr().err


def test_now_may_have_an_offset() -> None:
    options = make_parser().parse_args(["--now", "2026-11-20T18:30:00+02:00"])
    assert options.now.isoformat() == "2026-11-20T16:30:00"


def test_an_impossible_number_of_days_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--days-at-once", "0"])
    assert "'0' is no number of days from 1" in capsys.readouterr().err
