"""The arithmetic of virtual time. Pure: no file, no clock.

A **position** is a moment of virtual time in whole microseconds since midnight of day 0 of
cycle 0. The canonical dataset is one cycle; it repeats forever, so that offset ``o`` of cycle
``k`` is at position ``k * length + o``. Deliveries of a cycle's last evening have offsets
beyond its length: they share their positions with the first hours of the next cycle.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from common.time_units import MICROSECONDS_PER_DAY, MICROSECONDS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

NOTHING_LANDED = -1
"""The watermark before the first window: position 0 itself has not landed yet."""

_MICROSECOND = timedelta(microseconds=1)


class Case(StrEnum):
    """Why a run lands what it lands."""

    FIRST_RUN = "first run"
    NEXT_WINDOW = "next window"
    NOTHING_NEW = "nothing new"
    PAUSED = "paused"
    CLOCK_WENT_BACKWARDS = "clock went backwards"


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """The positions ``first`` to ``last``, both included.

    In terms of the watermark this is ``(watermark, end]``: ``first`` is the microsecond after
    the watermark and ``last`` is the next watermark. The first window begins at position 0.
    """

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A period of real time in which virtual time runs at one speed.

    Attributes
    ----------
    since
        Real time at which it begins, naive UTC. It ends where the next segment begins.
    position
        Virtual position at ``since``.
    speed
        Virtual seconds per real second, above 0. While paused, the speed at which it will resume.
    paused
        Whether virtual time is paused.
    """

    since: datetime
    position: int
    speed: float
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What a run does.

    Attributes
    ----------
    case
        Which of the named cases it is.
    window
        What to land, or ``None`` where there is nothing to land.
    position
        Position of virtual time now; at least the start of the last segment.
    """

    case: Case
    window: Window | None
    position: int


@dataclass(frozen=True, slots=True)
class WindowPart:
    """A part of a window in which the same cycles have events.

    Attributes
    ----------
    window
        Its positions.
    cycles
        Numbers of the cycles, ascending. More than one where late deliveries of a cycle fall
        into the next.
    """

    window: Window
    cycles: tuple[int, ...]


def microseconds(duration: timedelta) -> int:
    """Return a duration in whole microseconds, exactly."""
    return duration // _MICROSECOND


def start_position(start_day: int, now: datetime) -> int:
    """Return the position of the first run: the current time of day on day ``start_day``."""
    midnight = datetime(now.year, now.month, now.day)
    return start_day * MICROSECONDS_PER_DAY + microseconds(now - midnight)


def whole_days_shift(epoch: date, start_day: int, now: datetime) -> int:
    """Return the days to add to virtual time so that day ``start_day`` is the date of ``now``."""
    return (now.date() - epoch).days - start_day


def emitted_time(position: int, epoch: date, shift_days: int) -> datetime:
    """Return the time that an event at ``position`` carries when it lands."""
    midnight = datetime(epoch.year, epoch.month, epoch.day)
    return midnight + timedelta(days=shift_days, microseconds=position)


def advance(segment: Segment, now: datetime) -> int:
    """Return the position at ``now``, if ``segment`` applies then."""
    if segment.paused:
        return segment.position
    elapsed = microseconds(now - segment.since)
    # A fraction, because elapsed microseconds times a float lose the last digits after a month.
    return segment.position + int(elapsed * Fraction(segment.speed) // 1)


def next_window(segments: Sequence[Segment], watermark: int, now: datetime) -> Decision:
    """Decide what a run at ``now`` lands.

    Parameters
    ----------
    segments
        The speeds since the first run, oldest first, at least one.
    watermark
        Last position that has landed, or `NOTHING_LANDED`.
    now
        Real time, naive UTC.
    """
    latest = segments[-1]
    if latest.paused:
        return Decision(Case.PAUSED, None, latest.position)
    if now < latest.since:
        return Decision(Case.CLOCK_WENT_BACKWARDS, None, latest.position)
    position = advance(latest, now)
    if position < watermark:
        return Decision(Case.CLOCK_WENT_BACKWARDS, None, position)
    if position == watermark:
        return Decision(Case.NOTHING_NEW, None, position)
    case = Case.FIRST_RUN if watermark == NOTHING_LANDED else Case.NEXT_WINDOW
    return Decision(case, Window(watermark + 1, position), position)


def at_most(window: Window, length: int) -> Window:
    """Return the beginning of a window, not longer than ``length``."""
    return Window(window.first, min(window.last, window.first + length - 1))


def paused(latest: Segment, now: datetime) -> Segment:
    """Return the segment in which virtual time is paused from ``now``."""
    return Segment(now, advance(latest, now), latest.speed, paused=True)


def resumed(latest: Segment, now: datetime) -> Segment:
    """Return the segment in which virtual time continues from its position."""
    return Segment(now, advance(latest, now), latest.speed, paused=False)


def at_speed(latest: Segment, now: datetime, speed: float) -> Segment:
    """Return the segment in which virtual time runs at ``speed``, once it is not paused."""
    return Segment(now, advance(latest, now), speed, latest.paused)


def split_by_cycle(window: Window, length: int, last_offset: int) -> Iterator[WindowPart]:
    """Cut a window where a cycle begins or has its last event.

    Parameters
    ----------
    window
        What to cut. It may be longer than a cycle.
    length
        Length of a cycle in microseconds, above 0.
    last_offset
        Offset of the last event of a cycle. May be beyond ``length``.

    Yields
    ------
    WindowPart
        In order and without overlap. Positions at which no cycle can have an event are left out.
    """
    position = window.first
    while position <= window.last:
        newest = position // length
        oldest = max(0, -((last_offset - position) // length))
        next_begins = (newest + 1) * length
        if oldest > newest:
            position = next_begins
            continue
        last = min(window.last, next_begins - 1, oldest * length + last_offset)
        yield WindowPart(Window(position, last), tuple(range(oldest, newest + 1)))
        position = last + 1


def format_position(position: int) -> str:
    """Return a position as day and time: ``day 70 10:30:00``."""
    day, rest = divmod(position, MICROSECONDS_PER_DAY)
    return f"day {day} {timedelta(seconds=rest // MICROSECONDS_PER_SECOND)!s:0>8}"
