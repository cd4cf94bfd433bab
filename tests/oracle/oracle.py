"""What every table must hold, computed from the bytes that landed.

Written from the contract and the decisions, in plain Python and with the standard library alone:
nothing of the project is imported and no database is asked. Minutes are counted in whole
milliseconds and interpolated as fractions, money in decimals, so that a half is a half. It is slow
and keeps everything in memory; it is meant for landings of a few hundred lines.

A table is a list of rows, a row a dictionary. Load metadata (which build read a line, and when) is
no part of it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import re
import zlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

Row = dict[str, Any]
Tables = dict[str, list[Row]]

LINE_FIELDS = ("event_id", "event_type", "ts", "location_id", "order_id", "sequence", "body")
COORDINATES = {
    "order_created": ("customer_lat", "customer_lon"),
    "driver_ping": ("loc_lat", "loc_lon"),
    "delivered": ("delivered_lat", "delivered_lon"),
}
AMOUNTS = ("subtotal", "delivery_fee", "service_fee", "tax", "tip", "discount", "total")
NAMES = {
    "order_created": "customer_id",
    "driver_arrived": "driver_id",
    "driver_picked_up": "driver_id",
    "driver_ping": "driver_id",
    "delivered": "driver_id",
    "order_cancelled": "reason",
}
"""By event type, the key that says who, or why."""
WORKING_DAY_BEGINS = timedelta(hours=4)
FAULT_GROUPS = ("unreadable", "incomplete", "wrong type", "unknown", "impossible")
DAY_OF_NOTHING = date(1970, 1, 1)
LARGEST_INTEGER = 2**31 - 1
LARGEST_PRICE = Decimal("99999999.99")
LARGEST_QUANTITY = 10_000
LARGEST_LINE = 100_000
LARGEST_BASKET = 1000
LARGEST_AMOUNT = 1_000_000_000
LARGEST_DOUBLE = Decimal("1e308")

_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3}", re.ASCII)
_WINDOW = re.compile(r"window-(\d{18})-(\d{18})", re.ASCII)
_WHOLE_NUMBER = re.compile(r"0|-?[1-9]\d*", re.ASCII)


@dataclass(frozen=True)
class Seeds:
    """The business as CSV rows: what a line is judged by.

    Attributes
    ----------
    locations, items, event_types
        Rows with at least ``location_id`` and ``name``, ``id``, and ``event_type``.
    rejection_reasons
        Rows with ``rejection_code``, ``fault_group`` and ``reason``.
    holidays, weather
        Rows with ``day_of_story`` and ``holiday``, and with ``day_number`` and ``starts_hour``.
    """

    locations: Sequence[Mapping[str, str]]
    items: Sequence[Mapping[str, str]]
    event_types: Sequence[Mapping[str, str]]
    rejection_reasons: Sequence[Mapping[str, str]]
    holidays: Sequence[Mapping[str, str]] = ()
    weather: Sequence[Mapping[str, str]] = ()

    @property
    def location_ids(self) -> frozenset[int]:
        """The kitchens."""
        return frozenset(int(row["location_id"]) for row in self.locations)

    @property
    def item_ids(self) -> frozenset[int]:
        """All that can be ordered."""
        return frozenset(int(row["id"]) for row in self.items)

    @property
    def known_event_types(self) -> frozenset[str]:
        """The steps of an order's life."""
        return frozenset(row["event_type"] for row in self.event_types)

    @property
    def reasons(self) -> dict[str, str]:
        """The sentence of each rejection code."""
        return {row["rejection_code"]: row["reason"] for row in self.rejection_reasons}

    @property
    def groups(self) -> dict[str, str]:
        """The fault group of each rejection code."""
        return {row["rejection_code"]: row["fault_group"] for row in self.rejection_reasons}


@dataclass(frozen=True)
class LoadedFile:
    """A landed file as it was when it was read, and the seeds that its lines were judged by."""

    name: str
    content: bytes
    seeds: Seeds

    @property
    def window(self) -> str:
        """The name without its ending."""
        return self.name.removesuffix(".gz").removesuffix(".jsonl")

    @property
    def is_compressed(self) -> bool:
        """Whether it has to be a gzip file."""
        return self.name.endswith(".gz")

    @property
    def fault(self) -> str | None:
        """The rejection code of a compressed file that is not whole; it has no lines then."""
        if not self.is_compressed:
            return None
        if not b"\x1f\x8b".startswith(self.content[:2]):
            return "file_not_gzip"
        if len(self.content) == 1:
            return "file_cut_off"
        try:
            gzip.decompress(self.content)
        except EOFError:
            return "file_cut_off"
        except (OSError, zlib.error):
            return "file_damaged"
        return None

    @property
    def lines(self) -> list[str]:
        """Its lines as text, without what ends them; a blank one is an empty text."""
        if self.fault is not None:
            return []
        content = gzip.decompress(self.content) if self.is_compressed else self.content
        lines = content.split(b"\n")
        if lines[-1] == b"":
            lines.pop()
        # A file of nothing but the mark has a line, which is blank.
        lines[:1] = [line.removeprefix(b"\xef\xbb\xbf") for line in lines[:1]]
        return [_text(line.removesuffix(b"\r")) for line in lines]


@dataclass(frozen=True)
class RefundPolicy:
    """The numbers of the refund policy (contract, section 7)."""

    history_days: int = 7
    minimum_deliveries: int = 50
    share_from: Decimal = Decimal("0.10")
    share_to: Decimal = Decimal("0.50")


class AnyOf:
    """A value that may be written in more than one way; equal to each of them."""

    def __init__(self, values: Iterable[Any]) -> None:
        self.values = list(values)

    def __eq__(self, other: object) -> bool:
        """Compare with a value that was found."""
        return other in self.values

    def __hash__(self) -> int:
        """Refuse to be a key: it has no value of its own."""
        raise TypeError("AnyOf is not hashable")

    def __repr__(self) -> str:
        """Show the values."""
        return " or ".join(map(repr, self.values))


class _Unspecified:
    """Equal to everything: what a rejected line says in a field that cannot be read."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        raise TypeError("an unspecified value is not hashable")

    def __repr__(self) -> str:
        return "anything"


UNSPECIFIED = _Unspecified()


def is_landed_file(name: str) -> bool:
    """Say whether a file of this name is read."""
    return name.endswith((".jsonl", ".jsonl.gz")) and not name.startswith(("_", "."))


def has_lines(file: LoadedFile) -> bool:
    """Say whether a file leaves a row: one that does not is looked at again by every build."""
    return file.fault is not None or bool(file.lines)


def all_tables(
    files: Iterable[LoadedFile],
    seeds: Seeds,
    policy: RefundPolicy | None = None,
    decided: Iterable[LoadedFile] = (),
) -> Tables:
    """Return what every table must hold.

    Parameters
    ----------
    files
        The landed files that have been loaded, in any order.
    seeds
        The business as it is now.
    policy
        The numbers that refunds are judged by; the defaults of the project if ``None``.
    decided
        The landed files of decisions that have been loaded, in any order.

    Returns
    -------
    Tables
        Rows by name of the table; of answers to complaints see ``complaint_responses``, which also
        depend on what the customers wrote.
    """
    policy = policy or RefundPolicy()
    loaded = list(files)
    lines = landed_lines(loaded)
    accepted = [line for line in lines if line["rejection_code"] is None]
    events = [line for line in accepted if not line["is_duplicate"]]
    timeline = order_timeline(events)
    items = order_items(timeline, events)
    headers = order_header(items)
    delivery_times = delivery_times_day(timeline)
    percentiles = delivery_percentiles(timeline, delivery_times, policy)
    candidates = refund_candidates(timeline, headers, percentiles)
    verdicts = refund_recommendations(candidates, policy)
    decision_lines = landed_decisions(decided)
    decisions = refund_decisions(decision_lines, timeline)
    complaining = complaint_candidates(candidates, timeline, items)
    shifts = courier_shifts(timeline)
    return {
        "lakeflow.landed_lines": lines,
        "lakeflow.all_events": all_events(events),
        "lakeflow.rejected_events": rejected_events(lines, seeds.reasons),
        "lakeflow.silver_order_timeline": timeline,
        "lakeflow.silver_order_items": items,
        "lakeflow.silver_driver_pings": driver_pings(events),
        "lakeflow.silver_courier_shifts": shifts,
        "lakeflow.gold_order_header": headers,
        "lakeflow.gold_item_sales_day": item_sales_day(items),
        "lakeflow.gold_brand_sales_day": brand_sales_day(items),
        "lakeflow.gold_location_sales_hourly": location_sales_hourly(items),
        "lakeflow.gold_delivery_times_day": delivery_times,
        "lakeflow.gold_data_quality_day": data_quality_day(lines, timeline, seeds.groups),
        "lakeflow.gold_rejected_lines_day": rejected_lines_day(lines),
        "lakeflow.gold_kitchen_summary": kitchen_summary(seeds, headers, timeline, verdicts),
        "lakeflow.dim_customer": customers(timeline, items),
        "lakeflow.dim_driver": drivers(shifts),
        "lakeflow.dim_date": dates(timeline, seeds),
        "recommender.delivery_percentiles_trailing": percentiles,
        "recommender.refund_candidates": candidates,
        "recommender.refund_recommendations": verdicts,
        "recommender.refund_decisions": decisions,
        "lakeflow.landed_decisions": decision_lines,
        "lakeflow.gold_refund_agreement_day": refund_agreement_day(verdicts, decisions),
        "complaints.complaint_candidates": complaining,
        "complaints.raw_complaints": raw_complaints(complaining),
    }


# Reading -----------------------------------------------------------------------------------------


def _text(line: bytes) -> str:
    """Return a line as text; where it is none, its bytes that are not text are shown."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return "".join(chr(byte) if 32 <= byte < 127 else f"\\x{byte:02X}" for byte in line)


