"""Runs a live generator until it has ended or somebody stops it."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from common.clock import utc_now
from common.dataset_files import DESCRIPTION_FILE
from common.errors import BusyError, UserError
from common.landing.landing import Landing
from common.landing.settings import first_settings, known_settings, write_settings
from common.landing.window import Case, format_position
from common.storage import exclusive, storage_of
from generator.configuration.configuration_file import load_configuration
from generator.configuration.defaults import DEFAULT_ROADS, DEFAULT_SEED
from generator.dataset.canonical import describe
from generator.dataset.kitchens import prepare_kitchens
from generator.dataset.plan import plan_dataset
from generator.dataset.summary import DatasetSummary, summarise_kitchen
from generator.live.day_lines import DayLinesInBackground
from generator.live.generator import LiveGenerator, first_day_to_land
from generator.live.plan import AskedOptions, generator_options, live_profile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date
    from pathlib import Path
    from threading import Event

    from common.canonical_dataset import DatasetProfile
    from common.landing.settings import Settings
    from generator.dataset.kitchens import PlannedKitchen
    from generator.live.generator import Landed, Step

LOCK_FILE = "live.lock"
"""Name of the file in the state folder that says that a live generator is running."""

_POLL_SECONDS = 0.5
_BUSY_SECONDS = 0.1
_LONGEST_BUSY_SECONDS = 60.0
_TELL_SECONDS = 60.0


@dataclass(frozen=True)
class LiveRequest:
    """What a person wants to see live.

    Attributes
    ----------
    landing
        Folder in which windows become visible.
    configurations
        JSON files, at most one per kitchen.
    locations
        Kitchens by code or name; ``None`` for all of them.
    roads, seed, people
        As in `plan_dataset`.
    asked
        When it begins and ends, how fast it is, and when files land.
    """

    landing: Path
    configurations: Sequence[Path] = ()
    locations: Sequence[str] | None = None
    roads: str = DEFAULT_ROADS
    seed: int = DEFAULT_SEED
    people: bool = True
    asked: AskedOptions = field(default_factory=AskedOptions)


@contextmanager
def live_generator(
    request: LiveRequest,
    now: datetime,
    tell: Callable[[str], None] = lambda _: None,
) -> Iterator[LiveGenerator]:
    """Have the only live generator of a landing; the first one fixes what it makes.

    Parameters
    ----------
    request
        What is made, and where it lands.
    now
        Real time, naive UTC.
    tell
        Called with each sentence that a person should read.

    Raises
    ------
    BusyError
        If another live generator has this landing.
    UserError
        If the landing belongs to something else, or a kitchen cannot be made.
    """
    landing = Landing(request.landing)
    another = f"Another live generator is at work on {landing}"
    with exclusive(
        storage_of(request.landing), landing.state_file(LOCK_FILE), another, "nothing was written"
    ):
        loaded = [load_configuration(file) for file in request.configurations]
        options = generator_options(loaded, request.asked)
        settings = known_settings(landing, landing.windows())
        if settings and not settings.profile.is_live:
            raise UserError(
                f"{landing} belongs to the replay of a dataset: choose another folder with "
                "--landing, or remove what has landed with `python -m flows.replay reset`."
            )
        start = settings.profile.epoch if settings else _day_zero(now, options.start_days_ago)
        start_day = settings.start_day if settings else options.start_days_ago
        plan = plan_dataset(
            days=options.days(start, start_day),
            start=start,
            seed=request.seed,
            locations=request.locations,
            configurations=request.configurations,
            roads=request.roads,
            people=request.people,
        )
        planned = prepare_kitchens(plan)
        profile = live_profile(plan, planned)
        if settings is None:
            settings = first_settings(profile, start_day, options.speed, now)
            with landing.lock():
                description = describe(plan, [each.network for each in planned], _nothing(planned))
                landing.write_state(DESCRIPTION_FILE, json.dumps(description, indent=2) + "\n")
                write_settings(landing, settings)
        else:
            _check_goes_on(settings.profile, profile, landing)
            for notice in _ignored(request.asked, settings):
                tell(notice)
        with DayLinesInBackground(
            [each.kitchen for each in planned],
            plan,
            profile,
            settings.shift_days,
            first_day_to_land(landing),
        ) as days:
            yield LiveGenerator(landing, days, options.flushing, now)


def run_live(
    generator: LiveGenerator,
    stop: Event,
    tell: Callable[[str], None],
    clock: Callable[[], datetime] = utc_now,
) -> None:
    """Land what becomes due, until the last event has landed or ``stop`` is set.

    Parameters
    ----------
    generator
        What lands.
    stop
        Ends it after the window that is being written; nothing of a first window becomes visible.
    tell
        Called with each line for a person.
    clock
        Returns the real time, naive UTC.

    Raises
    ------
    UserError
        If a window cannot land. Then nothing of it has become visible.
    KeyboardInterrupt
        If it was stopped while it wrote its first window.
    """
    progress = _Progress(generator, tell)

    def show_day(day: int) -> None:
        if stop.is_set() and not generator.has_landed:
            raise KeyboardInterrupt
        progress.show_day(day)

    busy_since: float | None = None
    while not stop.is_set():
        try:
            step = generator.step(clock(), show_day)
        except BusyError:
            # Somebody changes the settings: that takes a moment, unless it hangs.
            busy_since = busy_since or time.monotonic()
            if time.monotonic() - busy_since > _LONGEST_BUSY_SECONDS:
                raise
            stop.wait(_BUSY_SECONDS)
            continue
        busy_since = None
        progress.show_step(step)
        if step.has_ended:
            return
        if step.landed is None:
            stop.wait(min(step.wait_seconds, _POLL_SECONDS))


class _Progress:
    """Says what lands: the first window, changes, and once a minute how far it is."""

    def __init__(self, generator: LiveGenerator, tell: Callable[[str], None]) -> None:
        self.is_first = not generator.has_landed
        self._is_live = generator.has_landed
        self._generator = generator
        self._tell = tell
        self._case: Case | None = None
        self._told = time.monotonic()
        self._files = self._events = 0

    def show_day(self, day: int) -> None:
        """Say which day of the first window is written, now and then."""
        if self.is_first and time.monotonic() - self._told > _TELL_SECONDS / 6:
            self._tell(f"Writing day {day} …")
            self._told = time.monotonic()

    def show_step(self, step: Step) -> None:
        """Say what a step has done, if it is worth a line."""
        moment = format_position(step.landed.window.last if step.landed else step.position)
        if step.has_ended:
            self._tell(f"The last event has landed; the days of this business end at {moment}.")
        elif step.case in {Case.PAUSED, Case.CLOCK_WENT_BACKWARDS}:
            if step.case is not self._case:
                self._tell(f"{_STANDSTILLS[step.case]} at {moment}.")
        elif self._case in _STANDSTILLS:
            self._tell(f"Going on at {moment}.")
        self._case = step.case
        if step.landed and self.is_first:
            self._tell(_first_window(step.landed, moment))
            self.is_first = False
            self._told = time.monotonic()
        elif step.landed:
            self._files += 1
            self._events += step.landed.events
        if step.landed and not self._is_live and step.landed.window.last == step.position:
            self._tell(self._speed())
            self._is_live = True
        if not self.is_first and time.monotonic() - self._told > _TELL_SECONDS:
            self._tell(f"{moment}: {self._events:,} events in {self._files:,} files since then.")
            self._told, self._files, self._events = time.monotonic(), 0, 0

    def _speed(self) -> str:
        speed = self._generator.settings.segments[-1].speed
        return (
            f"Live from here: a second is {speed:g} virtual seconds. `python -m flows.replay "
            "pause`, `resume` and `speed X` steer it, Ctrl-C stops it."
        )


_STANDSTILLS = {
    Case.PAUSED: "Paused",
    Case.CLOCK_WENT_BACKWARDS: "The clock is behind what has landed: waiting",
}


def _first_window(landed: Landed, moment: str) -> str:
    return f"Landed {landed.events:,} events up to {moment}: {landed.file.name}"


def _nothing(planned: Sequence[PlannedKitchen]) -> DatasetSummary:
    """Return what is known of the events of a dataset that is not made yet."""
    return DatasetSummary(
        tuple(
            summarise_kitchen(each.kitchen, orders=0, events=0, longest_wait=0) for each in planned
        )
    )


def _day_zero(now: datetime, start_days_ago: int) -> date:
    try:
        return now.date() - timedelta(days=start_days_ago)
    except OverflowError:
        raise UserError(
            f"--start-days-ago {start_days_ago:,} is before the year 1; begin later."
        ) from None


def _check_goes_on(begun: DatasetProfile, profile: DatasetProfile, landing: Landing) -> None:
    if begun.identity != profile.identity:
        raise UserError(
            f"{landing} was begun by a live generator with other kitchens, configurations, seed, "
            "streets or another version: start it with the same options, choose another folder "
            "with --landing, or remove what has landed with `python -m flows.replay reset`."
        )


def _ignored(asked: AskedOptions, settings: Settings) -> Iterator[str]:
    """Say which options the first run has fixed."""
    if asked.start_days_ago not in {None, settings.start_day}:
        yield (
            f"--start-days-ago {asked.start_days_ago} is ignored: the first run fixed it at "
            f"{settings.start_day}."
        )
    speed = settings.segments[-1].speed
    if asked.speed not in {None, speed}:
        yield (
            f"--speed {asked.speed:g} is ignored: it runs at {speed:g}. To change it, "
            f"`python -m flows.replay speed {asked.speed:g}`."
        )
