"""The commands of the replay. Each that writes locks the landing while it works."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from common.canonical_dataset import open_dataset
from common.dataset_files import DESCRIPTION_FILE
from common.environment import read_variable
from common.errors import BusyError, UserError
from common.landing.landing import Landing, watermark
from common.landing.settings import (
    FASTEST,
    LATEST_START_DAY,
    SETTINGS_FILE,
    Settings,
    known_settings,
    read_settings,
    write_settings,
)
from common.landing.window import (
    Case,
    Decision,
    Segment,
    Window,
    at_most,
    at_speed,
    next_window,
    paused,
    resumed,
)
from common.paths import seeds_directory
from common.system_errors import to_user_error
from common.time_units import MICROSECONDS_PER_DAY
from flows.replay.catalogue import check_catalogue
from flows.replay.replay import (
    Replay,
    ReplayOptions,
    fix_settings,
    propose_settings,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

T = TypeVar("T")

_LIVE_BUSY_SECONDS = 5.0
_AGAIN_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did.

    Attributes
    ----------
    case
        Which of the named cases it was.
    window
        The window that landed, or ``None``.
    file
        Its file, or ``None``.
    events
        How many events landed.
    seconds
        How long it took.
    position
        Position of virtual time.
    settings
        The replay's settings.
    notices
        Sentences that the user should read.
    """

    case: Case
    window: Window | None
    file: Path | None
    events: int
    seconds: float
    position: int
    settings: Settings
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """How far a replay has come.

    Attributes
    ----------
    settings
        Its settings; what a first run now would fix, if there was none.
    started
        Whether there was a first run.
    windows
        Number of landed windows.
    watermark
        Last landed position, or `NOTHING_LANDED`.
    decision
        What a run now would do.
    waiting
        Events which that run would land; ``None`` where a live generator makes them.
    notices
        Sentences that the user should read.
    """

    settings: Settings
    started: bool
    windows: int
    watermark: int
    decision: Decision
    waiting: int | None
    notices: tuple[str, ...]


def check_options(start_day: int | None, speed: float | None) -> ReplayOptions:
    """Return the options if they are possible.

    Raises
    ------
    UserError
        If the day or the speed is out of range.
    """
    if start_day is not None and not 0 <= start_day <= LATEST_START_DAY:
        raise UserError(
            f"The start day must be between 0 and {LATEST_START_DAY:,}, not {start_day}."
        )
    if speed is not None and not 0 < speed <= FASTEST:
        raise UserError(f"The speed must be above 0 and at most {FASTEST:,.0f}, not {speed:g}.")
    return ReplayOptions(start_day, speed)


def options_from_environment(
    start_day: int | None = None, speed: float | None = None
) -> ReplayOptions:
    """Return the given options, with ``START_DAY`` and ``SPEED_MULTIPLIER`` as defaults.

    Raises
    ------
    UserError
        If a variable is not a number, or a value is out of range.
    """
    if start_day is None:
        start_day = read_variable("START_DAY", int, "a whole number of days")
    if speed is None:
        speed = read_variable("SPEED_MULTIPLIER", float, "a number")
    return check_options(start_day, speed)


