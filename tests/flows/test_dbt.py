"""dbt as a process: its command line, its environment, the events of its log."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from common.paths import PROJECT
from flows.dbt.command_line import dbt_arguments, dbt_environment
from flows.dbt.log_events import Step, parse_log_line


def event(name: str, message: str, **data: object) -> str:
    return json.dumps({"info": {"name": name, "level": "info", "msg": message}, "data": data})


def test_dbt_is_called_with_this_python_on_this_project() -> None:
    arguments = dbt_arguments("run", "--full-refresh", select=["all_events+", "tag:x"])
    assert arguments[:3] == [sys.executable, "-m", "dbt.cli.main"]
    assert arguments[arguments.index("--log-format") + 1] == "json"
    assert arguments[arguments.index("--no-use-colors") + 1 :][:2] == ["run", "--full-refresh"]
    assert arguments[arguments.index("--project-dir") + 1] == str(PROJECT)
    assert arguments[arguments.index("--profiles-dir") + 1] == str(PROJECT)
    assert arguments[-3:] == ["--select", "all_events+", "tag:x"]
    assert "--select" not in dbt_arguments()
    assert "build" in dbt_arguments()


def test_dbt_sends_no_telemetry_and_finds_the_data_from_any_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CASPERS_DATA", "some/where")
    environment = dbt_environment(os.environ)
    assert environment["DO_NOT_TRACK"] == "1"
    assert environment["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false"
    assert environment["CASPERS_DATA"] == str(Path.cwd() / "some" / "where")
    monkeypatch.delenv("CASPERS_DATA")
    assert "CASPERS_DATA" not in dbt_environment(os.environ)


def test_a_started_node_is_a_step() -> None:
    model = "sql incremental model lakeflow.all_events"
    line = event("LogStartLine", "3 of 181 START", index=3, total=181, description=model)
    assert parse_log_line(line).step == Step(3, 181, model)


@pytest.mark.parametrize(
    "line",
    [
        event("LogTestResult", "9 of 181 PASS not_null_x", index=9, num_models=181),
        event("LogHookStartLine", "1 of 1 START hook: x", index=1, total=1, statement="x"),
        event("FoundStats", "Found 20 models, 160 data tests, 6 seeds", stat_line="20 models"),
        "Traceback (most recent call last):",
        "[1, 2]",
        "{}",
        "",
    ],
)
def test_other_lines_are_not_steps(line: str) -> None:
    assert parse_log_line(line).step is None


def test_a_line_that_is_not_an_event_is_its_own_message_without_colours() -> None:
    parsed = parse_log_line("\x1b[31mKilled\x1b[0m\n")
    assert (parsed.name, parsed.message) == ("", "Killed")


def test_dbt_runs_as_a_module() -> None:
    version = subprocess.run(
        [*dbt_arguments()[:3], "--version"], capture_output=True, text=True, check=False
    )
    assert version.returncode == 0
    assert "duckdb" in version.stdout