class _Number(str):
    """A number of a JSON text, as it is written."""

    __slots__ = ()

    def __new__(cls, written: str) -> Self:
        """Refuse a number that is beyond every double."""
        if math.isinf(float(written)):
            raise ValueError(f"{written} is no number that can be stored")
        return super().__new__(cls, written)


class _Object(dict[str, Any]):
    """A JSON object that knows whether a key occurred twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.is_ambiguous = len(self) < len(pairs)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _json_object(text: str | None) -> dict[str, Any] | None:
    """Return the JSON object that a text is (RFC 8259), or ``None`` where it is none."""
    if text is None:
        return None
    try:
        found = json.loads(
            text,
            parse_float=_Number,
            parse_int=_Number,
            parse_constant=_refuse,
            object_pairs_hook=_Object,
            strict=True,
        )
        # Half of a surrogate pair is no text.
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, _Object) and not found.is_ambiguous else None


def _as_text(value: Any) -> str | None:  # noqa: ANN401  (any JSON value)
    """Return a JSON value as text; ``None`` for null."""
    if value is None:
        return None
    if isinstance(value, str):
        return str(value)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _as_decimal(value: Any) -> Decimal | None:  # noqa: ANN401  (any JSON value)
    """Return a JSON number, or a text that is one, exactly; ``None`` for anything else."""
    if not isinstance(value, str):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _as_integer(value: Any) -> int | None:  # noqa: ANN401  (any JSON value)
    """Return a whole number of 32 bits; ``None`` for anything else."""
    number = _as_decimal(value)
    if number is None or number != number.to_integral_value() or abs(number) > LARGEST_INTEGER:
        return None
    return int(number)


def _as_price(value: Any) -> Decimal | None:  # noqa: ANN401  (any JSON value)
    """Return dollars and cents, half a cent upwards; ``None`` where it is no price."""
    number = _as_decimal(value)
    if number is None or abs(number) > LARGEST_PRICE + 1:
        return None
    price = number.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return price if abs(price) <= LARGEST_PRICE else None


def _as_amount(value: Any) -> Decimal | None:  # noqa: ANN401  (any JSON value)
    """Return dollars and cents of a payment, half a cent upwards."""
    number = _as_decimal(value)
    return None if number is None else number.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _as_double(value: Any) -> float | None:  # noqa: ANN401  (any JSON value)
    number = _as_decimal(value)
    return None if number is None else float(number)


def _as_timestamp(text: str | None) -> datetime | None:
    """Return the landed ``yyyy-MM-dd HH:mm:ss.SSS``; ``None`` for anything else."""
    if text is None or not _TIMESTAMP.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%f")
    except ValueError:
        return None


def _as_whole_number(text: str | None) -> int | None:
    """Return a whole number of 32 bits that is written as one."""
    if text is None or not _WHOLE_NUMBER.fullmatch(text):
        return None
    number = int(text)
    return number if -LARGEST_INTEGER - 1 <= number <= LARGEST_INTEGER else None


def _hash64(text: str) -> int:
    """Return the 64-bit key of a text: the second half of its MD5, lowest byte first, halved."""
    return int.from_bytes(hashlib.md5(text.encode()).digest()[8:], "little") >> 1  # noqa: S324


# Bronze ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _ReadLine:
    """A line with what could be read of it."""

    text: str
    is_object: bool
    fields: dict[str, str | None]
    stamped: datetime | None
    body: dict[str, Any] | None

    @property
    def event_ts(self) -> datetime | None:
        """When it happened, where that is in this century."""
        possible = self.stamped is not None and 2000 <= self.stamped.year <= 2099
        return self.stamped if possible else None


def _read_line(text: str) -> _ReadLine:
    found = _json_object(text)
    fields = {name: _as_text((found or {}).get(name)) for name in LINE_FIELDS}
    return _ReadLine(
        text, found is not None, fields, _as_timestamp(fields["ts"]), _json_object(fields["body"])
    )


def _rejection_code(line: _ReadLine, seeds: Seeds) -> str | None:  # noqa: PLR0911, PLR0912
    """Return the first reason for which a line is no event."""
    fields = line.fields
    if line.text == "":
        return "blank_line"
    if not line.is_object:
        return "not_an_object"
    if not fields["event_id"]:
        return "event_id_missing"
    if fields["event_type"] is None:
        return "event_type_missing"
    if fields["event_type"] not in seeds.known_event_types:
        return "event_type_unknown"
    if fields["ts"] is None:
        return "ts_missing"
    if line.stamped is None:
        return "ts_malformed"
    if line.event_ts is None:
        return "ts_impossible"
    if not fields["order_id"]:
        return "order_id_missing"
    if fields["location_id"] is None:
        return "location_id_missing"
    if _as_whole_number(fields["location_id"]) is None:
        return "location_id_malformed"
    if _as_whole_number(fields["location_id"]) not in seeds.location_ids:
        return "location_id_unknown"
    if fields["sequence"] is None:
        return "sequence_missing"
    if _as_whole_number(fields["sequence"]) is None:
        return "sequence_malformed"
    if fields["body"] is None:
        return "body_missing"
    if line.body is None:
        return "body_not_an_object"
    return _body_rejection_code(fields["event_type"], line.body, seeds)


def _body_rejection_code(event_type: str, body: dict[str, Any], seeds: Seeds) -> str | None:
    """Return the first reason for which what an event carries cannot be true."""
    if event_type == "order_created":
        basket = body.get("items")
        if not isinstance(basket, list) or not basket:
            return "basket_unreadable"
        lines = [line if isinstance(line, dict) else {} for line in basket]
        if any(_as_integer(line.get("id")) not in seeds.item_ids for line in lines):
            return "item_unknown"
        if not all(_can_be_charged(line) for line in lines):
            return "item_impossible"
        if len(lines) > LARGEST_BASKET:
            return "basket_too_long"
    for name, limit in zip(COORDINATES.get(event_type, ()), (90, 180), strict=False):
        degrees = _as_decimal(body.get(name))
        if degrees is not None and abs(degrees) > limit:
            return "coordinate_impossible"
    return _people_rejection_code(event_type, body)


def _people_rejection_code(event_type: str, body: dict[str, Any]) -> str | None:
    """Return the first reason for which what an event tells of people cannot be true."""
    payment = _as_text(body.get("payment")) if event_type == "order_created" else None
    if payment is not None:
        charged = _json_object(payment) or {}
        amounts = [_as_decimal(charged.get(name)) for name in AMOUNTS]
        if any(amount is None or abs(amount) > LARGEST_DOUBLE for amount in amounts):
            return "payment_unreadable"
        if not all(amount is not None and 0 <= amount < LARGEST_AMOUNT for amount in amounts):
            return "payment_impossible"
    name = _as_text(body.get(NAMES[event_type])) if event_type in NAMES else None
    return "text_malformed" if name is not None and name.startswith(("{", "[")) else None


def _can_be_charged(line: dict[str, Any]) -> bool:
    """Say whether a basket line has a quantity and a price that somebody can pay."""
    qty, price = _as_integer(line.get("qty")), _as_decimal(line.get("price"))
    if qty is None or price is None:
        return False
    return 0 < qty <= LARGEST_QUANTITY and price >= 0 and qty * price < LARGEST_LINE


def landed_lines(files: Iterable[LoadedFile]) -> list[Row]:
    """Return every line of the files with what became of it."""
    rows: list[Row] = []
    seen: set[str] = set()
    for file in sorted(files, key=lambda file: file.name):
        read = [_read_line(text) for text in file.lines]
        codes = [_rejection_code(line, file.seeds) for line in read]
        numbers = list(range(1, len(read) + 1))
        if file.fault is not None:
            # One row for the file as a whole.
            read, codes, numbers = [_read_line("")], [file.fault], [0]
        times = [
            line.event_ts
            for line, code in zip(read, codes, strict=True)
            if code is None and line.event_ts is not None
        ]
        arrived_ts = max(times, default=None)
        for number, line, code in zip(numbers, read, codes, strict=True):
            fields = line.fields
            location_id = _as_whole_number(fields["location_id"])
            sequence = _as_whole_number(fields["sequence"])
            event_id = fields["event_id"]
            is_event = code is None and event_id is not None
            rows.append(
                {
                    "file": file.name,
                    "line_number": number,
                    "landed_window": file.window,
                    "file_bytes": len(file.content),
                    "rejection_code": code,
                    "is_duplicate": is_event and event_id in seen,
                    "raw_line": None if code is None else line.text or None,
                    "event_key": _hash64(event_id) if is_event and event_id else None,
                    **fields,
                    "event_ts": line.event_ts,
                    "arrived_ts": arrived_ts,
                    "location_id": location_id if location_id in file.seeds.location_ids else None,
                    "sequence": sequence if code is None or sequence is not None else UNSPECIFIED,
                }
            )
            if is_event and event_id:
                seen.add(event_id)
    return rows


def all_events(events: Iterable[Row]) -> list[Row]:
    """Return every event once: the first copy that landed."""
    names = (*LINE_FIELDS, "event_ts", "file", "line_number", "landed_window")
    return [{name: event[name] for name in names} for event in events]


def rejected_events(lines: Iterable[Row], reasons: Mapping[str, str]) -> list[Row]:
    """Return the lines that are no event."""
    return [
        {
            "file": line["file"],
            "line_number": line["line_number"],
            "raw_line": line["raw_line"],
            "rejection_code": line["rejection_code"],
            "reason": reasons[line["rejection_code"]],
            "landed_window": line["landed_window"],
        }
        for line in lines
        if line["rejection_code"] is not None
    ]


# Silver ------------------------------------------------------------------------------------------


def _grouped(rows: Iterable[Row], key: Callable[[Row], Any]) -> dict[Any, list[Row]]:
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def _body(event: Row) -> dict[str, Any]:
    return _json_object(event["body"]) or {}


def _milliseconds(earlier: datetime | None, later: datetime | None) -> int | None:
    """Return the milliseconds from one time to a later one; ``None`` where there are none."""
    if earlier is None or later is None or later < earlier:
        return None
    return (later - earlier) // timedelta(milliseconds=1)


def _minutes(earlier: datetime | None, later: datetime | None) -> float | None:
    passed = _milliseconds(earlier, later)
    return None if passed is None else passed / 60000


def order_timeline(events: Iterable[Row]) -> list[Row]:
    """Return one row per order that any event has landed of, from every event once."""
    return [
        _order(order_id, own)
        for order_id, own in _grouped(events, lambda line: line["order_id"]).items()
    ]


def _order(order_id: str, events: list[Row]) -> Row:
    """Return the row of one order."""

    def reports(event_type: str) -> list[Row]:
        found = [event for event in events if event["event_type"] == event_type]
        return sorted(found, key=lambda e: (e["event_ts"], e["sequence"], e["event_id"]))

    def earliest(event_type: str) -> datetime | None:
        return next((event["event_ts"] for event in reports(event_type)), None)

    created = next(iter(reports("order_created")), None)
    customer = _body(created) if created else {}
    pickup = next(iter(reports("driver_picked_up")), None)
    created_ts = created["event_ts"] if created else None
    started_ts, finished_ts, ready_ts = map(earliest, ("gk_started", "gk_finished", "gk_ready"))
    driver_arrived_ts, picked_up_ts = map(earliest, ("driver_arrived", "driver_picked_up"))
    delivered_ts = earliest("delivered")
    cancellation = next(iter(reports("order_cancelled")), None)
    accepted_ts = delivered_ts if cancellation is None else None
    status = "in_progress" if delivered_ts is None else "delivered"
    customer_id = _named(created)
    driver_id, shift_day = _courier(events)
    payment = _json_object(_as_text(customer.get("payment"))) or {}
    stands_at = created_ts or min(event["event_ts"] for event in events)
    return {
        "order_id": order_id,
        "order_key": _hash64(order_id),
        "location_id": (created or min(events, key=lambda e: e["location_id"]))["location_id"],
        "order_day": stands_at.date(),
        "status": status if cancellation is None else "cancelled",
        "created_event_id": created["event_id"] if created else None,
        "created_ts": created_ts,
        "creations": len(reports("order_created")),
        "started_ts": started_ts,
        "finished_ts": finished_ts,
        "ready_ts": ready_ts,
        "driver_arrived_ts": driver_arrived_ts,
        "picked_up_ts": picked_up_ts,
        "delivered_ts": delivered_ts,
        "delivered_day": accepted_ts and accepted_ts.date(),
        "cancelled_ts": cancellation["event_ts"] if cancellation else None,
        "cancellation_reason": _named(cancellation),
        "customer_id": customer_id,
        "customer_key": None if customer_id is None else _hash64(customer_id),
        "driver_id": driver_id,
        "shift_day": shift_day,
        "pings": len(reports("driver_ping")),
        "queue_minutes": _minutes(created_ts, started_ts),
        "prep_minutes": _minutes(started_ts, finished_ts),
        "pack_minutes": _minutes(finished_ts, ready_ts),
        "kitchen_minutes": _minutes(created_ts, ready_ts),
        "pickup_wait_minutes": _minutes(ready_ts, picked_up_ts),
        "driver_wait_minutes": _minutes(driver_arrived_ts, picked_up_ts),
        "drive_minutes": _minutes(picked_up_ts, accepted_ts),
        "total_minutes": _minutes(created_ts, accepted_ts),
        "eta_minutes": _as_double(_body(pickup).get("eta_mins")) if pickup else None,
        "promised_minutes": _as_double(customer.get("promised_mins")),
        **{name: _as_amount(payment.get(name)) for name in AMOUNTS},
        "customer_lat": _as_double(customer.get("customer_lat")),
        "customer_lon": _as_double(customer.get("customer_lon")),
        "customer_addr": _as_text(customer.get("customer_addr")),
        "first_event_ts": min(event["event_ts"] for event in events),
        "last_event_ts": max(event["event_ts"] for event in events),
    }


def _named(event: Row | None) -> str | None:
    """Return who or why an event says, where it does."""
    if event is None or event["event_type"] not in NAMES:
        return None
    return _as_text(_body(event).get(NAMES[event["event_type"]])) or None


def _courier(events: Iterable[Row]) -> tuple[str | None, date | None]:
    """Return the courier whom the earliest event names that can, and its working day."""
    reports = [
        (event["event_ts"], event["sequence"], event["event_id"], driver_id)
        for event in events
        if event["event_type"] in ("driver_arrived", "driver_picked_up", "delivered")
        and (driver_id := _named(event)) is not None
    ]
    if not reports:
        return None, None
    event_ts, _, _, driver_id = min(reports)
    return driver_id, (event_ts - WORKING_DAY_BEGINS).date()


def courier_shifts(timeline: Iterable[Row]) -> list[Row]:
    """Return one row per courier and working day, every millisecond of it in one set of them."""
    carried = [order for order in timeline if order["driver_id"] is not None]
    return [
        _shift(driver_id, shift_day, orders)
        for (driver_id, shift_day), orders in _grouped(
            carried, lambda order: (order["driver_id"], order["shift_day"])
        ).items()
    ]


def _length(spans: Sequence[tuple[datetime, datetime]]) -> int:
    """Return the milliseconds that lie in any of the spans."""
    cuts = sorted({moment for span in spans for moment in span})
    covered = [
        later - earlier
        for earlier, later in pairwise(cuts)
        if any(begin <= earlier and later <= end for begin, end in spans)
    ]
    return sum(covered, timedelta()) // timedelta(milliseconds=1)


def _shift(driver_id: str, shift_day: date, orders: Sequence[Row]) -> Row:
    """Return what a courier did on a working day."""
    moments: list[datetime] = []
    driving: list[tuple[datetime, datetime]] = []
    waiting: list[tuple[datetime, datetime]] = []
    for order in orders:
        arrived, picked_up = order["driver_arrived_ts"], order["picked_up_ts"]
        is_cancelled = order["status"] == "cancelled"
        ended = order["cancelled_ts"] if is_cancelled else order["delivered_ts"]
        came = [moment for moment in (arrived, picked_up) if moment is not None]
        if ended is not None and came and ended < max(came):
            ended = None
        moments += [moment for moment in (*came, ended) if moment is not None]
        left = ended if picked_up is None and is_cancelled else picked_up
        if picked_up is not None and ended is not None:
            driving.append((picked_up, ended))
        if arrived is not None and left is not None:
            waiting.append((arrived, left))
    began, ended = min(moments), max(moments)
    drive = _length(driving)
    busy = _length([*driving, *waiting])
    worked = (ended - began) // timedelta(milliseconds=1)
    together = Counter(order["picked_up_ts"] for order in orders)
    return {
        "driver_id": driver_id,
        "shift_day": shift_day,
        "location_id": min(order["location_id"] for order in orders),
        "began_ts": began,
        "ended_ts": ended,
        "orders": len(orders),
        "orders_delivered": sum(order["status"] == "delivered" for order in orders),
        "orders_batched": sum(
            order["picked_up_ts"] is not None and together[order["picked_up_ts"]] > 1
            for order in orders
        ),
        "worked_minutes": worked / 60000,
        "driving_minutes": drive / 60000,
        "waiting_minutes": (busy - drive) / 60000,
        "idle_minutes": (worked - busy) / 60000,
    }


def order_items(timeline: Iterable[Row], events: Iterable[Row]) -> list[Row]:
    """Return one row per line of a basket, of the event that created the order."""
    by_id = {event["event_id"]: event for event in events}
    rows = []
    for order in timeline:
        if order["created_event_id"] is None:
            continue
        basket = _body(by_id[order["created_event_id"]])["items"]
        for number, line in enumerate(basket, start=1):
            price, qty = _as_price(line["price"]), _as_integer(line["qty"])
            assert price is not None
            assert qty is not None
            rows.append(
                {
                    "order_id": order["order_id"],
                    "line_number": number,
                    "location_id": order["location_id"],
                    "customer_id": order["customer_id"],
                    "order_ts": order["created_ts"],
                    "order_day": order["order_day"],
                    "item_id": _as_integer(line["id"]),
                    "menu_id": _as_integer(line.get("menu_id")),
                    "category_id": _as_integer(line.get("category_id")),
                    "brand_id": _as_integer(line.get("brand_id")),
                    "item_name": _as_text(line.get("name")),
                    "price": price,
                    "qty": qty,
                    "extended_price": price * qty,
                }
            )
    return rows


def driver_pings(events: Iterable[Row]) -> list[Row]:
    """Return one row per GPS fix."""
    return [
        {
            "event_id": event["event_id"],
            "order_id": event["order_id"],
            "location_id": event["location_id"],
            "driver_id": _named(event),
            "ping_ts": event["event_ts"],
            "ping_day": event["event_ts"].date(),
            "sequence": event["sequence"],
            "progress_pct": _as_double(_body(event).get("progress_pct")),
            "lat": _as_double(_body(event).get("loc_lat")),
            "lon": _as_double(_body(event).get("loc_lon")),
        }
        for event in events
        if event["event_type"] == "driver_ping"
    ]


# Gold --------------------------------------------------------------------------------------------


def _total(rows: Iterable[Row], column: str) -> Any:  # noqa: ANN401  (a number of either kind)
    return sum(row[column] for row in rows)


def order_header(items: Iterable[Row]) -> list[Row]:
    """Return one row per order with a basket."""
    return [
        {
            "order_id": order_id,
            "location_id": lines[0]["location_id"],
            "order_day": lines[0]["order_day"],
            "order_revenue": _total(lines, "extended_price"),
            "total_qty": _total(lines, "qty"),
            "total_items": len(lines),
            "brands_in_order": sorted(
                {line["brand_id"] for line in lines if line["brand_id"] is not None}
            ),
        }
        for order_id, lines in _grouped(items, lambda line: line["order_id"]).items()
    ]


def item_sales_day(items: Iterable[Row]) -> list[Row]:
    """Return one row per item and day."""
    names = ("item_id", "menu_id", "category_id", "brand_id")
    groups = _grouped(items, lambda line: (*(line[name] for name in names), line["order_day"]))
    return [
        {
            **dict(zip((*names, "day"), key, strict=True)),
            "units_sold": _total(lines, "qty"),
            "gross_revenue": _total(lines, "extended_price"),
        }
        for key, lines in groups.items()
    ]


def brand_sales_day(items: Iterable[Row]) -> list[Row]:
    """Return one row per brand and day."""
    return [
        {
            "brand_id": brand_id,
            "day": day,
            "orders": len({line["order_id"] for line in lines}),
            "items_sold": _total(lines, "qty"),
            "brand_revenue": _total(lines, "extended_price"),
        }
        for (brand_id, day), lines in _grouped(
            items, lambda line: (line["brand_id"], line["order_day"])
        ).items()
    ]


def location_sales_hourly(items: Iterable[Row]) -> list[Row]:
    """Return one row per kitchen and hour."""
    return [
        {
            "location_id": location_id,
            "hour_ts": hour_ts,
            "orders": len({line["order_id"] for line in lines}),
            "revenue": _total(lines, "extended_price"),
        }
        for (location_id, hour_ts), lines in _grouped(
            items,
            lambda line: (
                line["location_id"],
                line["order_ts"].replace(minute=0, second=0, microsecond=0),
            ),
        ).items()
    ]


def _thousandths(milliseconds: Fraction) -> Decimal:
    """Return milliseconds as minutes, half a thousandth of a minute upwards."""
    # A thousandth of a minute is 60 milliseconds.
    return Decimal((milliseconds / 60 + Fraction(1, 2)).__floor__()) / 1000


def percentile(share: Fraction, milliseconds: Sequence[int]) -> Decimal | None:
    """Return a percentile in minutes, interpolated between the two nearest values."""
    if not milliseconds:
        return None
    ordered = sorted(milliseconds)
    position = share * (len(ordered) - 1)
    below = position.__floor__()
    above = min(below + 1, len(ordered) - 1)
    return _thousandths(ordered[below] + (position - below) * (ordered[above] - ordered[below]))


def _percentiles(milliseconds: Sequence[int]) -> Row:
    return {
        f"p{percent}_minutes": percentile(Fraction(percent, 100), milliseconds)
        for percent in (50, 75, 99)
    }


def _duration(order: Row) -> int | None:
    """Return the milliseconds from creation to delivery, of an order that was delivered."""
    if order["status"] != "delivered":
        return None
    return _milliseconds(order["created_ts"], order["delivered_ts"])


def delivery_times_day(timeline: Iterable[Row]) -> list[Row]:
    """Return one row per kitchen and day on which it delivered an order of a known duration."""
    known = [order for order in timeline if _duration(order) is not None]
    return [
        {
            "location_id": location_id,
            "day": day,
            "orders_delivered": len(orders),
            **_percentiles([_duration(order) or 0 for order in orders]),
        }
        for (location_id, day), orders in _grouped(
            known, lambda order: (order["location_id"], order["delivered_day"])
        ).items()
    ]


def _lacks_a_step(order: Row) -> bool:
    """Say whether a step is missing although a later one has arrived."""
    steps = ("started_ts", "finished_ts", "ready_ts", "picked_up_ts", "delivered_ts")
    happened = [order[step] is not None for step in steps]
    if order["created_ts"] is None:
        return True
    gaps = [
        not happened[number] and any(happened[number + 1 :]) for number in range(3)
    ]  # started, finished, ready
    gaps.append(order["driver_arrived_ts"] is None and any(happened[3:]))
    gaps.append(not happened[3] and (order["pings"] > 0 or happened[4]))
    return any(gaps)


def _window_milliseconds(landed_window: str) -> Fraction | None:
    """Return how long the window of a file spans; ``None`` for one not landed by the replay."""
    match = _WINDOW.fullmatch(landed_window)
    return Fraction(int(match[2]) - int(match[1]), 1000) if match else None


def _place_of_line(line: Row) -> tuple[int, date]:
    """Return the kitchen and the day under which a line counts."""
    stamp = line["event_ts"] or line["arrived_ts"]
    return line["location_id"] or 0, stamp.date() if stamp else DAY_OF_NOTHING


def data_quality_day(
    lines: Iterable[Row], timeline: Iterable[Row], groups: Mapping[str, str]
) -> list[Row]:
    """Return what landed of each kitchen's day, and what became of it."""
    lines_of = _grouped(lines, _place_of_line)
    orders_of = _grouped(timeline, lambda order: (order["location_id"], order["order_day"]))
    return [
        {
            "location_id": location_id,
            "day": day,
            **_quality_of_lines(lines_of.get((location_id, day), []), groups),
            **_quality_of_orders(orders_of.get((location_id, day), [])),
        }
        for location_id, day in {**lines_of, **orders_of}
    ]


