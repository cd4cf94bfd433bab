"""From 04:00 to 04:00: what the kitchen cooks and the couriers bring, as one queue each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from common.rng import Purpose, make_rng
from common.time_units import MICROSECONDS_PER_DAY, MICROSECONDS_PER_SECOND, MINUTES_PER_DAY
from generator.simulation.cooking.kitchen import CLEARED_AT, CookedOrders, cook, equipment_for
from generator.simulation.delivery.couriers import plan_shifts
from generator.simulation.delivery.dispatch import Bags, CourierDay, Deliveries, dispatch
from generator.simulation.delivery.traffic import draw_traffic, expected_traffic
from generator.simulation.demand.weather import weather_on
from generator.simulation.durations import round_to_millis
from generator.simulation.orders.cancellations import CUSTOMER, KITCHEN, NEVER
from generator.simulation.orders.promises import recent_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.simulation.cooking.kitchen import Step
    from generator.simulation.orders.placed_orders import Requests
    from generator.simulation.prepared_kitchen import Kitchen

# A customer can withdraw an order until shortly after somebody has begun to cook it.
_TOO_LATE = 90 * MICROSECONDS_PER_SECOND


@dataclass(frozen=True)
class ServedOrders:
    """What became of N orders, shape (N,) each.

    Attributes
    ----------
    cooked
        Their way through the kitchen.
    deliveries
        Their way to the customers.
    known_queue
        How long earlier orders waited for a station and for a courier, when each was placed,
        microseconds.
    """

    cooked: CookedOrders
    deliveries: Deliveries
    known_queue: NDArray[np.float64]


def serve_working_day(
    kitchen: Kitchen, day: int, requests: Requests, steps: list[Step] | None = None
) -> ServedOrders:
    """Cook and bring what is placed from 04:00 of a day to 04:00 of the next.

    Parameters
    ----------
    kitchen
        The kitchen.
    day
        The day.
    requests
        All orders of the working day, in the order in which they were placed.
    steps
        Gets what each dish had where, if somebody wants to know.
    """
    stations = kitchen.conditions(day).open_stations
    equipment = equipment_for(stations, kitchen.menus.recipes)
    work, intentions = requests.work, requests.intentions
    cooked = cook(work, day, stations, equipment, steps)
    cancelled = _withdrawals(requests, cooked)
    reason = np.where(
        (cancelled == 0) & np.isin(intentions.reason, (CUSTOMER, KITCHEN)), NEVER, intentions.reason
    )
    taken = np.minimum(work.created + cooked.waited, cooked.started)
    deliveries = dispatch(
        Bags(work.created, taken, cooked.ready, cancelled, reason),
        requests.errands,
        kitchen.addresses.routes,
        courier_day(kitchen, day),
        (day + 1) * MICROSECONDS_PER_DAY,
    )
    queue = recent_mean(cooked.waited) + recent_mean(deliveries.late)
    return ServedOrders(cooked, deliveries, queue)


def _withdrawals(requests: Requests, cooked: CookedOrders) -> NDArray[np.int64]:
    """Return when customer or kitchen ended each order, 0 if nobody did, shape (N,)."""
    created, intentions = requests.work.created, requests.intentions
    before = round_to_millis(intentions.part * (cooked.started - created))
    thought = created + intentions.after
    by_customer = (intentions.reason == CUSTOMER) & (thought <= cooked.started + _TOO_LATE)
    by_kitchen = intentions.reason == KITCHEN
    return np.where(by_customer, thought, np.where(by_kitchen, created + before, 0))


def courier_day(kitchen: Kitchen, day: int) -> CourierDay:
    """Return who works on a working day, and the traffic of its two calendar days."""
    # Counted from the night before day 0, whose orders belong to the working day before it.
    rng = make_rng(kitchen.seed, kitchen.location_id, day + 1, Purpose.SHIFTS)
    weather, trade = kitchen.settings.weather, kitchen.settings.trade
    traffic = [
        draw_traffic(
            make_rng(kitchen.seed, kitchen.location_id, each + 1, Purpose.TRAFFIC),
            expected_traffic(trade.traffic, kitchen.weekday(each), weather_on(weather, each)),
        )
        for each in (day, day + 1)
    ]
    opening = CLEARED_AT // (MICROSECONDS_PER_DAY // MINUTES_PER_DAY)
    today, tomorrow = (
        kitchen.conditions(each).expected_orders * trade.demand.week_weights[kitchen.weekday(each)]
        for each in (day, day + 1)
    )
    return CourierDay(
        fleet=kitchen.fleet,
        shifts=plan_shifts(
            rng,
            kitchen.fleet,
            np.concatenate((today[opening:], tomorrow[:opening])),
            kitchen.minutes_an_order,
            day,
        ),
        traffic=np.concatenate(traffic),
        midnight=day * MICROSECONDS_PER_DAY,
        mean_slowness=kitchen.slowness,
    )