def run(
    canonical: Path,
    landing: Path,
    now: datetime,
    replay_options: ReplayOptions,
    progress: Callable[[Window, int], None] = lambda _, __: None,
    *,
    most_days: int | None = None,
) -> Report:
    """Land the next window.

    Parameters
    ----------
    canonical
        Folder of the canonical dataset.
    landing
        Folder in which the window becomes visible.
    now
        Real time, naive UTC.
    replay_options
        Fixed by the first run, ignored with a notice by later ones.
    progress
        Called with the window and the position up to which it is written.
    most_days
        How many days of virtual time to land at most, where more are due: the next run goes on.

    Raises
    ------
    UserError
        If the window cannot land. Then nothing of it has become visible.
    """
    begun = time.perf_counter()
    with _reported_as("land the next window in"):
        dataset, target = open_dataset(canonical), Landing(landing)
        check_catalogue(canonical, seeds_directory())
        with target.lock() as lock:
            windows = target.windows()
            settings = known_settings(target, windows)
            if settings:
                notices = _ignored_options(replay_options, settings)
            else:
                settings = fix_settings(dataset, target, now, replay_options)
                notices = _repetition(settings)
            notices += _unseen_files(target)
            replay = Replay(dataset, target, settings, windows)
            decision = replay.decide(now)
            window, events = None, 0
            for window in _ever_longer(decision.window, most_days):
                events = replay.land(window, lock, progress)
                if events:
                    break
    window = window if events else None
    is_empty = decision.window is not None and window is None
    return Report(
        case=Case.NOTHING_NEW if is_empty else decision.case,
        window=window,
        file=target.file_of(window) if window else None,
        events=events,
        seconds=time.perf_counter() - begun,
        position=decision.position,
        settings=settings,
        notices=notices,
    )


def _ever_longer(window: Window | None, most_days: int | None) -> Iterator[Window]:
    """Yield the window, not longer than asked for, and longer ones in case nothing happens in it.

    A window without events does not land, so the next run would look at the same one forever.
    """
    if window is None:
        return
    length = window.last - window.first + 1
    asked = length if most_days is None else most_days * MICROSECONDS_PER_DAY
    while asked < length:
        yield at_most(window, asked)
        asked *= 2
    yield window


def status(canonical: Path, landing: Path, now: datetime, replay_options: ReplayOptions) -> Status:
    """Return how far the replay has come and what its next run would land. Writes nothing."""
    with _reported_as("read"):
        target = Landing(landing)
        windows = target.windows()
        settings = known_settings(target, windows)
        if settings and settings.profile.is_live:
            return _status_of_live(settings, windows, now, _unseen_files(target))
        started = settings is not None
        dataset = open_dataset(canonical)
        check_catalogue(canonical, seeds_directory())
        settings = settings or propose_settings(dataset, now, replay_options)
        replay = Replay(dataset, target, settings, windows)
        decision = replay.decide(now)
        waiting = replay.count(decision.window) if decision.window else 0
    notices = (() if started else _repetition(settings)) + _unseen_files(target)
    return Status(settings, started, len(windows), watermark(windows), decision, waiting, notices)


def pause(landing: Path, now: datetime) -> str:
    """Pause virtual time and return the message for the user."""

    def stop(latest: Segment) -> Segment | str:
        return "The replay is paused already." if latest.paused else paused(latest, now)

    return _change(landing, now, stop) or "Paused: nothing lands until `resume`."


def resume(landing: Path, now: datetime) -> str:
    """Let virtual time continue from its position and return the message for the user."""

    def go(latest: Segment) -> Segment | str:
        return resumed(latest, now) if latest.paused else "The replay is not paused."

    return _change(landing, now, go) or "Resumed: virtual time continues from where it was paused."


def change_speed(landing: Path, now: datetime, speed: float) -> str:
    """Change the speed of virtual time from now on and return the message for the user."""
    check_options(None, speed)

    def faster_or_slower(latest: Segment) -> Segment | str:
        if latest.speed == speed:
            return f"The speed is {speed:g} already."
        return at_speed(latest, now, speed)

    return (
        _change(landing, now, faster_or_slower)
        or f"From now on a real second is {speed:g} virtual seconds."
    )


def reset(landing: Path) -> str:
    """Remove the landed windows and the settings, and return the message for the user.

    Files of others in the folder stay. The newest window goes first and the settings go last,
    so that a reset that is killed half-way can be repeated.
    """
    with _reported_as("reset the replay in"):
        target = Landing(landing)
        if not target.has_replay:
            return f"There is no replay in {landing}: nothing to remove."
        with target.lock():
            removed = target.remove_windows()
            target.remove_state(DESCRIPTION_FILE)
            target.remove_state(SETTINGS_FILE)
    return (
        f"Removed {removed} landed windows and the settings of {landing}. Tables that were built "
        "from them keep their rows until `dbt build --full-refresh`."
    )


