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


class Now(_Answer):
    """All that the page *Now* shows of a build.

    Attributes
    ----------
    build, published_ts
        The build and when it was published.
    now_ts
        The time at the desk.
    """

    build: int | None
    published_ts: Moment | None
    now_ts: Moment
    played: Played
    kitchens: list[NowKitchen]
    orders: list[NowOrder]
    trips: list[Trip]


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
