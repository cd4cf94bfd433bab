"""Keeps in mind what a window does while it runs, and writes it to the log when it ends."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from common.clock import utc_now
from common.errors import UserError
from common.landing.window import emitted_time, format_position
from common.paths import runs_directory
from common.system_errors import to_user_error
from flows.business.resources import StoppedError
from flows.business.run_log import Outcome, RunRecord, Step, write_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from flows.build_results import Build
    from flows.replay.commands import Report
    from flows.sync.mirror import Synced

_LONGEST_MESSAGE = 4000


@dataclass
class RunSoFar:
    """What a window has done so far.

    Attributes
    ----------
    began
        When it began, UTC without a zone.
    report, decisions, built, synced
        What its steps have returned; ``None`` before, and without Postgres.
    """

    began: datetime
    report: Report | None = None
    decisions: int | None = None
    built: Build | None = None
    synced: Synced | None = None
    _steps: list[Step] = field(default_factory=list)
    _clock: float = field(default_factory=time.perf_counter)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure a step, also one that fails."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self._steps.append(Step(name=name, seconds=_rounded(time.perf_counter() - begun)))

    def record(self, outcome: Outcome, message: str = "") -> RunRecord:
        """Return the record of the window, which ends with this."""
        return RunRecord(
            began=self.began,
            seconds=_rounded(time.perf_counter() - self._clock),
            outcome=outcome,
            message=message[:_LONGEST_MESSAGE],
            decisions=self.decisions,
            rows_written=self.synced.written if self.synced else None,
            rows_deleted=self.synced.deleted if self.synced else None,
            steps=tuple(_split_publication(self._steps, self.built)),
            **(_landed(self.report) if self.report else {}),
            **(_built(self.built) if self.built else {}),
        )


@contextmanager
def recorded_run(warn: Callable[[str], None]) -> Iterator[RunSoFar]:
    """Have a window recorded when it ends, however it ends.

    Parameters
    ----------
    warn
        Is told if the record cannot be written: a window is not lost for that.
    """
    run = RunSoFar(utc_now())
    try:
        yield run
    except BaseException as error:
        outcome, message = _reason(error)
        _write(run.record(outcome, message), warn)
        raise
    _write(run.record(Outcome.DONE), warn)


def _reason(error: BaseException) -> tuple[Outcome, str]:
    """Return how a window ended that raised this, and what to say about it."""
    if isinstance(error, StoppedError) or not isinstance(error, Exception):
        return Outcome.STOPPED, str(error) or "Stopped before the window was finished."
    if isinstance(error, UserError):
        return Outcome.FAILED, str(error)
    return Outcome.FAILED, f"{type(error).__name__}: {error}"


def _write(record: RunRecord, warn: Callable[[str], None]) -> None:
    try:
        write_run(runs_directory(), record)
    except OSError as error:
        warn(f"warning: {to_user_error(error, 'record this window in the log of the windows')}")


def _landed(report: Report) -> dict[str, Any]:
    landed: dict[str, Any] = {"case": str(report.case), "events": report.events}
    if report.window is None:
        return landed
    epoch, shift = report.settings.profile.epoch, report.settings.shift_days
    return landed | {
        "emitted_from": emitted_time(report.window.first, epoch, shift),
        "emitted_to": emitted_time(report.window.last, epoch, shift),
        "virtual_from": format_position(report.window.first),
        "virtual_to": format_position(report.window.last),
    }


def _built(built: Build) -> dict[str, Any]:
    counts: dict[str, Any] = {
        "tables": len(built.built),
        "tests": len(built.tested),
        "warnings": len(built.warned),
        "build_cpu_seconds": _rounded(built.cpu_seconds),
    }
    if built.publication is None:
        return counts
    return counts | {
        "build": built.publication.build,
        "files": built.publication.files,
        "files_written": built.publication.files_written,
    }


def _split_publication(steps: list[Step], built: Build | None) -> Iterator[Step]:
    """Yield the steps; the build's own is told apart from the publication, which is part of it."""
    published = built.publication.seconds if built and built.publication else None
    for step in steps:
        if step.name != "build" or published is None:
            yield step
            continue
        yield Step(name="build", seconds=_rounded(max(step.seconds - published, 0.0)))
        yield Step(name="publication", seconds=_rounded(published))


def _rounded(seconds: float) -> float:
    return round(seconds, 3)
