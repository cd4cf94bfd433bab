"""One order's story, from the published tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from apps.desk.schemas import Event, OrderEvents

if TYPE_CHECKING:
    from datetime import date, datetime

    from apps.desk.kept import KeptQueries
    from apps.desk.published import PublishedTables, Row

STAGES = {
    "created_ts": "order_created",
    "started_ts": "gk_started",
    "finished_ts": "gk_finished",
    "ready_ts": "gk_ready",
    "driver_arrived_ts": "driver_arrived",
    "picked_up_ts": "driver_picked_up",
    "delivered_ts": "delivered",
    "cancelled_ts": "order_cancelled",
}
"""The event that each time of the timeline is of."""

_EARLIER_ORDERS = 8
# Nobody waits longer for an order; its fixes are on these days.
_LONGEST_DRIVE = timedelta(days=1)


@dataclass(frozen=True)
class Story:
    """What is known about an order.

    Attributes
    ----------
    order
        Its row of ``silver_order_timeline``.
    items
        Its basket.
    pings
        Where the courier was, in time order.
    kitchen
        Its row of ``locations``; ``None`` where it is no known kitchen.
    earlier
        The customer's last orders before it.
    complaints
        What the customer wrote, by ``complaint_id``.
    """

    order: Row
    items: list[Row]
    pings: list[Row]
    kitchen: Row | None
    earlier: list[Row]
    complaints: dict[str, str]


def find_order(tables: PublishedTables, order_id: str, order_day: date | None = None) -> Row | None:
    """Return an order's row of the timeline; a known day spares looking through all of them."""
    rows = tables.query(
        """select * from lakeflow.silver_order_timeline
        where order_id = $order_id and ($day is null or order_day = $day)""",
        {"order_id": order_id, "day": order_day},
    )
    return rows[0] if rows else None


def read_events(
    tables: PublishedTables, order_id: str, order_day: date | None = None
) -> OrderEvents | None:
    """Return what happened to an order, in time order."""
    order = find_order(tables, order_id, order_day)
    if order is None:
        return None
    events = [
        Event(event_type=event_type, ts=order[column], reason=_reason(order, column))
        for column, event_type in STAGES.items()
        if order[column] is not None
    ]
    events += [
        Event(
            event_type="driver_ping",
            ts=ping["ping_ts"],
            lat=ping["lat"],
            lon=ping["lon"],
            progress_pct=ping["progress_pct"],
        )
        for ping in _pings(tables, order)
    ]
    return OrderEvents(order_id=order_id, events=sorted(events, key=lambda event: event.ts))


def read_story(
    tables: PublishedTables, order_id: str, order_day: date | None = None
) -> Story | None:
    """Return what is known about an order; ``None`` if it is unknown."""
    order = find_order(tables, order_id, order_day)
    if order is None:
        return None
    kitchens = tables.query(
        "select * from simulator.locations where location_id = $location_id",
        {"location_id": order["location_id"]},
    )
    items = tables.query(
        """select item_name, qty, price, extended_price, brands.name as brand
        from lakeflow.silver_order_items as items
        left join simulator.brands as brands using (brand_id)
        where items.order_id = $order_id and items.order_day = $day order by line_number""",
        {"order_id": order_id, "day": order["order_day"]},
    )
    return Story(
        order,
        items,
        _pings(tables, order),
        kitchens[0] if kitchens else None,
        _earlier_orders(tables, order),
        _complaints(tables, order),
    )


def kitchens(tables: PublishedTables | KeptQueries) -> dict[int, str]:
    """Return the names of the kitchens by ``location_id``."""
    rows = tables.query("select location_id, name from simulator.locations order by location_id")
    return {row["location_id"]: row["name"] for row in rows}


def _pings(tables: PublishedTables, order: Row) -> list[Row]:
    first: datetime | None = order["picked_up_ts"] or order["created_ts"]
    if first is None:
        return []
    return tables.query(
        """select ping_ts, lat, lon, progress_pct from lakeflow.silver_driver_pings
        where order_id = $order_id and ping_day between $first and $last order by ping_ts""",
        {
            "order_id": order["order_id"],
            "first": first.date(),
            "last": (first + _LONGEST_DRIVE).date(),
        },
    )


def _earlier_orders(tables: PublishedTables, order: Row) -> list[Row]:
    if order["customer_id"] is None:
        return []
    return tables.query(
        """select order_id, created_ts, status, total_minutes, subtotal
        from lakeflow.silver_order_timeline
        where customer_id = $customer_id and created_ts < $before and order_id <> $order_id
        order by created_ts desc limit $limit""",
        {
            "customer_id": order["customer_id"],
            "before": order["created_ts"],
            "order_id": order["order_id"],
            "limit": _EARLIER_ORDERS,
        },
    )


def _complaints(tables: PublishedTables, order: Row) -> dict[str, str]:
    if order["delivered_day"] is None:
        return {}
    rows = tables.query(
        """select complaint_id, complaint_text from complaints.raw_complaints
        where order_id = $order_id and delivered_day = $day""",
        {"order_id": order["order_id"], "day": order["delivered_day"]},
    )
    return {row["complaint_id"]: row["complaint_text"] for row in rows}


def _reason(order: Row, column: str) -> str | None:
    return order["cancellation_reason"] if column == "cancelled_ts" else None
