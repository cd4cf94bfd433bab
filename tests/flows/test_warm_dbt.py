"""dbt in a process that stays: what it builds, and what can happen to it meanwhile."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from common.errors import UserError
from flows.dbt.log_events import LogEvent
from flows.dbt.warm import DbtResult, WarmDbt

HOLD = """
import duckdb, sys
held = duckdb.connect(sys.argv[1], read_only=True)
print("open", flush=True)
input()
"""
LOOK = """
import duckdb, sys
while True:
    try:
        with duckdb.connect(sys.argv[1], read_only=True) as connection:
            connection.execute("select count(*) from one").fetchall()
    except duckdb.Error:
        pass
    print("looked", flush=True)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    files = {
        "dbt_project.yml": "{name: tiny, version: '1.0', profile: tiny, model-paths: [models]}",
        "profiles.yml": """
            tiny:
              target: dev
              outputs:
                dev:
                  type: duckdb
                  path: "{{ env_var('CASPERS_DATA') }}/tiny.duckdb"
                  keep_open: false
                  retries: {connect_attempts: 1, retryable_exceptions: [IOException]}
            """,
        "models/one.sql": "{{ config(materialized='table') }} select 1 as id",
        "models/one.yml": "models: [{name: one, columns: [{name: id, data_tests: [unique]}]}]",
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(textwrap.dedent(content))
    return folder


@pytest.fixture(scope="module")
def warm(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmDbt]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CASPERS_DATA", str(tmp_path_factory.mktemp("data")))
        dbt = WarmDbt(project)
        yield dbt
        dbt.close()


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path))
    return tmp_path


def ids(data: Path) -> list[tuple[int]]:
    with duckdb.connect(str(data / "tiny.duckdb"), read_only=True) as connection:
        return connection.execute("select id from one order by id").fetchall()


def statuses(result: DbtResult) -> dict[str, str]:
    return {node.name: node.status for node in result.nodes}


def test_it_builds_and_leaves_the_file_to_others(warm: WarmDbt, data: Path, project: Path) -> None:
    events: list[LogEvent] = []
    for keep_warm in (True, True, False):  # before, after and without a warm-up
        events.clear()
        result = warm.run(["build"], on_event=events.append, keep_warm=keep_warm)
        assert result.success, result
        assert statuses(result) == {"one": "success", "unique_one_id": "pass"}
        assert [event.step.total for event in events if event.step] == [2, 2]
        assert result.cpu_seconds > 0
        assert ids(data) == [(1,)]
    assert (project / "target" / "run_results.json").exists(), "`dbt retry` reads it"


def test_it_is_in_a_group_of_its_own_and_in_the_session_of_what_runs_beside_it(
    warm: WarmDbt,
) -> None:
    assert os.getpgid(warm.pid) == warm.pid, "Ctrl-C would reach a build"
    assert os.getsid(warm.pid) == os.getsid(0), "priorities count within a session on Linux"


def test_a_changed_file_is_parsed_and_a_broken_one_is_reported(
    warm: WarmDbt, data: Path, project: Path
) -> None:
    model = project / "models" / "one.sql"
    before = model.read_text()
    try:
        model.write_text(before.replace("1 as id", "2 as id"))
        assert warm.run(["build"]).success
        assert ids(data) == [(2,)]
        model.write_text("select {{ nothing( }}")
        broken = warm.run(["build"])
        assert not broken.success
        said = " ".join([broken.error, *(event.message for event in broken.events)])
        assert "models/one.sql" in said
        assert ids(data) == [(2,)], "nothing was built"
        failing = before.replace("select 1 as id", "select 1 as id union all select 1")
        model.write_text(failing)
        failed = warm.run(["build"])
        assert not failed.success
        assert statuses(failed)["unique_one_id"] == "fail"
    finally:
        model.write_text(before)
    assert warm.run(["build"]).success
    assert ids(data) == [(1,)]


def test_what_cannot_be_published_is_an_error_of_the_command(warm: WarmDbt, data: Path) -> None:
    result = warm.run(["build"], publish=True)
    assert (result.success, result.publication) == (False, None)
    assert "There is nothing to publish yet" in result.error, "this project records no changes"
    assert {node.status for node in result.nodes} == {"success", "pass"}
    assert ids(data) == [(1,)]


def test_a_program_that_has_the_file_open_is_waited_for(warm: WarmDbt, data: Path) -> None:
    assert warm.run(["build"]).success
    file = str(data / "tiny.duckdb")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None
        reader.stdout.readline()
        refused = warm.run(["build"], wait_seconds=0.2)
        assert not refused.success
        assert any("Could not set lock" in event.message for event in refused.events)
        waited: list[str] = []

        def close_in_the_reader(reason: str) -> None:
            assert reader.stdin is not None
            waited.append(reason)
            if len(waited) == 1:
                reader.stdin.write(b"\n")
                reader.stdin.flush()

        result = warm.run(["build"], wait_seconds=60, on_wait=close_in_the_reader)
        assert result.success
        assert f"process {reader.pid}" in waited[0]


def test_programs_that_look_all_the_time_do_not_keep_it_out(warm: WarmDbt, data: Path) -> None:
    assert warm.run(["build"]).success
    looking = [
        subprocess.Popen(
            [sys.executable, "-c", LOOK, str(data / "tiny.duckdb")], stdout=subprocess.PIPE
        )
        for _ in range(2)
    ]
    try:
        for reader in looking:
            assert reader.stdout is not None
            reader.stdout.readline()
        for _ in range(3):
            assert warm.run(["build"], wait_seconds=60).success
    finally:
        for reader in looking:
            reader.kill()
            reader.communicate()


def test_what_interrupts_a_build_ends_it(warm: WarmDbt, data: Path) -> None:
    def interrupt(_: LogEvent) -> None:
        raise KeyboardInterrupt

    before = warm.pid
    with pytest.raises(KeyboardInterrupt):
        warm.run(["build"], on_event=interrupt)
    assert warm.run(["build"], wait_seconds=10).success, "nothing keeps the file"
    assert warm.pid != before
    assert ids(data) == [(1,)]


@pytest.mark.thorough
def test_a_process_that_was_killed_is_reported_and_started_again(warm: WarmDbt, data: Path) -> None:
    os.kill(warm.pid, signal.SIGKILL)
    time.sleep(0.1)
    assert warm.run(["build"]).success

    def kill(_: LogEvent) -> None:
        os.killpg(warm.pid, signal.SIGKILL)

    with pytest.raises(UserError, match=r"dbt\.log, then run again"):
        warm.run(["build"], on_event=kill)
    assert warm.run(["build"]).success
    assert ids(data) == [(1,)]
