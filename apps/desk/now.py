"""What happens now: orders and couriers in the last window, and today against a week before."""

from __future__ import annotations

import threading
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

from apps.desk.now_schemas import DaySoFar, Now, NowKitchen, NowOrder, Played, Trip
from apps.desk.played_window import PlayedWindow, played_window, read_replay
from apps.desk.published import NothingPublishedError
from apps.desk.streets import streets_address
from apps.desk.world import read_world

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from decimal import Decimal

    from apps.desk.played_window import ReplayState
    from apps.desk.published import Publication, PublishedTables, Row

STEP = timedelta(minutes=5)
WEEK = timedelta(days=7)

# An order that nobody has heard of for longer is lost, not late: an event of it is missing.
QUIET = timedelta(hours=3)
# A courier without a fix for longer is not drawn: where they are is not known.
UNSEEN = timedelta(minutes=10)
# Nobody waits longer for an order: what is open was ordered on the days of a window or just before.
_LONGEST_ORDER = timedelta(days=1)

_SECOND = timedelta(seconds=1)
_STEPS_A_DAY = timedelta(days=1) // STEP

_ORDERS = """
select
  orders.order_id, orders.location_id, orders.driver_id, orders.customer_lat, orders.customer_lon,
  facts.order_revenue, coalesce(orders.created_ts, orders.first_event_ts) as created_ts,
  orders.started_ts, orders.finished_ts, orders.driver_arrived_ts, orders.picked_up_ts,
  orders.delivered_ts, orders.cancelled_ts
from lakeflow.silver_order_timeline as orders
left join lakeflow.fct_orders as facts
  on orders.order_id = facts.order_id and facts.order_day between $first_day and $last_day
where orders.order_day between $first_day and $last_day
  and orders.first_event_ts <= $to_ts
  and coalesce(orders.delivered_ts, orders.cancelled_ts, orders.last_event_ts + $quiet) >= $from_ts
order by created_ts, orders.order_id
"""

_PINGS = """
select order_id, ping_ts, round(lat, 5) as lat, round(lon, 5) as lon
from lakeflow.silver_driver_pings
where ping_day between $first_day and $last_day and ping_ts between $since_ts and $to_ts
  and lat is not null and lon is not null
order by ping_ts, sequence, event_id
"""

_DAYS = """
select order_day, location_id,
  cast(floor((epoch(order_ts) - epoch(cast(order_day as timestamp))) / $step) as integer) as step,
  count(*) as orders,
  cast(coalesce(sum(order_revenue), 0) * 100 as bigint) as cents
from lakeflow.fct_orders
where order_day between $first_day and $last_day and order_ts is not null
group by all
"""

_LATEST = """
select max(last_event_ts) as latest_ts from lakeflow.silver_order_timeline
where order_day between $first_day and $last_day
"""

KITCHENS = """
select location_id, location_code, name, lat, lon, radius_mi, stations
from simulator.locations order by location_id
"""


class NowReader:
    """Reads what happens now; once for each build, however many look."""

    def __init__(self, tables: PublishedTables) -> None:
        self._tables = tables
        self._lock = threading.Lock()
        self._read: tuple[tuple[Publication | None, ReplayState | None], Now] | None = None

    def read(self) -> Now:
        """Return what happens now.

        Raises
        ------
        NothingPublishedError
            If nothing is published, or the tables have no order.
        """
        # Settings of the replay change without a build: it is paused, or faster.
        key = (self._tables.publication(), read_replay())
        with self._lock:
            if self._read is None or self._read[0] != key:
                self._read = (key, read_now(self._tables, *key))
            now = self._read[1]
        return now.model_copy(update={"now_ts": datetime.now(UTC)})