def rejected_lines_day(lines: Iterable[Row]) -> list[Row]:
    """Return how many lines of a kitchen's day were rejected for each reason."""
    counts: Counter[tuple[int, date, str]] = Counter()
    for line in lines:
        if line["rejection_code"] is not None:
            counts[*_place_of_line(line), line["rejection_code"]] += 1
    return [
        {"location_id": location_id, "day": day, "rejection_code": code, "lines": lines}
        for (location_id, day, code), lines in counts.items()
    ]


def _quality_of_lines(lines: Sequence[Row], groups: Mapping[str, str]) -> Row:
    codes = [line["rejection_code"] for line in lines]
    faults = Counter(groups[code] for code in codes if code is not None)
    events = [line for line in lines if line["rejection_code"] is None and not line["is_duplicate"]]
    lateness = [_milliseconds(line["event_ts"], line["arrived_ts"]) or 0 for line in events]
    spans = [_window_milliseconds(line["landed_window"]) for line in events]
    return {
        "lines": len(lines),
        "events": len(events),
        "duplicates": sum(line["is_duplicate"] for line in lines),
        "rejected": sum(faults.values()),
        **{f"rejected_{group.replace(' ', '_')}": faults[group] for group in FAULT_GROUPS},
        "late_events": sum(
            span is not None and late > span for late, span in zip(lateness, spans, strict=True)
        ),
        "p50_lateness_minutes": percentile(Fraction(1, 2), lateness),
        "max_lateness_minutes": _thousandths(Fraction(max(lateness))) if lateness else None,
    }


