"""The seven accidents after which a replay of this kind went wrong elsewhere, each from start to
end: what landed, and what the tables say of it."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.faults.kitchen import LANDING_ONLY, TABLES, Kitchen

TIMELINE = """
    select order_id, created_ts, delivered_ts from lakeflow.silver_order_timeline order by order_id
"""


def moment(now: str, **later: float) -> str:
    """Return a moment so much later."""
    return (datetime.fromisoformat(now) + timedelta(**later)).isoformat()


def check_every_event_once(kitchen: Kitchen, events: int | None = None) -> None:
    """Each landed line is one event of the tables, and none was a copy of another."""
    lines = kitchen.lines().splitlines()
    ids = {json.loads(line)["event_id"] for line in lines}
    assert len(ids) == len(lines)
    assert kitchen.query("select count(*), count(distinct event_id) from lakeflow.all_events") == [
        (len(lines), len(ids))
    ]
    assert kitchen.query(
        "select count(*) filter (is_duplicate), count(rejection_reason) from lakeflow.landed_lines"
    ) == [(0, 0)]
    assert events is None or events == len(lines)


@pytest.mark.parametrize(
    ("step", "visible"), [("os.rename", False), ("os.rmdir", True)], ids=["before", "after"]
)
def test_a_crash_between_writing_events_and_moving_the_watermark(
    kitchen: Kitchen, step: str, visible: bool
) -> None:
    """Elsewhere: the window is written again, with new ids. Here the two are one step."""
    first, second = "2026-11-21T10:30:00", "2026-11-21T10:40:00"
    kitchen.must(first, LANDING_ONLY)
    unharmed = kitchen.copied("unharmed")
    before = kitchen.lines()
    assert kitchen.killed(second, {"before": step, "number": 1})
    assert (kitchen.lines() != before) is visible
    kitchen.must(second, LANDING_ONLY)
    kitchen.must(moment(second, minutes=3))
    for now in (second, moment(second, minutes=3)):
        unharmed.must(now, LANDING_ONLY)
    assert kitchen.lines() == unharmed.lines()
    check_every_event_once(kitchen)


def test_a_run_after_midnight(kitchen: Kitchen) -> None:
    """Elsewhere: all times jump by a day, and P99 goes from 40 to 1,474 minutes."""
    runs = ["2026-11-20T22:30:00", "2026-11-20T23:59:59.5", "2026-11-21T00:20:00",
            "2026-11-21T03:00:00"]  # fmt: skip
    for number, now in enumerate(runs):
        kitchen.must(now, TABLES if number % 2 else LANDING_ONLY, SPEED_MULTIPLIER="1")
    created_before = f"where created_ts <= timestamp '{runs[-1]}'"
    orders = f"""
        from (
            select
                order_id,
                created_ts,
                case when delivered_ts <= timestamp '{runs[-1]}' then delivered_ts end as done
            from orders {created_before}
        )
    """
    shift = kitchen.shift_days()
    reported = kitchen.reported(f"select order_id, created_ts, done {orders} order by 1", shift)
    assert kitchen.query(TIMELINE) == reported
    over_midnight = [row for row in reported if row[2] and row[1].date() != row[2].date()]
    assert len(over_midnight) >= 3
    percentiles = kitchen.reported(
        f"""
        select
            done::date, count(*),
            quantile_cont((epoch_ms(done) - epoch_ms(created_ts)) / 60000, 0.99)
        {orders} where done is not null group by 1 order by 1
        """,
        shift,
    )
    rows = kitchen.query(
        "select day, orders_delivered, p99_minutes from lakeflow.gold_delivery_times_day order by 1"
    )
    assert len(rows) == 2
    assert [row[:2] for row in rows] == [row[:2] for row in percentiles]
    assert [float(row[2]) for row in rows] == pytest.approx([row[2] for row in percentiles], 1e-3)
    assert max(row[2] for row in rows) < 120


@pytest.mark.parametrize("renames", [1, 2], ids=["settings", "first window"])
def test_a_crash_before_the_start_time_is_stored(kitchen: Kitchen, renames: int) -> None:
    """Elsewhere: the start is lost while events are there, and never again is there anything new.

    Before the settings have their name nothing has landed, and the next run is the first one;
    once they have it, the start is known although nothing has landed.
    """
    first = "2026-11-21T10:30:00"
    assert kitchen.killed(first, {"before": "os.rename", "number": renames})
    assert kitchen.lines() == b""
    landed = []
    for minutes in (2, 4, 6):
        kitchen.must(moment(first, minutes=minutes), LANDING_ONLY)
        landed.append(len(kitchen.lines()))
    assert landed[0] < landed[1] < landed[2]
    settings = json.loads((kitchen.landing / "_replay" / "settings.json").read_text())
    assert settings["sim_start"] == (moment(first, minutes=2) if renames == 1 else first)
    kitchen.must(None)
    check_every_event_once(kitchen)
    expected = settings["segments"][0]["position"]
    expected += (6 - (2 if renames == 1 else 0)) * 60 * 60 * 1_000_000
    last = max(path.name for path in kitchen.landing.glob("window-*"))
    assert int(last.removesuffix(".jsonl").split("-")[2]) == expected


@pytest.mark.parametrize(
    ("broken", "content", "said"),
    [
        ("_replay/settings.json", "", "settings.json are not valid"),
        ("_replay/settings.json", None, "settings.json are missing"),
        ("window", "", "was cut short"),
        ("window", None, "beginning of the replay is missing"),
    ],
    ids=["empty settings", "no settings", "empty window", "no first window"],
)
def test_an_unreadable_watermark(
    new_kitchen: Callable[[], Kitchen],
    begun: Kitchen,
    broken: str,
    content: str | None,
    said: str,
) -> None:
    """Elsewhere: a second landing of everything from day 0. Here it is an error, until it is back.

    The watermark is the names of the windows; the settings give them their meaning.
    """
    kitchen = begun.copied_to(new_kitchen())
    windows = sorted(kitchen.landing.glob("window-*"))
    file = windows[0] if broken == "window" else kitchen.landing / broken
    kept, before = file.read_bytes(), {path.name: path.read_bytes() for path in windows}
    if content is None:
        file.unlink()
    else:
        file.write_text(content)
    for now in ("2026-11-21T10:48:00", "2027-01-01T00:00:00"):
        answer = kitchen.run(now, LANDING_ONLY)
        assert answer.code == 1
        assert said in answer.output
        assert str(kitchen.landing) in answer.output
    after = {path.name for path in kitchen.landing.glob("window-*")}
    assert after == before.keys() - ({file.name} if content is None else set())
    file.write_bytes(kept)
    kitchen.must("2026-11-21T10:48:00", LANDING_ONLY)
    assert kitchen.lines().startswith(b"".join(before.values()))
    ids = [json.loads(line)["event_id"] for line in kitchen.lines().splitlines()]
    assert len(ids) == len(set(ids)) > b"".join(before.values()).count(b"\n")


@pytest.fixture(scope="module")
def begun(new_kitchen: Callable[[], Kitchen]) -> Kitchen:
    """A kitchen with two windows landed."""
    kitchen = new_kitchen()
    kitchen.must("2026-11-21T10:30:00", LANDING_ONLY)
    kitchen.must("2026-11-21T10:40:00", LANDING_ONLY)
    return kitchen


@pytest.mark.parametrize(
    "change", ["2026-11-01T06:00:00", "2027-03-14T07:00:00"], ids=["autumn", "spring"]
)
def test_a_host_in_new_york_over_the_change_of_daylight_time(kitchen: Kitchen, change: str) -> None:
    """Elsewhere: hours shift by one, and orders take negative time. `change` is the hour in UTC."""
    new_york = {"TZ": "America/New_York", "SPEED_MULTIPLIER": "1"}
    runs = [moment(change, minutes=-50), moment(change, minutes=20), moment(change, hours=30)]
    for now in runs[:-1]:
        kitchen.must(now, LANDING_ONLY, **new_york)
    kitchen.must(runs[-1], **new_york)
    reported = kitchen.reported(
        f"""
        select
            order_id,
            created_ts,
            case when delivered_ts <= timestamp '{runs[-1]}' then delivered_ts end
        from orders where created_ts <= timestamp '{runs[-1]}' order by 1
        """,
        kitchen.shift_days(),
    )
    assert kitchen.query(TIMELINE) == reported
    assert len(reported) > 50
    minutes = "total_minutes, queue_minutes, prep_minutes, pack_minutes, drive_minutes"
    assert kitchen.query(
        f"""
        select count(*) from lakeflow.silver_order_timeline
        where status = 'delivered' and list_bool_or([m is null or m < 0 for m in [{minutes}]])
        """
    ) == [(0,)]
    hours = kitchen.reported(
        f"""
        select date_trunc('hour', created_ts), count(*) from orders
        where created_ts <= timestamp '{runs[-1]}' group by 1 order by 1
        """,
        kitchen.shift_days(),
    )
    assert (
        kitchen.query(
            "select hour_ts, orders from lakeflow.gold_location_sales_hourly order by hour_ts"
        )
        == hours
    )


def test_start_day_changed_between_runs(new_kitchen: Callable[[], Kitchen], begun: Kitchen) -> None:
    """Elsewhere: the replay stands still from then on and says nothing. Here it is said, and the
    first run's day stays."""
    changed, kept = begun.copied_to(new_kitchen()), begun.copied_to(new_kitchen())
    for now, day in (("2026-11-21T10:50:00", "1"), ("2026-11-21T11:00:00", "70")):
        before = len(changed.lines())
        answer = changed.must(now, LANDING_ONLY, START_DAY=day)
        assert f"Start day {day} is ignored: the first run fixed it at 0" in answer.output
        assert len(changed.lines()) > before
        kept.must(now, LANDING_ONLY)
    assert changed.lines() == kept.lines()
    changed.must(None)
    check_every_event_once(changed)


