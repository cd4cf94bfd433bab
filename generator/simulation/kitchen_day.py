"""One day of one kitchen, whole: a pure function of seed, kitchen and day.

The steps are choices, baskets, kitchen, couriers and events. Each receives the numbers it needs
and returns a record for the next.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from common.event_schema import EVENT_TYPE_IDS, OLDER_EVENT_COLUMNS
from common.rng import Purpose, make_rng
from common.time_units import MICROSECONDS_PER_DAY, MICROSECONDS_PER_MINUTE, MINUTES_PER_DAY
from generator.simulation.delivery.errands import usual_minutes
from generator.simulation.delivery.fixes import draw_fixes, scattered
from generator.simulation.delivery.traffic import expected_traffic
from generator.simulation.demand.weather import weather_on
from generator.simulation.event_table import OrderLifecycles, event_table
from generator.simulation.orders.order_ids import order_numbers
from generator.simulation.orders.payments import Bills, draw_payments
from generator.simulation.orders.person_ids import customer_ids
from generator.simulation.orders.placed_orders import place_orders
from generator.simulation.orders.promises import promised_minutes
from generator.simulation.records import joined, rows_of
from generator.simulation.working_day import serve_working_day

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from generator.simulation.orders.placed_orders import Choices, PlacedOrders
    from generator.simulation.prepared_kitchen import Kitchen
    from generator.simulation.working_day import ServedOrders

# A promise is made for the traffic of about this much later.
_UNTIL_THE_DRIVE = 25 * MICROSECONDS_PER_MINUTE


@dataclass(frozen=True)
class KitchenDay:
    """The result of one day in one kitchen.

    Attributes
    ----------
    events
        All events of the orders placed on this day, in the canonical schema and order.
    orders
        How many orders these are.
    longest_wait
        Longest time that an order waited for a free station, microseconds.
    handover
        What the next day begins with.
    """

    events: pa.Table
    orders: int
    longest_wait: int
    handover: Handover


@dataclass(frozen=True)
class Handover:
    """What was computed of a day with the day before it.

    Attributes
    ----------
    placed
        The orders of the day.
    early
        What became of those of them that were placed before 04:00: they belong to the working day
        of the day before.
    known
        The choices of this day and of the days before it that customers remember.
    """

    placed: PlacedOrders
    early: ServedOrders
    known: dict[int, Choices] = field(repr=False)


def simulate(
    kitchen: Kitchen, day: int, epoch_seconds: int, handover: Handover | None = None
) -> KitchenDay:
    """Make all events of the orders placed in one kitchen on one day.

    Parameters
    ----------
    kitchen
        The kitchen.
    day
        Days since the start. Orders are placed from midnight to midnight; their last events may
        fall on the next day.
    epoch_seconds
        Midnight of day 0, Unix seconds.
    handover
        What the day before handed over, if it is known; otherwise it is computed, with the same
        result.
    """
    handover = handover or _hand_over(kitchen, day)
    placed = handover.placed
    late, following = _serve(kitchen, day, placed, handover.known)
    served = joined(handover.early, late)
    lifecycles = _lifecycles(kitchen, day, placed, served)
    missing_fields = make_rng(kitchen.seed, kitchen.location_id, day, Purpose.MISSING_FIELDS)
    events = event_table(
        lifecycles,
        kitchen.location_id,
        kitchen.settings.null_probabilities,
        epoch_seconds,
        missing_fields,
    )
    if not kitchen.people:
        events = _in_older_form(events)
    longest_wait = int(served.cooked.waited.max(initial=0))
    orders = pc.sum(pc.equal(events["sequence"], 0)).as_py() or 0
    return KitchenDay(events, orders, longest_wait, following)


def _in_older_form(events: pa.Table) -> pa.Table:
    """Return events as if nobody knew of people, and cancelled orders had never been placed."""
    is_last = pc.equal(events["event_type_id"], EVENT_TYPE_IDS["order_cancelled"])
    cancelled = events.filter(is_last)["order_id"].combine_chunks()
    kept = events.filter(pc.invert(pc.is_in(events["order_id"], cancelled)))
    return kept.select(OLDER_EVENT_COLUMNS.names)


def _hand_over(kitchen: Kitchen, day: int) -> Handover:
    """Return what the day before hands over, from its orders and those of the day alone.

    A working day is independent of all others, so how the day before began does not matter. Its
    orders are drawn again, without events.
    """
    known: dict[int, Choices] = {}
    if day > 0:
        before = place_orders(kitchen, day - 1, known)
        return _serve(kitchen, day - 1, before, known)[1]
    placed = place_orders(kitchen, day, known)
    night = rows_of(placed.requests, slice(None, placed.early))
    return Handover(placed, serve_working_day(kitchen, day - 1, night), known)


def _serve(
    kitchen: Kitchen, day: int, placed: PlacedOrders, known: dict[int, Choices]
) -> tuple[ServedOrders, Handover]:
    """Serve what is placed from 04:00 of a day to 04:00 of the next.

    Returns
    -------
    The orders of the day from 04:00 on, and what the next day begins with.
    """
    known = dict(known)
    following = place_orders(kitchen, day + 1, known)
    late = rows_of(placed.requests, slice(placed.early, None))
    night = rows_of(following.requests, slice(None, following.early))
    served = serve_working_day(kitchen, day, joined(late, night))
    by_midnight = late.work.created.size
    return (
        rows_of(served, slice(None, by_midnight)),
        Handover(following, rows_of(served, slice(by_midnight, None)), known),
    )


def _lifecycles(
    kitchen: Kitchen, day: int, placed: PlacedOrders, served: ServedOrders
) -> OrderLifecycles:
    """Return all that happened to the orders of a day, and what was said about them."""
    settings, routes = kitchen.settings, kitchen.addresses.routes
    errands, deliveries = placed.requests.errands, served.deliveries
    customers = placed.choices.customers
    fix_rng, payment_rng = (
        make_rng(kitchen.seed, kitchen.location_id, day, purpose)
        for purpose in (Purpose.FIXES, Purpose.PAYMENTS)
    )
    created = placed.choices.created
    population = kitchen.population
    unit = population.unit[customers.seat]
    noise = kitchen.fleet.gps_noise[np.maximum(deliveries.courier, 0)]
    reports = settings.position_reports
    drifts = fix_rng.standard_normal((2, created.size))
    fixes = draw_fixes(fix_rng, reports, deliveries, errands, routes, noise, drifts)
    latitude, longitude = scattered(
        fix_rng,
        routes.latitude[errands.address],
        routes.longitude[errands.address],
        reports.noise_m * noise,
        drifts,
    )
    distance_m = routes.distance_m[errands.address]
    doing = usual_minutes(distance_m, unit > 0)
    minutes_a_metre = kitchen.slowness / MICROSECONDS_PER_MINUTE
    times = settings.service_times
    cooking = times.started_to_finished.mean * placed.baskets.cooking_factor
    promised = promised_minutes(
        times.created_to_started.mean
        + cooking * placed.choices.conditions.slowness
        + times.finished_to_ready.mean
        + times.ready_to_picked_up.mean
        + served.known_queue / MICROSECONDS_PER_MINUTE
        + errands.effort_m * minutes_a_metre * _expected(kitchen, day, created + _UNTIL_THE_DRIVE)
        + doing
    )
    leaves = np.where(deliveries.picked_up > 0, deliveries.picked_up, created)
    drive = deliveries.way_m * minutes_a_metre * _expected(kitchen, day, leaves) + doing
    # Who is brought second waits for the first, too.
    shared = np.flatnonzero(deliveries.after)
    expected = drive.copy()
    expected[shared] += drive[shared + deliveries.after[shared]]
    bills = Bills(
        subtotal_cents=placed.baskets.subtotal_cents,
        promotion=placed.promotion,
        distance_m=distance_m,
        bad_weather=placed.bad_weather,
        tip=population.tip[customers.seat],
        promised_minutes=promised,
        known_days=customers.known_days,
    )
    location_id, seed = kitchen.location_id, kitchen.order_seed
    return OrderLifecycles(
        order_numbers=order_numbers(seed, location_id, day, created.size),
        created=created,
        items_json=placed.baskets.items_json,
        cooked=served.cooked,
        deliveries=deliveries,
        fixes=fixes,
        addresses=kitchen.addresses,
        address=errands.address,
        unit=unit,
        customer_id=customer_ids(seed, location_id, customers),
        driver_id=kitchen.driver_ids,
        promised_minutes=promised,
        eta_minutes=np.round(expected, 1),
        delivered_latitude=latitude,
        delivered_longitude=longitude,
        payment_json=draw_payments(payment_rng, bills, settings.trade.payments),
    )


def _expected(kitchen: Kitchen, day: int, at: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how much longer drives are expected to take at moments of a day or of the next."""
    weather, traffic = kitchen.settings.weather, kitchen.settings.trade.traffic
    expected = np.concatenate(
        [
            expected_traffic(traffic, kitchen.weekday(each), weather_on(weather, each))
            for each in (day, day + 1)
        ]
    )
    minute = (at - day * MICROSECONDS_PER_DAY) // MICROSECONDS_PER_MINUTE
    return expected[np.clip(minute, 0, 2 * MINUTES_PER_DAY - 1)]
