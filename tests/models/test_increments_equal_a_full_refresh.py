"""Whatever lands, however often it is built: the tables are those of one full refresh."""

import json
import os
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.business import Business, Event, cancelled, event, item, order_life

FIRST_DAY = datetime(2026, 11, 10)
NEVER = -1


@dataclass(frozen=True)
class Schedule:
    """What lands when: files, named and in the order of landing, and the builds between them.

    Attributes
    ----------
    files
        One (name, events) per landing; names need not sort in the order of landing.
    builds
        After each landing: the arguments of the build, or None for no build.
    """

    files: list[tuple[str, list[Event]]]
    builds: list[list[str] | None]


def _strange_events(chance: random.Random, life: list[Event], order_id: str) -> list[Event]:
    """Return events that should not be, for an order that has lived."""
    created = datetime.fromisoformat(life[0]["ts"])
    elsewhere = created + timedelta(hours=chance.choice([-49, -30, -3, 5, 26, 100]))
    conflicting = {**chance.choice(life)}
    conflicting["ts"] = elsewhere.strftime("%Y-%m-%d %H:%M:%S.000")
    moved = {**chance.choice(life), "order_id": order_id + "-other"}
    again = order_life(order_id, elsewhere, items=[item(chance.randint(1, 9), 2, 3.25, 3)])[0]
    again["event_id"] = f"second creation of {order_id}"
    delivered = event(order_id, 90, "delivered", elsewhere)
    unreadable = {**chance.choice(life), "ts": "whenever"}
    no_basket = event(order_id + "-empty", 0, "order_created", created, {"items": None})
    absurd = {**chance.choice(life), "ts": "0001-01-01 00:00:00.000"}
    stranger = {**chance.choice(life), "location_id": 99}
    named = {"driver_id": f"d{chance.randint(0, 3)}"}
    carried = event(order_id, 91, "driver_picked_up", elsewhere, named)
    ended = event(order_id, 92, "order_cancelled", elsewhere, {"reason": "no_courier"})
    unpaid = {**life[0], "body": json.dumps(json.loads(life[0]["body"]) | {"payment": "free"})}
    strange = [conflicting, moved, again, delivered, unreadable, no_basket, absurd, stranger]
    return [*strange, carried, ended, unpaid]


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Draw a schedule: some days of orders, most landing in time, some late, twice or never."""
    chance = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311  (nothing secret is drawn)
    landings = draw(st.integers(2, 5))
    days = draw(st.integers(1, 9))
    landed: list[list[Event]] = [[] for _ in range(landings)]
    for number in range(draw(st.integers(3, 60))):
        order_id = f"order{number}"
        created = FIRST_DAY + timedelta(seconds=chance.uniform(0, days * 86400))
        life = order_life(
            order_id,
            created,
            minutes=chance.uniform(5, 200),
            pings=chance.randint(0, 3),
            items=[
                item(chance.randint(1, 9), chance.randint(1, 4), chance.randint(99, 2000) / 100)
                for _ in range(chance.randint(1, 4))
            ],
            location_id=chance.randint(1, 4),
            people=(f"c{number % 5}", f"d{number % 4}") if chance.random() < 0.7 else None,
        )
        if chance.random() < 0.1:
            life = cancelled(life, chance.randint(1, len(life)), "address_not_found")
        for one in life:
            day = (datetime.fromisoformat(one["ts"]) - FIRST_DAY).days
            in_time = min(landings - 1, max(0, day) * landings // days)
            landing = chance.choices([in_time, chance.randrange(landings), NEVER], [90, 8, 2])[0]
            if landing != NEVER:
                landed[landing].append(one)
            if chance.random() < 0.05:
                landed[chance.randrange(landings)].append(one)
        if chance.random() < 0.15:
            strange = _strange_events(chance, life, order_id)
            for one in chance.sample(strange, chance.randint(1, len(strange))):
                landed[chance.randrange(landings)].append(one)
    for events in landed:
        chance.shuffle(events)
    names = [f"window-{number:03d}.jsonl" for number in range(landings)]
    if draw(st.booleans()):
        chance.shuffle(names)
    builds: list[list[str] | None] = [
        draw(
            st.sampled_from(
                [
                    [],
                    [],
                    None,
                    ["--full-refresh"],
                    ["--select", "landed_lines+1"],
                    ["--exclude", "gold_order_header"],
                    ["--full-refresh", "--select", "silver_order_timeline"],
                ]
            )
        )
        for _ in range(landings - 1)
    ]
    return Schedule(list(zip(names, landed, strict=True)), [*builds, []])


def check(business: Business, schedule: Schedule) -> None:
    """Land and build as scheduled; compare with everything built in one go."""
    business.build()
    for (name, events), arguments in zip(schedule.files, schedule.builds, strict=True):
        business.land(name, events)
        if arguments is not None:
            business.build(*arguments)
    assert business.differences(business.rebuilt()) == {}


@pytest.mark.thorough
def test_an_order_that_moves_to_another_day_leaves_nothing_behind(business: Business) -> None:
    """The only order of its day turns out to have been created two days before."""
    life = order_life("moved", FIRST_DAY + timedelta(days=2))
    earlier = order_life("moved", FIRST_DAY)[0]
    earlier["event_id"] = "an earlier creation"
    other = order_life("other", FIRST_DAY + timedelta(days=5))
    check(
        business,
        Schedule([("window-1.jsonl", life + other), ("window-2.jsonl", [earlier])], [[], []]),
    )
    assert business.query(
        "select distinct order_day from lakeflow.gold_order_header order by all"
    ) == [(FIRST_DAY.date(),), ((FIRST_DAY + timedelta(days=5)).date(),)]


def test_a_file_that_sorts_before_loaded_ones_holds_the_first_copy(business: Business) -> None:
    life = order_life("repeated", FIRST_DAY + timedelta(days=3))
    told_otherwise = [{**one} for one in life]
    told_otherwise[-1]["ts"] = (FIRST_DAY + timedelta(days=4)).strftime("%Y-%m-%d 10:00:00.000")
    check(
        business,
        Schedule([("window-2.jsonl", life), ("window-1.jsonl", told_otherwise)], [[], []]),
    )
    assert business.query("select distinct file from lakeflow.all_events") == [("window-1.jsonl",)]


@pytest.mark.thorough
@pytest.mark.parametrize("days", [-2, 2])
def test_a_passed_over_copy_outside_of_its_order_is_found_again(
    business: Business, days: int
) -> None:
    """A copy says another time for a delivery; the order is touched once more after that."""
    life = order_life("again", FIRST_DAY + timedelta(days=3))
    copy = {**life[-1]}
    told = datetime.fromisoformat(copy["ts"]) + timedelta(days=days)
    copy["ts"] = told.isoformat(sep=" ", timespec="milliseconds")
    windows = [("window-1.jsonl", life[1:]), ("window-2.jsonl", [copy])]
    check(business, Schedule([*windows, ("window-3.jsonl", life[:1])], [[], [], []]))
    assert business.query("select count(*) from recommender.refund_recommendations") == [(1,)]


@pytest.mark.thorough
def test_late_deliveries_change_the_verdicts_of_the_days_after(business: Business) -> None:
    """Judged by the seven days before: a delivery that lands late moves later percentiles."""
    prompt = [
        one
        for day in range(9)
        for number in range(60)
        for one in order_life(
            f"order{day}-{number}",
            FIRST_DAY + timedelta(days=day, minutes=number * 10),
            minutes=20 + number / 3,
        )
    ]
    late = [
        one
        for number in range(300)
        for one in order_life(
            f"late{number}", FIRST_DAY + timedelta(days=1, minutes=number), minutes=10
        )
    ]
    business.land("window-1.jsonl", prompt)
    business.build()
    before = business.query(
        "select sum(refund_usd) from recommender.refund_recommendations "
        "where order_id like 'order%'"
    )
    check(business, Schedule([("window-2.jsonl", late)], [[]]))
    after = business.query(
        "select sum(refund_usd) from recommender.refund_recommendations "
        "where order_id like 'order%'"
    )
    assert before < after


@pytest.mark.thorough
def test_a_model_is_looked_at_again_once_all_that_it_is_made_of_has_caught_up(
    business: Business,
) -> None:
    """Baskets were left out of a run: orders are judged when they come, though nothing lands."""
    check(
        business,
        Schedule(
            [
                ("window-1.jsonl", order_life("first", FIRST_DAY)),
                ("window-2.jsonl", order_life("second", FIRST_DAY + timedelta(hours=1))),
                ("window-3.jsonl", []),
            ],
            [[], ["--exclude", "gold_order_header"], []],
        ),
    )
    assert business.query(
        "select count(*) from recommender.refund_candidates where order_revenue is null"
    ) == [(0,)]


@pytest.mark.thorough
def test_the_newest_day_is_judged_by_all_seven_days_before_it(business: Business) -> None:
    """The oldest of the seven lies far from the day that the window touches."""
    lifecycles = [
        order_life(f"order{day}", FIRST_DAY + timedelta(days=day), minutes=20 + 5 * day)
        for day in range(8)
    ]
    before = [one for life in lifecycles[:7] for one in life]
    check(
        business,
        Schedule([("window-1.jsonl", before), ("window-2.jsonl", lifecycles[7])], [[], []]),
    )
    assert business.query(
        "select deliveries from recommender.delivery_percentiles_trailing order by day desc limit 1"
    ) == [(7,)]


@pytest.mark.thorough
def test_a_window_that_lands_twice_changes_nothing(business: Business) -> None:
    life = order_life("once", FIRST_DAY) + order_life("still out", FIRST_DAY)[:5]
    business.land("window-1.jsonl", life)
    business.build()
    before = business.query("select * from lakeflow.silver_order_timeline")
    business.land("window-2.jsonl", life)
    business.build()
    after = business.query("select * from lakeflow.silver_order_timeline")
    assert sorted(before) == sorted(after)
    assert business.query("select count(*) from lakeflow.landed_lines where is_duplicate") == [
        (len(life),)
    ]


@settings(
    max_examples=int(os.environ.get("CASPERS_SCHEDULES", "2")),
    derandomize=True,
    deadline=None,
    database=None,
    # A schedule takes many builds: the one that fails is shown as it is, not made smaller.
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(schedule=schedules())
def test_random_schedules(
    new_business: Callable[[], Business], figures: Counter[str], schedule: Schedule
) -> None:
    check(new_business(), schedule)
    figures["random schedules of landings, every table equal to a full refresh"] += 1
