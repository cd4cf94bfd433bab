"""A running replay: a dataset, the landing it goes to, and the settings that bind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.canonical_dataset import check_same, open_dataset, profile_dataset
from common.landing.event_lines import count_events, write_window
from common.landing.landing import watermark
from common.landing.settings import (
    DEFAULT_SPEED,
    DEFAULT_START_DAY,
    Settings,
    first_settings,
    write_settings,
)
from common.landing.window import Decision, Window, next_window

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from common.canonical_dataset import Dataset
    from common.landing.landing import Landing
    from common.storage import Lock


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """What the first run is to fix; ``None`` for the default."""

    start_day: int | None = None
    speed: float | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """A dataset that is replayed into a landing.

    Attributes
    ----------
    dataset
        What is replayed.
    landing
        Where its windows land.
    settings
        What the first run fixed, or a first run now would fix.
    windows
        What has landed so far.
    """

    dataset: Dataset
    landing: Landing
    settings: Settings
    windows: Sequence[Window]

    def decide(self, now: datetime) -> Decision:
        """Decide what a run at ``now`` lands.

        Raises
        ------
        UserError
            If the dataset is not the one that the replay began with.
        """
        check_same(self.dataset, self.settings.profile)
        return next_window(self.settings.segments, watermark(self.windows), now)

    def count(self, window: Window) -> int:
        """Return how many events a window would land."""
        return count_events(self.dataset, self.settings.profile, window)

    def land(self, window: Window, lock: Lock, progress: Callable[[Window, int], None]) -> int:
        """Write a window, make it visible if it has events, and return how many it has."""
        with self.landing.staged(window) as staged:
            progress(window, window.first)
            events = write_window(
                self.dataset,
                self.settings.profile,
                window,
                self.settings.shift_days,
                staged,
                progress=lambda position: progress(window, position),
            )
            # If the dataset was replaced while it was read, the window is a mixture of both.
            check_same(open_dataset(self.dataset.folder), self.settings.profile)
            if events:
                lock.check()
                self.landing.publish(staged, window)
        self.landing.recover()
        return events


def propose_settings(dataset: Dataset, now: datetime, options: ReplayOptions) -> Settings:
    """Return the settings that a first run now would fix."""
    start_day = DEFAULT_START_DAY if options.start_day is None else options.start_day
    speed = DEFAULT_SPEED if options.speed is None else options.speed
    return first_settings(profile_dataset(dataset), start_day, speed, now)


def fix_settings(
    dataset: Dataset, landing: Landing, now: datetime, options: ReplayOptions
) -> Settings:
    """Write the settings before the first window lands: after a kill in between, they are kept."""
    settings = propose_settings(dataset, now, options)
    # If the dataset was replaced while it was profiled, the profile is a mixture of both.
    check_same(open_dataset(dataset.folder), settings.profile)
    write_settings(landing, settings)
    return settings
