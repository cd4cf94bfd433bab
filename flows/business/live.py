"""Run the business window after window: ``make live``.

Prefect has the schedule: a deployment whose runs this process takes as they become due, and runs in
itself. A process for each run, as ``flow.serve`` starts it, would import Prefect again for every
window (docs/decisions/0025-the-loop.md).
"""

from __future__ import annotations

import signal
import threading
import time
import zlib
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from common.errors import UserError
from common.paths import PROJECT, data_directory
from flows.build import Builder
from flows.business.desk import started_desk
from flows.business.display import make_display
from flows.business.live_generator import check_landing_is_of, started_live_generator
from flows.business.messages import format_next_window, format_window
from flows.business.once import outcome_of
from flows.business.report import BusinessReport
from flows.business.resources import Resources, StoppedError, using
from flows.business.startup import started
from flows.check import format_check

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.business.schedule import Schedule
    from flows.dbt.warm import WarmDbt

INTERVAL = timedelta(minutes=3)
CHECK_INTERVAL = timedelta(hours=1)
"""How often every data test runs over all of history."""

_POLL_SECONDS = 5.0
_SIGNAL_SECONDS = 0.1
# `make` passes on a signal that a service manager sends to all processes of a service, too.
_ONE_REQUEST_SECONDS = 0.25


@dataclass(frozen=True)
class LiveOptions:
    """How the business is run.

    Attributes
    ----------
    interval
        Time from the beginning of a window to that of the next.
    windows
        How many windows to run; until it is stopped where ``None``.
    generator
        Options of the live generator that makes what lands; ``None`` to replay a dataset.
    """

    interval: timedelta = INTERVAL
    windows: int | None = None
    generator: Sequence[str] | None = None


def deployment_name() -> str:
    """Return the name of the deployment: one for each data folder, if several share a server."""
    data = data_directory()
    if data == PROJECT / "data":
        return "live"
    return f"live-{data.name}-{zlib.crc32(str(data).encode()):08x}"


def serve(options: LiveOptions) -> None:
    """Run the business now and then every interval, until Ctrl-C or SIGTERM.

    The first of them ends it after the running step, the second at once.

    Raises
    ------
    UserError
        If Prefect's server cannot be started or stays away, or the landing belongs to the other
        way of making events.
    """
    check_landing_is_of(live=options.generator is not None)
    with started() as (server, dbt, postgres), ExitStack() as stack:
        from flows.business.schedule import Schedule  # noqa: PLC0415  (imports Prefect)

        schedule = Schedule(deployment_name(), options.interval)
        page = server.api.removesuffix("/api")
        display = make_display()
        display.print([f"The business is live; watch it at {page} - Ctrl-C stops it."])
        # The desk then finds a server that runs, and leaves it running.
        postgres.wait_until_started()
        with started_desk(), display:
            generator = (
                None
                if options.generator is None
                else stack.enter_context(started_live_generator(options.generator))
            )
            resources = Resources(
                Builder(dbt, keep_warm=True), display, postgres, BusinessReport(), generator
            )
            _run_until_stopped(_Loop(resources, schedule, options), dbt)
    print("Stopped. All that landed and was built is complete; `make live` continues from there.")


class _Loop(threading.Thread):
    """Runs window after window.

    In a thread, because the main one waits for signals: Prefect would end a run in the middle of a
    step when SIGTERM arrives in the thread of the run.
    """

    def __init__(
        self,
        resources: Resources,
        schedule: Schedule,
        options: LiveOptions,
    ) -> None:
        super().__init__(name="windows", daemon=True)
        self.error: BaseException | None = None
        self.resources = resources
        self._display = resources.display
        self._schedule = schedule
        self._left = options.windows
        self._checked = time.monotonic()

    def run(self) -> None:
        """Run windows until the business is stopped or the last of them is done."""
        try:
            with using(self.resources):
                self._run_windows()
        except BaseException as error:
            self.error = error
        finally:
            self.resources.stop.set()

    def _run_windows(self) -> None:
        with self._schedule:
            while not self.resources.stop.is_set() and self._left != 0:
                due = self._schedule.take_due()
                if due is None:
                    self._wait()
                    continue
                self._run_window(due)
                if self._left is not None:
                    self._left -= 1
                self._check_when_due()

    def _wait(self) -> None:
        seconds = (self._schedule.following() - datetime.now(UTC)).total_seconds()
        self.resources.stop.wait(min(max(seconds, 0.05), _POLL_SECONDS))

    def _run_window(self, due: object) -> None:
        begun = time.perf_counter()
        try:
            outcome = outcome_of(self._schedule.run(due))
        except StoppedError:
            return
        except UserError as error:
            self._report_error(error)
            return
        seconds = time.perf_counter() - begun
        following = self._schedule.following()
        lines = format_window(outcome.report, outcome.built, seconds, following)
        self._display.print(lines)
        self._display.show_kitchens(outcome.kitchens, following)

    def _report_error(self, error: UserError) -> None:
        following = self._schedule.following()
        self._display.print_error(f"error: {error}")
        self._display.print_error(format_next_window(following))
        self._display.show_kitchens((), following)

    def _check_when_due(self) -> None:
        if self.resources.stop.is_set():
            return
        if time.monotonic() - self._checked < CHECK_INTERVAL.total_seconds():
            return
        self._checked = time.monotonic()
        try:
            tested = self._schedule.check()
        except StoppedError:
            return
        except UserError as error:
            self._report_error(error)
        else:
            self._display.print(format_check(tested))


def _run_until_stopped(loop: _Loop, dbt: WarmDbt) -> None:
    stop, asked = loop.resources.stop, list[float]()

    def note_request(*_: object) -> None:
        # Nothing else: a handler can interrupt itself, and the lock of an event is not for that.
        asked.append(time.monotonic())

    before = {name: signal.signal(name, note_request) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        loop.start()
        while loop.is_alive():
            loop.join(_SIGNAL_SECONDS)
            if asked and not stop.is_set():
                stop.set()
                loop.resources.display.print(["Stopping after the running step."])
            if asked and asked[-1] - asked[0] > _ONE_REQUEST_SECONDS:
                dbt.kill()
                raise KeyboardInterrupt
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
    if loop.error:
        raise loop.error
