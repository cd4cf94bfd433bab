"""Build and test the tables with dbt, as the only build of the data folder."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from common.errors import BusyError, UserError
from flows.build_results import Build, failed_nodes_error
from flows.dbt.log_events import last_words
from flows.dbt.project_files import FileStates, states_of_project
from flows.warehouse_lock import build_lock, locked_file_error

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flows.dbt.log_events import LogEvent
    from flows.dbt.warm import DbtResult, WarmDbt

_LAST_LINES = 12
_WAIT_SECONDS = 600.0
# Functions hold no rows, and the tests of seeds read nothing else. An excluded seed would take
# tests of models along that compare with it, so seeds are left out by their type.
_UNCHANGED = ["config.materialized:table_function", "path:models/_seeds.yml"]


@dataclass
class Builder:
    """Builds and tests window after window with one `WarmDbt`.

    Parameters
    ----------
    dbt
        The process that builds.
    keep_warm
        Whether there will be another window.
    """

    dbt: WarmDbt
    keep_warm: bool = False
    _built: FileStates = field(default=(), init=False)

    def build_window(
        self,
        on_event: Callable[[LogEvent], None] = lambda _: None,
        on_wait: Callable[[str], None] = lambda _: None,
    ) -> Build:
        """Build the tables, test what the build has replaced, and publish what has changed.

        Unit tests test no table. Seeds are loaded and functions made when a file of the project has
        changed since the last window.

        Raises
        ------
        BusyError
            If another build runs, or another program keeps the DuckDB file open.
        UserError
            If a model or test fails, dbt cannot begin, or the data folder cannot be written.
            Tables that were finished stay.
        """
        files = states_of_project(self.dbt.project)
        types, excluded = ["unit_test"], ["tag:whole_history"]
        if files == self._built:
            types.append("seed")
            excluded += _UNCHANGED
        left_out = [option for kind in types for option in ("--exclude-resource-type", kind)]
        arguments = ["build", *left_out, "--exclude", *excluded]
        built = self.run(arguments, on_event, on_wait, tested="affected", publish=True)
        self._built = files
        return built

    def test_everything(
        self,
        on_event: Callable[[LogEvent], None] = lambda _: None,
        on_wait: Callable[[str], None] = lambda _: None,
    ) -> Build:
        """Run every data test over all of history. Raises as `build_window` does."""
        arguments = ["test", "--exclude-resource-type", "unit_test"]
        return self.run(arguments, on_event, on_wait)

    def run(
        self,
        arguments: Sequence[str],
        on_event: Callable[[LogEvent], None] = lambda _: None,
        on_wait: Callable[[str], None] = lambda _: None,
        *,
        tested: str = "all",
        landed_up_to: str = "",
        publish: bool = False,
    ) -> Build:
        """Run one dbt command that builds or tests. Raises as `build_window` does.

        Parameters
        ----------
        arguments
            Command and options.
        on_event, on_wait
            As in `WarmDbt.run`.
        tested
            Which rows tests read: ``all``, or ``affected`` by the same command.
        landed_up_to
            Last landed file of events that it takes; what sorts after it is left for a later
            build. Empty for all of them.
        publish
            Whether to publish the tables for readers behind it.
        """
        begun = time.perf_counter()
        variables = {"CASPERS_TESTS": tested}
        if landed_up_to:
            variables["CASPERS_LANDED_UP_TO"] = landed_up_to
        with build_lock():
            result = self.dbt.run(
                arguments,
                variables=variables,
                on_event=on_event,
                on_wait=on_wait,
                wait_seconds=_WAIT_SECONDS,
                publish=publish,
                keep_warm=self.keep_warm,
            )
        if result.success and result.nodes:
            seconds = time.perf_counter() - begun
            return Build(seconds, result.nodes, result.cpu_seconds, result.publication)
        raise (
            _locked(result)
            or failed_nodes_error(result.nodes, self.dbt.project / "logs" / "dbt.log")
            or _not_published(result)
            or UserError(f"dbt stopped; its last words:\n  {_last_words(result)}")
        )


def _locked(result: DbtResult) -> BusyError | None:
    messages = [event.message for event in result.events]
    return locked_file_error("\n".join([*messages, result.error]))


def _not_published(result: DbtResult) -> UserError | None:
    """Return the error of the publication, which comes behind a build that went well."""
    if not (result.nodes and result.error):
        return None
    return UserError(f"The tables are built, but not published: {result.error}")


def _last_words(result: DbtResult) -> str:
    return last_words(result.events, _LAST_LINES) if result.events else result.error
