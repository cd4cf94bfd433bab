"""Small landings, and schedules of them, made to find what a model overlooks.

Everything is a function of its seed. Ids, files and windows carry the seed in their names, so that
landings of several seeds can land in one business.
"""

from __future__ import annotations

import gzip
import json
import random
import unicodedata
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Event = dict[str, Any]

FIRST_DAY = datetime(2026, 3, 1)
KNOWN_ITEMS = range(1, 10)
KITCHENS = (1, 2, 3, 4)
STEPS = (
    ("order_created", 0.0),
    ("gk_started", 0.1),
    ("gk_finished", 0.4),
    ("gk_ready", 0.5),
    ("driver_arrived", 0.5),
    ("driver_picked_up", 0.6),
    ("driver_ping", 0.8),
    ("delivered", 1.0),
)
# Half a thousandth of a minute between two orders, half a cent in a price, and numbers that no
# float holds.
SECONDS = (3420, 5017, 1800, 1800.03, 2400.015, 0, 0.001, 59.999, 7200, 86400)
PRICES = (0, 0.01, 0.005, 1.005, 2.675, 0.25, 0.75, 12.45, 9.995, 99.99, 1234.005)
MODELS = (
    "streamed_lines",
    "landed_lines",
    "silver_order_timeline",
    "silver_order_items",
    "silver_driver_pings",
    "silver_courier_shifts",
    "gold_order_header",
    "gold_item_sales_day",
    "gold_brand_sales_day",
    "gold_location_sales_hourly",
    "gold_delivery_times_day",
    "gold_data_quality_day",
    "delivery_percentiles_trailing",
    "refund_candidates",
    "refund_recommendations",
    "landed_decisions",
    "refund_decisions",
    "gold_refund_agreement_day",
    "complaint_candidates",
    "raw_complaints",
    "complaint_responses",
    "dim_customer",
    "dim_driver",
    "fct_orders",
    "gold_kitchen_day",
    "gold_rejected_lines_day",
)


