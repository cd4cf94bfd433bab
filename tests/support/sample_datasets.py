"""Small canonical datasets, and what the replay must land from them, computed in plain Python."""

from __future__ import annotations

import itertools
import json
import random
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

Row = dict[str, Any]

EPOCH = date(2024, 1, 1)
DAY = 86_400_000_000
SECOND = 1_000_000
TYPES = (
    "order_created",
    "gk_started",
    "gk_finished",
    "gk_ready",
    "driver_arrived",
    "driver_picked_up",
    "driver_ping",
    "delivered",
    "order_cancelled",
)
SCHEMA = pa.schema(
    [
        ("order_id", pa.string()),
        ("location_id", pa.int32()),
        ("event_type_id", pa.int8()),
        ("ts_seconds", pa.int64()),
        ("ts_micros", pa.int32()),
        ("sequence", pa.int32()),
        ("customer_lat", pa.float64()),
        ("customer_lon", pa.float64()),
        ("customer_addr", pa.string()),
        ("items_json", pa.string()),
        ("route_json", pa.string()),
        ("eta_mins", pa.float64()),
        ("ping_lat", pa.float64()),
        ("ping_lon", pa.float64()),
        ("ping_progress", pa.float64()),
    ]
)
PEOPLE_SCHEMA = pa.schema(
    [
        *SCHEMA,
        ("customer_id", pa.string()),
        ("promised_mins", pa.float64()),
        ("payment_json", pa.string()),
        ("driver_id", pa.string()),
        ("reason", pa.string()),
    ]
)
EPOCH_SECONDS = int((EPOCH - date(1970, 1, 1)).total_seconds())


def order(
    order_id: str,
    location_id: int,
    created: int,
    steps: Sequence[int],
    *,
    missing: Sequence[str] = (),
) -> list[Row]:
    """Return the rows of one order; `created` and `steps` are offsets in microseconds."""
    rows = []
    kinds = (1, 2, 3, 4, 5, 6, 7, 7, 8)
    items = [
        {"id": 7, "category_id": 3, "menu_id": 2, "brand_id": 1, "name": 'Bún "chả"', "price": 12.5,
         "qty": 2},
        {"id": 9, "category_id": 3, "menu_id": 2, "brand_id": 1, "name": "Tea", "price": 3.0,
         "qty": 1},
    ]  # fmt: skip
    for sequence, (kind, step) in enumerate(zip(kinds, (0, *steps), strict=True)):
        offset = created + step
        row = dict.fromkeys(SCHEMA.names)
        row |= {
            "order_id": order_id,
            "location_id": location_id,
            "event_type_id": kind,
            "ts_seconds": EPOCH_SECONDS + offset // SECOND,
            "ts_micros": offset % SECOND,
            "sequence": sequence,
        }
        if kind == 1:
            row |= {"customer_lat": 41.88, "customer_lon": -87.63, "customer_addr": "12 Elm St"}
            row["items_json"] = json.dumps(items, ensure_ascii=False)
        if kind == 6:
            row |= {"route_json": "[[41.9, -87.6], [41.88, -87.63]]", "eta_mins": 14.5}
        if kind == 7:
            row |= {"ping_lat": 41.89, "ping_lon": -87.61, "ping_progress": 50.0}
        if kind == 8:
            row |= {"customer_lat": 41.88, "customer_lon": -87.63}
        rows.append({name: None if name in missing else value for name, value in row.items()})
    return rows


CANCELLATIONS = {
    "customer_changed_mind": 2,
    "item_unavailable": 1,
    "no_courier": 4,
    "address_not_found": 8,
}
"""By reason, how many of the events of an order happen before it is cancelled."""


