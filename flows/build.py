"""Build and test the tables: dbt in a process of its own, told and understood.

dbt never runs inside this process, so that no lock on the DuckDB file outlives a build.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
from filelock import FileLock, Timeout

from common.errors import BusyError, UserError
from common.paths import PROJECT, data_directory, warehouse_file
from common.system_errors import to_user_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
_STEP = re.compile(
    r"(?P<done>\d+) of (?P<total>\d+) [A-Z]+(?: [A-Z]+)* (?P<what>\S.*?) ?\.{2,} ?\["
)
_HOLDER = re.compile(r"Conflicting lock is held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")
_LOCKED = re.compile(r"Could not set lock on file \"?(?P<file>[^\":]+)")
_REMEMBERED_LINES = 400
_TOLD_LINES = 12
_TOLD_FAULTS = 5
_PATIENCE_SECONDS = 20
_FREE_SECONDS = 7.0
_POLL_SECONDS = 0.25
_BUILT = frozenset({"model", "seed", "snapshot"})
_TESTED = frozenset({"test", "unit_test"})
_WELL = frozenset({"success", "pass", "no-op"})
_BROKEN = frozenset({"error", "fail", "runtime error"})


@dataclass(frozen=True, slots=True)
class Node:
    """What became of one model, seed or test.

    Attributes
    ----------
    unique_id
        dbt's name, for example ``model.caspers_kitchens.all_events``.
    relation
        Table or view it made, quoted, or ``None``.
    status
        dbt's word for it: ``success``, ``pass``, ``warn``, ``error``, ``fail``, ``skipped``, …
    seconds
        How long it took.
    failures
        Rows that a test found wrong.
    message
        What dbt says about it.
    """

    unique_id: str
    relation: str | None
    status: str
    seconds: float
    failures: int
    message: str

    @property
    def kind(self) -> str:
        """``model``, ``seed``, ``test``, ``unit_test``, …"""  # noqa: D400  # an open list
        return self.unique_id.split(".", maxsplit=1)[0]

    @property
    def name(self) -> str:
        """The name a person knows it by."""
        return self.unique_id.split(".")[2]


@dataclass(frozen=True, slots=True)
class Build:
    """What a build did."""

    seconds: float
    nodes: tuple[Node, ...]

    @property
    def built(self) -> tuple[Node, ...]:
        """Models, seeds and snapshots that were built."""
        return tuple(n for n in self.nodes if n.kind in _BUILT and n.status in _WELL)

    @property
    def tested(self) -> tuple[Node, ...]:
        """Tests that passed."""
        return tuple(n for n in self.nodes if n.kind in _TESTED and n.status in _WELL)

    @property
    def warned(self) -> tuple[Node, ...]:
        """Whatever ended with a warning."""
        return tuple(n for n in self.nodes if n.status == "warn")

    def told(self) -> list[str]:
        """Return the build in one sentence, and each warning in one."""
        return [
            (
                f"Built {len(self.built)} tables and passed {len(self.tested)} tests "
                f"in {self.seconds:.0f} s."
            ),
            *(f"Warning: {node.name}: {_first_lines(node.message)}" for node in self.warned),
        ]


def dbt_arguments(
    command: str = "build",
    *,
    select: Sequence[str] = (),
    full_refresh: bool = False,
    project: Path = PROJECT,
) -> list[str]:
    """Return the command line that runs dbt on the project with this Python.

    Parameters
    ----------
    command
        ``build``, ``seed``, ``test``, …
    select
        Nodes in dbt's selection syntax; all where empty.
    full_refresh
        Whether incremental tables are built anew.
    project
        Folder of ``dbt_project.yml`` and ``profiles.yml``.
    """
    arguments = [sys.executable, "-m", "dbt.cli.main", "--no-use-colors", command]
    arguments += ["--project-dir", str(project), "--profiles-dir", str(project)]
    if select:
        arguments += ["--select", *select]
    if full_refresh:
        arguments.append("--full-refresh")
    return arguments


def dbt_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for dbt: no telemetry, and the same data folder from any folder.

    ``CASPERS_DATA`` stays unset where it was: dbt parses its files anew when it changes.
    """
    changed = {"DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    if environment.get("CASPERS_DATA"):
        changed["CASPERS_DATA"] = str(data_directory())
    return {**environment, **changed}


def step_of(line: str) -> tuple[int, int, str] | None:
    """Read ``3 of 42 START sql table model lakeflow.all_events .... [RUN]`` from dbt's output.

    Returns
    -------
    Number of the step, number of steps, and what it is; ``None`` for another line.
    """
    match = _STEP.search(line)
    return (int(match["done"]), int(match["total"]), match["what"]) if match else None


def lock_trouble(output: str) -> BusyError | None:
    """Return the error that names who holds the DuckDB file, if that is what dbt complains of."""
    locked = _LOCKED.search(output)
    if locked is None:
        return None
    holder = _HOLDER.search(output)
    who = f" in {holder['program']} (process {holder['pid']})" if holder else " in another program"
    return BusyError(
        f"{locked['file'].strip()} is open{who}: close it there, then run again. "
        "DuckDB has one writer, and nobody reads while it writes."
    )


def read_results(file: Path) -> tuple[Node, ...]:
    """Return what dbt's ``run_results.json`` says.

    Raises
    ------
    UserError
        If the file is missing or is not what dbt writes.
    """
    try:
        results: list[dict[str, Any]] = json.loads(file.read_bytes())["results"]
        return tuple(
            Node(
                unique_id=str(result["unique_id"]),
                relation=result.get("relation_name"),
                status=str(result["status"]),
                seconds=float(result["execution_time"]),
                failures=int(result["failures"] or 0),
                message=str(result.get("message") or ""),
            )
            for result in results
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"dbt's results in {file} cannot be read ({error}): build again."
        ) from error


def build(
    *,
    select: Sequence[str] = (),
    full_refresh: bool = False,
    show: Callable[[str], None] = lambda _: None,
    project: Path = PROJECT,
) -> Build:
    """Build and test the tables with dbt.

    Parameters
    ----------
    select, full_refresh, project
        As in `dbt_arguments`.
    show
        Called with each line that dbt writes, as it writes it.

    Raises
    ------
    BusyError
        If another build runs, or another program has the DuckDB file open.
    UserError
        If a model or test fails, dbt cannot begin, or the data folder cannot be written. Tables
        that were finished stay.
    """
    begun = time.perf_counter()
    target = project / os.environ.get("DBT_TARGET_PATH", "target")
    results = target / "run_results.json"
    with build_lock():
        _wait_until_free(warehouse_file())
        before = _stamp(results)
        code, lines = _run(
            dbt_arguments(select=select, full_refresh=full_refresh, project=project),
            project,
            show,
        )
        nodes = read_results(results) if _stamp(results) != before else ()
    if code == 0 and nodes:
        return Build(time.perf_counter() - begun, nodes)
    raise lock_trouble("\n".join(lines)) or _failure(code, nodes, lines, project)


def _failure(code: int, nodes: Sequence[Node], lines: Sequence[str], project: Path) -> UserError:
    broken = [node for node in nodes if node.status in _BROKEN]
    if not broken:
        tail = "\n  ".join(line for line in lines[-_TOLD_LINES:] if line.strip())
        return UserError(f"dbt ended with code {code}; its last words:\n  {tail}")
    told = [f"  {node.name}: {_first_lines(node.message)}" for node in broken[:_TOLD_FAULTS]]
    if len(broken) > _TOLD_FAULTS:
        told.append(f"  … and {len(broken) - _TOLD_FAULTS} more")
    return UserError(
        f"dbt could not build or test {len(broken)} of {len(nodes)} nodes; the rest is there, "
        f"all of it is in {project / 'logs' / 'dbt.log'}; mend it and run `dbt retry`:\n"
        + "\n".join(told)
    )


def _first_lines(message: str) -> str:
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    return " ".join(lines[:2])


def _run(
    arguments: Sequence[str], folder: Path, show: Callable[[str], None]
) -> tuple[int, list[str]]:
    remembered: deque[str] = deque(maxlen=_REMEMBERED_LINES)
    with subprocess.Popen(
        arguments,
        cwd=folder,
        env=dbt_environment(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None  # noqa: S101  # it is a pipe
        try:
            for line in process.stdout:
                plain = _ESCAPES.sub("", line.rstrip())
                remembered.append(plain)
                show(plain)
        except BaseException:
            _stop(process)
            raise
    return process.returncode, list(remembered)


def _stop(process: subprocess.Popen[str]) -> None:
    """End dbt and wait for it: whoever is stopped must not leave a writer behind."""
    process.terminate()
    try:
        process.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def _wait_until_free(file: Path) -> None:
    """Wait a bounded time for others to close the file: dbt would wait for a minute, in silence."""
    patience = time.monotonic() + _FREE_SECONDS
    while file.exists():
        try:
            duckdb.connect(str(file)).close()
        except duckdb.Error as error:
            trouble = lock_trouble(str(error))
            if trouble is None:
                # Whatever else is wrong with the file, dbt meets it and tells it.
                return
            if time.monotonic() >= patience:
                raise trouble from error
            time.sleep(_POLL_SECONDS)
        else:
            return


def _stamp(file: Path) -> int:
    return file.stat().st_mtime_ns if file.exists() else 0


@contextmanager
def build_lock(*, leave_nothing: bool = False) -> Iterator[None]:
    """Be the only build of this data folder.

    Parameters
    ----------
    leave_nothing
        Whether the lock's own file is removed afterwards.

    Raises
    ------
    BusyError
        If another build runs.
    """
    lock_file = data_directory() / "build.lock"
    lock = FileLock(lock_file)
    try:
        lock_file.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise BusyError(
            f"Another build of {warehouse_file()} runs: wait until it has ended."
        ) from None
    except OSError as error:
        raise to_user_error(error, "build beside") from error
    try:
        yield
    finally:
        if leave_nothing:
            lock_file.unlink(missing_ok=True)
        lock.release()
