"""The days before now can land in files of a few days, which a build can take one after another."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from common.canonical_dataset import DatasetProfile
from common.landing.landing import Landing
from common.landing.settings import first_settings, write_settings
from common.time_units import MICROSECONDS_PER_DAY
from generator.__main__ import main
from generator.live.day_lines import DayLines
from generator.live.generator import LiveGenerator
from generator.live.plan import Flushing
from generator.live.run import live_generator, run_live

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from generator.live.day_lines import DayLinesInBackground
    from tests.generator.live.conftest import Clock, LiveKitchen

HISTORY_DAYS = 6


class _FewDays:
    """Days of which only some have events, one line each."""

    def __init__(self, days_with_events: set[int]) -> None:
        self._days = self._made(days_with_events)

    def take(self) -> DayLines:
        return next(self._days)

    @staticmethod
    def _made(days_with_events: set[int]) -> Iterator[DayLines]:
        for day in range(99):
            count = int(day in days_with_events)
            positions = np.full(count, day * MICROSECONDS_PER_DAY + 7, np.int64)
            offsets = np.arange(count + 1, dtype=np.int64) * 3
            yield DayLines(day, positions, offsets, memoryview(b"{}\n" * count))


def test_files_of_days_hold_the_lines_of_one_file(
    kitchen: LiveKitchen,
    landing: Path,
    tmp_path: Path,
    clock: Clock,
    read_landed: Callable[[], bytes],
) -> None:
    with live_generator(kitchen.request(landing, days_per_file=1), clock()) as generator:
        now = generator.step(clock()).position
        while (step := generator.step(clock())).landed is None or step.landed.window.last < now:
            assert step.landed
    assert [window.last // MICROSECONDS_PER_DAY for window in Landing(landing).windows()] == [
        0,
        1,
        2,
    ]
    assert read_landed() == kitchen.lines(now, tmp_path)


@pytest.mark.parametrize("days_with_events", [{2}, {0, 5}, {1, 2, 3}, set()], ids=repr)
def test_days_without_events_land_with_the_next_that_has_some(
    days_with_events: set[int], landing: Path, clock: Clock
) -> None:
    profile = DatasetProfile("id", clock().date(), 99, 0, 99 * MICROSECONDS_PER_DAY, True, True)
    with Landing(landing).lock():
        write_settings(Landing(landing), first_settings(profile, HISTORY_DAYS, 60.0, clock()))
    days = cast("DayLinesInBackground", _FewDays(days_with_events))
    generator = LiveGenerator(Landing(landing), days, Flushing(days=1), clock())
    files = 0
    while generator.step(clock()).landed:
        files += 1
        assert files <= HISTORY_DAYS
    assert files == len(days_with_events)
    landed = b"".join(file.read_bytes() for file in Landing(landing).window_files())
    assert landed == b"{}\n" * len(days_with_events)


def test_it_is_live_when_all_of_history_has_landed(
    kitchen: LiveKitchen, landing: Path, clock: Clock
) -> None:
    said: list[str] = []
    with live_generator(kitchen.request(landing, days_per_file=1), clock()) as generator:
        run_live(generator, _StopAfter(9), said.append, lambda: clock.forward(2))
    assert len(said) == 2
    assert said[0].startswith("Landed ")
    assert "up to day 0 23:59:59: window-" in said[0]
    assert said[1].startswith("Live from here")


class _StopAfter:
    """Set after so many steps."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def is_set(self) -> bool:
        self._left -= 1
        return self._left < 0

    def wait(self, _: float) -> None:
        pass


def test_no_days_per_file_are_refused(landing: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["live", "--landing", str(landing), "--days-per-file", "0"]) == 2
    assert "--days-per-file is out of range; give 1 or more" in capsys.readouterr().err