def _quality_of_orders(orders: Sequence[Row]) -> Row:
    lacking = [_lacks_a_step(order) for order in orders]
    whole = Counter(
        order["status"] for order, lacks in zip(orders, lacking, strict=True) if not lacks
    )
    return {
        "orders": len(orders),
        "orders_created": sum(order["created_ts"] is not None for order in orders),
        "orders_complete": whole["delivered"],
        "orders_cancelled": whole["cancelled"],
        "orders_missing_steps": sum(lacking),
        "orders_in_progress": whole["in_progress"],
        "orders_delivered_before_created": sum(
            order["created_ts"] is not None
            and order["delivered_ts"] is not None
            and order["delivered_ts"] < order["created_ts"]
            for order in orders
        ),
        "orders_created_twice": sum(order["creations"] > 1 for order in orders),
    }


def kitchen_summary(
    seeds: Seeds, headers: Iterable[Row], timeline: Iterable[Row], verdicts: Iterable[Row]
) -> list[Row]:
    """Return one row per kitchen, those without an order included."""
    headers_of, orders_of, verdicts_of = (
        _grouped(rows, lambda row: row["location_id"]) for rows in (headers, timeline, verdicts)
    )
    rows = []
    for location in seeds.locations:
        location_id = int(location["location_id"])
        durations = [_duration(order) for order in orders_of.get(location_id, [])]
        own = verdicts_of.get(location_id, [])
        classes = Counter(verdict["refund_class"] for verdict in own)
        rows.append(
            {
                "location_id": location_id,
                "name": location["name"],
                "orders": len(headers_of.get(location_id, [])),
                "revenue": _total(headers_of.get(location_id, []), "order_revenue"),
                **_percentiles([duration for duration in durations if duration is not None]),
                **{f"refunds_{name}": classes[name] for name in ("none", "partial", "full")},
                "refunded": _total(own, "refund_usd"),
            }
        )
    return rows


