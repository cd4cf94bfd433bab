"""What statistics say of events whose answer is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from generator.realism import couriers, customers, doors, fixes, shared_couriers, stages
from generator.realism.dataset import read_dataset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from generator.realism.observed import Observed

HOUR = 3_600_000_000
MINUTE = 60_000_000


@pytest.fixture
def observe(
    tmp_path: Path, write_events: Callable[..., Path]
) -> Callable[[Iterable[dict[str, object]]], Observed]:
    """Return a function that writes events and reads them."""
    return lambda rows: read_dataset(write_events(tmp_path / "events", list(rows)), days=90)


def test_minutes_at_the_door_are_recovered_from_fixes(
    observe: Callable[..., Observed],
    make_event: Callable[..., dict[str, object]],
    point_north: Callable[..., tuple[float, float]],
) -> None:
    rng = np.random.default_rng(3)
    rows = []
    for number in range(200):
        begin, drive = number * HOUR, (4 + 8 * rng.random()) * MINUTE
        metres, hand_over = drive / MINUTE * 500, 3 * MINUTE
        door = dict(zip(("customer_lat", "customer_lon"), point_north(0, metres), strict=True))
        route = f"[{list(point_north(0, 0))},{list(point_north(0, metres))}]"
        rows += [
            make_event("order_created", f"o{number}", 0, begin, **door),
            make_event("driver_picked_up", f"o{number}", 0, begin, route_json=route),
        ]
        for minute in np.arange(1, (drive + hand_over) / MINUTE):
            at = minute * MINUTE + 2_000_000 * rng.standard_normal()
            driven = min(at / drive, 1.0)
            place = point_north(0, metres * driven + 8 * rng.standard_normal())
            rows.append(
                make_event("driver_ping", f"o{number}", 0, begin + at, ping_lat=place[0],
                           ping_lon=place[1], ping_progress=100 * driven)
            )  # fmt: skip
        rows.append(make_event("delivered", f"o{number}", 0, begin + drive + hand_over, **door))
    observed = observe(rows)
    assert doors.hand_over_median(observed) == pytest.approx(3.0, abs=0.3)
    # The deviation of eight metres, but only across the street: along it there is no other way.
    assert fixes.median_metres_beside_route(observed) == pytest.approx(0.0, abs=0.1)
    spread = fixes.gap_spread(observed)
    assert spread == pytest.approx(2 * 1.2816 * 2 * 2**0.5, rel=0.15)


def test_a_shift_ends_with_its_last_order_and_begins_anew_the_next_day(
    observe: Callable[..., Observed], make_event: Callable[..., dict[str, object]]
) -> None:
    # Ready, taken and delivered: two overlap on the first day, two are after midnight.
    times = {"a": (10.0, 10.5), "b": (10.25, 11.0), "c": (12.0, 12.5), "d": (47.5, 48.5),
             "e": (49.0, 49.5)}  # fmt: skip
    rows = []
    for order_id, (begin, end) in times.items():
        driver = {"driver_id": "d1234567"}
        rows += [
            make_event("order_created", order_id, 0, (begin - 0.5) * HOUR),
            make_event("driver_arrived", order_id, 0, begin * HOUR, **driver),
            make_event("driver_picked_up", order_id, 0, (begin + 0.1) * HOUR, **driver),
            make_event("delivered", order_id, 0, end * HOUR, **driver),
        ]
    observed = observe(rows)
    shifts = couriers.shifts(observed)
    assert shifts is not None
    assert (shifts.begin / HOUR).tolist() == [10.0, 47.5]
    assert (shifts.end / HOUR).tolist() == [12.5, 49.5]
    assert shifts.orders.tolist() == [3, 2]
    assert (shifts.busy_begin / HOUR).tolist() == [10.0, 12.0, 47.5, 49.0]
    assert (shifts.busy_end / HOUR).tolist() == [11.0, 12.5, 48.5, 49.5]
    assert couriers.utilisation(observed) == pytest.approx((1.0 + 0.5 + 1.0 + 0.5) / 4.5)
    assert couriers.orders_an_hour(observed) == pytest.approx(5 / 4.5)


def test_orders_share_a_courier_who_takes_them_at_the_same_moment(
    observe: Callable[..., Observed], make_event: Callable[..., dict[str, object]]
) -> None:
    rows = []
    for number in range(100):
        begin = number * HOUR + 7_000
        # Of a hundred moments sixty have two orders; of ten of those, each has its own courier.
        for each in range(2 if number < 60 else 1):
            order_id = f"o{number}-{each}"
            driver = {"driver_id": f"d{each if number < 10 else 0}"}
            place = {"ping_lat": 37.8, "ping_lon": -122.4 + number / 1_000, "ping_progress": 50.0}
            rows += [
                make_event("order_created", order_id, 0, begin + each * MINUTE),
                make_event("driver_picked_up", order_id, 0, begin + 10 * MINUTE, **driver,
                           route_json="[[37.79,-122.39],[37.81,-122.39]]"),
                make_event("driver_ping", order_id, 0, begin + 12 * MINUTE, **driver, **place),
                make_event("delivered", order_id, 0, begin + (15 + 6 * each) * MINUTE, **driver),
            ]  # fmt: skip
    observed = observe(rows)
    assert shared_couriers.shared_share(observed) == pytest.approx(100 / 160)
    assert shared_couriers.shared_way(observed) == 1.0
    assert shared_couriers.second_door_minutes(observed) == pytest.approx(6.0)


def test_smooth_durations_have_no_spike_and_an_added_one_is_found() -> None:
    rng = np.random.default_rng(4)
    smooth = (np.exp(0.4 * rng.standard_normal(50_000)) * 600_000).astype(np.int64)
    assert stages.peak_to_chance(smooth) < 1.5
    spiked = np.append(smooth, np.full(100, 900_000))
    assert stages.peak_to_chance(spiked) > 5


def test_customers_are_addresses_only_where_events_name_nobody(
    observe: Callable[..., Observed], make_event: Callable[..., dict[str, object]]
) -> None:
    def rows(**values: object) -> list[dict[str, object]]:
        return [
            make_event("order_created", f"o{number}", number % 2, number * HOUR,
                       customer_addr="1 Elm St", **values)
            for number in range(6)
        ]  # fmt: skip

    # The same address in two cities is two addresses.
    assert sorted(customers.orders_of_customers(observe(rows()))) == [3, 3]
    named = [row | {"customer_id": f"c{number % 3}"} for number, row in enumerate(rows())]
    assert sorted(customers.orders_of_customers(observe(named))) == [1, 1, 1, 1, 1, 1]
