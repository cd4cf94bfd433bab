"""The script for a workspace, as far as it can be tried without one."""

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from common.errors import UserError
from flows.replay.commands import ReplayOptions, run
from tests.engines import workspace_smoke
from tests.engines.workspace_smoke import (
    NEEDED,
    check_environment,
    deploy_and_compare,
    findings,
    local_count,
    main,
)
from tests.support.sample_datasets import some_orders, write_dataset

NOW = datetime(2026, 11, 21, 10, 30)
ORDERS = "event_type = 'order_created'"
DELIVERED = "event_type = 'delivered'"


@pytest.fixture(scope="session")
def canonical(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("canonical"), some_orders(3, 20), days=3)


class Workspace:
    """Answers the queries of the script from a folder that a replay has landed in."""

    def __init__(self, landing: Path) -> None:
        self.landing = landing
        self.lost_tables: set[str] = set()

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        if statement.startswith("LIST "):
            return [(f"dbfs:{file}",) for file in self.landing.iterdir()]
        lines = f"read_json('{self.landing}/window-*.jsonl', filename => true)"
        events = f"(SELECT *, parse_filename(filename) AS file FROM {lines})"
        source = (
            statement.split(" FROM ", 1)[1]
            .split(" WHERE ", maxsplit=1)[0]
            .split(" GROUP ", maxsplit=1)[0]
        )
        table = source.rsplit(".", 1)[-1]
        if "landed_lines" in source or source.startswith("read_files"):
            sql = f"SELECT file, count(*) FROM {events} GROUP BY file"
        elif table in self.lost_tables or table == "rejected_events":
            sql = f"{statement.split(' FROM ', maxsplit=1)[0]} FROM {events} WHERE false"
        else:
            condition = {"gold_order_header": ORDERS, "silver_order_timeline": DELIVERED}
            condition |= {"refund_recommendations": DELIVERED, "pg_recommendations": DELIVERED}
            kind = ORDERS if ORDERS in statement else condition.get(table, "true")
            sql = f"{statement.split(' FROM ', maxsplit=1)[0]} FROM {events} WHERE {kind}"
        return duckdb.sql(sql).fetchall()


@pytest.fixture
def workspace(canonical: Path, tmp_path: Path) -> Workspace:
    landing = tmp_path / "landing"
    for hours in range(3):
        run(canonical, landing, NOW + timedelta(hours=hours), ReplayOptions(start_day=1))
    return Workspace(landing)


def shown(workspace: Workspace, canonical: Path) -> dict[str, bool]:
    found = findings(workspace.query, "/Volumes/c/s/v", "c", local_count(canonical))
    assert all(each.line().startswith("holds " if each.holds else "FAILED ") for each in found)
    return {each.what: each.holds for each in found}


def test_a_complete_workspace_passes(workspace: Workspace, canonical: Path) -> None:
    assert set(shown(workspace, canonical).values()) == {True}


def test_what_is_missing_is_found(workspace: Workspace, canonical: Path) -> None:
    windows = sorted(workspace.landing.glob("window-*.jsonl"))
    cut = windows[1].read_text().splitlines(keepends=True)[:-1]
    windows[1].write_text("".join(cut))
    (workspace.landing / f"_{windows[0].name}.upload").write_text("{}")
    workspace.lost_tables = {"gold_order_header", "gold_brand_sales_day"}
    passed = shown(workspace, canonical)
    assert {what for what, holds in passed.items() if not holds} == {
        "no upload is incomplete",
        "lines in the volume",
        "lines in landed_lines",
        "events in all_events",
        "orders in gold_order_header",
        "gold_brand_sales_day has rows",
        "gold_order_header has rows",
    }
    windows[1].unlink()
    assert not shown(workspace, canonical)["windows follow each other"]


def test_it_deploys_then_runs_and_compares_twice(
    workspace: Workspace, canonical: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[tuple[str, ...]] = []
    monkeypatch.setattr(workspace_smoke, "command", lambda *arguments: commands.append(arguments))
    found = deploy_and_compare(
        "free", ["CATALOG=mine", "WAREHOUSE_ID=7"], workspace.query, canonical
    )
    options = ("--target", "free", "--var", "CATALOG=mine", "--var", "WAREHOUSE_ID=7")
    assert commands == [
        ("bundle", "validate", *options),
        ("bundle", "deploy", *options),
        ("bundle", "run", "caspers_initializer", *options),
        ("bundle", "run", "canonical_data_replay", *options),
    ]
    assert all(each.holds for each in found)
    assert len({each.what for each in found}) * 2 == len(found)


def test_streams_are_run_and_their_tables_compared_with_lakebase(
    workspace: Workspace, canonical: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    monkeypatch.setattr(workspace_smoke, "command", lambda *words: ran.append(words[2]))
    found = deploy_and_compare("all", [], workspace.query, canonical)
    assert ran[3:] == [*("canonical_data_replay", "refund_recommender_stream", "complaint_stream")]
    assert all(each.holds for each in found)
    workspace.lost_tables = {"refund_recommendations", "pg_recommendations"}
    found = deploy_and_compare("default", [], workspace.query, canonical)
    assert {each.what for each in found if not each.holds} == {
        "verdicts of the Python model, one per delivered order",
        "refund_recommendations is in Lakebase",
    }


@pytest.mark.parametrize("missing", NEEDED)
def test_a_missing_variable_is_named_before_anything_is_done(
    missing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in NEEDED:
        monkeypatch.setenv(name, "given")
    monkeypatch.delenv(missing)
    assert main([]) == 1
    printed = capsys.readouterr()
    assert printed.err.startswith(
        f"error: The environment variable {missing} is missing: set it to "
    )
    assert printed.out == ""


def test_a_missing_cli_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Databricks CLI is not on the PATH"):
        check_environment({**dict.fromkeys(NEEDED, "given"), "PATH": str(tmp_path)})


def test_a_command_that_fails_stops_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "databricks"
    program.write_text(f"#!{sys.executable}\nimport sys; sys.exit(sys.argv[1:] != ['version'])\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    workspace_smoke.command("version")
    with pytest.raises(UserError, match=r"`databricks bundle deploy` failed \(exit code 1\)"):
        workspace_smoke.command("bundle", "deploy")


def test_a_variable_without_value_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--var", "CATALOG"]) == 1
    assert "--var CATALOG has no value" in capsys.readouterr().err