# Recommender -------------------------------------------------------------------------------------


STAGES = {
    "kitchen": ("created_ts", "ready_ts"),
    "pickup": ("ready_ts", "picked_up_ts"),
    "drive": ("picked_up_ts", "delivered_ts"),
}
"""The stages that can be the cause of lateness, in their order, and when they begin and end."""


def _span(order: Row, begins: str, ends: str) -> int | None:
    """Return the milliseconds of a stage of a delivered order."""
    return _milliseconds(order[begins], order[ends])


def _lateness(order: Row, history: Row) -> Row:
    """Return whether a delivered order is late and which stage made it so."""
    took, p75 = _duration(order), history.get("p75_minutes")
    is_late = None if took is None or p75 is None else Fraction(took, 60000) > Fraction(p75)
    beyond = {
        stage: span - Fraction(usual) * 60000
        for stage, ends in STAGES.items()
        if (span := _span(order, *ends)) is not None
        and (usual := history.get(f"usual_{stage}_minutes")) is not None
    }
    longest = max(beyond, key=lambda stage: beyond[stage], default=None)
    return {"is_late": is_late, "late_cause": longest if is_late else None}


def delivery_percentiles(
    timeline: Iterable[Row], delivery_times: Iterable[Row], policy: RefundPolicy
) -> list[Row]:
    """Return per kitchen and day of deliveries the percentiles of the completed days before."""
    known = [order for order in timeline if _duration(order) is not None]
    rows = []
    for row in delivery_times:
        orders = [
            order
            for order in known
            if order["location_id"] == row["location_id"]
            and 1 <= (row["day"] - order["delivered_day"]).days <= policy.history_days
        ]
        before = [_duration(order) or 0 for order in orders]
        rows.append(
            {
                "location_id": row["location_id"],
                "day": row["day"],
                "deliveries": len(before),
                **_percentiles(before),
                **{
                    f"usual_{stage}_minutes": percentile(
                        Fraction(1, 2),
                        [span for order in orders if (span := _span(order, *ends)) is not None],
                    )
                    for stage, ends in STAGES.items()
                },
            }
        )
    return rows


def refund_candidates(
    timeline: Iterable[Row], headers: Iterable[Row], percentiles: Iterable[Row]
) -> list[Row]:
    """Return every delivered order with all that its refund is judged by."""
    revenue = {header["order_id"]: header["order_revenue"] for header in headers}
    judged_by = {(row["location_id"], row["day"]): row for row in percentiles}
    rows = []
    for order in timeline:
        if order["status"] != "delivered":
            continue
        history = judged_by.get((order["location_id"], order["delivered_day"]), {})
        rows.append(
            {
                "order_id": order["order_id"],
                "location_id": order["location_id"],
                "order_day": order["order_day"],
                "order_ts": order["created_ts"],
                "delivered_day": order["delivered_day"],
                "total_minutes": order["total_minutes"],
                "order_revenue": revenue.get(order["order_id"]),
                "p50_minutes": history.get("p50_minutes"),
                "p75_minutes": history.get("p75_minutes"),
                "p99_minutes": history.get("p99_minutes"),
                "history_deliveries": history.get("deliveries", 0),
                **_lateness(order, history),
                "agent_outcome": None,
                "agent_answer": None,
            }
        )
    return rows


def refund_recommendations(candidates: Iterable[Row], policy: RefundPolicy) -> list[Row]:
    """Return one verdict per delivered order."""
    rows = []
    for candidate in candidates:
        refund_class, cents, reasons = _verdict(candidate, policy)
        reason = AnyOf(reasons)
        refund_usd = Decimal(cents) / 100
        rows.append(
            {
                "order_id": candidate["order_id"],
                "order_ts": candidate["order_ts"],
                "agent_response": {
                    "refund_usd": refund_usd,
                    "refund_class": refund_class,
                    "reason": reason,
                },
                "refund_usd": refund_usd,
                "refund_class": refund_class,
                "reason": reason,
                "generated_by": "local",
                **{
                    name: candidate[name]
                    for name in (
                        "location_id",
                        "delivered_day",
                        "total_minutes",
                        "order_revenue",
                        "p50_minutes",
                        "p75_minutes",
                        "p99_minutes",
                    )
                },
            }
        )
    return rows


def _verdict(candidate: Row, policy: RefundPolicy) -> tuple[str, int, list[str]]:
    """Return class, cents and the reason in every way it may be rounded."""
    if candidate["total_minutes"] is None:
        return "none", 0, ["The time from creation to delivery is unknown"]
    if candidate["order_revenue"] is None:
        return "none", 0, ["The basket of the order is unknown, so there is nothing to refund"]
    if candidate["history_deliveries"] < policy.minimum_deliveries:
        reason = (
            f"Too little history: fewer than {policy.minimum_deliveries} deliveries "
            f"in the {policy.history_days} days before"
        )
        return "none", 0, [reason]
    # The float is the nearest one to a whole number of milliseconds.
    minutes = Fraction(round(candidate["total_minutes"] * 60000), 60000)
    p75, p99 = Fraction(candidate["p75_minutes"]), Fraction(candidate["p99_minutes"])
    revenue_cents = Fraction(candidate["order_revenue"]) * 100
    if minutes > p99:
        return "full", int(revenue_cents), _late_reasons(minutes, p99, 99)
    if minutes > p75:
        lateness = (minutes - p75) / (p99 - p75)
        share_from, share_to = Fraction(policy.share_from), Fraction(policy.share_to)
        share = share_from + lateness * (share_to - share_from)
        cents = (revenue_cents * share + Fraction(1, 2)).__floor__()
        return "partial", cents, _late_reasons(minutes, p75, 75)
    return (
        "none",
        0,
        [
            f"Delivered in {m} minutes, within the P75 of {p}"
            for m in _tenths(minutes)
            for p in _tenths(p75)
        ],
    )


