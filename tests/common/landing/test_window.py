"""The arithmetic of virtual time, for every named case."""

from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.landing.window import (
    MICROSECONDS_PER_DAY,
    NOTHING_LANDED,
    Case,
    Segment,
    Window,
    advance,
    at_speed,
    emitted_time,
    format_position,
    next_window,
    paused,
    resumed,
    split_by_cycle,
    start_position,
    whole_days_shift,
)

START = datetime(2026, 11, 21, 10, 30, 0, 123456)
DAY = MICROSECONDS_PER_DAY
FIRST = Segment(START, start_position(70, START), 60.0)


def after(**duration: float) -> datetime:
    return START + timedelta(**duration)


def test_the_first_run_begins_on_the_start_day_at_the_time_of_day() -> None:
    time_of_day = (10 * 3600 + 30 * 60) * 1_000_000 + 123456
    assert start_position(70, START) == 70 * DAY + time_of_day


def test_the_shift_makes_the_start_day_the_date_of_the_first_run() -> None:
    shift = whole_days_shift(date(2024, 1, 1), 70, START)
    assert emitted_time(FIRST.position, date(2024, 1, 1), shift) == START


def test_the_first_run_lands_from_the_very_first_microsecond() -> None:
    decision = next_window([FIRST], NOTHING_LANDED, START)
    assert (decision.case, decision.window) == (Case.FIRST_RUN, Window(0, FIRST.position))


def test_a_first_run_at_midnight_of_day_0_still_lands_position_0() -> None:
    midnight = datetime(2026, 1, 1)
    segment = Segment(midnight, start_position(0, midnight), 60.0)
    assert next_window([segment], NOTHING_LANDED, midnight).window == Window(0, 0)


def test_a_later_run_lands_what_follows_the_watermark() -> None:
    decision = next_window([FIRST], FIRST.position, after(minutes=3))
    three_hours = 3 * 3600 * 1_000_000
    assert decision.case is Case.NEXT_WINDOW
    assert decision.window == Window(FIRST.position + 1, FIRST.position + three_hours)


def test_the_same_moment_again_is_nothing_new() -> None:
    decision = next_window([FIRST], FIRST.position, START)
    assert (decision.case, decision.window) == (Case.NOTHING_NEW, None)


@pytest.mark.parametrize("back", [timedelta(microseconds=1), timedelta(days=400)])
def test_a_clock_before_the_last_segment_lands_nothing(back: timedelta) -> None:
    decision = next_window([FIRST], FIRST.position, START - back)
    assert (decision.case, decision.window) == (Case.CLOCK_WENT_BACKWARDS, None)


def test_a_clock_behind_what_has_landed_lands_nothing() -> None:
    decision = next_window([FIRST], FIRST.position + 10 * DAY, after(minutes=1))
    assert (decision.case, decision.window) == (Case.CLOCK_WENT_BACKWARDS, None)


def test_while_paused_nothing_lands_whatever_the_clock_says() -> None:
    stopped = paused(FIRST, after(minutes=2))
    for now in (START, after(minutes=2), after(days=9)):
        decision = next_window([FIRST, stopped], FIRST.position, now)
        assert (decision.case, decision.window) == (Case.PAUSED, None)


def test_virtual_time_continues_from_where_it_stopped() -> None:
    stopped = paused(FIRST, after(minutes=2))
    again = resumed(stopped, after(days=5))
    decision = next_window([FIRST, stopped, again], FIRST.position, after(days=5, minutes=1))
    three_hours = 3 * 3600 * 1_000_000
    assert decision.window == Window(FIRST.position + 1, FIRST.position + three_hours)


def test_a_new_speed_applies_from_its_moment_and_survives_a_pause() -> None:
    faster = at_speed(FIRST, after(minutes=1), 120.0)
    assert faster.position == advance(FIRST, after(minutes=1))
    assert advance(faster, after(minutes=2)) - faster.position == 2 * 3600 * 1_000_000
    stopped = paused(faster, after(minutes=2))
    changed = at_speed(stopped, after(minutes=3), 1.0)
    assert changed.paused
    assert changed.position == stopped.position
    assert resumed(changed, after(minutes=4)).speed == 1.0


def test_a_year_at_an_odd_speed_loses_no_microsecond() -> None:
    segment = Segment(START, 0, 0.1)
    elapsed = timedelta(days=365, microseconds=7)
    exact = Fraction(0.1) * (365 * DAY + 7)
    assert advance(segment, START + elapsed) == exact.numerator // exact.denominator


@settings(deadline=None)  # the expected pairs are counted one by one: slow on a busy machine
@given(
    first=st.integers(0, 400),
    size=st.integers(0, 400),
    length=st.integers(1, 60),
    last_offset=st.integers(0, 150),
)
def test_parts_cover_each_event_of_each_cycle_once(
    first: int, size: int, length: int, last_offset: int
) -> None:
    window = Window(first, first + size)
    cut = list(split_by_cycle(window, length, last_offset))
    covered = [
        (position, cycle)
        for part in cut
        for position in range(part.window.first, part.window.last + 1)
        for cycle in part.cycles
    ]
    wanted = [
        (position, cycle)
        for position in range(window.first, window.last + 1)
        for cycle in range(position // length + 1)
        if position - cycle * length <= last_offset
    ]
    assert covered == wanted


def test_an_ordinary_window_is_one_part_of_one_cycle() -> None:
    window = Window(10 * DAY, 11 * DAY)
    (part,) = split_by_cycle(window, 90 * DAY, 90 * DAY + 3600)
    assert (part.window, part.cycles) == (window, (0,))


def test_positions_are_formatted_as_day_and_time() -> None:
    assert format_position(70 * DAY + 9 * 3_600_000_000 + 1) == "day 70 09:00:00"