def test_the_end_of_the_cycle(kitchen: Kitchen) -> None:
    """Elsewhere: 19 orders of the last evening are never delivered.

    Here they are delivered in the first hours of the next cycle, whose own orders bear its number.
    """
    first, night, next_day = "2026-11-20T23:30:00", "2026-11-21T23:55:00", "2026-11-22T12:00:00"
    kitchen.must(first, LANDING_ONLY, SPEED_MULTIPLIER="1")
    kitchen.must(night, SPEED_MULTIPLIER="1")
    under_way = kitchen.query(
        """
        select order_id from lakeflow.silver_order_timeline where status = 'in_progress' order by 1
        """
    )
    assert len(under_way) >= 2
    kitchen.must(next_day, SPEED_MULTIPLIER="1")
    whole = kitchen.reported(
        "select order_id, created_ts, delivered_ts from orders order by 1", kitchen.shift_days()
    )
    rows = kitchen.query(TIMELINE)
    assert [row for row in rows if "-L" not in row[0]] == whole
    again = [row for row in rows if "-L" in row[0]]
    by_id = {row[0]: row for row in whole}
    cycle = timedelta(days=2)
    assert len(again) == sum(
        created + cycle <= datetime.fromisoformat(next_day) for _, created, _ in whole
    ) > 10  # fmt: skip
    for order_id, created, delivered in again:
        _, created_before, delivered_before = by_id[order_id.removesuffix("-L1")]
        assert created == created_before + cycle
        assert delivered in {None, delivered_before + cycle}
    judged = kitchen.query("select order_id from recommender.refund_recommendations")
    assert {order_id for (order_id,) in under_way} <= {order_id for (order_id,) in judged}
    check_every_event_once(kitchen)
