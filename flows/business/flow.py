"""The business as a Prefect flow. It has no logic of its own: each task calls a function."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.clock import utc_now
from common.errors import BusyError, UserError
from common.landing.window import format_position
from common.paths import canonical_directory, landing_directory, published_file
from flows.agents.ask import ask_and_describe
from flows.agents.endpoint import is_endpoint_set
from flows.business.display import PlainDisplay
from flows.business.messages import Exchanged, table_rows, window_row
from flows.business.recording import recorded_run
from flows.business.resources import current_resources, resources
from flows.replay import commands
from flows.server import prepare_environment
from flows.summary import Kitchen, as_markdown, read_kitchens

prepare_environment()

# Prefect reads its environment when it is imported.
from prefect import flow, task  # noqa: E402
from prefect.artifacts import create_markdown_artifact, create_table_artifact  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prefect.client.schemas.objects import State

    from common.landing.window import Window
    from flows.build_results import Build
    from flows.dbt.log_events import LogEvent
    from flows.replay.commands import Report
    from flows.sync.mirror import Synced

_RETRIES = 4
_RETRY_SECONDS = 15.0


@dataclass(frozen=True)
class Outcome:
    """What one run of the business did."""

    report: Report
    built: Build
    kitchens: tuple[Kitchen, ...]


def _is_busy(_task: object, _run: object, state: State[object]) -> bool:
    """Whether a retry can help: only where another process was in the way."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, BusyError) and not resources().stop.is_set()


@task(retries=_RETRIES, retry_delay_seconds=_RETRY_SECONDS, retry_condition_fn=_is_busy)
def land_window() -> Report:
    """Land the next window, or see what a live generator has landed."""
    with _step("Landing") as show:
        generator = resources().generator
        if generator is not None:
            return generator.land(resources().check_stop)

        def show_position(window: Window, position: int) -> None:
            show(f"Landing {format_position(position)} to {format_position(window.last)}")

        return commands.run(
            canonical_directory(),
            landing_directory(),
            utc_now(),
            commands.options_from_environment(),
            show_position,
        )


@task
def land_decisions() -> int:
    """Land what people have decided since the last window; without Postgres the business goes on.

    Why it is away is told by the sync.
    """
    with _step("Landing decisions"):
        try:
            return resources().postgres.export_decisions()
        except BusyError:
            return 0
        except UserError as error:
            resources().display.print_error(f"warning: {error}")
            return 0


@task(retries=_RETRIES, retry_delay_seconds=_RETRY_SECONDS, retry_condition_fn=_is_busy)
def build_tables() -> Build:
    """Build the tables, and test what the build has replaced."""
    with _step("Building") as show:
        return resources().builder.build_window(_show_steps("Building", show), _wait(show))


@task
def write_snapshot(report: Report) -> None:
    """Write the state of the world for the control room; without one the business goes on."""
    with _step("Writing the state of the world"):
        try:
            said = resources().snapshots.write(report)
        except UserError as error:
            said = f"warning: {error}"
    if said:
        resources().display.print_error(said)


@task
def ask_agents() -> None:
    """Ask the language model about what was just published; the next window builds on it."""
    with _step("Asking the language model"):
        line = ask_and_describe(resources().stop.is_set)
    if line:
        resources().display.print([line])


@task
def sync_postgres() -> Synced | None:
    """Make Postgres equal to what was published; without one the business goes on."""
    with _step("Writing to Postgres"):
        try:
            return resources().postgres.synchronize()
        except UserError as error:
            resources().display.print_error(f"warning: {error}")
            return None


@task
def report_window(report: Report, built: Build, exchanged: Exchanged) -> tuple[Kitchen, ...]:
    """Make artifacts of the run: the window, the tables that were built, and the kitchens."""
    kitchens = read_kitchens(published_file())
    rows = built.publication.rows if built.publication else {}
    create_table_artifact(
        key="window",
        table=[window_row(report, built, exchanged)],
        description="The window that was landed",
    )
    create_table_artifact(
        key="tables", table=table_rows(built, rows), description="The tables that were built"
    )
    create_markdown_artifact(
        key="casper-kitchens", markdown=as_markdown(kitchens), description="Summary of the kitchens"
    )
    return kitchens


@task
def write_report() -> None:
    """Write the report of what was published, and link it; without one the business goes on."""
    writer = resources().report
    if writer is None:
        return
    with _step("Writing the report"):
        try:
            written = writer.write()
        except UserError as error:
            resources().display.print_error(f"warning: {error}")
            return
    create_markdown_artifact(
        key="business-report",
        markdown=written.as_markdown(),
        description="The business to date, as a page that can be mailed",
    )


@flow(name="casper-kitchens", log_prints=False)
def casper_kitchens() -> Outcome:
    """Land the next window, build and test the tables, mirror what was published, report it."""
    with (
        current_resources(PlainDisplay()) as found,
        recorded_run(found.display.print_error) as run,
    ):
        with run.step("landing"):
            run.report = report = land_window()
        with run.step("snapshot"):
            # Before the build: whoever is told of it finds the state of its window.
            write_snapshot(report)
        with run.step("decisions"):
            run.decisions = decided = land_decisions()
        found.check_stop()
        with run.step("build"):
            run.built = built = build_tables()
        with run.step("sync"):
            run.synced = synced = sync_postgres()
        if is_endpoint_set():
            with run.step("agents"):
                ask_agents()
        with run.step("report"):
            kitchens = report_window(report, built, Exchanged(decided, synced))
        if found.report is not None and found.report.is_due():
            with run.step("page"):
                write_report()
        return Outcome(report, built, kitchens)


@task(retries=_RETRIES, retry_delay_seconds=_RETRY_SECONDS, retry_condition_fn=_is_busy)
def run_data_tests() -> Build:
    """Run every data test over all of history."""
    with _step("Testing all of history") as show:
        return resources().builder.test_everything(_show_steps("Testing", show), _wait(show))


@flow(name="casper-kitchens-check", log_prints=False)
def check_history() -> Build:
    """Test all of history, as ``make check`` does."""
    with current_resources(PlainDisplay()):
        return run_data_tests()


@contextmanager
def _step(what: str) -> Iterator[Callable[[str], None]]:
    """Show a step, and what it waits for where another process is in the way."""
    with resources().display.step(what) as show:
        try:
            yield show
        except BusyError as error:
            # Prefect retries it later; without this that would look like a hang.
            show(f"{what} has to wait: {error}")
            raise


def _show_steps(what: str, show: Callable[[str], None]) -> Callable[[LogEvent], None]:
    def show_step(event: LogEvent) -> None:
        if event.step:
            show(f"{what} {event.step.index} of {event.step.total}: {event.step.description}")

    return show_step


def _wait(show: Callable[[str], None]) -> Callable[[str], None]:
    def show_wait(reason: str) -> None:
        resources().check_stop()
        show(f"Waiting: {reason}")

    return show_wait


class _HideTracebackOfUserErrors(logging.Filter):
    """Logs a `UserError` as its message alone: a traceback would hide what to do."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], UserError):
            record.msg, record.args, record.exc_info = str(record.exc_info[1]), (), None
        return True


for _logger in ("prefect.task_runs", "prefect.flow_runs"):
    logging.getLogger(_logger).addFilter(_HideTracebackOfUserErrors())