def _late_reasons(minutes: Fraction, limit: Fraction, percent: int) -> list[str]:
    return [
        f"Delivered in {m} minutes, {late} minutes late: past the P{percent} of {p}"
        for m in _tenths(minutes)
        for late in _tenths(minutes - limit)
        for p in _tenths(limit)
    ]


def _tenths(number: Fraction) -> list[str]:
    """Return a number with one decimal; both neighbours of a half, as no rule decides there."""
    tenths = number * 10
    below = tenths.__floor__()
    half = Fraction(1, 2)
    nearest = [below + 1] if tenths - below > half else [below]
    if tenths - below == half:
        nearest = [below, below + 1]
    return [f"{Decimal(tenth) / 10:.1f}" for tenth in nearest]


# Decisions of people -----------------------------------------------------------------------------

DECISION_FIELDS = (
    *("decision_id", "order_id", "decided_ts", "amount_usd", "refund_class", "reason"),
    *("decided_by", "source_suggestion", "revises"),
)
CLASSES = ("none", "partial", "full")


def _decision_number(text: str | None) -> int | None:
    """Return a whole number above zero of at most 18 digits."""
    return int(text) if text and re.fullmatch("[1-9][0-9]{0,17}", text) else None


def _decision_time(text: str | None) -> datetime | None:
    found = _as_timestamp(text)
    return found if found is not None and 2000 <= found.year <= 2099 else None


def _matched_amount(text: str | None, form: str) -> Decimal | None:
    """Return dollars and cents of a text that has the form."""
    return Decimal(text).quantize(Decimal("0.01")) if text and re.fullmatch(form, text) else None


def _decision_rejection_code(text: str, found: Row | None, read: Row) -> str | None:
    """Return the first reason for which a line is no decision."""
    fields = {name: _as_text((found or {}).get(name)) for name in DECISION_FIELDS}
    faults = {
        "blank_line": not text,
        "not_an_object": found is None,
        "decision_id_missing": fields["decision_id"] is None,
        "decision_id_malformed": read["decision_id"] is None,
        "order_id_missing": not fields["order_id"],
        "decided_ts_missing": fields["decided_ts"] is None,
        "decided_ts_malformed": read["decided_ts"] is None,
        "amount_usd_malformed": read["amount_usd"] is None,
        "refund_class_unknown": fields["refund_class"] not in CLASSES,
        "reason_missing": fields["reason"] is None,
        "revises_malformed": fields["revises"] is not None and read["revises"] is None,
    }
    return next((code for code, is_wrong in faults.items() if is_wrong), None)


def landed_decisions(files: Iterable[LoadedFile]) -> list[Row]:
    """Return every line of the files of decisions with what became of it."""
    rows: list[Row] = []
    seen: set[int] = set()
    for file in sorted(files, key=lambda file: file.name):
        for number, text in enumerate(file.lines, start=1):
            found = _json_object(text)
            fields = {name: _as_text((found or {}).get(name)) for name in DECISION_FIELDS}
            suggestion = _json_object(fields["source_suggestion"]) or {}
            suggested_class = _as_text(suggestion.get("refund_class"))
            read: Row = {
                "decision_id": _decision_number(fields["decision_id"]),
                "order_id": fields["order_id"],
                "decided_ts": _decision_time(fields["decided_ts"]),
                "amount_usd": _matched_amount(fields["amount_usd"], "[0-9]{1,8}[.][0-9]{2}"),
                "refund_class": fields["refund_class"],
                "reason": fields["reason"],
                "decided_by": fields["decided_by"],
                "suggested_refund_usd": _matched_amount(
                    _as_text(suggestion.get("refund_usd")), "[0-9]{1,8}([.][0-9]{1,2})?"
                ),
                "suggested_refund_class": suggested_class if suggested_class in CLASSES else None,
                "suggested_ts": _decision_time(_as_text(suggestion.get("ts"))),
                "revises": _decision_number(fields["revises"]),
            }
            code = _decision_rejection_code(text, found, read)
            rows.append(
                {
                    "file": file.name,
                    "line_number": number,
                    "file_bytes": len(file.content),
                    "rejection_code": code,
                    "is_duplicate": code is None and read["decision_id"] in seen,
                    "raw_line": None if code is None else text or None,
                    **read,
                }
            )
            if code is None:
                seen.add(read["decision_id"])
    return rows


def refund_decisions(lines: Iterable[Row], timeline: Iterable[Row]) -> list[Row]:
    """Return every decision once, the first copy that landed, beside its order."""
    decisions = [
        line for line in lines if line["rejection_code"] is None and not line["is_duplicate"]
    ]
    orders = {order["order_id"]: order for order in timeline}
    newest: dict[str, int] = {}
    for decision in decisions:
        order_id, number = decision["order_id"], decision["decision_id"]
        newest[order_id] = max(number, newest.get(order_id, 0))
    of_a_line = {"file", "line_number", "file_bytes", "rejection_code", "is_duplicate", "raw_line"}
    return [
        {
            **{name: value for name, value in decision.items() if name not in of_a_line},
            "is_current": decision["decision_id"] == newest[decision["order_id"]],
            "location_id": orders.get(decision["order_id"], {}).get("location_id"),
            "delivered_day": orders.get(decision["order_id"], {}).get("delivered_day"),
            "minutes_to_decision": _minutes(decision["suggested_ts"], decision["decided_ts"]),
        }
        for decision in decisions
    ]


def refund_agreement_day(verdicts: Iterable[Row], decisions: Iterable[Row]) -> list[Row]:
    """Return one row per kitchen and day of delivery."""
    current = {row["order_id"]: row for row in decisions if row["is_current"]}
    rows = []
    for (location_id, day), judged in _grouped(
        verdicts, lambda verdict: (verdict["location_id"], verdict["delivered_day"])
    ).items():
        agreed, up, down, waited = [], [], [], []
        decided_usd = Decimal(0)
        for verdict in judged:
            decision = current.get(verdict["order_id"])
            if decision is None:
                continue
            decided = (decision["amount_usd"], CLASSES.index(decision["refund_class"]))
            shown_usd, shown_class = (
                verdict[name] if decision[f"suggested_{name}"] is None
                else decision[f"suggested_{name}"]
                for name in ("refund_usd", "refund_class")
            )  # fmt: skip
            shown = (shown_usd, CLASSES.index(shown_class))
            decided_usd += decided[0]
            if decided == shown:
                agreed.append(decided[0])
            else:
                (up if decided > shown else down).append(abs(decided[0] - shown[0]))
            if decision["minutes_to_decision"] is not None:
                waited.append(_milliseconds(decision["suggested_ts"], decision["decided_ts"]) or 0)
        rows.append(
            {
                "location_id": location_id,
                "day": day,
                "recommended": sum(verdict["refund_usd"] > 0 for verdict in judged),
                "recommended_usd": sum((row["refund_usd"] for row in judged), Decimal(0)),
                "decided": len(agreed) + len(up) + len(down),
                "decided_usd": decided_usd,
                "agreed": len(agreed),
                "agreed_usd": sum(agreed, Decimal(0)),
                "overridden_up": len(up),
                "overridden_up_usd": sum(up, Decimal(0)),
                "overridden_down": len(down),
                "overridden_down_usd": sum(down, Decimal(0)),
                "average_minutes_to_decision": (
                    _thousandths(Fraction(sum(waited), len(waited))) if waited else None
                ),
            }
        )
    return rows


# Facts and dimensions ----------------------------------------------------------------------------

