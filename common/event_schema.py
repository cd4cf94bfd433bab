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
    ]
)
"""Columns of the canonical dataset, in their order."""

OPTIONAL_COLUMNS = frozenset({"ts_micros", "eta_mins"})
"""Columns that a dataset of the older form may lack."""

SORT_ORDER = ("ts_seconds", "ts_micros", "order_id", "sequence")
"""How the rows of a dataset are sorted."""

NULLABLE_COLUMNS = {
    "order_created": ("customer_lat", "customer_lon", "customer_addr", "items_json"),
    "driver_picked_up": ("route_json", "eta_mins"),
    "driver_ping": ("ping_lat", "ping_lon", "ping_progress"),
    "delivered": ("customer_lat", "customer_lon"),
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
    },
    "driver_picked_up": {"route_points": "route_json", "eta_mins": "eta_mins"},
    "driver_ping": {
        "progress_pct": "ping_progress",
        "loc_lat": "ping_lat",
        "loc_lon": "ping_lon",
    },
    "delivered": {"delivered_lat": "customer_lat", "delivered_lon": "customer_lon"},
}
"""By event type, the keys of a landed body in their order, each with the column it comes from."""

ITEM_KEYS = ("id", "category_id", "menu_id", "brand_id", "name", "price", "qty")
"""Keys of one line of a basket, in their order."""