def read_now(
    tables: PublishedTables, publication: Publication | None, replay: ReplayState | None
) -> Now:
    """Return what happens in the window that is played.

    Raises
    ------
    NothingPublishedError
        If nothing is published, or the tables have no order.
    """
    played = played_window(replay, _latest_event(tables, replay))
    kitchens = {row["location_id"]: row for row in tables.query(KITCHENS)}
    days = _days(tables, played)
    orders = [order for order in _orders(tables, played) if order["location_id"] in kitchens]
    return Now(
        build=publication.build if publication else None,
        published_ts=publication.published_ts if publication else None,
        now_ts=datetime.now(UTC),
        played=Played(
            from_ts=played.from_ts,
            to_ts=played.to_ts,
            window_from_ts=played.window.first_ts if played.window else None,
            speed=played.speed,
            replay_speed=replay.speed if replay else None,
            is_paused=replay.is_paused if replay else False,
        ),
        kitchens=[
            NowKitchen(
                location_id=key,
                name=row["name"],
                lat=row["lat"],
                lon=row["lon"],
                radius_mi=row["radius_mi"],
                stations=row["stations"],
                streets=streets_address(row),
                days=[
                    _day_so_far(day, days[day, key], days[day - WEEK, key])
                    for day in days_of(played)
                ],
            )
            for key, row in kitchens.items()
        ],
        orders=[_order(order, played.from_ts) for order in orders],
        trips=list(trips(orders, _pings(tables, played), kitchens, played)),
        world=read_world(replay, played.window.last if played.window else None),
    )


def days_of(played: PlayedWindow) -> list[date]:
    """Return the days that a window is on."""
    first, last = played.from_ts.date(), played.to_ts.date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def trips(
    orders: Iterable[Row], pings: Iterable[Row], kitchens: dict[int, Row], played: PlayedWindow
) -> Iterable[Trip]:
    """Yield the trips of couriers: what one picks up at the same time is one trip.

    Parameters
    ----------
    orders
        Orders of the window.
    pings
        Fixes with ``order_id``, in time order.
    kitchens
        Rows of ``locations``.
    played
        The window.
    """
    fixes = defaultdict(list)
    for ping in pings:
        fixes[ping["order_id"]].append((ping["ping_ts"], ping["lat"], ping["lon"]))
    together: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for order in orders:
        if order["picked_up_ts"] or order["driver_arrived_ts"]:
            courier = order["driver_id"] or order["order_id"]
            together[courier, order["picked_up_ts"], order["location_id"]].append(order)
    for carried in together.values():
        trip = _trip(carried, fixes, kitchens[carried[0]["location_id"]], played)
        if trip:
            yield trip