DAYS_OF_STORY = 90
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def customers(timeline: Iterable[Row], items: Iterable[Row]) -> list[Row]:
    """Return one row per customer who has ordered."""
    baskets = _grouped(items, lambda item: item["order_id"])
    ordered = [order for order in timeline if order["customer_id"] is not None]
    rows = []
    for customer_id, orders in _grouped(ordered, lambda order: order["customer_id"]).items():
        first = min(orders, key=lambda order: (order["created_ts"], order["order_id"]))
        lines = [item for order in orders for item in baskets.get(order["order_id"], [])]
        pieces: Counter[int] = Counter()
        for item in lines:
            if item["brand_id"] is not None:
                pieces[item["brand_id"]] += item["qty"]
        statuses = Counter(order["status"] for order in orders)
        rows.append(
            {
                "customer_key": _hash64(customer_id),
                "customer_id": customer_id,
                "location_id": first["location_id"],
                "first_order_key": _hash64(first["order_id"]),
                "first_order_id": first["order_id"],
                "first_order_ts": first["created_ts"],
                "first_order_day": first["order_day"],
                "cohort_week": first["order_day"] - timedelta(days=first["order_day"].weekday()),
                "latest_order_day": max(order["order_day"] for order in orders),
                "orders": len(orders),
                "orders_delivered": statuses["delivered"],
                "orders_cancelled": statuses["cancelled"],
                "revenue": sum((item["extended_price"] for item in lines), Decimal(0)),
                "favourite_brand_id": min(
                    pieces, key=lambda brand_id: (-pieces[brand_id], brand_id), default=None
                ),
                "is_repeat_customer": len(orders) > 1,
            }
        )
    return rows


def drivers(shifts: Iterable[Row]) -> list[Row]:
    """Return one row per courier who has worked."""
    rows = []
    for driver_id, own in _grouped(shifts, lambda shift: shift["driver_id"]).items():
        spent = {
            name: sum(round(shift[f"{name}_minutes"] * 60000) for shift in own)
            for name in ("worked", "driving", "waiting")
        }
        spent["idle"] = spent["worked"] - spent["driving"] - spent["waiting"]
        rows.append(
            {
                "driver_key": _hash64(driver_id),
                "driver_id": driver_id,
                "location_id": min(shift["location_id"] for shift in own),
                "first_shift_day": min(shift["shift_day"] for shift in own),
                "latest_shift_day": max(shift["shift_day"] for shift in own),
                "shifts": len(own),
                "orders_delivered": sum(shift["orders_delivered"] for shift in own),
                **{f"{name}_minutes": spent[name] / 60000 for name in spent},
            }
        )
    return rows


def dates(timeline: Iterable[Row], seeds: Seeds) -> list[Row]:
    """Return one row per day from the first order to the last order or delivery."""
    orders = list(timeline)
    if not orders:
        return []
    first = min(order["order_day"] for order in orders)
    last = max(order[name] or first for order in orders for name in ("order_day", "delivered_day"))
    rows = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        story = str(number % DAYS_OF_STORY)
        rows.append(
            {
                "date_day": day,
                "day_number": number,
                "day_of_story": int(story),
                "weekday": day.isoweekday(),
                "weekday_name": WEEKDAYS[day.weekday()],
                "is_weekend": day.weekday() >= WEEKDAYS.index("Saturday"),
                "week_start": day - timedelta(days=day.weekday()),
                "month_start": day.replace(day=1),
                "holiday": next(
                    (row["holiday"] for row in seeds.holidays if row["day_of_story"] == story), None
                ),
                "kitchens_with_rain": sum(
                    row["day_number"] == story and row["starts_hour"] != "" for row in seeds.weather
                ),
            }
        )
    return rows


OF_THE_TIMELINE = (
    *("order_id", "order_key", "location_id", "customer_id", "customer_key", "driver_id"),
    *("shift_day", "order_day", "status", "started_ts", "finished_ts", "ready_ts"),
    *("driver_arrived_ts", "picked_up_ts", "delivered_ts", "delivered_day", "cancelled_ts"),
    *("cancellation_reason", "queue_minutes", "prep_minutes", "pack_minutes", "kitchen_minutes"),
    *("pickup_wait_minutes", "driver_wait_minutes", "drive_minutes", "total_minutes"),
    *("promised_minutes", "delivery_fee", "service_fee", "tax", "tip", "discount"),
)
OF_THE_CANDIDATE = ("p50_minutes", "p75_minutes", "p99_minutes", "is_late", "late_cause")
OF_THE_HEADER = ("order_revenue", "total_qty", "total_items", "brands_in_order")


def order_facts(tables: Tables, complaints: Iterable[Row]) -> list[Row]:
    """Return one row per order with everything that is asked of it.

    Parameters
    ----------
    tables
        The other tables, as ``all_tables`` returns them.
    complaints
        The answers to complaints, as ``complaint_responses`` returns them.
    """

    def by_order(rows: Iterable[Row]) -> dict[str, Row]:
        return {row["order_id"]: row for row in rows}

    headers = by_order(tables["lakeflow.gold_order_header"])
    candidates = by_order(tables["recommender.refund_candidates"])
    verdicts = by_order(tables["recommender.refund_recommendations"])
    decisions = by_order(row for row in tables["recommender.refund_decisions"] if row["is_current"])
    answers = by_order(complaints)
    first_orders = {
        row["customer_id"]: row["first_order_key"] for row in tables["lakeflow.dim_customer"]
    }
    rows = []
    for order in tables["lakeflow.silver_order_timeline"]:
        order_id = order["order_id"]
        header, candidate = headers.get(order_id, {}), candidates.get(order_id, {})
        verdict, decision = verdicts.get(order_id, {}), decisions.get(order_id, {})
        answer, first = answers.get(order_id, {}), first_orders.get(order["customer_id"])
        total, promised = order["total_minutes"], order["promised_minutes"]
        is_timed = total is not None and promised is not None
        revenue = header.get("order_revenue")
        lost = (order["discount"] or 0) + decision.get("amount_usd", 0)
        net = None if revenue is None else revenue - lost
        rows.append(
            {
                **{name: order[name] for name in OF_THE_TIMELINE},
                "first_order_key": first,
                "order_hour": order["created_ts"].hour if order["created_ts"] else None,
                "order_ts": order["created_ts"],
                "minutes_past_promise": total - promised if is_timed else None,
                "is_past_promise": total > promised if is_timed else None,
                **{name: candidate.get(name) for name in OF_THE_CANDIDATE},
                **{name: header.get(name) for name in OF_THE_HEADER},
                "total_paid": order["total"],
                "refund_recommended_class": verdict.get("refund_class"),
                "refund_recommended_usd": verdict.get("refund_usd"),
                "refund_decided_class": decision.get("refund_class"),
                "refund_decided_usd": decision.get("amount_usd"),
                "decided_ts": decision.get("decided_ts"),
                "net_revenue": Decimal(0) if order["status"] == "cancelled" else net,
                "has_complaint": bool(answer),
                "complaint_category": answer.get("complaint_category"),
                "complaint_decision": answer.get("decision"),
                "complaint_credit": answer.get("credit_amount"),
                "is_repeat": None if first is None else order["order_key"] != first,
            }
        )
    return rows


# Complaints --------------------------------------------------------------------------------------

KNOWN_OF_THE_ORDER = (
    *("order_id", "location_id", "order_day", "delivered_day", "total_minutes", "order_revenue"),
    *("p50_minutes", "p75_minutes", "p99_minutes", "history_deliveries"),
)
COMPLAINT_RATE = Decimal("0.15")
COMPLAINT_CATEGORIES = {
    "delivery_delay": Decimal("0.40"),
    "missing_items": Decimal("0.25"),
    "food_quality": Decimal("0.20"),
    "service_issue": Decimal("0.10"),
    "other": Decimal("0.05"),
}
SHARE_PAST_P75, SHARE_PAST_P99 = Fraction(15, 100), Fraction(25, 100)
FEELING = (
    "i'm",
    "im",
    "am",
    "was",
    "were",
    "got",
    "get",
    "getting",
    "felt",
    "feel",
    "feeling",
    "me",
)
URGENT_WORDS = {
    "legal": "lawyer lawyers attorney attorneys lawsuit lawsuits sue suing court legal",
    "health": "poisoned poisoning vomit vomited vomiting hospital doctor allergy allergies "
    "allergic allergen allergens choked choking glass metal bleeding",
    "fraud": "fraud fraudulent scam scammed stole stolen hacked chargeback unauthorised "
    "unauthorized",
    "abuse": "threaten threatens threatened threatening harass harassed harassing harassment "
    "racist slur sexual assault assaulted grabbed",
}
URGENT_PHRASES = {
    "legal": (),
    "health": ("threw up", "throwing up"),
    "fraud": ("never ordered",),
    "abuse": (),
}
FAULTS_OF_FOOD = (
    (
        Fraction(40, 100),
        "inedible disgusting hair spoiled rotten trash",
        ("smelled off", "threw it away"),
    ),
    (Fraction(30, 100), "soggy overcooked undercooked burnt stale spilled leaked squashed", ()),
    (Fraction(20, 100), "cold lukewarm salty bland dry greasy watery tiny", ()),
)


