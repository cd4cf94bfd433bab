"""Seven accidents that broke another replay of this kind, each tested from end to end: what landed,
and what the tables make of it."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.faults.replayed_business import LANDING_ONLY, TABLES, ReplayedBusiness

TIMELINE = """
    select order_id, created_ts, delivered_ts from lakeflow.silver_order_timeline order by order_id
"""


def moment(now: str, **later: float) -> str:
    """Return the moment that is so much later."""
    return (datetime.fromisoformat(now) + timedelta(**later)).isoformat()


def check_every_event_once(business: ReplayedBusiness, events: int | None = None) -> None:
    """Each landed line is one event in the tables, and none is a copy of another."""
    lines = business.lines().splitlines()
    ids = {json.loads(line)["event_id"] for line in lines}
    assert len(ids) == len(lines)
    assert business.query("select count(*), count(distinct event_id) from lakeflow.all_events") == [
        (len(lines), len(ids))
    ]
    assert business.query(
        "select count(*) filter (is_duplicate), count(rejection_code) from lakeflow.landed_lines"
    ) == [(0, 0)]
    assert events is None or events == len(lines)


@pytest.mark.parametrize(
    ("step", "visible"),
    [
        pytest.param("os.rename", False, id="before"),
        pytest.param("os.rmdir", True, id="after", marks=pytest.mark.thorough),
    ],
)
def test_a_crash_between_writing_events_and_moving_the_watermark(
    business: ReplayedBusiness, step: str, visible: bool
) -> None:
    """Elsewhere: the window is written again, with new ids. Here the two are one step."""
    first, second = "2026-11-21T10:30:00", "2026-11-21T10:40:00"
    business.run_well(first, LANDING_ONLY)
    undisturbed = business.copied("undisturbed")
    before = business.lines()
    assert business.killed(second, {"before": step, "number": 1})
    assert (business.lines() != before) is visible
    business.run_well(second, LANDING_ONLY)
    business.run_well(moment(second, minutes=3))
    for now in (second, moment(second, minutes=3)):
        undisturbed.run_well(now, LANDING_ONLY)
    assert business.lines() == undisturbed.lines()
    check_every_event_once(business)


def test_a_run_after_midnight(business: ReplayedBusiness) -> None:
    """Elsewhere: all times jump by a day, and P99 goes from 40 to 1,474 minutes."""
    runs = ["2026-11-20T22:30:00", "2026-11-20T23:59:59.5", "2026-11-21T00:20:00",
            "2026-11-21T03:00:00"]  # fmt: skip
    for number, now in enumerate(runs):
        business.run_well(now, TABLES if number % 2 else LANDING_ONLY, SPEED_MULTIPLIER="1")
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
    shift = business.shift_days()
    expected_rows = business.query_dataset(
        f"select order_id, created_ts, done {orders} order by 1", shift
    )
    assert business.query(TIMELINE) == expected_rows
    over_midnight = [row for row in expected_rows if row[2] and row[1].date() != row[2].date()]
    assert len(over_midnight) >= 3
    percentiles = business.query_dataset(
        f"""
        select
            done::date, count(*),
            quantile_cont((epoch_ms(done) - epoch_ms(created_ts)) / 60000, 0.99)
        {orders} where done is not null group by 1 order by 1
        """,
        shift,
    )
    rows = business.query(
        "select day, orders_delivered, p99_minutes from lakeflow.gold_delivery_times_day order by 1"
    )
    assert len(rows) == 2
    assert [row[:2] for row in rows] == [row[:2] for row in percentiles]
    assert [float(row[2]) for row in rows] == pytest.approx([row[2] for row in percentiles], 1e-3)
    assert max(row[2] for row in rows) < 120


@pytest.mark.parametrize(
    "renames",
    [
        pytest.param(1, id="settings"),
        pytest.param(2, id="first window", marks=pytest.mark.thorough),
    ],
)
def test_a_crash_before_the_start_time_is_stored(business: ReplayedBusiness, renames: int) -> None:
    """Elsewhere: the start is lost although events exist, and nothing new ever lands again.

    Before the settings have their name nothing has landed, and the next run is the first one;
    once they have it, the start is known although nothing has landed.
    """
    first = "2026-11-21T10:30:00"
    assert business.killed(first, {"before": "os.rename", "number": renames})
    assert business.lines() == b""
    landed = []
    for minutes in (2, 4, 6):
        business.run_well(moment(first, minutes=minutes), LANDING_ONLY)
        landed.append(len(business.lines()))
    assert landed[0] < landed[1] < landed[2]
    settings = json.loads((business.landing / "_replay" / "settings.json").read_text())
    assert settings["sim_start"] == (moment(first, minutes=2) if renames == 1 else first)
    business.run_well(None)
    check_every_event_once(business)
    expected = settings["segments"][0]["position"]
    expected += (6 - (2 if renames == 1 else 0)) * 60 * 60 * 1_000_000
    last = max(path.name for path in business.landing.glob("window-*"))
    assert int(last.removesuffix(".jsonl").split("-")[2]) == expected


@pytest.mark.parametrize(
    ("broken", "content", "message"),
    [
        ("_replay/settings.json", "", "settings.json are not valid"),
        ("_replay/settings.json", None, "settings.json are missing"),
        ("window", "", "was cut short"),
        ("window", None, "beginning of the replay is missing"),
    ],
    ids=["empty settings", "no settings", "empty window", "no first window"],
)
def test_an_unreadable_watermark(
    new_business: Callable[[], ReplayedBusiness],
    begun: ReplayedBusiness,
    broken: str,
    content: str | None,
    message: str,
) -> None:
    """Elsewhere: everything from day 0 lands again. Here it is an error until the file is back.

    The watermark is the names of the windows; the settings give them their meaning.
    """
    business = begun.copied_to(new_business())
    windows = sorted(business.landing.glob("window-*"))
    file = windows[0] if broken == "window" else business.landing / broken
    unchanged, before = file.read_bytes(), {path.name: path.read_bytes() for path in windows}
    if content is None:
        file.unlink()
    else:
        file.write_text(content)
    for now in ("2026-11-21T10:48:00", "2027-01-01T00:00:00"):
        answer = business.run(now, LANDING_ONLY)
        assert answer.code == 1
        assert message in answer.output
        assert str(business.landing) in answer.output
    after = {path.name for path in business.landing.glob("window-*")}
    assert after == before.keys() - ({file.name} if content is None else set())
    file.write_bytes(unchanged)
    business.run_well("2026-11-21T10:48:00", LANDING_ONLY)
    assert business.lines().startswith(b"".join(before.values()))
    ids = [json.loads(line)["event_id"] for line in business.lines().splitlines()]
    assert len(ids) == len(set(ids)) > b"".join(before.values()).count(b"\n")


@pytest.fixture(scope="module")
def begun(new_business: Callable[[], ReplayedBusiness]) -> ReplayedBusiness:
    """A business with two windows landed."""
    business = new_business()
    business.run_well("2026-11-21T10:30:00", LANDING_ONLY)
    business.run_well("2026-11-21T10:40:00", LANDING_ONLY)
    return business


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("2026-11-01T06:00:00", id="autumn"),
        pytest.param("2027-03-14T07:00:00", id="spring", marks=pytest.mark.thorough),
    ],
)
def test_a_host_in_new_york_over_the_change_of_daylight_time(
    business: ReplayedBusiness, change: str
) -> None:
    """Elsewhere: hours shift by one, and orders take negative time. `change` is the hour in UTC."""
    new_york = {"TZ": "America/New_York", "SPEED_MULTIPLIER": "1"}
    runs = [moment(change, minutes=-50), moment(change, minutes=20), moment(change, hours=30)]
    for now in runs[:-1]:
        business.run_well(now, LANDING_ONLY, **new_york)
    business.run_well(runs[-1], **new_york)
    expected_rows = business.query_dataset(
        f"""
        select
            order_id,
            created_ts,
            case when delivered_ts <= timestamp '{runs[-1]}' then delivered_ts end
        from orders where created_ts <= timestamp '{runs[-1]}' order by 1
        """,
        business.shift_days(),
    )
    assert business.query(TIMELINE) == expected_rows
    assert len(expected_rows) > 50
    minutes = "total_minutes, queue_minutes, prep_minutes, pack_minutes, drive_minutes"
    assert business.query(
        f"""
        select count(*) from lakeflow.silver_order_timeline
        where status = 'delivered' and list_bool_or([m is null or m < 0 for m in [{minutes}]])
        """
    ) == [(0,)]
    hours = business.query_dataset(
        f"""
        select date_trunc('hour', created_ts), count(*) from orders
        where created_ts <= timestamp '{runs[-1]}' group by 1 order by 1
        """,
        business.shift_days(),
    )
    assert (
        business.query(
            "select hour_ts, orders from lakeflow.gold_location_sales_hourly order by hour_ts"
        )
        == hours
    )


def test_start_day_changed_between_runs(
    new_business: Callable[[], ReplayedBusiness], begun: ReplayedBusiness
) -> None:
    """Elsewhere: the replay silently stops from then on. Here the change is reported and ignored:
    the start day of the first run stays."""
    changed, unchanged = begun.copied_to(new_business()), begun.copied_to(new_business())
    for now, day in (("2026-11-21T10:50:00", "1"), ("2026-11-21T11:00:00", "70")):
        before = len(changed.lines())
        answer = changed.run_well(now, LANDING_ONLY, START_DAY=day)
        assert f"Start day {day} is ignored: the first run fixed it at 0" in answer.output
        assert len(changed.lines()) > before
        unchanged.run_well(now, LANDING_ONLY)
    assert changed.lines() == unchanged.lines()
    changed.run_well(None)
    check_every_event_once(changed)


def test_the_end_of_the_cycle(business: ReplayedBusiness) -> None:
    """Elsewhere: 19 orders of the last evening are never delivered.

    Here they are delivered in the first hours of the next cycle, whose own orders carry its number.
    """
    first, night, next_day = "2026-11-20T23:30:00", "2026-11-21T23:35:00", "2026-11-22T14:00:00"
    business.run_well(first, LANDING_ONLY, SPEED_MULTIPLIER="1")
    business.run_well(night, SPEED_MULTIPLIER="1")
    under_way = business.query(
        """
        select order_id from lakeflow.silver_order_timeline where status = 'in_progress' order by 1
        """
    )
    assert len(under_way) >= 2
    business.run_well(next_day, SPEED_MULTIPLIER="1")
    whole = business.query_dataset(
        "select order_id, created_ts, delivered_ts from orders order by 1", business.shift_days()
    )
    rows = business.query(TIMELINE)
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
    judged = business.query("select order_id from recommender.refund_recommendations")
    assert {order_id for (order_id,) in under_way} <= {order_id for (order_id,) in judged}
    check_every_event_once(business)
