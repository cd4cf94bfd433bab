"""Which part of virtual time the page *Now* plays back, and how fast: the last landed window."""

from __future__ import annotations

import heapq
import os
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from common.errors import UserError
from common.landed_files import parse_window_file_name
from common.landing.landing import Landing
from common.landing.settings import DEFAULT_SPEED, Settings, read_settings
from common.landing.window import emitted_time
from common.paths import landing_directory

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from common.landed_files import Positions

LONGEST_PLAY = timedelta(minutes=10)
"""A window that takes longer to play is not played whole: nobody watches 70 days."""

SHORT_PLAY = timedelta(minutes=3)
"""How long such a window is played: its end, as much as lands in the usual interval."""

LONGEST_SPAN = timedelta(hours=36)
"""The most of virtual time that one answer holds."""

SHORTEST_PLAY = timedelta(minutes=1)
"""A replay that is faster is played slower, and the page says so."""

# More can land while one is built, but hardly this many.
_LOOKED_AT = 20


@dataclass(frozen=True)
class LandedWindow:
    """A landed window: the first and the last moment of its events.

    ``last`` is the last one as a position of virtual time, where it is known.
    """

    first_ts: datetime
    last_ts: datetime
    last: int | None = None


@dataclass(frozen=True)
class ReplayState:
    """What the landing says about the replay.

    Attributes
    ----------
    windows
        The last windows, oldest first.
    speed
        Virtual seconds in a real one.
    is_paused
        Whether virtual time stands still.
    dataset
        Identity of the dataset that is replayed.
    """

    windows: tuple[LandedWindow, ...]
    speed: float
    is_paused: bool
    dataset: str = ""


@dataclass(frozen=True)
class PlayedWindow:
    """What is played back.

    Attributes
    ----------
    from_ts, to_ts
        Its bounds.
    window
        The landed window that it is the end of; ``None`` where no replay is known, so that it is
        the end of the tables.
    speed
        Virtual seconds in a second of playing.
    """

    from_ts: datetime
    to_ts: datetime
    window: LandedWindow | None
    speed: float


def read_replay() -> ReplayState | None:
    """Return the state of the replay; ``None`` where none is known here."""
    directory = landing_directory()
    try:
        settings = read_settings(Landing(directory))
        positions = _last_positions(directory)
    except (OSError, UserError):
        # Landed by somebody else, or on another machine: the tables are played without it.
        return None
    if settings is None:
        return None
    latest = settings.segments[-1]
    windows = tuple(_emitted(each, settings) for each in positions)
    return ReplayState(windows, latest.speed, latest.paused, settings.profile.identity)


def choose_window(windows: Sequence[LandedWindow], latest_ts: datetime) -> LandedWindow | None:
    """Return the last window that has been built: the tables have an event of it.

    A window lands before it is built, so the last that has landed may not be in the tables yet.

    Parameters
    ----------
    windows
        Landed windows, oldest first.
    latest_ts
        The latest event in the tables.
    """
    return next((each for each in reversed(windows) if each.first_ts <= latest_ts), None)


def played_window(replay: ReplayState | None, latest_ts: datetime) -> PlayedWindow:
    """Return what is played of the tables.

    Parameters
    ----------
    replay
        The state of the replay, if one is known.
    latest_ts
        The latest event in the tables.
    """
    replay_speed = replay.speed if replay else DEFAULT_SPEED
    window = choose_window(replay.windows, latest_ts) if replay else None
    to_ts = window.last_ts if window else latest_ts
    span = to_ts - window.first_ts if window else LONGEST_SPAN
    if span > min(_virtual(LONGEST_PLAY, replay_speed), LONGEST_SPAN):
        span = min(_virtual(SHORT_PLAY, replay_speed), LONGEST_SPAN)
    speed = min(replay_speed, max(span / SHORTEST_PLAY, 1.0))
    return PlayedWindow(to_ts - span, to_ts, window, speed)


def _virtual(real: timedelta, speed: float) -> timedelta:
    # The fastest replay would be beyond what a timedelta can be.
    return timedelta(seconds=min(real.total_seconds() * speed, LONGEST_SPAN.total_seconds() * 2))


def _last_positions(directory: Path) -> list[Positions]:
    """Return the positions of the last windows; a listing only, as landings hold many."""
    with os.scandir(directory) as entries:
        return sorted(heapq.nlargest(_LOOKED_AT, _positions(entry.name for entry in entries)))


def _positions(names: Iterable[str]) -> Iterable[Positions]:
    return (positions for name in names if (positions := parse_window_file_name(name)))


def _emitted(positions: Positions, settings: Settings) -> LandedWindow:
    epoch, shift_days = settings.profile.epoch, settings.shift_days
    return LandedWindow(
        emitted_time(positions.first, epoch, shift_days),
        emitted_time(positions.last, epoch, shift_days),
        positions.last,
    )
