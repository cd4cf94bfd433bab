"""What an event is: its type, its columns in the dataset, its keys where it has landed.

Columns: ``docs/contract.md``, section 3; landed keys: section 4. The types are in
``common/reference/event_types.csv``, which the models read as well.
"""

from __future__ import annotations

import pyarrow as pa

from common.reference_data import read_reference

EVENT_TYPE_IDS = {
    row["event_type"]: int(row["event_type_id"]) for row in read_reference("event_types")
}
"""Number of each event type, ascending from 1 in the order of an order's life."""

EVENT_COLUMNS = pa.schema(
    [
        pa.field("order_id", pa.string(), nullable=False),
        pa.field("location_id", pa.int32(), nullable=False),
        pa.field("event_type_id", pa.int8(), nullable=False),
        pa.field("ts_seconds", pa.int64(), nullable=False),
        pa.field("ts_micros", pa.int32(), nullable=False),
        pa.field("sequence", pa.int32(), nullable=False),
        pa.field("customer_lat", pa.float64()),
        pa.field("customer_lon", pa.float64()),
        pa.field("customer_addr", pa.string()),
        pa.field("items_json", pa.string()),
        pa.field("route_json", pa.string()),
        pa.field("eta_mins", pa.float64()),
        pa.field("ping_lat", pa.float64()),
        pa.field("ping_lon", pa.float64()),
        pa.field("ping_progress", pa.float64()),
        pa.field("customer_id", pa.string()),
        pa.field("promised_mins", pa.float64()),
        pa.field("payment_json", pa.string()),
        pa.field("driver_id", pa.string()),
        pa.field("reason", pa.string()),
    ]
)
"""Columns of the canonical dataset, in their order."""

PEOPLE_COLUMNS = ("customer_id", "promised_mins", "payment_json", "driver_id", "reason")
"""Columns that tell of the people in it; ``--people off`` writes none of them."""

OLDER_EVENT_COLUMNS = pa.schema(
    [field for field in EVENT_COLUMNS if field.name not in PEOPLE_COLUMNS]
)
"""Columns of a dataset that does not tell of people, in their order."""

OPTIONAL_COLUMNS = frozenset({"ts_micros", "eta_mins", *PEOPLE_COLUMNS})
"""Columns that a dataset of the older form may lack."""

SORT_ORDER = ("ts_seconds", "ts_micros", "order_id", "sequence")
"""How the rows of a dataset are sorted."""

NULLABLE_COLUMNS = {
    "order_created": (
        "customer_lat",
        "customer_lon",
        "customer_addr",
        "items_json",
        "customer_id",
        "promised_mins",
        "payment_json",
    ),
    "driver_arrived": ("driver_id",),
    "driver_picked_up": ("route_json", "eta_mins", "driver_id"),
    "driver_ping": ("ping_lat", "ping_lon", "ping_progress", "driver_id"),
    "delivered": ("customer_lat", "customer_lon", "driver_id"),
    "order_cancelled": ("reason",),
}
"""By event type, the columns that are set on it and may be missing."""

LANDED_KEYS = ("event_id", "event_type", "ts", "location_id", "order_id", "sequence", "body")
"""Keys of a landed line, in their order; every event has all of them."""

BODY_COLUMNS = {
    "order_created": {
        "customer_lat": "customer_lat",
        "customer_lon": "customer_lon",
        "customer_addr": "customer_addr",
        "items": "items_json",
        "customer_id": "customer_id",
        "promised_mins": "promised_mins",
        "payment": "payment_json",
    },
    "driver_arrived": {"driver_id": "driver_id"},
    "driver_picked_up": {
        "route_points": "route_json",
        "eta_mins": "eta_mins",
        "driver_id": "driver_id",
    },
    "driver_ping": {
        "progress_pct": "ping_progress",
        "loc_lat": "ping_lat",
        "loc_lon": "ping_lon",
        "driver_id": "driver_id",
    },
    "delivered": {
        "delivered_lat": "customer_lat",
        "delivered_lon": "customer_lon",
        "driver_id": "driver_id",
    },
    "order_cancelled": {"reason": "reason"},
}
"""By event type, the keys of a landed body in their order, each with the column it comes from."""

PAYMENT_KEYS = (
    "subtotal",
    "delivery_fee",
    "service_fee",
    "tax",
    "tip",
    "discount",
    "total",
)
"""Keys of a payment, in their order; amounts are decimals as text, total is what is charged."""

ITEM_KEYS = ("id", "category_id", "menu_id", "brand_id", "name", "price", "qty")
"""Keys of one line of a basket, in their order."""
