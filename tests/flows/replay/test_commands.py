"""Whole runs of the replay: nothing lost, nothing twice, whatever happens in between."""

import itertools
import json
import shutil
import tempfile
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import BusyError, UserError
from common.landing.landing import Landing, watermark
from common.landing.settings import SETTINGS_FILE, read_settings
from common.landing.window import Case
from flows.replay import replay as replay_module
from flows.replay.commands import (
    ReplayOptions,
    change_speed,
    check_options,
    pause,
    reset,
    resume,
    run,
    status,
)
from tests.support.sample_datasets import (
    DAY,
    SECOND,
    Small,
    expected_lines,
    landed_bytes,
    landed_lines,
    order,
    some_orders,
    write_dataset,
)

NOW = datetime(2026, 11, 21, 10, 30, 0, 250)
TIME_OF_DAY = (10 * 3600 + 30 * 60) * SECOND + 250
DAY_1 = ReplayOptions(start_day=1)


def test_the_first_run_lands_up_to_the_start_day_and_time_of_day(
    small: Small, landing: Path
) -> None:
    report = run(small.folder, landing, NOW, DAY_1)
    last = DAY + TIME_OF_DAY
    assert (report.case, report.position) == (Case.FIRST_RUN, last)
    assert report.file is not None
    assert report.file.name == f"window-{0:018}-{last:018}.jsonl"
    expected = expected_lines(small.rows, 3, 0, last, report.settings.shift_days)
    assert landed_lines(landing) == expected
    assert report.events == len(expected)
    assert expected[0]["ts"] == "2026-11-20 00:00:00.000"
    assert [path.name for path in landing.iterdir() if not path.name.startswith("_")] == [
        report.file.name
    ]


def test_later_runs_land_sixty_times_as_much_time_as_passed(small: Small, landing: Path) -> None:
    run(small.folder, landing, NOW, DAY_1)
    report = run(small.folder, landing, NOW + timedelta(minutes=3), ReplayOptions())
    assert report.case is Case.NEXT_WINDOW
    assert report.window is not None
    assert report.window.last - report.window.first + 1 == 3 * 3600 * SECOND
    expected = expected_lines(
        small.rows, 3, report.window.first, report.window.last, report.settings.shift_days
    )
    assert report.file is not None
    assert [json.loads(line)["event_id"] for line in report.file.read_bytes().splitlines()] == [
        line["event_id"] for line in expected
    ]


def test_an_event_on_the_edge_lands_once(landing: Path, tmp_path: Path) -> None:
    edge = TIME_OF_DAY
    rows = order("A1", 1, edge, [1, 2, *(SECOND * step for step in range(1, 7))])
    canonical = write_dataset(tmp_path / "c", rows, days=1)
    first = run(canonical, landing, NOW, ReplayOptions(start_day=0, speed=1.0))
    assert first.events == 1
    second = run(canonical, landing, NOW + timedelta(microseconds=1), ReplayOptions())
    assert second.events == 1
    third = run(canonical, landing, NOW + timedelta(seconds=60), ReplayOptions())
    assert third.events == 7


def test_a_window_without_events_makes_no_file_and_loses_nothing(
    landing: Path, tmp_path: Path
) -> None:
    rows = order("A1", 1, 20 * 3600 * SECOND, [SECOND * step for step in range(1, 9)])
    canonical = write_dataset(tmp_path / "c", rows, days=1)
    first = run(canonical, landing, NOW, ReplayOptions(start_day=0))
    assert (first.case, first.window, first.file) == (Case.NOTHING_NEW, None, None)
    assert list(landing.glob("*.jsonl")) == []
    second = run(canonical, landing, NOW + timedelta(minutes=10), ReplayOptions())
    assert (second.events, second.case) == (9, Case.FIRST_RUN)
    assert second.settings.sim_start == NOW


