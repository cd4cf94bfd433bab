"""The business as a Prefect flow: land a window, build the tables, publish the result.

The flow has no logic of its own: ``python -m flows.replay run`` calls the same functions, and
``dbt build`` builds the same tables. Prefect adds the schedule, retries and artifacts.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rich.console import Console

from common.dataset_files import EVENTS_FILE
from common.errors import BusyError, UserError
from common.paths import canonical_directory, landing_directory, warehouse_file
from common.progress import show_status
from flows.build import build
from flows.build_results import Build, format_build
from flows.business_lock import business_lock
from flows.canonical import make_default_dataset
from flows.replay import commands
from flows.replay.messages import format_report
from flows.replay.window import emitted_time, format_position
from flows.server import prefect_server, prepare_environment
from flows.summary import Kitchen, as_markdown, as_table, count_rows, read_kitchens, what_next

prepare_environment()

# Prefect reads its environment when it is imported.
from prefect import flow, task  # noqa: E402
from prefect.artifacts import create_markdown_artifact, create_table_artifact  # noqa: E402
from prefect.deployments import run_deployment  # noqa: E402
from prefect.events.worker import EventsWorker  # noqa: E402
from prefect.logging.handlers import APILogHandler, PrefectConsoleHandler  # noqa: E402
from prefect.runner import Runner  # noqa: E402
from prefect.runtime import flow_run  # noqa: E402
from prefect.schedules import Interval  # noqa: E402
from prefect.settings import PREFECT_API_URL, temporary_settings  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from prefect.client.schemas.objects import State

    from flows.dbt import LogEvent
    from flows.replay.commands import Report
    from flows.replay.window import Window

INTERVAL = timedelta(minutes=3)

_INTERRUPTED = 130
_DEPLOYMENT = "casper-kitchens/live"
_RETRIES = 4
_RETRY_SECONDS = 15.0
_DRAIN_SECONDS = 10.0
_POLL_SECONDS = 3.0
_CONSOLE_LEVEL = "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"


@dataclass(frozen=True)
class Outcome:
    """What one run of the business did."""

    report: Report
    built: Build
    kitchens: tuple[Kitchen, ...]


def _is_busy(_task: object, _run: object, state: State[object]) -> bool:
    """Whether a retry can help: only where another process was in the way."""
    return isinstance(state.result(raise_on_failure=False), BusyError)


@task(retries=_RETRIES, retry_delay_seconds=_RETRY_SECONDS, retry_condition_fn=_is_busy)
def land_window() -> Report:
    """Land the next window."""
    with _show_progress("Landing") as show:

        def show_position(window: Window, position: int) -> None:
            show(f"Landing {format_position(position)} to {format_position(window.last)}")

        return commands.run(
            canonical_directory(),
            landing_directory(),
            commands.utc_now(),
            commands.options_from_environment(),
            show_position,
        )


@task(retries=_RETRIES, retry_delay_seconds=_RETRY_SECONDS, retry_condition_fn=_is_busy)
def build_tables() -> Build:
    """Build and test the tables."""
    with _show_progress("Building") as show:

        def show_step(event: LogEvent) -> None:
            if event.step:
                show(f"Building {event.step.index} of {event.step.total}: {event.step.description}")

        return build(on_event=show_step)


@task(retries=_RETRIES, retry_delay_seconds=_RETRY_SECONDS, retry_condition_fn=_is_busy)
def publish(report: Report, built: Build) -> tuple[Kitchen, ...]:
    """Publish what the run did and the summary of the kitchens as artifacts of the run."""
    kitchens = read_kitchens(warehouse_file())
    create_table_artifact(
        key="window", table=[window_row(report, built)], description="The window that was landed"
    )
    create_table_artifact(
        key="tables",
        table=table_rows(built, count_rows(warehouse_file())),
        description="The tables that were built",
    )
    create_markdown_artifact(
        key="casper-kitchens", markdown=as_markdown(kitchens), description="Summary of the kitchens"
    )
    return kitchens


@flow(name="casper-kitchens", log_prints=False)
def casper_kitchens(*, announce: bool = False) -> Outcome:
    """Land the next window, build and test the tables, publish the result.

    Parameters
    ----------
    announce
        Whether to print what was done and when the next window comes, as a served flow has to: it
        runs in a process of its own.
    """
    try:
        report = land_window()
        built = build_tables()
        kitchens = publish(report, built)
    except Exception as error:
        if announce:
            what = str(error) if isinstance(error, UserError) else repr(error)
            print(f"error: {what}\n{_format_next_window()}", file=sys.stderr, flush=True)
        raise
    if announce:
        for line in format_window(report, built):
            print(line, flush=True)
    return Outcome(report, built, kitchens)


def format_window(report: Report, built: Build) -> list[str]:
    """Return what a window did: a line on what landed, one on what was built and comes next."""
    summary, *warnings = format_build(built)
    return [*format_report(report), f"{summary} {_format_next_window()}", *warnings]


def next_window(scheduled: datetime, now: datetime) -> datetime:
    """Return when the window after a scheduled one begins; one that is overdue begins at once."""
    return max(scheduled + INTERVAL, now)


def _format_next_window() -> str:
    now = datetime.now(UTC)
    scheduled = flow_run.scheduled_start_time or now
    return f"The next window comes at {next_window(scheduled, now).astimezone():%H:%M:%S}."


def window_row(report: Report, built: Build) -> dict[str, object]:
    """Return what a run did as one row of an artifact."""
    window, settings = report.window, report.settings

    def emitted(position: int) -> str:
        moment = emitted_time(position, settings.profile.epoch, settings.shift_days)
        return moment.isoformat(sep=" ", timespec="milliseconds")

    return {
        "case": str(report.case),
        "from": emitted(window.first) if window else "",
        "to": emitted(window.last) if window else "",
        "virtual": f"{format_position(window.first)} - {format_position(window.last)}"
        if window
        else "",
        "events": report.events,
        "tables built": len(built.built),
        "tests passed": len(built.tested),
        "warnings": len(built.warned),
        "landing seconds": round(report.seconds, 1),
        "build seconds": round(built.seconds, 1),
    }


def table_rows(built: Build, counts: Mapping[str, int]) -> list[dict[str, object]]:
    """Return what was built, table by table, with the rows that it holds now."""
    rows = []
    for node in built.built:
        table = ".".join((node.relation or "").replace('"', "").split(".")[-2:])
        if table in counts:
            rows.append({"table": table, "rows": counts[table], "seconds": round(node.seconds, 2)})
    return rows


def once() -> None:
    """Run the business once and print the result; make the dataset first where there is none.

    Raises
    ------
    UserError
        If a step fails.
    """
    _hide_prefect_console(logging.CRITICAL)
    make_dataset()
    with _server() as api, temporary_settings({PREFECT_API_URL: api}):
        state = casper_kitchens(return_state=True)
        # The server is about to end: unsent messages would be retried for a minute.
        APILogHandler().flush()
        EventsWorker.drain_all(timeout=_DRAIN_SECONDS)
    outcome = state.result(raise_on_failure=False)
    if isinstance(outcome, UserError):
        raise outcome
    if not isinstance(outcome, Outcome):
        raise UserError(f"The flow ended as {state.name}: {state.message}") from _as_cause(outcome)
    console = Console(highlight=False, soft_wrap=True)
    for line in (*format_report(outcome.report), *format_build(outcome.built)):
        console.print(line, markup=False)
    console.print(as_table(outcome.kitchens), soft_wrap=False)
    console.print(f"What next:\n{what_next()}", markup=False)


def serve() -> None:
    """Run the business now and every three minutes, until Ctrl-C or SIGTERM."""
    # Each window is announced by its own process, where Prefect's lines would hide it. They are all
    # in Prefect's pages.
    _hide_prefect_console(logging.ERROR)
    os.environ.setdefault(_CONSOLE_LEVEL, "CRITICAL")
    make_dataset()
    with _server() as api, temporary_settings({PREFECT_API_URL: api}):
        print(
            f"The business is live; watch it at {api.removesuffix('/api')} - Ctrl-C stops it.",
            flush=True,
        )
        runner = _Runner(name="casper-kitchens", limit=1, query_seconds=_POLL_SECONDS)
        runner.add_flow(
            casper_kitchens,
            name="live",
            parameters={"announce": True},
            schedule=Interval(INTERVAL, anchor_date=datetime.now(UTC) + INTERVAL),
        )
        # At once: a machine that is slow to set up the schedule would miss its first moment, and
        # then say nothing until the second.
        run_deployment(_DEPLOYMENT, timeout=0)
        with suppress(KeyboardInterrupt):
            asyncio.run(_run_until_stopped(runner))
    print("Stopped. All that landed and was built is complete; `make live` continues from there.")


def make_dataset() -> None:
    """Make the canonical dataset if there is none.

    Raises
    ------
    UserError
        If the dataset cannot be made.
    """
    canonical = canonical_directory()
    if not (canonical / EVENTS_FILE).exists():
        print("There is no canonical dataset yet: generating it.", file=sys.stderr)
        make_default_dataset(canonical)


@contextmanager
def _server() -> Iterator[str]:
    """Offer the Prefect server and say that one is started: on a small machine that takes long."""
    with ExitStack() as running:
        with show_status("Starting the Prefect server"):
            api = running.enter_context(prefect_server())
        yield api


def _hide_prefect_console(below: int) -> None:
    """Keep Prefect's log lines off the terminal, where the command shows its own progress."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, PrefectConsoleHandler):
            handler.setLevel(below)


