"""Teardown removes what the project has made and keeps the rest; a second one finds nothing."""

import json
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from flows import teardown
from flows.business.run_log import Outcome, RunRecord, write_run
from flows.postgres.server import start as start_postgres
from flows.replay import commands
from tests.support.business import Business
from tests.support.publication import publish_business
from tests.support.sample_datasets import some_orders, write_dataset

pytestmark = pytest.mark.thorough

NOW = datetime(2026, 11, 21, 10, 30)


@pytest.fixture(scope="module")
def kept(new_business: Callable[[], Business]) -> Business:
    """A business with a dataset, landed windows, streets and tables, for each test to copy."""
    business = new_business()
    canonical = write_dataset(business.data / "canonical", some_orders(2, 20), days=2)
    commands.run(canonical, business.landing, NOW, commands.ReplayOptions(start_day=0))
    (business.data / "roads").mkdir()
    (business.data / "roads" / "sf.graphml").write_text("<graphml/>")
    business.land_decisions(f"decisions-{1:018}.jsonl", b"")
    (business.decisions / "_export").mkdir()
    answers = business.data / "landing" / "agent_responses"
    (answers / "_agents").mkdir(parents=True)
    (answers / f"responses-{1:012}-0a1b2c3d.jsonl").write_bytes(b"")
    (business.data / "prefect").mkdir()
    write_run(business.data / "runs", RunRecord(began=NOW, seconds=1, outcome=Outcome.DONE))
    (business.data / "casper.png").write_bytes(b"")
    (business.data / "report.html").write_bytes(b"")
    business.build()
    business.build_functions()
    publish_business(business)
    return business


@pytest.fixture
def whole(kept: Business, business: Business, monkeypatch: pytest.MonkeyPatch) -> Business:
    """That business in a folder of its own."""
    monkeypatch.setenv("CASPERS_DATA", str(business.data))
    monkeypatch.setenv("DBT_TARGET_PATH", str(business.data.parent / "teardown"))
    monkeypatch.setenv("DBT_LOG_PATH", str(business.data.parent / "teardown"))
    shutil.copytree(kept.data, business.data, symlinks=True, dirs_exist_ok=True)
    return business


def entries(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.usefixtures("dbt_in_forks")
def test_everything_is_removed_and_a_second_teardown_finds_nothing(
    whole: Business, capsys: pytest.CaptureFixture[str]
) -> None:
    start_postgres()
    assert teardown.main(["--yes"]) == 0
    assert entries(whole.data) == set()
    output = capsys.readouterr().out
    order = [
        output.index(name)
        for name in ('"refund_recommendations"', '"landed_lines"', '"locations"', "schema")
    ]
    assert order == sorted(order)
    assert teardown.main(["--yes"]) == 0
    assert capsys.readouterr().out == "There is nothing to remove.\n"


def test_a_dry_run_shows_it_and_removes_nothing(
    whole: Business, capsys: pytest.CaptureFixture[str]
) -> None:
    """With dbt as a process of its own, as `make teardown` runs it."""
    before = entries(whole.data)
    assert teardown.main(["--dry-run"]) == 0
    output = capsys.readouterr().out
    assert entries(whole.data) == before
    for name in ("all_events", "get_order_overview", "brands", "caspers.duckdb"):
        assert name in output
    for name in ("landing/events", "landing/decisions", "landing/agent_responses"):
        assert name in output
    assert f"{whole.data / 'published'} and {whole.data / 'publications'}" in output
    assert whole.query("select count(*) > 0 from lakeflow.all_events") == [(True,)]


@pytest.mark.usefixtures("dbt_in_forks")
def test_without_consent_everything_stays(
    whole: Business, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_answer(_: str) -> str:
        raise EOFError

    before = entries(whole.data)
    for ask in (lambda _: "", no_answer):
        monkeypatch.setattr("builtins.input", ask)
        assert teardown.main([]) == 1
        assert entries(whole.data) == before
        assert "Nothing was removed" in capsys.readouterr().err


@pytest.mark.usefixtures("dbt_in_forks")
def test_objects_of_others_stay_and_are_named(
    whole: Business, capsys: pytest.CaptureFixture[str]
) -> None:
    with duckdb.connect(str(whole.data / "caspers.duckdb")) as connection:
        connection.execute("create table lakeflow.my_notes as select 1 as one")
    own = whole.landing / "by-hand.jsonl"
    own.write_text(json.dumps({"an": "event"}) + "\n")
    assert teardown.main(["--yes"]) == 0
    assert whole.query("select table_schema, table_name from information_schema.tables") == [
        ("lakeflow", "my_notes")
    ]
    assert own.exists()
    output = capsys.readouterr().out
    assert "caspers.duckdb stays: others have objects in it (lakeflow.my_notes)" in output
    assert f"{whole.landing} stays" in output


def test_a_dataset_in_parts_is_removed_but_not_the_files_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path))
    events = tmp_path / "canonical" / "events.parquet"
    events.mkdir(parents=True)
    own = events / "part-00000.parquet"
    note = events / "note.txt"
    for file in (own, note, tmp_path / "canonical" / "dataset.json"):
        file.write_text("{}")
    assert teardown.main(["--yes"]) == 0
    assert note.exists()
    assert not own.exists()
    assert f"{events.parent} stays" in capsys.readouterr().out
    note.unlink()
    assert teardown.main(["--yes"]) == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("dbt_in_forks")
def test_an_interrupted_teardown_is_finished_by_the_next(whole: Business) -> None:
    with duckdb.connect(str(whole.data / "caspers.duckdb")) as connection:
        connection.execute("drop table recommender.refund_recommendations")
        connection.execute("drop schema ai cascade")
    commands.reset(whole.landing)
    assert teardown.main(["--yes"]) == 0
    assert entries(whole.data) == set()