def event_id_of(order_id: str, sequence: int) -> str:
    """Return the id of an event, as a function of order and sequence."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{order_id}/{sequence}"))


def stamp(ts: datetime) -> str:
    """Return a time as it lands."""
    return ts.isoformat(sep=" ", timespec="milliseconds")


def event(
    order_id: str,
    sequence: int,
    event_type: str,
    ts: datetime,
    body: dict[str, Any] | None = None,
    location_id: int = 1,
) -> Event:
    """Return one event; its body is still an object."""
    return {
        "event_id": event_id_of(order_id, sequence),
        "event_type": event_type,
        "ts": stamp(ts),
        "location_id": location_id,
        "order_id": order_id,
        "sequence": sequence,
        "body": body or {},
    }


def basket(*lines: tuple[int, float, int]) -> list[dict[str, Any]]:
    """Return a basket of (item, price, quantity)."""
    return [
        {
            "id": item,
            "category_id": 1,
            "menu_id": 1,
            "brand_id": 1 + item % 3,
            "name": f"Item {item}",
            "price": price,
            "qty": qty,
        }
        for item, price, qty in lines
    ]


def creation(
    order_id: str, ts: datetime, items: list[dict[str, Any]] | None = None, location_id: int = 1
) -> Event:
    """Return the event that creates an order."""
    body = {
        "customer_lat": 37.79,
        "customer_lon": -122.4,
        "customer_addr": f"12 Alder St, {order_id}",
        "items": basket((1, 12.45, 1)) if items is None else items,
    }
    return event(order_id, 0, "order_created", ts, body, location_id)


def delivery(order_id: str, ts: datetime, location_id: int = 1) -> Event:
    """Return the event that ends an order."""
    body = {"delivered_lat": 37.79, "delivered_lon": -122.4}
    return event(order_id, 7, "delivered", ts, body, location_id)


def order_of(
    order_id: str,
    created: datetime,
    seconds: float = 1800,
    items: list[dict[str, Any]] | None = None,
    location_id: int = 1,
) -> list[Event]:
    """Return a creation and a delivery, so many seconds apart."""
    return [
        creation(order_id, created, items, location_id),
        delivery(order_id, created + timedelta(seconds=seconds), location_id),
    ]


def line_of(landed: Event, **changes: Any) -> str:  # noqa: ANN401  (any JSON value)
    """Return an event as a line, its body as text; a key set to ... is left out."""
    changed = {key: value for key, value in {**landed, **changes}.items() if value is not ...}
    if isinstance(changed.get("body"), dict):
        changed["body"] = json.dumps(changed["body"])
    return json.dumps(changed)


def content_of(*events: Event) -> bytes:
    """Return the content of a file of these events."""
    return "".join(line_of(one) + "\n" for one in events).encode()


# Lines that are no event --------------------------------------------------------------------------


def _with_item(**changes: Any) -> Callable[[random.Random, Event], str]:  # noqa: ANN401
    """Return a function that makes a creation with one basket line changed."""

    def spoil(_: random.Random, landed: Event) -> str:
        lines = basket((1, 1.0, 1), (2, 2.0, 2))
        lines[-1] = {k: v for k, v in {**lines[-1], **changes}.items() if v is not ...}
        return line_of(landed, event_type="order_created", body={"items": lines})

    return spoil


def _with_basket(items: Any) -> Callable[[random.Random, Event], str]:  # noqa: ANN401
    body = {} if items is ... else {"items": items}
    return lambda _, landed: line_of(landed, event_type="order_created", body=body)


def _with(**changes: Any) -> Callable[[random.Random, Event], str]:  # noqa: ANN401
    return lambda _, landed: line_of(landed, **changes)


BASKET = basket((1, 1.0, 1))
PAYMENT = {
    "subtotal": "1.00",
    "delivery_fee": "3.99",
    "service_fee": 0.1,
    "tax": "0.085",
    "tip": 0,
    "discount": "0.50",
    "total": "4.675",
}


def _with_payment(payment: Any) -> Callable[[random.Random, Event], str]:  # noqa: ANN401
    if isinstance(payment, dict):
        payment = {key: value for key, value in payment.items() if value is not ...}
    body = {"items": BASKET, "payment": payment}
    return lambda _, landed: line_of(landed, event_type="order_created", body=body)


def _text(text: str) -> Callable[[random.Random, Event], str]:
    return lambda _, __: text


SPOILED: dict[str, list[Callable[[random.Random, Event], str]]] = {
    "blank_line": [_text("")],
    "not_an_object": [
        _text("[1, 2]"),
        _text("null"),
        _text("no JSON at all"),
        _text("   "),
        _text('{"event_id": 01}'),
        lambda rng, landed: line_of(landed)[: rng.randint(1, 60)],
        lambda _, landed: line_of(landed) + " x",
    ],
    "event_id_missing": [_with(event_id=...), _with(event_id=None), _with(event_id="")],
    "event_type_missing": [_with(event_type=...), _with(event_type=None)],
    "event_type_unknown": [
        _with(event_type="order_eaten"),
        _with(event_type="Delivered"),
        _with(event_type="delivered "),
        _with(event_type=""),
    ],
    "ts_missing": [_with(ts=...), _with(ts=None)],
    "ts_malformed": [
        _with(ts="yesterday"),
        _with(ts=""),
        _with(ts="2026-02-30 12:00:00.000"),
        _with(ts="2026-03-01T12:00:00.000"),
        _with(ts="2026-03-01 24:00:00.000"),
        _with(ts="2026-03-01 12:00:00"),
        _with(ts=1772366400),
    ],
    "ts_impossible": [
        _with(ts="1999-12-31 23:59:59.999"),
        _with(ts="2100-01-01 00:00:00.000"),
        _with(ts="0001-01-01 00:00:00.000"),
        _with(ts="9999-12-31 23:59:59.999"),
    ],
    "order_id_missing": [_with(order_id=...), _with(order_id=None), _with(order_id="")],
    "location_id_missing": [_with(location_id=...), _with(location_id=None)],
    "location_id_malformed": [
        _with(location_id="one"),
        _with(location_id=1.5),
        _with(location_id="01"),
        _with(location_id=" 1"),
        _with(location_id=True),
        _with(location_id=3000000000),
    ],
    "location_id_unknown": [_with(location_id=99), _with(location_id=0), _with(location_id="-1")],
    "sequence_missing": [_with(sequence=...), _with(sequence=None)],
    "sequence_malformed": [
        _with(sequence=1.5),
        _with(sequence="1e3"),
        _with(sequence="first"),
        _with(sequence=99999999999),
    ],
    "body_missing": [_with(body=...), _with(body=None)],
    "body_not_an_object": [_with(body="[]"), _with(body="{"), _with(body=""), _with(body="null")],
    "basket_unreadable": [
        _with_basket(...),
        _with_basket(None),
        _with_basket([]),
        _with_basket("none"),
        _with_basket({"id": 1}),
    ],
    "item_unknown": [
        _with_item(id=9999),
        _with_item(id=1.5),
        _with_item(id=...),
        _with_item(id=None),
        _with_basket([None]),
        _with_basket([1]),
    ],
    "item_impossible": [
        _with_item(qty=0),
        _with_item(qty=-1),
        _with_item(qty=1.5),
        _with_item(qty=...),
        _with_item(qty=1e10),
        _with_item(price=-0.01),
        _with_item(price=...),
        _with_item(price="free"),
        _with_item(price=1e9),
    ],
    "payment_unreadable": [
        _with_payment("free"),
        _with_payment([]),
        _with_payment(5),
        _with_payment({}),
        _with_payment({**PAYMENT, "tip": ...}),
        _with_payment({**PAYMENT, "total": None}),
        _with_payment({**PAYMENT, "tax": "a bit"}),
        _with_payment({**PAYMENT, "tax": [1]}),
        _with_payment({**PAYMENT, "discount": True}),
    ],
    "payment_impossible": [
        _with_payment({**PAYMENT, "discount": "-0.01"}),
        _with_payment({**PAYMENT, "total": -5}),
        _with_payment({**PAYMENT, "subtotal": "1000000000"}),
        _with_payment({**PAYMENT, "tip": 1e300}),
    ],
    "text_malformed": [
        _with(event_type="order_created", body={"items": BASKET, "customer_id": {}}),
        _with(event_type="order_created", body={"items": BASKET, "customer_id": ["c1"]}),
        _with(event_type="driver_arrived", body={"driver_id": {"id": "d1"}}),
        _with(event_type="driver_picked_up", body={"driver_id": [1]}),
        _with(event_type="driver_ping", body={"driver_id": []}),
        _with(event_type="delivered", body={"driver_id": {"id": None}}),
        _with(event_type="order_cancelled", body={"reason": ["no_courier"]}),
    ],
    "coordinate_impossible": [
        _with(event_type="driver_ping", body={"loc_lat": 90.1}),
        _with(event_type="driver_ping", body={"loc_lat": 1, "loc_lon": -180.5}),
        _with(event_type="delivered", body={"delivered_lon": 200}),
        _with(event_type="order_created", body={"items": basket((1, 1.0, 1)), "customer_lat": -91}),
    ],
}
"""By rejection code, ways to make a line of an event that is rejected for it."""


# Landings ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Landing:
    """Files in the order in which they land; their names need not sort so."""

    files: list[tuple[str, bytes]]


def twins(word: str) -> list[str]:
    """Return ids that a careless comparison takes for one."""
    return [
        word,
        word.upper(),
        word + " ",
        " " + word,
        unicodedata.normalize("NFC", word + "é"),
        unicodedata.normalize("NFD", word + "é"),
        word + "e",
        word + "ß",
        word + "ss",
        f"{word}'\"\\",
    ]


@dataclass
class _Draft:
    """Events on their way into files."""

    seed: int
    rng: random.Random
    lives: list[list[Event]] = field(default_factory=list)
    files: list[list[str]] = field(default_factory=list)
    home: int | None = None  # the file that all lines go into for now
    tells_of_people: bool = False

    def any_file(self) -> int:
        """Return the number of a file."""
        return self.rng.randrange(len(self.files)) if self.home is None else self.home

    def put(self, line: str, *, file: int | None = None) -> None:
        """Put a line into a file, or into any."""
        self.files[self.any_file() if file is None else file].append(line)

    def moment(self) -> datetime:
        """Return a time on a coarse grid, so that much happens at once."""
        return FIRST_DAY + timedelta(
            days=self.rng.randrange(self.days), minutes=self.rng.choice([0, 0, 30, 720, 1410, 1439])
        )

    @property
    def days(self) -> int:
        """How many days the orders spread over."""
        return 1 + self.seed % 11

    def items(self) -> list[dict[str, Any]]:
        """Return a basket."""
        rng = self.rng
        lines = [
            (rng.choice(KNOWN_ITEMS), rng.choice(PRICES), rng.randint(1, 3))
            for _ in range(rng.randint(1, 3))
        ]
        found = basket(*lines)
        if rng.random() < 0.2:
            found[0].update(rng.choice([{"brand_id": 999}, {"name": None}, {"qty": 2.0}]))
        return found

    def live(self, order_id: str) -> list[Event]:
        """Return an order's whole life."""
        rng = self.rng
        created, seconds = self.moment(), rng.choice([*SECONDS, rng.randint(0, 9_000_000) / 1000])
        location_id = rng.choice(KITCHENS[:2])
        bodies = {
            "order_created": creation(order_id, created, self.items())["body"],
            "driver_picked_up": {"route_points": [[37.78, -122.39]], "eta_mins": 9.5},
            "driver_ping": {"progress_pct": 50, "loc_lat": 37.78, "loc_lon": -122.4},
            "delivered": {"delivered_lat": 37.79, "delivered_lon": -122.4},
        }
        if self.tells_of_people:
            self.people(bodies)
        return [
            event(
                order_id,
                sequence,
                event_type,
                created + timedelta(milliseconds=round(seconds * share * 1000)),
                bodies.get(event_type),
                location_id,
            )
            for sequence, (event_type, share) in enumerate(STEPS)
        ]

    def people(self, bodies: dict[str, dict[str, Any]]) -> None:
        """Add the people of an order to the bodies of its events."""
        rng = self.rng
        driver_id = f"d{rng.randint(1, 3)}"
        bodies["order_created"] |= {
            "customer_id": rng.choice(["c1", "c2", "", None, 7, "c1 "]),
            "promised_mins": rng.choice([30.0, "31.5", "soon", None]),
            **rng.choice([{}, {"payment": PAYMENT}, {"payment": None}]),
        }
        for event_type in ("driver_arrived", "driver_picked_up", "driver_ping", "delivered"):
            named = {"driver_id": driver_id if rng.random() < 0.9 else rng.choice(["", None, "d4"])}
            bodies[event_type] = bodies.get(event_type, {}) | named

    def any_event(self) -> Event:
        """Return one event of one order."""
        return {**self.rng.choice(self.rng.choice(self.lives))}