class _Runner(Runner):
    """A runner that ends on SIGTERM as on Ctrl-C; Prefect's own handler waits for itself."""

    end: Callable[[], object]

    def handle_sigterm(self, *_args: object, **_kwargs: object) -> None:
        self.end()


async def _run_until_stopped(runner: _Runner) -> None:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None  # noqa: S101  # a coroutine runs in a task

    def end() -> None:
        print("Stopping after the current window is finished.", flush=True)
        loop.call_soon_threadsafe(task.cancel)

    runner.end = end
    try:
        await runner.start()
    except asyncio.CancelledError:
        # Ctrl-C and SIGTERM arrive here once the current run has ended.
        return


def _raise_keyboard_interrupt(*_: object) -> None:
    raise KeyboardInterrupt


class _HideTracebackOfUserErrors(logging.Filter):
    """Logs a `UserError` as its message alone: a traceback would hide what to do."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], UserError):
            record.msg, record.args, record.exc_info = str(record.exc_info[1]), (), None
        return True


def _as_cause(outcome: object) -> BaseException | None:
    return outcome if isinstance(outcome, BaseException) else None


@contextmanager
def _show_progress(what: str) -> Iterator[Callable[[str], None]]:
    """Show the progress of a step, and what it waits for where another process is in the way."""
    try:
        with show_status(what) as show:
            yield show
    except BusyError as error:
        # Prefect retries it later; without this line that would look like a hang.
        print(f"{what} has to wait: {error}", file=sys.stderr, flush=True)
        raise


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m flows.business",
        description="The whole business as a Prefect flow: land a window, build, publish.",
    )
    added = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    added.add_parser("once", help="run it once and show the summary of the kitchens")
    added.add_parser("serve", help="run it every three minutes until stopped")
    options = parser.parse_args(arguments)
    # SIGTERM must end what was started here, as Ctrl-C does.
    signal.signal(signal.SIGTERM, _raise_keyboard_interrupt)
    try:
        if options.command == "once":
            with business_lock("make run"):
                once()
        else:
            with business_lock("make live"):
                serve()
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped: all that landed and was built is complete, run again", file=sys.stderr)
        return _INTERRUPTED
    return 0


for _logger in ("prefect.task_runs", "prefect.flow_runs"):
    logging.getLogger(_logger).addFilter(_HideTracebackOfUserErrors())

if __name__ == "__main__":
    sys.exit(main())