def _trip(
    carried: Sequence[Row],
    fixes: dict[str, list[tuple[datetime, float, float]]],
    kitchen: Row,
    played: PlayedWindow,
) -> Trip | None:
    picked_up: datetime | None = carried[0]["picked_up_ts"]
    ends = [_end_of(order) for order in carried]
    points = [(order["driver_arrived_ts"], kitchen["lat"], kitchen["lon"]) for order in carried]
    points += [(picked_up, kitchen["lat"], kitchen["lon"])]
    for order, end in zip(carried, ends, strict=True):
        begins = picked_up or played.to_ts
        points += [
            fix
            for fix in fixes.get(order["order_id"], ())
            if begins <= fix[0] and (end is None or fix[0] <= end)
        ]
        if order["customer_lat"] is not None and order["customer_lon"] is not None:
            points += [(order["delivered_ts"], order["customer_lat"], order["customer_lon"])]
    known = sorted(point for point in points if point[0] is not None and point[0] <= played.to_ts)
    if not known:
        return None
    finished = [end for end in ends if end is not None]
    if len(finished) == len(ends):
        ends_ts = max(finished)
    else:
        # A courier who waits at the kitchen is there until something else is known.
        ends_ts = known[-1][0] + (UNSEEN if picked_up else QUIET)
    if ends_ts < played.from_ts:
        return None
    return Trip(
        driver_id=carried[0]["driver_id"],
        location_id=kitchen["location_id"],
        order_ids=[order["order_id"] for order in carried],
        picked_up=_seconds(picked_up, played.from_ts),
        ends=(ends_ts - played.from_ts) // _SECOND,
        points=[((ts - played.from_ts) // _SECOND, lat, lon) for ts, lat, lon in known],
    )


def _end_of(order: Row) -> datetime | None:
    end: datetime | None = order["delivered_ts"] or order["cancelled_ts"]
    return end


def _latest_event(tables: PublishedTables, replay: ReplayState | None) -> datetime:
    """Return when the latest event of the tables was; a search in two days where that is enough."""
    if replay and replay.windows:
        last_day = replay.windows[-1].last_ts.date()
        days: dict[str, object] = {"first_day": last_day - timedelta(days=1), "last_day": last_day}
        latest: datetime | None = tables.query(_LATEST, days)[0]["latest_ts"]
        if latest is not None:
            return latest
    rows = tables.query("select max(order_day) as day from lakeflow.silver_order_timeline")
    day = rows[0]["day"]
    latest = tables.query(_LATEST, {"first_day": day, "last_day": day})[0]["latest_ts"]
    if latest is None:
        raise NothingPublishedError
    return latest


def _orders(tables: PublishedTables, played: PlayedWindow) -> list[Row]:
    return tables.query(
        _ORDERS,
        {
            "first_day": (played.from_ts - _LONGEST_ORDER).date(),
            "last_day": played.to_ts.date(),
            "from_ts": played.from_ts,
            "to_ts": played.to_ts,
            "quiet": QUIET,
        },
    )


def _pings(tables: PublishedTables, played: PlayedWindow) -> list[Row]:
    since = played.from_ts - QUIET
    return tables.query(
        _PINGS,
        {
            "first_day": since.date(),
            "last_day": played.to_ts.date(),
            "since_ts": since,
            "to_ts": played.to_ts,
        },
    )


def _days(
    tables: PublishedTables, played: PlayedWindow
) -> dict[tuple[date, int], list[tuple[int, int, int]]]:
    """Return step, orders and cents of each day and kitchen, for the days played and compared."""
    found: dict[tuple[date, int], list[tuple[int, int, int]]] = defaultdict(list)
    first, last = played.from_ts.date(), played.to_ts.date()
    # Two spans of days: of a list of days DuckDB would look into every file.
    for first_day, last_day in ((first, last), (first - WEEK, last - WEEK)):
        for row in tables.query(
            _DAYS,
            {"first_day": first_day, "last_day": last_day, "step": STEP.total_seconds()},
        ):
            found[row["order_day"], row["location_id"]].append(
                (row["step"], row["orders"], row["cents"])
            )
    return found


def _day_so_far(
    day: date,
    steps: Sequence[tuple[int, int, int]],
    steps_before: Sequence[tuple[int, int, int]],
) -> DaySoFar:
    orders, cents = _accumulated(steps)
    orders_before, cents_before = _accumulated(steps_before)
    return DaySoFar(
        day=day,
        day_before=day - WEEK,
        step_minutes=STEP // timedelta(minutes=1),
        orders=orders,
        orders_before=orders_before,
        cents=cents,
        cents_before=cents_before,
    )


def _accumulated(steps: Sequence[tuple[int, int, int]]) -> tuple[list[int], list[int]]:
    """Return orders and cents up to the beginning of each step, and to the end of the day."""
    orders, cents = [0] * (_STEPS_A_DAY + 1), [0] * (_STEPS_A_DAY + 1)
    for step, count, value in steps:
        orders[step + 1] += count
        cents[step + 1] += value
    return list(accumulate(orders)), list(accumulate(cents))


def _order(order: Row, from_ts: datetime) -> NowOrder:
    revenue: Decimal | None = order["order_revenue"]
    return NowOrder(
        order_id=order["order_id"],
        location_id=order["location_id"],
        driver_id=order["driver_id"],
        lat=order["customer_lat"],
        lon=order["customer_lon"],
        cents=None if revenue is None else int(revenue * 100),
        created=(order["created_ts"] - from_ts) // _SECOND,
        started=_seconds(order["started_ts"], from_ts),
        finished=_seconds(order["finished_ts"], from_ts),
        arrived=_seconds(order["driver_arrived_ts"], from_ts),
        picked_up=_seconds(order["picked_up_ts"], from_ts),
        delivered=_seconds(order["delivered_ts"], from_ts),
        cancelled=_seconds(order["cancelled_ts"], from_ts),
    )


def _seconds(moment: datetime | None, from_ts: datetime) -> int | None:
    return None if moment is None else (moment - from_ts) // _SECOND
