"""The business as a Prefect flow: land a window, build the tables, publish what came of it.

The flow conducts and does nothing itself: ``python -m flows.replay run`` and ``dbt build`` call
the same functions. Prefect adds the schedule, retries, progress and artifacts.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rich.console import Console

from common.errors import BusyError, UserError
from common.paths import canonical_directory, landing_directory, warehouse_file
from flows.build import Build, build, step_of
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
from prefect.events.worker import EventsWorker  # noqa: E402
from prefect.logging.handlers import APILogHandler, PrefectConsoleHandler  # noqa: E402
from prefect.runner import Runner  # noqa: E402
from prefect.schedules import Interval  # noqa: E402
from prefect.settings import PREFECT_API_URL, temporary_settings  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from prefect.client.schemas.objects import State

    from flows.replay.commands import Report
    from flows.replay.window import Window

INTERVAL = timedelta(minutes=3)

_INTERRUPTED = 130
_FIRST_RUN_DELAY = timedelta(seconds=5)
_RETRIES = 4
_RETRY_SECONDS = 15.0
_SILENCE_SECONDS = 5.0
_DRAIN_SECONDS = 10.0
_POLL_SECONDS = 3.0


@dataclass(frozen=True)
class Outcome:
    """What one run of the business did."""

    report: Report
    built: Build
    kitchens: tuple[Kitchen, ...]


def _held_elsewhere(_task: object, _run: object, state: State[object]) -> bool:
    """Whether trying again can help: only where another process was in the way."""
    return isinstance(state.result(raise_on_failure=False), BusyError)


@task(retries=_RETRIES, retry_delay_seconds=_RETRY_SECONDS, retry_condition_fn=_held_elsewhere)
def land_window() -> Report:
    """Land the next window."""
    with _progress("Landing") as show:

        def landed_up_to(window: Window, position: int) -> None:
            show(f"Landing {format_position(position)} to {format_position(window.last)}")

        return commands.run(
            canonical_directory(),
            landing_directory(),
            commands.utc_now(),
            commands.options_from_environment(),
            landed_up_to,
        )


@task(retries=_RETRIES, retry_delay_seconds=_RETRY_SECONDS, retry_condition_fn=_held_elsewhere)
def build_tables() -> Build:
    """Build and test the tables."""
    with _progress("Building") as show:

        def built_up_to(line: str) -> None:
            step = step_of(line)
            if step and not step[2].startswith("hook:"):
                show(f"Building {step[0]} of {step[1]}: {step[2]}")

        return build(show=built_up_to)


@task(retries=_RETRIES, retry_delay_seconds=_RETRY_SECONDS, retry_condition_fn=_held_elsewhere)
def publish(report: Report, built: Build) -> tuple[Kitchen, ...]:
    """Publish what the run did and how the kitchens do, as artifacts of the run."""
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
        key="casper-kitchens", markdown=as_markdown(kitchens), description="How the kitchens do"
    )
    return kitchens


@flow(name="casper-kitchens", log_prints=False)
def casper_kitchens() -> Outcome:
    """Land the next window, build and test the tables, publish the result."""
    report = land_window()
    built = build_tables()
    kitchens = publish(report, built)
    return Outcome(report, built, kitchens)


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
    """Run the business once, with its dataset made where there is none; say what came of it.

    Raises
    ------
    UserError
        If a step fails.
    """
    _silence_prefect()
    make_dataset()
    with prefect_server() as api, temporary_settings({PREFECT_API_URL: api}):
        state = casper_kitchens(return_state=True)
        # The server is about to end: what waits to be sent would be retried for a minute.
        APILogHandler().flush()
        EventsWorker.drain_all(timeout=_DRAIN_SECONDS)
    outcome = state.result(raise_on_failure=False)
    if isinstance(outcome, UserError):
        raise outcome
    if not isinstance(outcome, Outcome):
        raise UserError(f"The flow ended as {state.name}: {state.message}") from _cause(outcome)
    console = Console(highlight=False, soft_wrap=True)
    for line in (*format_report(outcome.report), *outcome.built.told()):
        console.print(line, markup=False)
    console.print(as_table(outcome.kitchens), soft_wrap=False)
    console.print(f"What next:\n{what_next()}", markup=False)


def serve() -> None:
    """Run the business now and every three minutes, until Ctrl-C or SIGTERM."""
    make_dataset()
    with prefect_server() as api, temporary_settings({PREFECT_API_URL: api}):
        print(
            f"The business is live; watch it at {api.removesuffix('/api')} - Ctrl-C stops it.",
            flush=True,
        )
        runner = _Runner(name="casper-kitchens", limit=1, query_seconds=_POLL_SECONDS)
        runner.add_flow(
            casper_kitchens,
            name="live",
            schedule=Interval(INTERVAL, anchor_date=datetime.now(UTC) + _FIRST_RUN_DELAY),
        )
        with suppress(KeyboardInterrupt):
            asyncio.run(_until_stopped(runner))
    print("Stopped. What was landed and built is whole; `make live` goes on from there.")


def make_dataset() -> None:
    """Make the canonical dataset if there is none.

    Raises
    ------
    UserError
        If the dataset cannot be made.
    """
    canonical = canonical_directory()
    if not (canonical / "events.parquet").exists():
        print("There is no canonical dataset yet: making it.", file=sys.stderr)
        make_default_dataset(canonical)


def _silence_prefect() -> None:
    """Keep Prefect's lines from the terminal, where the person is told better."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, PrefectConsoleHandler):
            handler.setLevel(logging.CRITICAL)


