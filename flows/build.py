"""Build and test the tables with dbt, as the only build of the data folder."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from common.errors import BusyError, UserError
from common.paths import PROJECT, warehouse_file
from flows.build_results import Build, failed_nodes_error, read_results
from flows.dbt import dbt_arguments, last_words, run_dbt
from flows.warehouse_lock import build_lock, locked_file_error, wait_until_closed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from flows.dbt import LogEvent

_LAST_LINES = 12


def build(
    *,
    select: Sequence[str] = (),
    on_event: Callable[[LogEvent], None] = lambda _: None,
    project: Path = PROJECT,
) -> Build:
    """Build and test the tables with dbt.

    Parameters
    ----------
    select, project
        As in `dbt_arguments`.
    on_event
        Called with each event of dbt's log as it arrives.

    Raises
    ------
    BusyError
        If another build runs, or another program has the DuckDB file open.
    UserError
        If a model or test fails, dbt cannot begin, or the data folder cannot be written. Tables
        that were finished stay.
    """
    begun = time.perf_counter()
    results = project / os.environ.get("DBT_TARGET_PATH", "target") / "run_results.json"
    with build_lock():
        wait_until_closed(warehouse_file())
        # Results of an earlier build must not be taken for those of a build that never started.
        before = _modified(results)
        code, events = run_dbt(
            dbt_arguments(select=select, project=project),
            project,
            on_event,
        )
        nodes = read_results(results) if _modified(results) != before else ()
    if code == 0 and nodes:
        return Build(time.perf_counter() - begun, nodes)
    raise (
        _locked(events)
        or failed_nodes_error(nodes, project / "logs" / "dbt.log")
        or UserError(
            f"dbt ended with code {code}; its last words:\n  {last_words(events, _LAST_LINES)}"
        )
    )


def _locked(events: Sequence[LogEvent]) -> BusyError | None:
    return locked_file_error("\n".join(event.message for event in events))


def _modified(file: Path) -> int:
    return file.stat().st_mtime_ns if file.exists() else 0