def _elsewhen(draft: _Draft, landed: Event) -> str:
    """Return another time for an event: near, days away, or at the end of time."""
    if draft.rng.random() < 0.05:
        return draft.rng.choice(["2000-01-01 00:00:00.000", "2099-12-31 23:59:59.999"])
    minutes = draft.rng.choice([-20000, -3000, -1440, -60, -1, 1, 60, 1440, 3000, 20000])
    return stamp(datetime.fromisoformat(landed["ts"]) + timedelta(minutes=minutes))


def _moved(draft: _Draft) -> None:
    """One event_id under two orders."""
    landed = draft.any_event()
    draft.put(line_of(landed))
    draft.put(line_of(landed, order_id=draft.any_event()["order_id"]))


def _contradicted(draft: _Draft) -> None:
    """One event twice, with another time and another body."""
    landed = draft.any_event()
    body = creation(landed["order_id"], FIRST_DAY, draft.items())["body"]
    draft.put(line_of(landed))
    draft.put(line_of(landed, ts=_elsewhen(draft, landed), body=body))


def _retyped(draft: _Draft) -> None:
    """One event_id for two steps."""
    landed = draft.any_event()
    draft.put(line_of(landed, event_type=draft.rng.choice(["gk_ready", "delivered"])))


def _created_twice(draft: _Draft) -> None:
    """Another creation: earlier, later, or at the same time, in another kitchen."""
    first = draft.rng.choice(draft.lives)[0]
    again = creation(
        first["order_id"],
        datetime.fromisoformat(first["ts"]),
        draft.items(),
        draft.rng.choice(KITCHENS),
    )
    ts = draft.rng.choice([first["ts"], first["ts"], _elsewhen(draft, first)])
    sequence = draft.rng.choice([0, 0, 1, -1, 10, 9])
    event_id = draft.rng.choice(twins(f"again{draft.seed}"))
    draft.put(line_of(again, ts=ts, sequence=sequence, event_id=event_id))