def _change(landing: Path, now: datetime, change: Callable[[Segment], Segment | str]) -> str | None:
    """Append a segment; return the message where there is nothing to change."""
    with _reported_as("change the replay in"):
        target = Landing(landing)
        if not target.state_file(SETTINGS_FILE).exists():
            raise UserError(
                f"There is no replay in {landing} yet: `python -m flows.replay run` begins one."
            )
        with _lock_to_change(target):
            settings = known_settings(target, target.windows())
            assert settings is not None  # noqa: S101  # locked since it was seen to exist
            latest = settings.segments[-1]
            if now < latest.since:
                raise UserError(
                    f"The clock says {now:%Y-%m-%d %H:%M:%S}, but the replay was last changed at "
                    f"{latest.since:%Y-%m-%d %H:%M:%S}: set the clock right and try again."
                )
            changed = change(latest)
            if isinstance(changed, str):
                return changed
            write_settings(target, settings.followed_by(changed))
    return None


@contextmanager
def _lock_to_change(target: Landing) -> Iterator[None]:
    """Lock a landing; a live generator has it for a moment at a time, so try for a while."""
    settings = read_settings(target)
    is_live = settings is not None and settings.profile.is_live
    ends = time.monotonic() + (_LIVE_BUSY_SECONDS if is_live else 0.0)
    with ExitStack() as held:
        while True:
            try:
                held.enter_context(target.lock())
                break
            except BusyError:
                if time.monotonic() >= ends:
                    raise
                time.sleep(_AGAIN_SECONDS)
        yield


def _status_of_live(
    settings: Settings, windows: Sequence[Window], now: datetime, notices: tuple[str, ...]
) -> Status:
    mark = watermark(windows)
    return Status(
        settings=settings,
        started=True,
        windows=len(windows),
        watermark=mark,
        decision=next_window(settings.segments, mark, now),
        waiting=None,
        notices=notices,
    )


@contextmanager
def _reported_as(action: str) -> Iterator[None]:
    """Report an error of the system as one line that names the action, the file and a remedy."""
    try:
        yield
    except OSError as error:
        raise to_user_error(error, action) from error


def _ignored_options(replay_options: ReplayOptions, settings: Settings) -> tuple[str, ...]:
    notices = []
    if replay_options.start_day is not None and replay_options.start_day != settings.start_day:
        notices.append(
            f"Start day {replay_options.start_day} is ignored: the first run fixed it at "
            f"{settings.start_day}. To begin elsewhere, `python -m flows.replay reset` first."
        )
    speed = settings.segments[-1].speed
    if replay_options.speed is not None and replay_options.speed != speed:
        notices.append(
            f"Speed {replay_options.speed:g} is ignored: the replay runs at {speed:g}. "
            f"To change it, `python -m flows.replay speed {replay_options.speed:g}`."
        )
    return tuple(notices)


def _unseen_files(landing: Landing) -> tuple[str, ...]:
    """Say which landed files no build will read, and what to do."""
    names = landing.unseen_files()
    if not names:
        return ()
    others = f" and {len(names) - 1} more" if len(names) > 1 else ""
    notice = (
        f"DuckDB does not see {names[0]}{others} in {landing}, because of the backslash in its "
        "name: no build reads it until it is renamed."
    )
    return (notice,)


def _repetition(settings: Settings) -> tuple[str, ...]:
    """Say that a replay begins after the last day of its dataset, and what to do."""
    days, start_day = settings.profile.days, settings.start_day
    if start_day < days:
        return ()
    times = settings.segments[0].position / settings.profile.length
    notice = (
        f"The dataset has {days} days and the replay begins on day {start_day}: up to there its "
        f"days are repeated, {times:,.1f} times in all. To begin within them, `python -m "
        "flows.replay reset`, then `python -m flows.replay run --start-day N` (or START_DAY=N) "
        f"with N from 0 to {days - 1}."
    )
    return (notice,)
