"""What a fault does to one event, and what bronze is expected to say of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flows.faults.ledger import Outcome
from flows.faults.settings import ENVELOPE_FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.random import Generator

Event = dict[str, Any]
Changed = tuple[str, str, Outcome, str | None]
"""The new line (without its end), what was done, what is expected, the reason of a rejection."""

UNKNOWN_NUMBER = 9_000_001
LONG_LINE_BYTES = 16 << 20
_COORDINATES = {
    "order_created": ("customer_lat", "customer_lon"),
    "driver_ping": ("loc_lat", "loc_lon"),
    "delivered": ("delivered_lat", "delivered_lon"),
}
_BAD_ITEM = "an item has an impossible quantity or price"
_BAD_PLACE = "a coordinate is impossible"
_NO_BASKET = "basket is missing or unreadable"


def change(kind: str, field: str, line: str, event: Event, random: Generator) -> Changed:
    """Put one fault into a line.

    Parameters
    ----------
    kind, field
        As `FaultSettings.shares` names them.
    line, event
        The line as it landed, and parsed.
    random
        Chooses among the ways of doing it.
    """
    if kind == "null_fields":
        return _emptied(event, field)
    if kind == "truncated":
        length = int(random.integers(1, len(line)))
        return line[:length], f"cut after {length}", Outcome.REJECTED, "not a JSON object"
    ways = _WAYS[kind](event)
    changes, reason = ways[int(random.integers(len(ways)))]
    name, value = next(iter(changes.items()))
    told = value if name != "body" else "an impossible body"
    return _written(event | changes), f"{name}: {told}", Outcome.REJECTED, reason


def lengthened(event: Event) -> str:
    """Return the line with as much padding in its body as makes 16 MB."""
    body = json.loads(event["body"]) | {"padding": "x" * LONG_LINE_BYTES}
    return _written(event | {"body": _written(body)})


def _emptied(event: Event, field: str) -> Changed:
    if field in ENVELOPE_FIELDS:
        line = _written(event | {field: None})
        return line, f"{field}: null", Outcome.REJECTED, f"{field} is missing"
    line = _written(event | {"body": _body(event, **{field: None})})
    if field == "items":
        return line, f"{field}: null", Outcome.REJECTED, _NO_BASKET
    return line, f"{field}: null", Outcome.KEPT, None


_Ways = list[tuple[Event, str]]


def _wrong_types(event: Event) -> _Ways:
    ways: _Ways = [
        ({"sequence": "two"}, "sequence is not a whole number"),
        ({"location_id": 1.5}, "location_id is not a whole number"),
        ({"ts": 1767225600}, "ts is not yyyy-MM-dd HH:mm:ss.SSS"),
        ({"body": "[]"}, "body is not a JSON object"),
    ]
    if event["event_type"] == "order_created":
        ways.append(({"body": _body(event, items="none")}, _NO_BASKET))
        ways.append(({"body": _with_item(event, qty="two")}, _BAD_ITEM))
    return ways


def _unknown_event_types(_: Event) -> _Ways:
    return [({"event_type": "order_eaten"}, "event_type is unknown")]


def _unknown_kitchens(_: Event) -> _Ways:
    return [({"location_id": UNKNOWN_NUMBER}, "location_id is unknown")]


def _unknown_items(event: Event) -> _Ways:
    return [({"body": _with_item(event, id=UNKNOWN_NUMBER)}, "an item is unknown")]


def _absurd_values(event: Event) -> _Ways:
    ways: _Ways = [({"ts": "1970-01-01 00:00:00.000"}, "ts is absurd")]
    if event["event_type"] in _COORDINATES:
        lat, lon = _COORDINATES[event["event_type"]]
        ways.append(({"body": _body(event, **{lat: 200})}, _BAD_PLACE))
        ways.append(({"body": _body(event, **{lon: -181.5})}, _BAD_PLACE))
    if event["event_type"] == "order_created":
        ways.append(({"body": _with_item(event, qty=-1)}, _BAD_ITEM))
        ways.append(({"body": _with_item(event, price=-0.01)}, _BAD_ITEM))
    return ways


_WAYS: dict[str, Callable[[Event], _Ways]] = {
    "wrong_types": _wrong_types,
    "unknown_event_types": _unknown_event_types,
    "unknown_kitchens": _unknown_kitchens,
    "unknown_items": _unknown_items,
    "absurd_values": _absurd_values,
}


def _body(event: Event, **changes: object) -> str:
    return _written(json.loads(event["body"]) | changes)


def _with_item(event: Event, **changes: object) -> str:
    """Return the body with a change to the last line of its basket; the others are as they were."""
    items = list(json.loads(event["body"]).get("items") or [{}])
    return _body(event, items=[*items[:-1], items[-1] | changes])


def _written(value: Event) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