class _Runner(Runner):
    """A runner that ends on SIGTERM as on Ctrl-C; Prefect's own handler waits for itself."""

    end: Callable[[], object]

    def handle_sigterm(self, *_args: object, **_kwargs: object) -> None:
        self.end()


async def _until_stopped(runner: _Runner) -> None:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None  # noqa: S101  # a coroutine runs in a task

    def end() -> None:
        print("Stopping; a window under way is finished first.", flush=True)
        loop.call_soon_threadsafe(task.cancel)

    runner.end = end
    try:
        await runner.start()
    except asyncio.CancelledError:
        # Ctrl-C and SIGTERM arrive here after a run that was under way has ended.
        return


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


class _OneLine(logging.Filter):
    """Leaves the traceback out where the message says all a person needs."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], UserError):
            record.msg, record.args, record.exc_info = str(record.exc_info[1]), (), None
        return True


def _cause(outcome: object) -> BaseException | None:
    return outcome if isinstance(outcome, BaseException) else None


@contextmanager
def _progress(what: str) -> Iterator[Callable[[str], None]]:
    """Show how far a long step is: in place on a terminal, a line now and then elsewhere."""
    console = Console(stderr=True)
    try:
        if console.is_terminal:
            with console.status(f"{what} …") as status:
                yield lambda text: status.update(f"{text} …")
        else:
            _say(f"{what} …")
            yield _now_and_then()
    except BusyError as error:
        # It is tried again; without a word that would look as if nothing happened.
        _say(f"{what} has to wait: {error}")
        raise


def _now_and_then() -> Callable[[str], None]:
    said = time.monotonic()

    def show(text: str) -> None:
        nonlocal said
        if time.monotonic() - said >= _SILENCE_SECONDS:
            said = time.monotonic()
            _say(text)

    return show


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m flows.business",
        description="The whole business as a Prefect flow: land a window, build, publish.",
    )
    added = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    added.add_parser("once", help="run it once and show how the kitchens do")
    added.add_parser("serve", help="run it every three minutes until stopped")
    options = parser.parse_args(arguments)
    # SIGTERM must end what was started here, as Ctrl-C does.
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        if options.command == "once":
            once()
        else:
            serve()
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped: what was landed and built is whole, run again", file=sys.stderr)
        return _INTERRUPTED
    return 0


for _logger in ("prefect.task_runs", "prefect.flow_runs"):
    logging.getLogger(_logger).addFilter(_OneLine())

if __name__ == "__main__":
    sys.exit(main())
