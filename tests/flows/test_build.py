"""A build: what it reports, and how it fails."""

import json
import os
import signal
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from common.errors import BusyError, UserError
from flows import build as build_module
from flows.build import build
from flows.build_results import format_build, read_results
from flows.dbt import LogEvent
from tests.support.duckdb_messages import LOCK_MESSAGE


def result(unique_id: str, status: str = "success", **changes: object) -> dict[str, object]:
    return {
        "unique_id": unique_id,
        "status": status,
        "execution_time": 0.5,
        "failures": None,
        "message": "OK",
        "relation_name": '"caspers"."lakeflow"."all_events"',
        "adapter_response": {"_message": "OK"},
    } | changes


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("DBT_TARGET_PATH", raising=False)
    (tmp_path / "target").mkdir()
    return tmp_path


FakeDbt = Callable[..., None]


@pytest.fixture
def fake_dbt(monkeypatch: pytest.MonkeyPatch) -> FakeDbt:
    """Return a function that lets a script take the place of dbt."""

    def install(script: str) -> None:
        arguments = [sys.executable, "-u", "-c", textwrap.dedent(script)]
        monkeypatch.setattr(build_module, "dbt_arguments", lambda **_: arguments)

    return install


def writing(*results: dict[str, object], code: int = 0, says: str = "Done.") -> str:
    content = json.dumps({"metadata": {}, "results": results})
    return f"""
        import pathlib, sys
        pathlib.Path("target/run_results.json").write_text({content!r})
        print({says!r})
        sys.exit({code})
    """


def test_a_build_reports_what_it_built(project: Path, fake_dbt: FakeDbt) -> None:
    fake_dbt(
        writing(
            result("model.caspers_kitchens.all_events"),
            result("seed.caspers_kitchens.items"),
            result("test.caspers_kitchens.unique_x.0a1b", "pass", failures=0),
            result("test.caspers_kitchens.late_x.0a1c", "warn", failures=2, message="Got 2 rows"),
            says="\x1b[32mCompleted\x1b[0m",
        )
    )
    events: list[LogEvent] = []
    built = build(project=project, on_event=events.append)
    assert [event.message for event in events] == ["Completed"]
    assert [node.name for node in built.built] == ["all_events", "items"]
    assert [node.name for node in built.tested] == ["unique_x"]
    assert format_build(built)[0].startswith("Built 2 tables and passed 1 tests in ")
    assert format_build(built)[1:] == ["Warning: late_x: Got 2 rows"]


def test_a_failed_node_is_reported_with_what_to_do(project: Path, fake_dbt: FakeDbt) -> None:
    nodes = [result("model.c.good")]
    nodes += [result(f"test.c.bad{n}.0a", "fail", message=f"Got {n} rows") for n in range(7)]
    nodes += [result("model.c.after", "skipped")]
    fake_dbt(writing(*nodes, code=1))
    with pytest.raises(UserError, match="could not build or test 7 of 9 nodes") as error:
        build(project=project)
    assert not isinstance(error.value, BusyError)
    assert "bad4: Got 4 rows\n  … and 2 more" in str(error.value)
    assert "dbt retry" in str(error.value)


def test_dbt_that_cannot_start_is_quoted_and_old_results_are_ignored(
    project: Path, fake_dbt: FakeDbt
) -> None:
    fake_dbt(writing(result("model.c.good")))
    build(project=project)
    fake_dbt("import sys; print('Parsing Error in models/x.yml'); sys.exit(2)")
    with pytest.raises(UserError, match=r"code 2; its last words:\n  Parsing Error"):
        build(project=project)
    fake_dbt("print('did nothing')")
    with pytest.raises(UserError, match="code 0; its last words:\n  did nothing"):
        build(project=project)


def test_a_locked_file_is_reported_as_such(project: Path, fake_dbt: FakeDbt) -> None:
    fake_dbt(f"import sys; print({LOCK_MESSAGE!r}); sys.exit(1)")
    with pytest.raises(BusyError, match="process 4711"):
        build(project=project)


def test_errors_of_the_structured_log_are_quoted_before_its_last_lines(
    project: Path, fake_dbt: FakeDbt
) -> None:
    lines = [
        {"info": {"name": name, "level": level, "msg": message}, "data": {}}
        for name, level, message in (
            ("MainReportVersion", "info", "Running with dbt"),
            ("MainEncounteredError", "error", "Parsing Error\n  in models/x.yml"),
            ("CommandCompleted", "info", "Command ended"),
        )
    ]
    output = "\n".join(json.dumps(line) for line in lines)
    fake_dbt(f"import sys; print({output!r}); sys.exit(2)")
    with pytest.raises(UserError, match=r"last words:\n  Parsing Error\n    in models/x.yml$"):
        build(project=project)


def test_a_second_build_stops_at_once(project: Path, fake_dbt: FakeDbt) -> None:
    fake_dbt(writing(result("model.c.good")))

    def second(_: LogEvent) -> None:
        with pytest.raises(BusyError, match="Another build"):
            build(project=project)

    assert build(project=project, on_event=second).built
    assert build(project=project).built


def test_interrupting_the_build_ends_dbt(project: Path, fake_dbt: FakeDbt) -> None:
    fake_dbt("import os, time; print(os.getpid()); time.sleep(60)")
    pids: list[int] = []

    def interrupt(event: LogEvent) -> None:
        pids.append(int(event.message))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(project=project, on_event=interrupt)
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], signal.SIGCONT)


@pytest.mark.parametrize("content", [None, "", "{}", '{"results": [{}]}', '{"results": 5}', "[]"])
def test_results_that_cannot_be_read_are_named(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "run_results.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(UserError, match="cannot be read") as error:
        read_results(file)
    assert str(file) in str(error.value)