def test_runs_of_a_few_days_land_what_one_run_lands(small: Small, tmp_path: Path) -> None:
    at_once, in_parts = tmp_path / "at-once" / "events", tmp_path / "in-parts" / "events"
    week = ReplayOptions(start_day=7)
    whole = run(small.folder, at_once, NOW, week)
    reports = [run(small.folder, in_parts, NOW, week, most_days=2) for _ in range(5)]
    assert [report.window and report.window.last + 1 for report in reports] == [
        *(2 * DAY, 4 * DAY, 6 * DAY, whole.position + 1, None)
    ]
    assert reports[0].settings == whole.settings
    assert landed_lines(in_parts) == landed_lines(at_once)


def test_a_run_of_a_day_is_not_kept_by_days_without_events(landing: Path, tmp_path: Path) -> None:
    evening = 20 * 3600 * SECOND
    steps = [SECOND * step for step in range(1, 9)]
    rows = order("A1", 1, evening, steps) + order("A2", 1, evening + 5 * DAY, steps)
    canonical = write_dataset(tmp_path / "c", rows, days=6)
    options = ReplayOptions(start_day=6)
    reports = [run(canonical, landing, NOW, options, most_days=1) for _ in range(3)]
    assert [report.events for report in reports] == [9, 9, 0]
    assert reports[1].window is not None
    assert reports[1].window.first == DAY


def test_one_run_may_land_more_than_a_cycle(small: Small, landing: Path) -> None:
    run(small.folder, landing, NOW, DAY_1)
    report = run(small.folder, landing, NOW + timedelta(hours=5), ReplayOptions())
    assert report.window is not None
    assert report.window.last - report.window.first > 4 * 3 * DAY
    assert landed_lines(landing) == expected_lines(
        small.rows, 3, 0, report.window.last, report.settings.shift_days
    )


