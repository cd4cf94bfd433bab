"""Whatever bytes land: every line is an event, a duplicate, or rejected with its reason."""

import gzip
import json
from datetime import datetime
from typing import Any

import pytest

from tests.support.business import Business, event, order_life
from tests.support.dbt_worker import DATA

NOON = datetime(2026, 11, 20, 12)
GOOD = event("good", 0, "gk_started", NOON)


def changed(**changes: Any) -> str:  # noqa: ANN401  (any JSON value)
    """Return a good event as a line, with changes; a key set to ... is left out."""
    return json.dumps({k: v for k, v in {**GOOD, **changes}.items() if v is not ...})


REJECTED = {
    "": "blank line",
    '{"event_id": "cut off': "not a JSON object",
    "[1, 2]": "not a JSON object",
    "null": "not a JSON object",
    "plain text": "not a JSON object",
    changed(event_id=...): "event_id is missing",
    changed(event_id=""): "event_id is missing",
    changed(event_type=...): "event_type is missing",
    changed(event_type="order_eaten"): "event_type is unknown",
    changed(ts=...): "ts is missing",
    changed(ts="yesterday"): "ts is not yyyy-MM-dd HH:mm:ss.SSS",
    changed(ts="2026-02-30 12:00:00.000"): "ts is not yyyy-MM-dd HH:mm:ss.SSS",
    changed(order_id=...): "order_id is missing",
    changed(location_id=...): "location_id is missing",
    changed(location_id="one"): "location_id is not a whole number",
    changed(location_id=1.5): "location_id is not a whole number",
    changed(sequence=...): "sequence is missing",
    changed(sequence="1e3"): "sequence is not a whole number",
    changed(sequence=99999999999): "sequence is not a whole number",
    changed(body=...): "body is missing",
    changed(body="[]"): "body is not a JSON object",
    changed(body="{"): "body is not a JSON object",
}

# An event of 65 MiB, and one behind it.
LONG_LINE = b"".join(
    changed(event_id=name, order_id=name, body='{"x": "' + space + '"}').encode() + b"\n"
    for name, space in (("long", " " * (65 << 20)), ("short", ""))
)

STRANGE_FILES = {
    "bom.jsonl": b"\xef\xbb\xbf" + json.dumps(event("bom", 0, "gk_started", NOON)).encode() + b"\n",
    "crlf.jsonl": (
        json.dumps(event("crlf", 0, "gk_started", NOON))
        + "\r\n"
        + json.dumps(event("crlf", 1, "gk_finished", NOON))
        + "\r\n"
    ).encode(),
    "empty.jsonl": b"",
    "no_newline_at_the_end.jsonl": json.dumps(event("open", 0, "gk_started", NOON)).encode(),
    "packed.jsonl.gz": gzip.compress(
        json.dumps(event("packed", 0, "gk_started", NOON)).encode() + b"\n"
    ),
    "long_line.jsonl": LONG_LINE,
    "latin.jsonl": (
        json.dumps(event("latin", 0, "gk_started", NOON)).encode()
        + b'\n{"event_id": "caf\xe9"}\n'
        + json.dumps(event("latin", 1, "gk_finished", NOON), ensure_ascii=False).encode()
        + b"\n"
    ),
    "picture.jsonl": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3,
    "quotes.jsonl": (changed(event_id="q", order_id="o\"'\\,;\t|ü€😀") + "\n").encode(),
    "_hidden.jsonl": b"never read\n",
    ".hidden.jsonl": b"never read\n",
    "other.txt": b"never read\n",
}


@pytest.fixture(scope="module")
def strange(new_business: Any) -> Business:  # noqa: ANN401
    """A business in which every kind of bad line and strange file has landed."""
    business: Business = new_business()
    lines = [json.dumps(GOOD), *REJECTED, json.dumps(GOOD), json.dumps(order_life("x", NOON)[0])]
    business.land_bytes("window-1.jsonl", ("\n".join(lines) + "\n").encode())
    for name, content in STRANGE_FILES.items():
        business.land_bytes(name, content)
    business.build()
    business.dbt("test", *DATA)
    return business


def test_every_rejected_line_is_kept_with_its_reason_and_place(strange: Business) -> None:
    rows = strange.query(
        "select line_number, coalesce(raw_line, ''), reason from lakeflow.rejected_events "
        "where file = 'window-1.jsonl' order by line_number"
    )
    assert rows == [
        (number, line, reason) for number, (line, reason) in enumerate(REJECTED.items(), start=2)
    ]


def test_every_line_of_every_file_is_accounted_for(strange: Business) -> None:
    rows = strange.query(
        """
        select
            file,
            count(*),
            count(case when rejection_code is null and not is_duplicate then 1 end),
            count(case when is_duplicate then 1 end),
            count(rejection_code)
        from lakeflow.landed_lines group by file order by file
        """
    )
    assert rows == [
        ("bom.jsonl", 1, 1, 0, 0),
        ("crlf.jsonl", 2, 2, 0, 0),
        ("latin.jsonl", 3, 2, 0, 1),
        ("long_line.jsonl", 2, 2, 0, 0),
        ("no_newline_at_the_end.jsonl", 1, 1, 0, 0),
        ("packed.jsonl.gz", 1, 1, 0, 0),
        ("picture.jsonl", 6, 0, 0, 6),
        ("quotes.jsonl", 1, 1, 0, 0),
        ("window-1.jsonl", len(REJECTED) + 3, 2, 1, len(REJECTED)),
    ]


def test_text_is_kept_character_by_character(strange: Business) -> None:
    assert strange.query("select order_id from lakeflow.all_events where event_id = 'q'") == [
        ("o\"'\\,;\t|ü€😀",)
    ]
    assert strange.query(
        "select raw_line from lakeflow.rejected_events where file = 'latin.jsonl'"
    ) == [('{"event_id": "caf\\xE9"}',)]


def test_an_empty_file_is_listed_again_and_changes_nothing(strange: Business) -> None:
    before = strange.query("select count(*) from lakeflow.landed_lines")
    strange.build()
    assert strange.query("select count(*) from lakeflow.landed_lines") == before
