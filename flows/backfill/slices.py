"""What lands next of a long history: days of a dataset that is replayed, or of a live generator."""

from __future__ import annotations

import math
import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

import duckdb

from common.errors import UserError
from common.landed_files import parse_window_file_name
from common.landing.landing import Landing
from common.landing.settings import known_settings
from common.landing.window import NOTHING_LANDED, Window
from common.paths import canonical_directory, landing_directory, warehouse_file
from common.time_units import MICROSECONDS_PER_DAY
from flows.business.companions import companion
from flows.business.live_generator import check_landing_is_of, count_lines
from flows.replay import commands
from flows.warehouse_lock import reading_warehouse

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from flows.replay.replay import ReplayOptions

# DuckDB reads files side by side, each whole and in one thread. A window of a replay opens the
# footer of its dataset, so there are fewer of them.
_REPLAYED_FILES = 4
_LIVE_FILES = 8
# The lowest priority: the generator takes what a build leaves of the processors.
# A build that waits for it leaves all.
_NICENESS = 19
_SECONDS_TO_END = 30.0
_POLL_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Slice:
    """What has landed since the slice before it.

    Attributes
    ----------
    events
        How many events.
    watermark
        Position up to which everything has landed.
    landing_seconds
        How long it took, or how long it was waited for.
    last_file
        Name of its last file, empty where nothing has landed.
    """

    events: int
    watermark: int
    landing_seconds: float
    last_file: str


@contextmanager
def replayed_slices(
    now: datetime, options: ReplayOptions, days: int
) -> Iterator[Callable[[], Slice]]:
    """Have a function that lands the next days of a dataset.

    Parameters
    ----------
    now
        Real time, naive UTC.
    options
        As for the replay: fixed by its first run.
    days
        Days of virtual time of a slice.
    """

    def take() -> Slice:
        begun = time.perf_counter()
        events, watermark, last_file = 0, 0, ""
        for _ in range(_REPLAYED_FILES):
            report = commands.run(
                canonical_directory(),
                landing_directory(),
                now,
                options,
                most_days=max(1, days // _REPLAYED_FILES),
            )
            if report.window is None or report.file is None:
                break
            events += report.events
            watermark, last_file = report.window.last, report.file.name
        return Slice(events, watermark, time.perf_counter() - begun, last_file)

    yield take


@contextmanager
def live_slices(options: Sequence[str], days: int) -> Iterator[Callable[[], Slice]]:
    """Have a function that waits until a live generator has landed the next days.

    The generator is a process of its own, which makes what follows meanwhile. It ends with this
    context.

    Parameters
    ----------
    options
        Options of ``python -m generator live``.
    days
        Days of virtual time of a slice.

    Raises
    ------
    UserError
        If the landing belongs to a replay, or it cannot be seen what was built before.
    """
    check_landing_is_of(live=True)
    landing = landing_directory()
    built = _last_built_window()
    generator = ["generator", "live", "--landing", str(landing)]
    in_files = ["--days-per-file", str(max(1, days // _LIVE_FILES))]
    with companion([*generator, *in_files, *options], _SECONDS_TO_END) as process:
        os.setpriority(os.PRIO_PROCESS, process.pid, _NICENESS)
        yield _LiveSlices(process, landing, days, built).take


class _LiveSlices:
    """What a live generator lands of the days before its first run, slice by slice."""

    def __init__(
        self, process: subprocess.Popen[bytes], landing: Path, days: int, built: Window | None
    ) -> None:
        self._process = process
        self._landing = Landing(landing)
        self._length = days * MICROSECONDS_PER_DAY
        self._taken_up_to = built.last if built else NOTHING_LANDED

    def take(self) -> Slice:
        """Return the next slice, an empty one where all of the history is taken.

        Raises
        ------
        UserError
            If the generator ends before.
        """
        begun = time.perf_counter()
        while True:
            # Asked first: what a generator has landed before it ended is seen then.
            has_ended = self._process.poll() is not None
            history_ends = self._history_ends()
            if self._taken_up_to >= history_ends:
                return Slice(0, self._taken_up_to, time.perf_counter() - begun, "")
            windows = self._next_windows()
            if windows and (has_ended or self._is_whole(windows, history_ends)):
                break
            if has_ended:
                raise UserError(
                    "The live generator has ended, as it says above: fix that and run again, it "
                    "goes on from here."
                )
            time.sleep(_POLL_SECONDS)
        self._taken_up_to = windows[-1].last
        files = [self._landing.file_of(window) for window in windows]
        return Slice(
            events=sum(count_lines(file) for file in files),
            watermark=self._taken_up_to,
            landing_seconds=time.perf_counter() - begun,
            last_file=files[-1].name,
        )

    def _history_ends(self) -> float:
        """Return the position of the first run; without end before it has fixed one."""
        settings = known_settings(self._landing, ())
        return settings.segments[0].position if settings else math.inf

    def _next_windows(self) -> list[Window]:
        """Return the windows that have landed of the next slice."""
        landed = (self._landing.window_of(file) for file in self._landing.window_files())
        new = (window for window in landed if window.last > self._taken_up_to)
        ends = self._taken_up_to + self._length
        return list(takewhile(lambda window: window.first <= ends, new))

    def _is_whole(self, windows: Sequence[Window], history_ends: float) -> bool:
        last = windows[-1].last
        return last >= self._taken_up_to + self._length or last >= history_ends


def _last_built_window() -> Window | None:
    """Return the last window that is in the tables."""
    file = warehouse_file()
    if not file.exists():
        return None
    with reading_warehouse(file) as connection:
        try:
            files = connection.execute("SELECT DISTINCT file FROM lakeflow.landed_lines").fetchall()
        except duckdb.CatalogException:
            return None
    windows = [Window(*window) for (name,) in files if (window := parse_window_file_name(name))]
    return max(windows, default=None)
