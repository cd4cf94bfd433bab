"""A live generator: a landing, the days that land in it, and how far they have come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from common.errors import UserError
from common.landing.landing import watermark
from common.landing.settings import SETTINGS_FILE, known_settings
from common.landing.window import NOTHING_LANDED, Case, Window, at_most, next_window
from common.time_units import MICROSECONDS_PER_DAY, MICROSECONDS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from common.landing.landing import Landing
    from common.landing.settings import Settings
    from generator.live.day_lines import DayLines, DayLinesInBackground
    from generator.live.plan import Flushing

_NO_PROGRESS: Callable[[int], None] = lambda _: None  # noqa: E731


class Landed(NamedTuple):
    """A window that has landed.

    Attributes
    ----------
    window, file
        The window and its file.
    events
        How many events it has.
    """

    window: Window
    file: Path
    events: int


@dataclass(frozen=True, slots=True)
class Step:
    """What a step of a live generator did.

    Attributes
    ----------
    case
        Which of the named cases it was.
    position
        Position of virtual time.
    landed
        What landed, or ``None``.
    wait_seconds
        Real time until the next step can have something to do.
    has_ended
        Whether the last event has landed.
    """

    case: Case
    position: int
    landed: Landed | None
    wait_seconds: float
    has_ended: bool = False


class LiveGenerator:
    """Lands what is due, step by step. One process at a time.

    Parameters
    ----------
    landing
        Where windows land; it has settings already.
    days
        The lines of the days, from that of the first position that has not landed.
    flushing
        When a file lands.
    now
        Real time, naive UTC.
    """

    def __init__(
        self, landing: Landing, days: DayLinesInBackground, flushing: Flushing, now: datetime
    ) -> None:
        windows = landing.windows()
        self._landing = landing
        self._days = days
        self._flushing = flushing
        self._flushed = now
        self._watermark = watermark(windows)
        self._latest = windows[-1] if windows else None
        self._settings_text = b""
        self._settings = self._read_settings()
        # The day whose lines are landing, `None` behind the last day, and how many have landed.
        self._day: DayLines | None = days.take()
        self._landed = self._day.index_after(self._watermark) if self._day else 0

    @property
    def settings(self) -> Settings:
        """The settings of the landing, as they were last read."""
        return self._settings

    @property
    def has_landed(self) -> bool:
        """Whether a window of this landing has landed."""
        return self._latest is not None

    def step(self, now: datetime, progress: Callable[[int], None] = _NO_PROGRESS) -> Step:
        """Land what is due, if it is enough or has waited long enough.

        Parameters
        ----------
        now
            Real time, naive UTC.
        progress
            Called with the number of each day of which lines are written.

        Raises
        ------
        UserError
            If the landing was reset meanwhile, or a window cannot land. Then nothing of it has
            become visible.
        BusyError
            If another process has the landing at this moment; the next step lands as much.
        """
        self._settings = self._read_settings()
        decision = next_window(self._settings.segments, self._watermark, now)
        if decision.window is None:
            return Step(decision.case, decision.position, None, self._flushing.seconds)
        self._skip_days_before(decision.window.last)
        if self._day is None:
            return Step(Case.NOTHING_NEW, decision.position, None, 0.0, has_ended=True)
        wait = self._seconds_until_flush(decision.window.last, now)
        if wait > 0 and decision.case is not Case.FIRST_RUN:
            return Step(Case.NOTHING_NEW, decision.position, None, wait)
        landed = self._land(self._file_of(decision.window), progress)
        self._flushed = now
        return Step(decision.case, decision.position, landed, 0.0)

    def _read_settings(self) -> Settings:
        """Read what may have been changed: a pause, another speed."""
        try:
            text = self._landing.read_state(SETTINGS_FILE)
        except FileNotFoundError:
            raise UserError(
                f"The landing {self._landing} was reset while its live generator was running: "
                "start it once more to begin again."
            ) from None
        if text != self._settings_text:
            settings = known_settings(self._landing, ())
            assert settings is not None  # noqa: S101  # it was just read
            self._settings, self._settings_text = settings, text
        return self._settings

    def _skip_days_before(self, position: int) -> None:
        """Go on to the first day that has not wholly landed; a day without events never lands."""
        while self._day and self._landed == len(self._day.positions) and self._day.ends < position:
            self._day, self._landed = self._days.take(), 0

    def _seconds_until_flush(self, position: int, now: datetime) -> float:
        """Return how long it takes until what is due lands, 0 if that is now."""
        day, rows = self._day, self._flushing.rows
        assert day is not None  # noqa: S101  # the caller has looked
        due = day.index_after(position) - self._landed
        if due >= rows or day.ends < position:
            return 0.0
        waited = (now - self._flushed) / timedelta(seconds=1)
        if due and waited >= self._flushing.seconds:
            return 0.0
        until_seconds = max(self._flushing.seconds - waited, 0.0)
        awaited = self._landed + (rows if until_seconds else 1) - 1
        at = int(day.positions[awaited]) if awaited < len(day.positions) else day.ends + 1
        speed = self._settings.segments[-1].speed
        until_rows = (at - position) / MICROSECONDS_PER_SECOND / speed
        # At least a millisecond: a position is rounded down, so a wait may end just before it.
        return max(min(until_rows, until_seconds) if until_seconds else until_rows, 0.001)

    def _file_of(self, window: Window) -> Window:
        """Return the beginning of a window that is one file, with the next day that has events."""
        day, most = self._day, self._flushing.days
        assert day is not None  # noqa: S101  # the caller has looked
        if most is None:
            return window
        longest = at_most(window, most * MICROSECONDS_PER_DAY)
        return Window(window.first, min(window.last, max(longest.last, day.ends)))

    def _land(self, window: Window, progress: Callable[[int], None]) -> Landed | None:
        with self._landing.lock() as lock:
            self._check_still_ours()
            with self._landing.staged(window) as staged:
                events = 0
                with staged.open("wb") as file:
                    for count, lines in self._take_until(window.last, progress):
                        file.write(lines)
                        events += count
                if not events:
                    return None
                lock.check()
                published = self._landing.publish(staged, window)
            self._landing.recover()
        self._watermark, self._latest = window.last, window
        return Landed(window, published, events)

    def _check_still_ours(self) -> None:
        """Refuse to leave a gap in a landing whose windows were removed meanwhile."""
        self._read_settings()
        if self._latest is not None and not self._landing.file_of(self._latest).exists():
            raise UserError(
                f"{self._landing.file_of(self._latest)} was removed while the live generator of "
                "its landing was running: put it back, or `python -m flows.replay reset`, and "
                "start again."
            )

    def _take_until(
        self, position: int, progress: Callable[[int], None]
    ) -> Iterator[tuple[int, memoryview]]:
        """Yield what has not landed up to a position, day after day, with the number of events."""
        while self._day is not None:
            progress(self._day.day)
            end = self._day.index_after(position)
            if end > self._landed:
                yield end - self._landed, self._day.lines(self._landed, end)
            self._landed = end
            if self._day.ends > position:
                return
            self._day, self._landed = self._days.take(), 0


def first_day_to_land(landing: Landing) -> int:
    """Return the day of the first position that has not landed."""
    mark = watermark(landing.windows())
    return 0 if mark == NOTHING_LANDED else (mark + 1) // MICROSECONDS_PER_DAY