def _creation_turns(draft: _Draft) -> None:
    """A creation that is valid in one file and invalid in another."""
    first = draft.rng.choice(draft.lives)[0]
    code = draft.rng.choice(["item_unknown", "item_impossible", "basket_unreadable"])
    draft.put(draft.rng.choice(SPOILED[code])(draft.rng, first))
    if draft.rng.random() < 0.5:
        draft.put(line_of(first))


def _orphan(draft: _Draft) -> None:
    """A single event of an order of which nothing else lands, on a day of its own."""
    order_id = draft.rng.choice(twins(f"orphan{draft.seed}-"))
    event_type = draft.rng.choice(["delivered", "delivered", "driver_ping", "gk_ready"])
    ts = FIRST_DAY + timedelta(days=draft.rng.randint(-20, 30))
    location_id = draft.rng.choice(KITCHENS)
    draft.put(line_of(event(order_id, 7, event_type, ts, None, location_id)))


def _delivered_early(draft: _Draft) -> None:
    """A delivery before the creation."""
    life = draft.rng.choice(draft.lives)
    ts = datetime.fromisoformat(life[0]["ts"]) - timedelta(
        milliseconds=draft.rng.choice([0, 1, 60000, 86400000])
    )
    draft.put(line_of(delivery(life[0]["order_id"], ts), event_id=draft.rng.choice(twins("early"))))


