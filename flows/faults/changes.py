"""What a fault does to one event, and how bronze is expected to judge it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from common.event_schema import LANDED_KEYS
from flows.faults.ledger import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.random import Generator

Event = dict[str, Any]
Changed = tuple[str, str, Outcome, str | None]
"""The new line (without its end), what was done, the expected outcome, the code of a rejection."""

UNKNOWN_NUMBER = 9_000_001
LONG_LINE_BYTES = 16 << 20
_COORDINATES = {
    "order_created": ("customer_lat", "customer_lon"),
    "driver_ping": ("loc_lat", "loc_lon"),
    "delivered": ("delivered_lat", "delivered_lon"),
}


def change(kind: str, field: str, line: str, event: Event, rng: Generator) -> Changed:
    """Inject one fault into a line.

    Parameters
    ----------
    kind, field
        As `FaultSettings.shares` names them.
    line, event
        The line as it landed, and parsed.
    rng
        Chooses among the ways to inject it.
    """
    if kind == "null_fields":
        return _with_null(event, field)
    if kind == "truncated":
        length = int(rng.integers(1, len(line)))
        return line[:length], f"cut after {length}", Outcome.REJECTED, "not_an_object"
    ways = _WAYS[kind](event)
    changes, code = ways[int(rng.integers(len(ways)))]
    name, value = next(iter(changes.items()))
    shown = value if name != "body" else "an impossible body"
    return _to_json(event | changes), f"{name}: {shown}", Outcome.REJECTED, code


def padded(event: Event) -> str:
    """Return the line with its body padded to 16 MB."""
    body = json.loads(event["body"]) | {"padding": "x" * LONG_LINE_BYTES}
    return _to_json(event | {"body": _to_json(body)})


def _with_null(event: Event, field: str) -> Changed:
    if field in LANDED_KEYS:
        line = _to_json(event | {field: None})
        return line, f"{field}: null", Outcome.REJECTED, f"{field}_missing"
    line = _to_json(event | {"body": _body(event, **{field: None})})
    if field == "items":
        return line, f"{field}: null", Outcome.REJECTED, "basket_unreadable"
    return line, f"{field}: null", Outcome.KEPT, None


_Ways = list[tuple[Event, str]]


def _wrong_types(event: Event) -> _Ways:
    ways: _Ways = [
        ({"sequence": "two"}, "sequence_malformed"),
        ({"location_id": 1.5}, "location_id_malformed"),
        ({"ts": 1767225600}, "ts_malformed"),
        ({"body": "[]"}, "body_not_an_object"),
    ]
    if event["event_type"] == "order_created":
        ways.append(({"body": _body(event, items="none")}, "basket_unreadable"))
        ways.append(({"body": _with_item(event, qty="two")}, "item_impossible"))
    told = json.loads(event["body"])
    if "payment" in told:
        ways.append(({"body": _body(event, payment="free")}, "payment_unreadable"))
    # Only what is there: a landing of the older form has the faults that it always had.
    for key in ("customer_id", "driver_id", "reason"):
        if key in told:
            ways.append(({"body": _body(event, **{key: {"id": told[key]}})}, "text_malformed"))
    return ways


def _unknown_event_types(_: Event) -> _Ways:
    return [({"event_type": "order_eaten"}, "event_type_unknown")]


def _unknown_kitchens(_: Event) -> _Ways:
    return [({"location_id": UNKNOWN_NUMBER}, "location_id_unknown")]


def _unknown_items(event: Event) -> _Ways:
    return [({"body": _with_item(event, id=UNKNOWN_NUMBER)}, "item_unknown")]


def _absurd_values(event: Event) -> _Ways:
    ways: _Ways = [({"ts": "1970-01-01 00:00:00.000"}, "ts_impossible")]
    if event["event_type"] in _COORDINATES:
        lat, lon = _COORDINATES[event["event_type"]]
        ways.append(({"body": _body(event, **{lat: 200})}, "coordinate_impossible"))
        ways.append(({"body": _body(event, **{lon: -181.5})}, "coordinate_impossible"))
    if event["event_type"] == "order_created":
        ways.append(({"body": _with_item(event, qty=-1)}, "item_impossible"))
        ways.append(({"body": _with_item(event, price=-0.01)}, "item_impossible"))
    payment = json.loads(event["body"]).get("payment")
    if payment:
        broken = payment | {"total": "-0.01"}
        ways.append(({"body": _body(event, payment=broken)}, "payment_impossible"))
    return ways


_WAYS: dict[str, Callable[[Event], _Ways]] = {
    "wrong_types": _wrong_types,
    "unknown_event_types": _unknown_event_types,
    "unknown_kitchens": _unknown_kitchens,
    "unknown_items": _unknown_items,
    "absurd_values": _absurd_values,
}


def _body(event: Event, **changes: object) -> str:
    return _to_json(json.loads(event["body"]) | changes)


def _with_item(event: Event, **changes: object) -> str:
    """Return the body with a change to the last line of its basket."""
    items = list(json.loads(event["body"]).get("items") or [{}])
    return _body(event, items=[*items[:-1], items[-1] | changes])


def _to_json(value: Event) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
