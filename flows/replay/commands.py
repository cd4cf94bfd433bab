"""What the replay can be told to do. Each command holds the landing folder while it works."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from common.errors import UserError
from common.storage import storage_of
from common.system_errors import to_user_error
from flows.replay.dataset import check_same, open_dataset, profile_dataset
from flows.replay.events import count_events, write_window
from flows.replay.landing import (
    LATEST_POSITION,
    landed_windows,
    lock_landing,
    publish,
    remove_windows,
    staging_folder,
    state_folder,
    sweep,
    watermark,
    window_files,
    window_name,
)
from flows.replay.settings import (
    DEFAULT_SPEED,
    DEFAULT_START_DAY,
    FASTEST,
    LATEST_START_DAY,
    Settings,
    first_settings,
    read_settings,
    settings_file,
    write_settings,
)
from flows.replay.window import (
    Case,
    Decision,
    Segment,
    Window,
    at_speed,
    next_window,
    paused,
    resumed,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from common.storage import Lock
    from flows.replay.dataset import Dataset


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """What the person wants the first run to fix; ``None`` where nothing was said."""

    start_day: int | None = None
    speed: float | None = None


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
        Where virtual time stands.
    settings
        The replay's settings.
    notices
        What the person should know, a sentence each.
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
    """Where a replay stands.

    Attributes
    ----------
    settings
        Its settings; what a first run now would fix, if there was none.
    started
        Whether there was a first run.
    windows
        Landed windows.
    watermark
        Last landed position, or `NOTHING_LANDED`.
    decision
        What a run now would do.
    waiting
        Events which that run would land.
    """

    settings: Settings
    started: bool
    windows: int
    watermark: int
    decision: Decision
    waiting: int


def utc_now() -> datetime:
    """Return the real time, UTC, without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def check_options(start_day: int | None, speed: float | None) -> ReplayOptions:
    """Return the wishes if they can be.

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
    """Return what options, or else ``START_DAY`` and ``SPEED_MULTIPLIER``, ask for.

    Raises
    ------
    UserError
        If a variable is no number, or a value is out of range.
    """
    if start_day is None:
        start_day = _from_environment("START_DAY", int, "a whole number of days")
    if speed is None:
        speed = _from_environment("SPEED_MULTIPLIER", float, "a number")
    return check_options(start_day, speed)


def run(
    canonical: Path,
    landing: Path,
    now: datetime,
    replay_options: ReplayOptions,
    progress: Callable[[Window, int], None] = lambda _, __: None,
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

    Raises
    ------
    UserError
        If something stands in the way. Then nothing has become visible.
    """
    begun = time.perf_counter()
    try:
        dataset = open_dataset(canonical)
        with lock_landing(landing) as lock:
            sweep(landing)
            windows = landed_windows(landing)
            settings = _known_settings(landing, len(windows))
            notices = _ignored(replay_options, settings) if settings else ()
            if settings is None:
                settings = _fix(dataset, canonical, landing, now, replay_options)
            check_same(dataset, settings.profile)
            decision = next_window(settings.segments, watermark(windows), now)
            events = 0
            if decision.window is not None:
                events = _land(
                    dataset, canonical, landing, settings, decision.window, lock, progress=progress
                )
    except OSError as error:
        raise to_user_error(error, "land the next window in") from error
    window = decision.window if events else None
    quiet = decision.window is not None and window is None
    return Report(
        case=Case.NOTHING_NEW if quiet else decision.case,
        window=window,
        file=landing / window_name(window) if window else None,
        events=events,
        seconds=time.perf_counter() - begun,
        position=decision.position,
        settings=settings,
        notices=notices,
    )


def status(canonical: Path, landing: Path, now: datetime, replay_options: ReplayOptions) -> Status:
    """Say where the replay stands and what its next run would land. Writes nothing."""
    try:
        windows = landed_windows(landing)
        settings = _known_settings(landing, len(windows))
        started = settings is not None
        dataset = open_dataset(canonical)
        if settings is None:
            settings = _wished(dataset, now, replay_options)
        check_same(dataset, settings.profile)
        decision = next_window(settings.segments, watermark(windows), now)
        waiting = count_events(dataset, settings.profile, decision.window) if decision.window else 0
    except OSError as error:
        raise to_user_error(error, "read") from error
    return Status(settings, started, len(windows), watermark(windows), decision, waiting)


def pause(landing: Path, now: datetime) -> str:
    """Let virtual time stand still from now, and say so."""

    def stop(latest: Segment) -> Segment | str:
        return "The replay is paused already." if latest.paused else paused(latest, now)

    return _change(landing, now, stop) or "Paused: nothing lands until `resume`."


