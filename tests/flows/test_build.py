"""dbt as a process of its own: what it is told, and what is understood of what it says."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from common.errors import BusyError, UserError
from common.paths import PROJECT
from flows import build as build_module
from flows.build import (
    build,
    dbt_arguments,
    dbt_environment,
    lock_trouble,
    read_results,
    step_of,
)

LOCK_LINE = (
    'IO Error: Could not set lock on file "/home/ada/casper/data/caspers.duckdb": Conflicting lock '
    "is held in /usr/bin/dbeaver (PID 4711). See also https://duckdb.org/docs/concurrency"
)


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


def test_dbt_is_called_with_this_python_on_this_project() -> None:
    arguments = dbt_arguments(select=["all_events+", "tag:x"], full_refresh=True)
    assert arguments[:3] == [sys.executable, "-m", "dbt.cli.main"]
    assert arguments[3:5] == ["--no-use-colors", "build"]
    assert arguments[arguments.index("--project-dir") + 1] == str(PROJECT)
    assert arguments[arguments.index("--profiles-dir") + 1] == str(PROJECT)
    assert arguments[-4:] == ["--select", "all_events+", "tag:x", "--full-refresh"]
    assert "--select" not in dbt_arguments()
    assert "--full-refresh" not in dbt_arguments()


def test_dbt_reports_to_nobody_and_finds_the_data_from_any_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CASPERS_DATA", "some/where")
    environment = dbt_environment(os.environ)
    assert environment["DO_NOT_TRACK"] == "1"
    assert environment["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false"
    assert environment["CASPERS_DATA"] == str(Path.cwd() / "some" / "where")
    monkeypatch.delenv("CASPERS_DATA")
    assert "CASPERS_DATA" not in dbt_environment(os.environ)


@pytest.mark.parametrize(
    ("line", "step"),
    [
        (
            "07:53:33  3 of 181 START sql incremental model lakeflow.all_events ....... [RUN]",
            (3, 181, "sql incremental model lakeflow.all_events"),
        ),
        (
            "07:53:33  68 of 181 OK created sql incremental model lakeflow.x ... [OK in 0.17s]",
            (68, 181, "created sql incremental model lakeflow.x"),
        ),
        ("07:53:33  9 of 181 PASS not_null_x ............ [PASS in 0.02s]", (9, 181, "not_null_x")),
        ("07:53:33  Found 20 models, 160 data tests, 6 seeds", None),
        ("", None),
    ],
)
def test_steps_are_read_from_what_dbt_says(line: str, step: tuple[int, int, str] | None) -> None:
    assert step_of(line) == step


def test_a_file_that_is_open_elsewhere_is_named_with_its_holder() -> None:
    error = lock_trouble(f"07:53 Runtime Error\n  {LOCK_LINE}\n")
    assert isinstance(error, BusyError)
    assert str(error).startswith(
        "/home/ada/casper/data/caspers.duckdb is open in /usr/bin/dbeaver (process 4711): close it"
    )
    unknown = lock_trouble(
        'Could not set lock on file "x.duckdb": Resource temporarily unavailable'
    )
    assert str(unknown).startswith("x.duckdb is open in another program: close it")
    assert lock_trouble("Runtime Error: no such column") is None


def test_a_build_tells_what_it_built(project: Path, fake_dbt: FakeDbt) -> None:
    fake_dbt(
        writing(
            result("model.caspers_kitchens.all_events"),
            result("seed.caspers_kitchens.items"),
            result("test.caspers_kitchens.unique_x.0a1b", "pass", failures=0),
            result("test.caspers_kitchens.late_x.0a1c", "warn", failures=2, message="Got 2 rows"),
            says="\x1b[32mCompleted\x1b[0m",
        )
    )
    said: list[str] = []
    built = build(project=project, show=said.append)
    assert said == ["Completed"]
    assert [node.name for node in built.built] == ["all_events", "items"]
    assert [node.name for node in built.tested] == ["unique_x"]
    assert built.told()[0].startswith("Built 2 tables and passed 1 tests in ")
    assert built.told()[1:] == ["Warning: late_x: Got 2 rows"]


def test_a_failed_node_is_told_with_what_to_do(project: Path, fake_dbt: FakeDbt) -> None:
    nodes = [result("model.c.good")]
    nodes += [result(f"test.c.bad{n}.0a", "fail", message=f"Got {n} rows") for n in range(7)]
    nodes += [result("model.c.after", "skipped")]
    fake_dbt(writing(*nodes, code=1))
    with pytest.raises(UserError, match="could not build or test 7 of 9 nodes") as error:
        build(project=project)
    assert not isinstance(error.value, BusyError)
    assert "bad4: Got 4 rows\n  … and 2 more" in str(error.value)
    assert "dbt retry" in str(error.value)


def test_dbt_that_cannot_begin_is_quoted_and_old_results_are_not_taken_for_new(
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


def test_a_locked_file_is_told_as_such(project: Path, fake_dbt: FakeDbt) -> None:
    fake_dbt(f"import sys; print({LOCK_LINE!r}); sys.exit(1)")
    with pytest.raises(BusyError, match="process 4711"):
        build(project=project)


def test_a_second_build_stops_at_once(project: Path, fake_dbt: FakeDbt) -> None:
    fake_dbt(writing(result("model.c.good")))

    def second(_: str) -> None:
        with pytest.raises(BusyError, match="Another build"):
            build(project=project)

    assert build(project=project, show=second).built
    assert build(project=project).built


def test_whoever_stops_the_build_stops_dbt(project: Path, fake_dbt: FakeDbt) -> None:
    fake_dbt("import os, time; print(os.getpid()); time.sleep(60)")
    pids: list[int] = []

    def interrupt(line: str) -> None:
        pids.append(int(line))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(project=project, show=interrupt)
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


def test_dbt_runs_as_a_module() -> None:
    version = subprocess.run(
        [*dbt_arguments()[:3], "--version"], capture_output=True, text=True, check=False
    )
    assert version.returncode == 0
    assert "duckdb" in version.stdout
