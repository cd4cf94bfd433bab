"""A live generator lands what the dataset of the same days has, however it is cut and resumed."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from common.landing.landing import Landing
from common.landing.window import Case
from generator.live.run import live_generator

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from generator.live.generator import Step
    from tests.generator.live.conftest import Clock, LiveKitchen

LAST_POSITION = 10 * 86_400_000_000


def test_the_first_run_lands_the_days_before_now_at_once(
    kitchen: LiveKitchen, landing: Path, tmp_path: Path, clock: Clock
) -> None:
    with live_generator(kitchen.request(landing), clock()) as generator:
        step = generator.step(clock())
        assert step.case is Case.FIRST_RUN
        assert generator.step(clock()).landed is None
    assert step.landed
    assert step.landed.file.read_bytes() == kitchen.lines(step.position, tmp_path)
    assert step.landed.events == step.landed.file.read_bytes().count(b"\n")
    assert step.position == (2 * 24 * 60 + 10 * 60 + 30) * 60 * 1_000_000 + 250
    [window] = Landing(landing).windows()
    assert window == step.landed.window


@pytest.mark.parametrize("seed", range(3))
def test_all_days_land_once_whatever_the_steps_and_restarts(
    kitchen: LiveKitchen,
    tmp_path: Path,
    clock: Clock,
    landing: Path,
    step_once: Callable[[datetime], Step],
    read_landed: Callable[[], bytes],
    seed: int,
) -> None:
    rng = random.Random(seed)  # noqa: S311  # not for secrets
    ended = False
    while not ended:
        if rng.random() < 0.5:
            ended = step_once(clock.forward(rng.choice([0.5, 20, 300, 1500]))).has_ended
            continue
        with live_generator(kitchen.request(landing), clock()) as generator:
            for _ in range(rng.randrange(8)):
                ended = generator.step(clock.forward(rng.choice([0.02, 1, 30, 700]))).has_ended
    assert read_landed() == kitchen.lines(LAST_POSITION, tmp_path)


def test_orders_of_the_last_day_are_delivered_before_it_ends(
    kitchen: LiveKitchen,
    step_once: Callable[[datetime], Step],
    read_landed: Callable[[], bytes],
    tmp_path: Path,
    clock: Clock,
) -> None:
    first = step_once(clock())
    assert not first.has_ended
    assert step_once(clock.forward(3 * 86_400 / 60)).landed
    assert step_once(clock.forward(86_400)).has_ended
    assert read_landed() == kitchen.lines(LAST_POSITION, tmp_path)


def test_it_waits_exactly_until_the_next_file_is_due(
    kitchen: LiveKitchen, landing: Path, clock: Clock
) -> None:
    """Ten events or a second, as configured: at this speed an event a second or two."""
    with live_generator(kitchen.request(landing), clock()) as generator:
        generator.step(clock())
        files = []
        waited = 0.0
        while len(files) < 20:
            step = generator.step(clock())
            if step.landed:
                files.append((step.landed.events, waited))
                waited = 0.0
            else:
                assert 0 < step.wait_seconds < 3600
                waited += step.wait_seconds
                clock.forward(step.wait_seconds)
    assert all(events <= 10 for events, _ in files)
    # Less than ten only because a second has passed.
    assert all(events == 10 or seconds >= 1 for events, seconds in files)
    assert {events for events, _ in files} - {10}


def test_what_is_due_after_a_long_pause_of_the_process_lands_in_one_file(
    step_once: Callable[[datetime], Step], clock: Clock
) -> None:
    step_once(clock())
    landed = step_once(clock.forward(timedelta(minutes=10) / timedelta(seconds=1))).landed
    assert landed
    assert landed.events > 10