class Mentions:
    """A text in which all of these occur."""

    def __init__(self, *parts: str) -> None:
        self.parts = parts

    def __eq__(self, other: object) -> bool:
        """Compare with a text that was found."""
        return isinstance(other, str) and all(part in other for part in self.parts)

    def __hash__(self) -> int:
        """Refuse to be a key: it has no value of its own."""
        raise TypeError("Mentions is not hashable")

    def __repr__(self) -> str:
        """Show the parts."""
        return f"a text with {self.parts}"


class FitsTheOrder:
    """What a customer may write: no number but those of the order, a dish only of its basket."""

    def __init__(self, category: str, minutes: int | None, promised: int | None) -> None:
        self.category, self.minutes, self.promised = category, minutes, promised

    def __eq__(self, other: object) -> bool:
        """Compare with a text that was found."""
        if not isinstance(other, str) or not other.strip():
            return False
        if self.category != "delivery_delay":
            return True
        numbers = {int(number) for number in re.findall(r"\d+", other)}
        if self.minutes is None:
            return not numbers
        late = {self.minutes}
        if self.promised is not None and 0 < self.promised < self.minutes:
            late |= {self.promised, self.minutes - self.promised}
        return self.minutes in numbers and numbers <= late

    def __hash__(self) -> int:
        """Refuse to be a key: it has no value of its own."""
        raise TypeError("FitsTheOrder is not hashable")

    def __repr__(self) -> str:
        """Show the facts."""
        return f"a complaint of {self.category}, {self.minutes} minutes, promised {self.promised}"


def complaint_candidates(
    candidates: Iterable[Row], timeline: Iterable[Row], items: Iterable[Row]
) -> list[Row]:
    """Return every delivered order that complains, of what and when."""
    orders = {order["order_id"]: order for order in timeline}
    baskets = _grouped(items, lambda line: line["order_id"])
    rows = []
    for candidate in candidates:
        order_id = candidate["order_id"]
        if _drawn("complains", order_id) >= COMPLAINT_RATE * 1_000_000:
            continue
        order = orders[order_id]
        delay = 180 + _drawn("delay", order_id, 3600) * _drawn("haste", order_id, 3600) // 3600
        rows.append(
            {
                **{name: candidate[name] for name in KNOWN_OF_THE_ORDER},
                "delivered_ts": order["delivered_ts"],
                "agent_outcome": None,
                "agent_answer": None,
                "complained_ts": order["delivered_ts"] + timedelta(seconds=delay),
                "complaint_category": _drawn_category(_drawn("category", order_id)),
                "promised_minutes": order["promised_minutes"],
                "basket": [
                    {
                        "line_number": line["line_number"],
                        "name": line["item_name"],
                        "price_cents": int(line["price"] * 100),
                        "qty": line["qty"],
                    }
                    for line in baskets.get(order_id, [])
                    if line["item_name"] is not None
                ],
            }
        )
    return rows


def _drawn(what: str, order_id: str, below: int = 1_000_000) -> int:
    return _hash64(f"{what} {order_id}") % below


def _drawn_category(drawn: int) -> str:
    upper = Decimal(0)
    for category, share in COMPLAINT_CATEGORIES.items():
        upper += share
        if drawn < upper * 1_000_000:
            return category
    raise AssertionError("the shares do not add up to 1")


def _whole_minutes(minutes: float | None) -> int | None:
    return None if minutes is None else math.floor(minutes + 0.5)


def raw_complaints(complaining: Iterable[Row]) -> list[Row]:
    """Return every complaint; its text is any that fits the order."""
    return [
        {
            "complaint_id": f"complaint-{order['order_id']}",
            "order_id": order["order_id"],
            "ts": order["complained_ts"],
            "complaint_category": order["complaint_category"],
            "complaint_text": FitsTheOrder(
                order["complaint_category"],
                _whole_minutes(order["total_minutes"]),
                _whole_minutes(order["promised_minutes"]),
            ),
            "generated_by": "local",
            "location_id": order["location_id"],
            "delivered_day": order["delivered_day"],
        }
        for order in complaining
    ]


def complaint_responses(
    complaining: Iterable[Row], texts: Mapping[str, str], policy: RefundPolicy | None = None
) -> list[Row]:
    """Return the answer to every complaint.

    Parameters
    ----------
    complaining
        Rows of ``complaint_candidates``.
    texts
        What the customers wrote, by order.
    policy
        The numbers that refunds are judged by; the defaults of the project if ``None``.
    """
    rows = []
    for order in complaining:
        answer = _answer(order, texts.get(order["order_id"], ""), policy or RefundPolicy())
        content = {
            "order_id": order["order_id"],
            "complaint_category": order["complaint_category"],
            **answer,
        }
        rows.append(
            {
                **content,
                "complaint_id": f"complaint-{order['order_id']}",
                "ts": order["complained_ts"],
                "agent_response": content,
                "generated_by": "local",
                "location_id": order["location_id"],
                "delivered_day": order["delivered_day"],
            }
        )
    return rows


def _answer(order: Row, text: str, policy: RefundPolicy) -> Row:  # noqa: PLR0911
    """Return the fields of an answer."""
    named, words = _dishes_named(order["basket"], text)
    if matter := _urgent_matter(words):
        return _to_a_person("urgent", f"matter of {matter}")
    if order["order_revenue"] is None:
        return _to_a_person("standard", "basket")
    revenue = int(order["order_revenue"] * 100)
    if order["complaint_category"] == "delivery_delay":
        if order["total_minutes"] is None:
            return _to_a_person("standard", "time")
        if order["history_deliveries"] < policy.minimum_deliveries:
            return _to_a_person("standard", "history")
        minutes = Fraction(round(order["total_minutes"] * 60000), 60000)
        if minutes > Fraction(order["p99_minutes"]):
            return _credit(SHARE_PAST_P99 * revenue, revenue, "high", "P99")
        if minutes > Fraction(order["p75_minutes"]):
            return _credit(SHARE_PAST_P75 * revenue, revenue, "high", "P75")
        return _credit(Fraction(0), revenue, "high", "P75")
    if order["complaint_category"] == "missing_items":
        if len(named) != 1:
            return _to_a_person("standard", "dish")
        return _credit(Fraction(named[0]), revenue, "high", f"${Decimal(named[0]) / 100:.2f}")
    if order["complaint_category"] == "food_quality":
        for share, faults, phrases in FAULTS_OF_FOOD:
            if _says(words, faults, phrases):
                return _credit(share * revenue, revenue, "medium", f"{int(share * 100)} %")
        return _to_a_person("standard", "what was wrong")
    return _to_a_person("standard", "person")


def _dishes_named(basket: Iterable[Row], text: str) -> tuple[list[int], list[str]]:
    """Return the prices of the dishes that a text names, and its words without their names."""
    rest, prices = text.casefold(), []
    first_prices: dict[str, int] = {}
    for line in basket:
        if line["name"].strip():
            first_prices.setdefault(line["name"].casefold(), line["price_cents"])
    for name in sorted(first_prices, key=len, reverse=True):
        found = re.compile(r"(?<!\w)" + re.escape(name) + r"(?!\w)")
        if found.search(rest):
            prices.append(first_prices[name])
            rest = found.sub("\n", rest)
    return prices, re.findall(r"[\w']+", rest)


def _says(words: list[str], single: str, phrases: Iterable[str]) -> bool:
    said = f" {' '.join(words)} "
    return any(f" {phrase} " in said for phrase in (*single.split(), *phrases))


def _urgent_matter(words: list[str]) -> str | None:
    """Return the matter for which a person is needed at once."""
    unwell = any(
        first in FEELING
        and second in ("sick", "ill")
        and following[:1] != ["of"]
        and following[:2] != ["and", "tired"]
        for first, second, following in (
            (words[place], words[place + 1], words[place + 2 : place + 4])
            for place in range(len(words) - 1)
        )
    )
    for matter, single in URGENT_WORDS.items():
        if _says(words, single, URGENT_PHRASES[matter]) or (unwell and matter == "health"):
            return matter
    return None


def _to_a_person(priority: str, reason: str) -> Row:
    return {
        "decision": "escalate",
        "credit_amount": Decimal(0),
        "confidence": "low",
        "priority": priority,
        "rationale": Mentions(reason),
        "customer_response": Mentions("will"),
    }


def _credit(cents: Fraction, revenue: int, confidence: str, reason: str) -> Row:
    """Return a credit in half dollars: the nearest one that the order cost, a quarter upwards."""
    halves = min((cents / 50 + Fraction(1, 2)).__floor__(), revenue // 50)
    dollars = Decimal(halves) / 2
    return {
        "decision": "suggest_credit",
        "credit_amount": dollars,
        "confidence": confidence,
        "priority": "standard",
        "rationale": Mentions(reason),
        "customer_response": Mentions("sorry", *([f"${dollars:.2f}"] if halves else [])),
    }