steps = st.lists(
    st.one_of(
        st.tuples(st.just("run"), st.integers(0, 3 * 3600 * SECOND)),
        st.tuples(st.just("pause"), st.integers(0, 600 * SECOND)),
        st.tuples(st.just("resume"), st.integers(0, 600 * SECOND)),
        st.tuples(st.just("back"), st.integers(1, 30 * SECOND)),
        st.tuples(
            st.sampled_from(["speed 0.5", "speed 17.3", "speed 60", "speed 1000"]),
            st.integers(0, 600 * SECOND),
        ),
    ),
    max_size=8,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(script=steps, start_day=st.integers(0, 8))
def test_any_sequence_of_runs_lands_what_one_run_lands(
    small: Small, script: list[tuple[str, int]], start_day: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        landing = Path(folder) / "landing"
        now, position = NOW, Fraction(start_day * DAY + TIME_OF_DAY)
        speed, stopped = Fraction(60), False
        first = run(small.folder, landing, now, ReplayOptions(start_day=start_day))
        landed = first.position
        for what, microseconds in [*script, ("resume", 0), ("run", 60 * SECOND)]:
            if what == "back":
                # A clock that is behind lands nothing, and nothing is remembered of it.
                before = landed_bytes(landing)
                behind = now - timedelta(microseconds=microseconds)
                report = run(small.folder, landing, behind, ReplayOptions())
                if report.position < landed:
                    assert landed_bytes(landing) == before
                landed = max(landed, watermark(Landing(landing).windows()))
                continue
            now += timedelta(microseconds=microseconds)
            if not stopped:
                position += microseconds * speed
            if what == "run":
                report = run(small.folder, landing, now, ReplayOptions())
                landed = max(landed, report.position if not stopped else landed)
                assert report.position == position // 1
            else:
                # Each change of speed begins at a whole microsecond.
                if what == "pause":
                    changed = not stopped
                    pause(landing, now)
                    stopped = True
                elif what == "resume":
                    changed = stopped
                    resume(landing, now)
                    stopped = False
                else:
                    wanted = Fraction(float(what.split()[1]))
                    changed = wanted != speed
                    change_speed(landing, now, float(wanted))
                    speed = wanted
                position = Fraction(position // 1) if changed else position
        windows = Landing(landing).windows()
        last = max(landed, position // 1)
        assert watermark(windows) <= last
        expected = expected_lines(small.rows, 3, 0, last, first.settings.shift_days)
        assert landed_lines(landing) == expected
        other = Path(folder) / "at once"
        shutil.copytree(landing / "_replay", other / "_replay")
        run(small.folder, other, now, ReplayOptions())
        assert landed_bytes(other) == landed_bytes(landing)


def test_paused_nothing_lands_and_afterwards_nothing_is_missing(
    small: Small, landing: Path
) -> None:
    run(small.folder, landing, NOW, DAY_1)
    before = landed_bytes(landing)
    assert pause(landing, NOW + timedelta(minutes=1)).startswith("Paused")
    assert "already" in pause(landing, NOW + timedelta(minutes=2))
    report = run(small.folder, landing, NOW + timedelta(days=2), ReplayOptions())
    assert (report.case, landed_bytes(landing)) == (Case.PAUSED, before)
    assert resume(landing, NOW + timedelta(days=2)).startswith("Resumed")
    assert "not paused" in resume(landing, NOW + timedelta(days=2))
    after = run(small.folder, landing, NOW + timedelta(days=2, minutes=1), ReplayOptions())
    assert after.position == DAY + TIME_OF_DAY + 2 * 3600 * SECOND


def test_a_changed_speed_applies_from_now_on_and_is_stored(small: Small, landing: Path) -> None:
    run(small.folder, landing, NOW, DAY_1)
    change_speed(landing, NOW + timedelta(minutes=1), 600.0)
    report = run(small.folder, landing, NOW + timedelta(minutes=2), ReplayOptions())
    assert report.position == DAY + TIME_OF_DAY + (3600 + 36_000) * SECOND
    assert "already" in change_speed(landing, NOW + timedelta(minutes=3), 600.0)


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan"), float("inf"), 1e9])
def test_an_impossible_speed_is_refused(small: Small, landing: Path, speed: float) -> None:
    run(small.folder, landing, NOW, DAY_1)
    with pytest.raises(UserError, match="speed must be"):
        change_speed(landing, NOW, speed)
    with pytest.raises(UserError, match="speed must be"):
        check_options(1, speed)


def test_a_change_by_a_clock_that_is_behind_is_refused(small: Small, landing: Path) -> None:
    run(small.folder, landing, NOW, DAY_1)
    before = Landing(landing).state_file(SETTINGS_FILE).read_bytes()
    for change in (
        lambda: pause(landing, NOW - timedelta(seconds=1)),
        lambda: change_speed(landing, NOW - timedelta(days=1), 5.0),
    ):
        with pytest.raises(UserError, match="set the clock right"):
            change()
    assert Landing(landing).state_file(SETTINGS_FILE).read_bytes() == before


def test_controls_before_the_first_run_say_how_to_begin(landing: Path) -> None:
    with pytest.raises(UserError, match=r"flows\.replay run"):
        pause(landing, NOW)
    assert not landing.exists()


def test_a_clock_that_went_backwards_lands_nothing(small: Small, landing: Path) -> None:
    run(small.folder, landing, NOW, DAY_1)
    run(small.folder, landing, NOW + timedelta(minutes=9), ReplayOptions())
    before = landed_bytes(landing)
    for behind in (timedelta(minutes=8), timedelta(days=-1)):
        report = run(small.folder, landing, NOW + behind, ReplayOptions())
        assert (report.case, report.events) == (Case.CLOCK_WENT_BACKWARDS, 0)
    assert landed_bytes(landing) == before


def test_what_the_first_run_fixed_stays_and_is_reported(small: Small, landing: Path) -> None:
    run(small.folder, landing, NOW, DAY_1)
    report = run(small.folder, landing, NOW + timedelta(minutes=1), ReplayOptions(2, 10.0))
    assert report.events > 0
    assert report.position == DAY + TIME_OF_DAY + 3600 * SECOND
    assert [notice.split(" is ignored")[0] for notice in report.notices] == [
        "Start day 2",
        "Speed 10",
    ]
    again = run(small.folder, landing, NOW + timedelta(minutes=2), ReplayOptions(1, 60.0))
    assert again.notices == ()


def test_two_datasets_run_side_by_side(small: Small, tmp_path: Path) -> None:
    rows = some_orders(2, 5, seed=9)
    other = write_dataset(tmp_path / "other", rows, days=2)
    here, there = tmp_path / "here", tmp_path / "there"
    for minute in range(3):
        now = NOW + timedelta(minutes=minute)
        run(small.folder, here, now, DAY_1)
        run(other, there, now + timedelta(hours=1), ReplayOptions(start_day=4, speed=7.0))
    change_speed(here, NOW + timedelta(minutes=3), 1.0)
    known = read_settings(Landing(there))
    assert known is not None
    assert (known.start_day, len(known.segments)) == (4, 1)
    for landing, source, days in ((here, small.rows, 3), (there, rows, 2)):
        kept = read_settings(Landing(landing))
        assert kept is not None
        last = watermark(Landing(landing).windows())
        assert landed_lines(landing) == expected_lines(source, days, 0, last, kept.shift_days)


def test_reset_removes_this_replay_and_nothing_of_others(small: Small, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for landing in (here, there):
        run(small.folder, landing, NOW, DAY_1)
        run(small.folder, landing, NOW + timedelta(minutes=5), DAY_1)
    foreign = here / "foreign.jsonl"
    foreign.write_text("{}")
    kept = landed_bytes(there)
    assert reset(here).startswith("Removed 2 landed windows")
    assert [path.name for path in here.iterdir() if path.name != "_replay"] == ["foreign.jsonl"]
    assert landed_bytes(there) == kept
    assert run(small.folder, here, NOW + timedelta(days=1), ReplayOptions(2)).case is Case.FIRST_RUN


def test_reset_clears_what_cannot_be_read(small: Small, landing: Path) -> None:
    run(small.folder, landing, NOW, DAY_1)
    Landing(landing).state_file(SETTINGS_FILE).write_text("{")
    (landing / f"window-{5:018}-{9:018}.jsonl").write_text("cut")
    assert reset(landing).startswith("Removed 2")
    assert "nothing to remove" in reset(landing.parent / "elsewhere")
    assert run(small.folder, landing, NOW, DAY_1).case is Case.FIRST_RUN


def test_status_writes_nothing_and_predicts_the_next_run(small: Small, landing: Path) -> None:
    before = status(small.folder, landing, NOW, DAY_1)
    assert not landing.exists()
    assert not before.started
    first = run(small.folder, landing, NOW, DAY_1)
    assert (before.waiting, before.decision.window) == (first.events, first.window)
    later = NOW + timedelta(hours=2)
    files = sorted(landing.rglob("*"))
    expected = status(small.folder, landing, later, ReplayOptions())
    assert sorted(landing.rglob("*")) == files
    assert (expected.windows, expected.watermark) == (1, first.position)
    second = run(small.folder, landing, later, ReplayOptions())
    assert (expected.waiting, expected.decision.window) == (second.events, second.window)


def test_a_second_replay_stops_and_writes_nothing(small: Small, landing: Path) -> None:
    run(small.folder, landing, NOW, DAY_1)
    with Landing(landing).lock():
        before = sorted(landing.rglob("*"))
        for command in (
            lambda: run(small.folder, landing, NOW + timedelta(hours=1), ReplayOptions()),
            lambda: pause(landing, NOW),
            lambda: reset(landing),
        ):
            with pytest.raises(BusyError, match="Another replay is at work"):
                command()
        assert sorted(landing.rglob("*")) == before


def test_a_replaced_dataset_is_refused_until_it_is_back(
    small: Small, landing: Path, tmp_path: Path
) -> None:
    canonical = tmp_path / "canonical"
    shutil.copytree(small.folder, canonical)
    run(canonical, landing, NOW, DAY_1)
    before = landed_bytes(landing)
    later = NOW + timedelta(hours=1)
    for other in (write_dataset(tmp_path / "a", some_orders(3, 8, seed=6), days=3),
                  write_dataset(tmp_path / "b", small.rows, days=4)):  # fmt: skip
        shutil.copytree(other, canonical, dirs_exist_ok=True)
        with pytest.raises(UserError, match="holds another dataset"):
            run(canonical, landing, later, ReplayOptions())
        assert landed_bytes(landing) == before
    write_dataset(canonical, small.rows, days=3)
    assert run(canonical, landing, later, ReplayOptions()).events > 0


def test_a_dataset_replaced_while_it_is_read_lands_nothing(
    small: Small, landing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canonical = tmp_path / "canonical"
    shutil.copytree(small.folder, canonical)
    run(canonical, landing, NOW, DAY_1)
    before = landed_bytes(landing)
    write = replay_module.write_window

    def write_and_replace(*args: object, **kwargs: object) -> int:
        events = write(*args, **kwargs)  # type: ignore[arg-type]
        write_dataset(canonical, some_orders(3, 9), days=3)
        return events

    monkeypatch.setattr(replay_module, "write_window", write_and_replace)
    with pytest.raises(UserError, match="holds another dataset"):
        run(canonical, landing, NOW + timedelta(hours=1), ReplayOptions())
    assert landed_bytes(landing) == before


def test_windows_without_settings_are_not_a_new_start(small: Small, landing: Path) -> None:
    run(small.folder, landing, NOW, DAY_1)
    Landing(landing).state_file(SETTINGS_FILE).unlink()
    before = landed_bytes(landing)
    with pytest.raises(UserError, match=r"settings\.json are missing"):
        run(small.folder, landing, NOW + timedelta(hours=1), ReplayOptions())
    assert landed_bytes(landing) == before
    assert not Landing(landing).state_file(SETTINGS_FILE).exists()


def test_after_the_newest_window_is_deleted_its_events_land_again(
    small: Small, landing: Path
) -> None:
    for minutes in (0, 3, 6):
        run(small.folder, landing, NOW + timedelta(minutes=minutes), DAY_1)
    whole = landed_bytes(landing)
    max(landing.glob("window-*.jsonl")).unlink()
    run(small.folder, landing, NOW + timedelta(minutes=6), ReplayOptions())
    assert landed_bytes(landing) == whole


def test_many_small_windows_are_one_long_one(small: Small, tmp_path: Path) -> None:
    many, one = tmp_path / "many", tmp_path / "one"
    for landing in (many, one):
        run(small.folder, landing, NOW, DAY_1)
    moments = itertools.accumulate([timedelta(minutes=37)] * 12, initial=NOW)
    for now in moments:
        run(small.folder, many, now, ReplayOptions())
    run(small.folder, one, NOW + timedelta(minutes=37 * 12), ReplayOptions())
    assert landed_bytes(many) == landed_bytes(one)
    assert len(Landing(many).windows()) > 5


def test_a_file_that_no_build_would_read_is_named(small: Small, landing: Path) -> None:
    run(small.folder, landing, NOW, DAY_1)
    for name in ("by\\hand.jsonl", "more\\of it.jsonl.gz", "_hidden\\.jsonl", "a\\note.txt"):
        (landing / name).write_bytes(b"")
    notice = (
        f"DuckDB does not see by\\hand.jsonl and 1 more in {landing}, because of the backslash in "
        "its name: no build reads it until it is renamed."
    )
    assert status(small.folder, landing, NOW, DAY_1).notices == (notice,)
    assert notice in run(small.folder, landing, NOW + timedelta(minutes=3), DAY_1).notices