def _elsewhere(draft: _Draft) -> None:
    """An event of an order in another kitchen."""
    landed = draft.any_event()
    event_id = draft.rng.choice([landed["event_id"], landed["event_id"].upper()])
    draft.put(line_of(landed, location_id=draft.rng.choice(KITCHENS), event_id=event_id))


def _cancelled(draft: _Draft) -> None:
    """A cancellation before, within or after an order's life, whatever else lands of it."""
    landed = draft.any_event()
    body = draft.rng.choice(
        [
            {"reason": "no_courier"},
            {"reason": "no_courier"},
            *({"reason": reason} for reason in ("the dog ate it", "", None, 5)),
            {},
        ]
    )
    ts = draft.rng.choice([landed["ts"], landed["ts"], _elsewhen(draft, landed)])
    sequence = draft.rng.choice([landed["sequence"], 8])
    event_id = draft.rng.choice([landed["event_id"], f"cancelled{draft.rng.random()}"])
    line = line_of(
        landed,
        event_type="order_cancelled",
        ts=ts,
        body=body,
        event_id=event_id,
        sequence=sequence,
    )
    draft.put(line)


def _carried_together(draft: _Draft) -> None:
    """A courier picks up two orders at the same moment."""
    first, second = draft.rng.choice(draft.lives), draft.rng.choice(draft.lives)
    for life in (first, second):
        line = line_of(
            life[5],
            ts=first[5]["ts"],
            event_id=f"together{draft.rng.random()}",
            body={"driver_id": "d1"},
        )
        draft.put(line)


def _late(draft: _Draft) -> None:
    """A delivery reported again, days away."""
    landed = draft.rng.choice(draft.lives)[-1]
    draft.put(line_of(landed, ts=_elsewhen(draft, landed), event_id=f"late{draft.rng.random()}"))


def _taken_over(draft: _Draft) -> None:
    """All events of an order land under another order's id as well."""
    life = draft.rng.choice(draft.lives)
    file = draft.any_file()
    order_id = draft.rng.choice([life[0]["order_id"] + "-taken", draft.any_event()["order_id"]])
    days = timedelta(days=draft.rng.choice([0, 0, 3, -9]))
    for landed in life:
        ts = stamp(datetime.fromisoformat(landed["ts"]) + days)
        draft.put(line_of(landed, order_id=order_id, ts=ts), file=file)


def _repeated(draft: _Draft) -> None:
    """A line twice in a row."""
    lines = draft.files[draft.any_file()]
    if lines:
        lines.append(draft.rng.choice(lines))


def _spoiled(draft: _Draft) -> None:
    """A line that is no event, for one of all reasons."""
    code = draft.rng.choice(sorted(SPOILED))
    draft.put(draft.rng.choice(SPOILED[code])(draft.rng, draft.any_event()))


def _spelled_otherwise(draft: _Draft) -> None:
    """The same event with its keys in another order, more keys, and numbers as text."""
    landed = {**draft.any_event(), "unknown_key": {"a": [1, None]}}
    keys = draft.rng.sample(sorted(landed), len(landed))
    shuffled = {key: landed[key] for key in keys}
    draft.put(line_of(shuffled, location_id=str(landed["location_id"])))


def _gap(draft: _Draft) -> None:
    """A fix or a delivery that does not know where it was."""
    landed = draft.any_event()
    body = draft.rng.choice([{}, {"loc_lat": None}, {"delivered_lat": "somewhere"}])
    event_type = draft.rng.choice(["driver_ping", "delivered", "driver_picked_up"])
    draft.put(line_of(landed, event_type=event_type, body=body, event_id=str(draft.rng.random())))


STRANGENESS = (
    _moved,
    _contradicted,
    _retyped,
    _created_twice,
    _creation_turns,
    _orphan,
    _delivered_early,
    _elsewhere,
    _cancelled,
    _carried_together,
    _late,
    _taken_over,
    _repeated,
    _spoiled,
    _spoiled,
    _spelled_otherwise,
    _gap,
)


def _name(seed: int, number: int, rng: random.Random) -> str:
    """Return a file name: a window of the replay more often than not."""
    first = (seed * 100 + number) * 10**9
    window = f"window-{first:018d}-{first + rng.choice([10**6, 6 * 10**7, 10**9 - 1]):018d}"
    other = f"{rng.choice('aAz')}{rng.choice(['', ' ', 'é'])}-late-s{seed}n{number}"
    stem = window if rng.random() < 0.7 else other
    return stem + (".jsonl.gz" if rng.random() < 0.1 else ".jsonl")