def resume(landing: Path, now: datetime) -> str:
    """Let virtual time go on from where it stands, and say so."""

    def go(latest: Segment) -> Segment | str:
        return resumed(latest, now) if latest.paused else "The replay is not paused."

    return _change(landing, now, go) or "Resumed: virtual time goes on from where it stood."


def change_speed(landing: Path, now: datetime, speed: float) -> str:
    """Let virtual time run at another speed from now, and say so."""
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
    """Remove the landed windows and the settings of this landing folder, and say so.

    Files of others in the folder stay. The newest window goes first and the settings go last,
    so that a reset that is killed half-way can be repeated.
    """
    try:
        if not state_folder(landing).exists() and not window_files(landing):
            return f"There is no replay in {landing}: nothing to remove."
        with lock_landing(landing):
            sweep(landing)
            removed = remove_windows(landing)
            settings_file(landing).unlink(missing_ok=True)
            storage_of(landing).flush_names(state_folder(landing))
    except OSError as error:
        raise to_user_error(error, "reset the replay in") from error
    return (
        f"Removed {removed} landed windows and the settings of {landing}. Tables that were built "
        "from them keep their rows until `dbt build --full-refresh`."
    )


def _known_settings(landing: Path, windows: int) -> Settings | None:
    settings = read_settings(landing)
    if settings is None and windows:
        raise UserError(
            f"{landing} holds {windows} landed windows, but the replay's settings "
            f"{settings_file(landing)} are missing: put them back, or start again with "
            "`python -m flows.replay reset`."
        )
    return settings


def _wished(dataset: Dataset, now: datetime, replay_options: ReplayOptions) -> Settings:
    start_day = DEFAULT_START_DAY if replay_options.start_day is None else replay_options.start_day
    speed = DEFAULT_SPEED if replay_options.speed is None else replay_options.speed
    return first_settings(profile_dataset(dataset), start_day, speed, now)


def _fix(
    dataset: Dataset, canonical: Path, landing: Path, now: datetime, replay_options: ReplayOptions
) -> Settings:
    """Write the settings before the first window: killed in between, the start is still known."""
    settings = _wished(dataset, now, replay_options)
    # Whoever replaced the dataset while it was looked through must not fix what is half of both.
    check_same(open_dataset(canonical), settings.profile)
    write_settings(landing, settings)
    return settings


def _ignored(replay_options: ReplayOptions, settings: Settings) -> tuple[str, ...]:
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


def _land(
    dataset: Dataset,
    canonical: Path,
    landing: Path,
    settings: Settings,
    window: Window,
    lock: Lock,
    *,
    progress: Callable[[Window, int], None],
) -> int:
    if window.last > LATEST_POSITION:
        raise UserError(
            "Virtual time has run beyond 31,000 years: start again with "
            "`python -m flows.replay reset`, with a lower speed."
        )
    with storage_of(landing).staging_dir(staging_folder(landing)) as staging:
        staged = staging / (window_name(window) + ".partial")
        progress(window, window.first)
        events = write_window(
            dataset,
            settings.profile,
            window,
            settings.shift_days,
            staged,
            progress=lambda position: progress(window, position),
        )
        # Whoever replaced the dataset while it was read must not get a window of both.
        check_same(open_dataset(canonical), settings.profile)
        if events:
            lock.check()
            publish(staged, landing, window)
    sweep(landing)
    return events


def _change(landing: Path, now: datetime, change: Callable[[Segment], Segment | str]) -> str | None:
    """Append a segment; return what to say where there is nothing to change."""
    try:
        if not settings_file(landing).exists():
            raise UserError(
                f"There is no replay in {landing} yet: `python -m flows.replay run` begins one."
            )
        with lock_landing(landing):
            sweep(landing)
            windows = landed_windows(landing)
            settings = _known_settings(landing, len(windows))
            assert settings is not None  # noqa: S101  # held since it was seen to exist
            latest = settings.segments[-1]
            if now < latest.since:
                raise UserError(
                    f"The clock says {now:%Y-%m-%d %H:%M:%S}, but the replay was last changed at "
                    f"{latest.since:%Y-%m-%d %H:%M:%S}: set the clock right and try again."
                )
            changed = change(latest)
            if isinstance(changed, str):
                return changed
            write_settings(landing, settings.followed_by(changed))
    except OSError as error:
        raise to_user_error(error, "change the replay in") from error
    return None


def _from_environment(name: str, read: Callable[[str], T], what: str) -> T | None:
    text = os.environ.get(name, "").strip()
    if not text:
        return None
    try:
        return read(text)
    except ValueError:
        raise UserError(f"{name}={text!r} in the environment is not {what}.") from None
