"""What ``/api/now`` and ``/api/streets`` answer."""

from __future__ import annotations

from datetime import date  # noqa: TC003  (pydantic reads it)
from typing import Literal

from pydantic import BaseModel, ConfigDict

from apps.desk.schemas import Moment  # noqa: TC001  (pydantic reads it)


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class Played(_Answer):
    """What is played back.

    Attributes
    ----------
    from_ts, to_ts
        Bounds of what is played; every number of seconds in the answer is counted from ``from_ts``.
    window_from_ts
        When the landed window begins whose end is played; nothing where no replay is known.
    speed
        Virtual seconds in a second of playing.
    replay_speed
        Speed of the replay; nothing where none is known.
    is_paused
        Whether the replay is paused, so that no window follows.
    """

    from_ts: Moment
    to_ts: Moment
    window_from_ts: Moment | None
    speed: float
    replay_speed: float | None
    is_paused: bool


class DaySoFar(_Answer):
    """Orders and revenue of a kitchen in the course of a day and of the same weekday before.

    Element ``i`` of a list is what came in the first ``i`` steps of the day.

    Attributes
    ----------
    day, day_before
        The day, and the one it is compared with.
    step_minutes
        Minutes between two elements.
    orders, orders_before
        Number of orders.
    cents, cents_before
        Value of their baskets in US cents.
    """

    day: date
    day_before: date
    step_minutes: int
    orders: list[int]
    orders_before: list[int]
    cents: list[int]
    cents_before: list[int]


class NowKitchen(_Answer):
    """A kitchen.

    Attributes
    ----------
    stations
        Cooking positions: how many orders can be cooked at the same time.
    streets
        Where its streets are; nothing where they are not known here.
    days
        Each day that is played.
    """

    location_id: int
    name: str
    lat: float
    lon: float
    radius_mi: float
    stations: int
    streets: str | None
    days: list[DaySoFar]


class NowOrder(_Answer):
    """An order that was open or ended while the window lasted; steps in seconds."""

    order_id: str
    location_id: int
    driver_id: str | None
    lat: float | None
    lon: float | None
    cents: int | None
    created: int
    started: int | None
    finished: int | None
    arrived: int | None
    picked_up: int | None
    delivered: int | None
    cancelled: int | None


class Trip(_Answer):
    """A courier at the kitchen and on the way, with what was picked up together.

    Attributes
    ----------
    picked_up
        When the drive begins; nothing while the courier waits.
    ends
        Until when the courier is on it, or is taken to be: it may be after the window.
    points
        Seconds, latitude and longitude: the kitchen, the fixes, the doors.
    """

    driver_id: str | None
    location_id: int
    order_ids: list[str]
    picked_up: int | None
    ends: int
    points: list[tuple[int, float, float]]


class NowCourier(_Answer):
    """A courier at work at the end of the window.

    Attributes
    ----------
    state
        ``waiting``, ``driving``, ``handing_over`` or ``returning``.
    order_ids
        What is on board, or waited for at the kitchen.
    """

    driver_id: str
    location_id: int
    state: str
    lat: float | None
    lon: float | None
    order_ids: list[str]


class NowEquipment(_Answer):
    """What is busy in a kitchen at the end of the window.

    Attributes
    ----------
    kind
        ``position``, ``workstation``, ``oven`` or ``stove``.
    busy, number
        How many are in use, of how many.
    orders_waiting
        Orders that wait for one.
    """

    location_id: int
    kind: str
    busy: int
    number: int
    orders_waiting: int


class NowPeople(_Answer):
    """The people around a kitchen at the end of the window.

    Attributes
    ----------
    people
        Who lives there.
    customers
        Who has ever ordered.
    ordered_last_day, ordered_last_7_days, ordered_last_28_days
        Who has ordered since then.
    with_open_order
        Who waits for an order.
    """

    location_id: int
    people: int
    customers: int
    ordered_last_day: int
    ordered_last_7_days: int
    ordered_last_28_days: int
    with_open_order: int


class World(_Answer):
    """The state of the world at the end of the window, of which no table tells.

    Attributes
    ----------
    off_shift
        Couriers who are not at work, by ``location_id``.
    """

    couriers: list[NowCourier]
    off_shift: dict[int, int]
    equipment: list[NowEquipment]
    population: list[NowPeople]


class Now(_Answer):
    """All that the page *Now* shows of a build.

    Attributes
    ----------
    build, published_ts
        The build and when it was published.
    now_ts
        The time at the desk.
    world
        What no table says of the end of the window; nothing where the loop has left nothing.
    """

    build: int | None
    published_ts: Moment | None
    now_ts: Moment
    played: Played
    kitchens: list[NowKitchen]
    orders: list[NowOrder]
    trips: list[Trip]
    world: World | None = None


class Streets(_Answer):
    """The streets around a kitchen, as whole numbers.

    Attributes
    ----------
    lat, lon
        The kitchen.
    unit
        Degrees in 1.
    lines
        Each is a street: east and north of the kitchen of its first point, then of each further
        point from the one before.
    """

    version: Literal[1] = 1
    lat: float
    lon: float
    unit: float
    lines: list[list[int]]