def people_form(rows: Iterable[Row]) -> list[Row]:
    """Return the rows of a dataset of the older form with people in it.

    Every seventh order is cancelled, for each reason in turn; of every eleventh, courier and
    pick-up are those of the order before in its kitchen.
    """
    orders: dict[str, list[Row]] = {}
    for row in rows:
        orders.setdefault(row["order_id"], []).append(dict.fromkeys(PEOPLE_SCHEMA.names) | row)
    reasons = itertools.cycle(CANCELLATIONS)
    told: list[Row] = []
    before: dict[int, list[Row]] = {}
    for number, life in enumerate(orders.values()):
        events = [_with_people(row, number) for row in life]
        batch = before.get(events[0]["location_id"])
        if number % 11 == 5 and batch is not None:
            _share_the_courier(batch, events)
        if number % 7 == 3:
            events = _cancelled(events, next(reasons))
        before[events[0]["location_id"]] = events
        told += events
    return sorted_rows(told)


def _with_people(row: Row, number: int) -> Row:
    """Return an event that names its customer and courier."""
    if row["event_type_id"] == 1:
        items = json.loads(row["items_json"]) if row["items_json"] else []
        cents = round(sum(item["price"] * item["qty"] for item in items) * 100)
        fees = {"delivery_fee": 399, "service_fee": cents // 10, "tax": cents // 12, "tip": 250}
        discount = 200 if number % 5 == 0 and cents > 200 else 0
        payment = {"subtotal": cents, **fees, "discount": discount}
        payment["total"] = cents + sum(fees.values()) - discount
        # Text as money is: no float in between.
        amounts = {key: f"{value // 100}.{value % 100:02}" for key, value in payment.items()}
        return row | {
            "customer_id": f"c{number % 40:08x}",
            "promised_mins": 30.0 + number % 20,
            "payment_json": json.dumps(amounts),
        }
    if row["event_type_id"] in (5, 6, 7, 8):
        return row | {"driver_id": f"d{row['location_id']:04x}{number % 3:04x}"}
    return row


def _share_the_courier(first: Sequence[Row], second: list[Row]) -> None:
    """Let the courier of one order leave with another one, too, where both still have one."""
    pickups = [row for row in first if row["event_type_id"] == 6]
    own = [row for row in second if row["event_type_id"] in (6, 7, 8)]
    if not pickups or min((row["ts_seconds"], row["ts_micros"]) for row in own[1:]) < (
        pickups[0]["ts_seconds"],
        pickups[0]["ts_micros"],
    ):
        return
    for row in second:
        if row["driver_id"]:
            row["driver_id"] = pickups[0]["driver_id"]
        if row["event_type_id"] == 6:
            row["ts_seconds"] = pickups[0]["ts_seconds"]
            row["ts_micros"] = pickups[0]["ts_micros"]


def _cancelled(life: list[Row], reason: str) -> list[Row]:
    """Return an order that is cancelled half a minute after the last event that it still has."""
    events = life[: CANCELLATIONS[reason]]
    last = events[-1]
    ending = dict.fromkeys(PEOPLE_SCHEMA.names) | {
        **{name: last[name] for name in ("order_id", "location_id", "ts_micros")},
        "event_type_id": 9,
        "ts_seconds": last["ts_seconds"] + 30,
        "sequence": last["sequence"] + 1,
        "reason": reason,
    }
    return [*events, ending]


def sorted_rows(rows: Iterable[Row]) -> list[Row]:
    key = lambda row: (  # noqa: E731  # one expression
        row["ts_seconds"], row["ts_micros"], row["order_id"].encode(), row["sequence"]
    )  # fmt: skip
    return sorted(rows, key=key)


def some_orders(days: int, per_day: int, seed: int = 5) -> list[Row]:
    """Return rows of orders over some days. The first event is at the very beginning of day 0,
    the last order is delivered after the last day, and some events share a microsecond."""
    rng = random.Random(seed)  # noqa: S311  # not used for secrets
    rows = order("AA000", 1, 0, [60 * SECOND * step for step in range(1, 9)])
    rows += order("BB000", 2, 0, [60 * SECOND * step for step in range(1, 9)])
    for day in range(days):
        for number in range(per_day):
            created = day * DAY + rng.randrange(DAY - 4 * 3_600 * SECOND)
            steps = sorted(rng.randrange(1, 2 * 3_600 * SECOND) for _ in range(8))
            order_id = f"{rng.choice('ABXYZ')}{day}{number:03}"
            rows += order(order_id, 1 + number % 4, created, steps)
    late = days * DAY - 20 * 60 * SECOND
    rows += order("L9999", 3, late, [10 * 60 * SECOND * step for step in range(1, 9)])
    return sorted_rows(rows)


def write_dataset(
    folder: Path,
    rows: Sequence[Row],
    *,
    days: int | None = None,
    schema: pa.Schema = SCHEMA,
    row_group_size: int = 64,
) -> Path:
    """Write rows as a canonical dataset and return its folder; the older form without days."""
    folder.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist([{n: row[n] for n in schema.names} for row in rows], schema)
    pq.write_table(
        table, folder / "events.parquet", compression="zstd", row_group_size=row_group_size
    )
    if days is not None:
        content = {"seed": 1, "epoch": EPOCH_SECONDS, "days": days, "generator_version": "1"}
        (folder / "dataset.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


def expected_lines(
    rows: Iterable[Row], days: int, first: int, last: int, shift_days: int
) -> list[Row]:
    """Return the lines that must land for the positions `first` to `last`: docs/contract.md, 5."""
    begin = datetime(EPOCH.year, EPOCH.month, EPOCH.day) + timedelta(days=shift_days)
    found = []
    for row in rows:
        offset = (row["ts_seconds"] - EPOCH_SECONDS) * SECOND + (row["ts_micros"] or 0)
        for cycle in range(last // (days * DAY) + 1):
            position = cycle * days * DAY + offset
            if first <= position <= last:
                found.append((position, row["order_id"].encode(), cycle, row["sequence"], row))
    lines = []
    for position, _, cycle, sequence, row in sorted(found, key=lambda each: each[:4]):
        order_id = row["order_id"] + (f"-L{cycle}" if cycle else "")
        moment = begin + timedelta(microseconds=position)
        name = f"{order_id}:{sequence}"
        lines.append(
            {
                "event_id": str(uuid.uuid3(uuid.UUID(bytes=b"caspers-kitchens"), name)),
                "event_type": TYPES[row["event_type_id"] - 1],
                "ts": f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03}",
                "location_id": row["location_id"],
                "order_id": order_id,
                "sequence": sequence,
                "body": expected_body(row),
            }
        )
    return lines


def expected_body(row: Row) -> Row:
    fields: Row = {}
    people: Row = {}
    match TYPES[row["event_type_id"] - 1]:
        case "order_created":
            fields = {name: row[name] for name in ("customer_lat", "customer_lon", "customer_addr")}
            items = row["items_json"]
            fields |= {"items": None if items is None else json.loads(items)}
            people = {name: row.get(name) for name in ("customer_id", "promised_mins")}
            people["payment"] = json.loads(row.get("payment_json") or "null")
        case "driver_arrived":
            people = {"driver_id": row.get("driver_id")}
        case "driver_picked_up":
            route = row["route_json"]
            points = None if route is None else json.loads(route)
            fields = {"route_points": points, "eta_mins": row["eta_mins"]}
            people = {"driver_id": row.get("driver_id")}
        case "driver_ping":
            fields = {
                "progress_pct": row["ping_progress"],
                "loc_lat": row["ping_lat"],
                "loc_lon": row["ping_lon"],
            }
            people = {"driver_id": row.get("driver_id")}
        case "delivered":
            fields = {"delivered_lat": row["customer_lat"], "delivered_lon": row["customer_lon"]}
            people = {"driver_id": row.get("driver_id")}
        case "order_cancelled":
            people = {"reason": row.get("reason")}
    return fields | {key: value for key, value in people.items() if value is not None}


def landed_bytes(landing: Path) -> bytes:
    """Return all that has landed, in landing order."""
    return b"".join(file.read_bytes() for file in sorted(landing.glob("window-*.jsonl")))


def landed_lines(landing: Path) -> list[Row]:
    """Return the landed lines as objects, bodies parsed."""
    lines = [json.loads(line) for line in landed_bytes(landing).splitlines()]
    return [line | {"body": json.loads(line["body"])} for line in lines]


@dataclass(frozen=True)
class Small:
    """A dataset and the rows it was written from."""

    folder: Path
    rows: list[Row]
    days: int = 3