def _as_content(lines: Sequence[str], name: str, rng: random.Random) -> bytes:
    """Return lines as the bytes of a file, ended in one way or another."""
    end = "\r\n" if rng.random() < 0.1 else "\n"
    text = end.join(lines)
    if lines and (lines[-1] == "" or rng.random() < 0.9):
        text += end
    content = text.encode()
    if rng.random() < 0.1:
        content = b"\xef\xbb\xbf" + content
    return _compressed(content, rng) if name.endswith(".gz") else content


def _compressed(content: bytes, rng: random.Random) -> bytes:
    """Return content as a gzip file, of one member or two; one in three is broken."""
    half = rng.choice([0, len(content) // 2])
    packed = b"".join(
        gzip.compress(part, mtime=0) for part in (content[:half], content[half:]) if part
    )
    if rng.random() < 2 / 3 or not packed:
        return packed
    place = rng.randrange(len(packed))
    flipped = bytes([packed[place] ^ (1 << rng.randrange(8))])
    return rng.choice(
        [content, packed[:place], packed + b"more", packed[:place] + flipped + packed[place + 1 :]]
    )


def landing(seed: int, *, calm: bool = False) -> Landing:
    """Return an adversarial landing of a dozen to some 150 lines in two to six files.

    Parameters
    ----------
    seed
        What it is drawn from.
    calm
        Whole lives in the first file, and in each other one a single strange thing: nothing else
        hides what a model overlooks.
    """
    rng = random.Random(f"landing {seed} {calm}")  # noqa: S311  (nothing secret is drawn)
    draft = _Draft(seed, rng)
    count = rng.randint(2, 6)
    draft.files = [[] for _ in range(count)]
    ids = rng.sample(twins(f"order{seed}"), rng.randint(2, 8))
    for order_id in ids:
        # Both forms land in one business, one after the other.
        draft.tells_of_people = rng.random() < 2 / 3
        draft.lives.append(draft.live(order_id))
    for life in draft.lives:
        home = 0 if calm else rng.randrange(count)
        for landed in life:
            if rng.random() < 0.9:
                draft.put(line_of(landed), file=home if calm or rng.random() < 0.8 else None)
    if calm:
        for number in range(1, count):
            draft.home = number
            rng.choice(STRANGENESS)(draft)
    else:
        for _ in range(rng.randint(3, 25)):
            rng.choice(STRANGENESS)(draft)
    names = [_name(seed, number, rng) for number in range(count)]
    if rng.random() < 0.5:
        rng.shuffle(names)
    for lines in draft.files:
        if rng.random() < 0.7:
            rng.shuffle(lines)
    return Landing(
        [
            (name, _as_content(lines, name, rng))
            for name, lines in zip(names, draft.files, strict=True)
        ]
    )


def history_landing(
    deliveries: int,
    seed: int = 0,
    judged: int = 12,
    day: datetime | None = None,
) -> Landing:
    """Return exactly so many deliveries in the seven days before a day, and orders judged on it.

    P75 is 30 minutes and P99 50 minutes for fifty deliveries; baskets cost odd quarters of a
    dollar, so that shares of them end in half a cent.
    """
    rng = random.Random(seed)  # noqa: S311  (nothing secret is drawn)
    day = day or FIRST_DAY + timedelta(days=400 + 20 * seed)
    history: list[Event] = []
    for number in range(deliveries):
        minutes = 50 if number >= deliveries - 2 else 30 if number >= 36 else 10 + number / 4
        delivered = day - timedelta(days=rng.randint(1, 7)) + timedelta(hours=12, minutes=number)
        created = delivered - timedelta(minutes=minutes)
        history += order_of(f"history{seed}-{number}", created, minutes * 60)
    # Just outside of the window: eight days before, the day itself, another kitchen.
    eight = day - timedelta(days=7, milliseconds=1801)
    history += order_of(f"eighth{seed}", eight, 1.8)
    history += order_of(f"other{seed}", day - timedelta(days=2), 60, location_id=2)
    events = []
    for number in range(judged):
        minutes = rng.choice([30, 31, 50, 30 + 2 * rng.randint(0, 10)])
        milliseconds = rng.choice([0, 0, 0, 1, -1])
        price = (25 + 50 * rng.randint(0, 9)) / 100
        events += order_of(
            f"judged{seed}-{number}",
            day + timedelta(minutes=number),
            minutes * 60 + milliseconds / 1000,
            basket((1, price, 1)),
        )
    first = (10**6 + seed) * 10**9
    return Landing(
        [
            (f"window-{first:018d}-{first + 10**6:018d}.jsonl", content_of(*history)),
            (f"window-{first + 10**6:018d}-{first + 10**7:018d}.jsonl", content_of(*events)),
        ]
    )


# Decisions of people -----------------------------------------------------------------------------


def order_ids_of(contents: Iterable[bytes]) -> list[str]:
    """Return the ids of orders in landed files that are not compressed."""
    found = set()
    for content in contents:
        for line in content.splitlines():
            try:
                landed = json.loads(line)
                found.add(str(landed["order_id"]))
            except (ValueError, TypeError, KeyError):
                continue
    return sorted(found - {""})


def decision(number: int, order_id: str, rng: random.Random) -> dict[str, Any]:
    """Return a decision: as it was suggested, for more or for less, or without a suggestion."""
    suggested_ts = FIRST_DAY + timedelta(days=rng.randint(0, 9), milliseconds=rng.randint(0, 99))
    suggested = {
        "refund_class": rng.choice(["none", "partial", "full"]),
        "refund_usd": rng.choice([0, 2.5, "2.50", "12.45", "1.", None]),
        "reason": "late",
        "ts": stamp(suggested_ts),
    }
    landed: dict[str, Any] = {
        "decision_id": rng.choice([number, str(number)]),
        "order_id": order_id,
        "decided_ts": stamp(suggested_ts + timedelta(milliseconds=rng.randint(-9, 10**6))),
        "amount_usd": rng.choice(["0.00", "2.50", "12.45", "99999999.99"]),
        "refund_class": rng.choice(["none", "partial", "full"]),
        "reason": rng.choice(["", "as suggested", "two hours\nlate"]),
        "decided_by": rng.choice(["Mo", None, ""]),
        "source_suggestion": rng.choice(
            [json.dumps(suggested), json.dumps(suggested), suggested, "no object", None]
        ),
    }
    return landed


UNDECIDED: dict[str, list[Any]] = {
    "decision_id": [..., "x", 0, -1, 1.5, "01", 10**18],
    "order_id": [..., ""],
    "decided_ts": [..., "2026-03-01T12:00:00.000", "1999-12-31 00:00:00.000"],
    "amount_usd": [..., 2.5, "2.5", "-2.50", "100000000.00", "2.50\n", ""],
    "refund_class": [..., "Full", ""],
    "reason": [...],
    "revises": ["x", 0, "", 2.5],
}
"""What makes a line no decision, by the key; a key set to ... is left out."""


def decision_files(seed: str, order_ids: Sequence[str]) -> list[tuple[str, bytes]]:
    """Return files of decisions: revised, repeated, of unknown orders, and lines that are none."""
    rng = random.Random(f"decisions {seed}")  # noqa: S311  (nothing secret is drawn)
    orders = [*rng.sample(list(order_ids), min(len(order_ids), 8)), "nobody's order"]
    files: list[list[str]] = [[] for _ in range(rng.randint(1, 3))]
    for number in range(1, rng.randint(4, 24)):
        made = decision(number, rng.choice(orders), rng)
        if rng.random() < 0.3:
            made["revises"] = rng.randint(1, number)
        if rng.random() < 0.2:
            key = rng.choice(list(UNDECIDED))
            made[key] = rng.choice(UNDECIDED[key])
        line = json.dumps({key: value for key, value in made.items() if value is not ...})
        rng.choice(files).append(rng.choices([line, line[:-1], ""], [18, 1, 1])[0])
        if rng.random() < 0.2:  # another copy, which says something else
            other = decision(number, rng.choice(orders), rng)
            rng.choice(files).append(json.dumps(other))
    return [
        (f"decisions-{rng.randint(0, 10**6):018d}-{number}.jsonl", "\n".join([*lines, ""]).encode())
        for number, lines in enumerate(files)
    ]


# Schedules ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Land:
    """A file lands, takes another's place, or grows: from now on it has this content."""

    name: str
    content: bytes


@dataclass(frozen=True)
class LandDecisions:
    """A file of decisions lands."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Delete:
    """A file is deleted."""

    name: str


@dataclass(frozen=True)
class Rename:
    """A file gets another name."""

    name: str
    new_name: str


@dataclass(frozen=True)
class ChangeSeeds:
    """These items and kitchens are not in the seeds from now on; all others are."""

    items: frozenset[int]
    kitchens: frozenset[int]


@dataclass(frozen=True)
class Build:
    """Models are built with these arguments of dbt."""

    arguments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Interrupted:
    """A build is interrupted before this statement of it, if it has so many.

    It is killed, or the statement fails, and `dbt retry` follows.
    """

    statement: int
    retried: bool
    arguments: tuple[str, ...] = ()


Step = Land | LandDecisions | Delete | Rename | ChangeSeeds | Build | Interrupted


@dataclass(frozen=True)
class Schedule:
    """Steps, one after the other; the last one builds every model."""

    steps: list[Step]


def _build(rng: random.Random) -> Build:
    """Return a build: plain more often than not."""
    model = rng.choice(MODELS)
    return rng.choices(
        [
            Build(),
            Build(("--full-refresh",)),
            Build(("--full-refresh", "--select", model)),
            Build(("--select", model)),
            Build(("--select", f"{model}+")),
            Build(("--select", f"+{model}")),
            Build(("--exclude", model)),
            Build(("--exclude", f"{model}+")),
            Build(("--full-refresh", "--select", f"{model}+")),
        ],
        [8, 1, 3, 1, 2, 2, 2, 1, 1],
    )[0]


def _interrupted(rng: random.Random) -> Interrupted:
    """Return a build that does not come to its end; a third of them are full refreshes."""
    # A build of all models has about 255 statements.
    arguments = ("--full-refresh",) if rng.random() < 0.3 else ()
    return Interrupted(rng.randint(1, 255), rng.random() < 0.5, arguments)


def _accident(rng: random.Random, names: list[str], landed: dict[str, bytes]) -> list[Step]:
    """Return what happens to a file that has landed, or to the seeds."""
    if rng.random() < 0.4 or not names:
        items = frozenset(rng.sample(list(KNOWN_ITEMS), rng.randint(0, 3)))
        kitchens = frozenset(rng.sample(KITCHENS, rng.choice([0, 0, 1])))
        return [ChangeSeeds(items, kitchens)]
    name = rng.choice(names)
    if name.endswith(".gz"):
        return [Delete(name)]
    # Not a window any more: the replay alone lands those.
    new_name = f"{rng.choice(['0', 'zz'])} {name.replace('-', '_')}"
    lines = landed[name].splitlines(keepends=True)
    some = b"".join(line for line in lines if rng.random() < 0.6)
    end = b"\r\n" if b"\r\n" in landed[name] else b"\n"
    added = landed[rng.choice([one for one in names if one.endswith("l")])].split(b"\n")[:4]
    other = b"".join(line.removesuffix(b"\r") + end for line in added)
    grown = landed[name] + (b"" if landed[name].endswith(b"\n") else end) + other
    return [rng.choice([Delete(name), Rename(name, new_name), Land(name, some), Land(name, grown)])]


def schedule(seed: int, landings: int = 1, *, brief: bool = False) -> Schedule:
    """Return a schedule: what lands, what happens to it, what is built.

    Parameters
    ----------
    seed
        What it is drawn from.
    landings
        How many adversarial landings it takes, one file of each after the other. One alone shows
        what a model overlooks when nothing else lands; many see more in the same time.
    brief
        Whether no landing has more than two files, so that two or three builds are all.
    """
    rng = random.Random(f"schedule {seed} {landings} {brief}")  # noqa: S311  (nothing secret is drawn)
    drawn = [
        landing(seed * landings + number, calm=rng.random() < 0.5).files[: 2 if brief else None]
        for number in range(landings)
    ]
    if rng.random() < 0.3:
        deliveries = rng.randint(47, 51)
        day = FIRST_DAY + timedelta(days=rng.randint(0, 8))
        drawn.append(history_landing(deliveries, seed, judged=4, day=day).files)
    steps: list[Step] = []
    landed: dict[str, bytes] = {}
    moments = max(map(len, drawn))
    for number in range(moments):
        for files in drawn:
            if number < len(files):
                name, content = files[number]
                steps.append(Land(name, content))
                landed[name] = content
        if rng.random() < 0.25:
            accident = _accident(rng, sorted(landed), landed)
            for step in accident:
                _follow(landed, step)
            steps += accident
            # Only then is there anything that bronze sees differently when it is refreshed.
            if rng.random() < 0.5:
                steps.append(Build(("--full-refresh", "--select", "landed_lines")))
        if rng.random() < 0.15:
            steps.append(_interrupted(rng))
        if brief and number == moments - 1:
            break  # what follows builds everything
        if rng.random() < 0.8:
            steps.append(_build(rng))
        if rng.random() < 0.15:
            steps.append(_build(rng))
    orders = order_ids_of(step.content for step in steps if isinstance(step, Land))
    # Of random numbers of their own, so that events are what they would be without decisions.
    for name, content in decision_files(f"{seed} {landings} {brief}", orders):
        steps.insert(rng.randint(0, len(steps)), LandDecisions(name, content))
    return Schedule([*steps, Build()])


def _follow(landed: dict[str, bytes], step: Step) -> None:
    """Keep account of what lies in the landing folder."""
    if isinstance(step, Delete):
        del landed[step.name]
    elif isinstance(step, Rename):
        landed[step.new_name] = landed.pop(step.name)
    elif isinstance(step, Land):
        landed[step.name] = step.content
