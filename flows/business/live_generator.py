"""The live generator beside the business: a process of its own, which ends with this one."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from common.clock import utc_now
from common.errors import UserError
from common.landing.landing import Landing, watermark
from common.landing.settings import known_settings, read_settings
from common.landing.window import Case, Window, next_window
from common.paths import landing_directory
from flows.business.companions import companion
from flows.replay.commands import Report

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

_MODULE = "generator"
_SECONDS_TO_END = 30.0
_POLL_SECONDS = 0.2


def check_landing_is_of(*, live: bool) -> None:
    """Refuse to begin where the landing belongs to the other way of making events.

    Parameters
    ----------
    live
        Whether a live generator is to make them; otherwise a replay.

    Raises
    ------
    UserError
        If another one has begun this landing.
    """
    landing = landing_directory()
    settings = read_settings(Landing(landing))
    if settings is None or settings.profile.is_live == live:
        return
    if live:
        raise UserError(
            f"{landing} belongs to the replay of a dataset: give the live business a folder of its "
            "own, `CASPERS_DATA=data/live make live LIVE=1`, or remove what has landed with "
            "`python -m flows.replay reset` and build with `--full-refresh`."
        )
    raise UserError(
        f"{landing} belongs to a live generator: go on with `make live LIVE=1`, or name another "
        "data folder in CASPERS_DATA."
    )


class LiveGeneratorProcess:
    """A running live generator, and how much of what it landed has been reported.

    Parameters
    ----------
    process
        Its process.
    landing
        Where it lands.
    """

    def __init__(self, process: subprocess.Popen[bytes], landing: Path) -> None:
        self._process = process
        self._landing = Landing(landing)
        self._reported: Path | None = None

    def land(self, check_stop: Callable[[], None]) -> Report:
        """Return what has landed since the last call; the first time, wait for the first window.

        Parameters
        ----------
        check_stop
            Called while it waits; raises to end that.

        Raises
        ------
        UserError
            If the generator has ended, and nothing is left to build.
        """
        begun = time.perf_counter()
        files = self._new_files()
        while not files and self._reported is None and self._process.poll() is None:
            check_stop()
            time.sleep(_POLL_SECONDS)
            files = self._new_files()
        # A generator whose days are over has ended well; what it landed stays.
        if not files and self._process.poll() not in {None, 0}:
            raise UserError(
                "The live generator has ended, as it says above: fix that and start again, "
                "`make live LIVE=1` goes on from here."
            )
        return self._report(files, time.perf_counter() - begun)

    def _new_files(self) -> list[Path]:
        last = self._reported
        return [
            file for file in self._landing.window_files() if last is None or file.name > last.name
        ]

    def _report(self, files: Sequence[Path], seconds: float) -> Report:
        settings = known_settings(self._landing, ())
        if settings is None:
            raise UserError(f"{self._landing} was reset while its live generator was running.")
        windows = [self._landing.window_of(file) for file in files]
        decision = next_window(settings.segments, watermark(windows), utc_now())
        if not windows:
            still = decision.case in {Case.PAUSED, Case.CLOCK_WENT_BACKWARDS}
            case = decision.case if still else Case.NOTHING_NEW
            return Report(case, None, None, 0, seconds, decision.position, settings, ())
        case = Case.NEXT_WINDOW if self._reported else Case.FIRST_RUN
        self._reported = files[-1]
        return Report(
            case=case,
            window=Window(windows[0].first, windows[-1].last),
            file=files[-1],
            events=sum(count_lines(file) for file in files),
            seconds=seconds,
            position=windows[-1].last,
            settings=settings,
            notices=(),
        )


@contextmanager
def started_live_generator(options: Sequence[str]) -> Iterator[LiveGeneratorProcess]:
    """Have a live generator that lands where the business builds; it says itself what it does.

    Parameters
    ----------
    options
        Options of ``python -m generator live``.
    """
    landing = landing_directory()
    arguments = [_MODULE, "live", "--landing", str(landing), *options]
    with companion(arguments, _SECONDS_TO_END) as process:
        yield LiveGeneratorProcess(process, landing)


def count_lines(file: Path) -> int:
    """Return how many lines a landed file has."""
    with file.open("rb") as lines:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: lines.read(1 << 20), b""))
