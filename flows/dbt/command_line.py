"""dbt as a process: its command line and its environment.

dbt never runs inside this process, so no lock on the DuckDB file outlives a build.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import deque
from typing import TYPE_CHECKING

from common.paths import PROJECT, data_directory
from flows.dbt.log_events import REMEMBERED_EVENTS, parse_log_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from flows.dbt.log_events import LogEvent

DBT = ("-m", "dbt.cli.main")
"""What runs dbt, behind the name of a Python."""

_TERMINATE_SECONDS = 20


def dbt_arguments(
    command: str = "build",
    *options: str,
    select: Sequence[str] = (),
    project: Path = PROJECT,
) -> list[str]:
    """Return the command line that runs dbt on the project with this Python.

    Parameters
    ----------
    command
        ``build``, ``seed``, ``run-operation``, …
    *options
        Further arguments of the command.
    select
        Nodes in dbt's selection syntax; all where empty.
    project
        Folder of ``dbt_project.yml`` and ``profiles.yml``.
    """
    # Events for this process, text for the person who opens logs/dbt.log.
    arguments = [sys.executable, *DBT, "--log-format", "json", "--log-format-file", "debug"]
    arguments += ["--no-use-colors", command, *options]
    arguments += ["--project-dir", str(project), "--profiles-dir", str(project)]
    if select:
        arguments += ["--select", *select]
    return arguments


def dbt_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for dbt: no telemetry, and the same data folder from any folder.

    ``CASPERS_DATA`` stays unset where it was: dbt parses its files again when it changes.
    """
    changed = {"DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    if environment.get("CASPERS_DATA"):
        changed["CASPERS_DATA"] = str(data_directory())
    return {**environment, **changed}


def run_dbt(
    arguments: Sequence[str],
    folder: Path = PROJECT,
    on_event: Callable[[LogEvent], None] = lambda _: None,
    variables: Mapping[str, str] | None = None,
) -> tuple[int, list[LogEvent]]:
    """Run dbt until it ends and return its exit code and its last events.

    Parameters
    ----------
    arguments
        As `dbt_arguments` returns them.
    folder
        Where it runs.
    on_event
        Called with each event as it arrives. If it raises, dbt is ended first.
    variables
        Environment variables for this run, in place of those of this process.
    """
    remembered: deque[LogEvent] = deque(maxlen=REMEMBERED_EVENTS)
    with subprocess.Popen(
        arguments,
        cwd=folder,
        env={**dbt_environment(os.environ), **(variables or {})},
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
                event = parse_log_line(line)
                remembered.append(event)
                on_event(event)
        except BaseException:
            _stop(process)
            raise
    return process.returncode, list(remembered)


def _stop(process: subprocess.Popen[str]) -> None:
    """End dbt and wait for it: an interrupted run must not leave a writer behind."""
    process.terminate()
    try:
        process.wait(_TERMINATE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
