"""Faults with known truth: the tables say of a faulty landing what the ledger says of it."""

import json
import shutil
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.support.business import Business, DbtWorker
from tests.support.faulty_landing import FILES, WINDOW_ENDS, inject, land_windows, read_ledger

# More than the defaults, so that each kind happens in a landing this small.
RATES = {
    "duplicates": 0.02,
    "late": 0.02,
    "lost": 0.01,
    "truncated": 0.01,
    "wrong_types": 0.01,
    "unknown_event_types": 0.01,
    "unknown_kitchens": 0.01,
    "unknown_items": 0.03,
    "absurd_values": 0.02,
    "null_fields": {
        "order_created": {"customer_addr": 0.03, "items": 0.03},
        "gk_ready": {"ts": 0.02, "order_id": 0.02},
        "driver_picked_up": {"eta_mins": 0.05},
        "driver_ping": {"loc_lat": 0.01, "location_id": 0.01, "event_id": 0.01},
        "delivered": {"body": 0.02, "sequence": 0.02, "event_type": 0.02},
    },
    "empty_files": 2,
}


@dataclass(frozen=True)
class Faulty:
    """A clean landing, its faulty copy with the ledger, and the tables built from the copy."""

    clean: Path
    business: Business
    ledger: list[dict[str, Any]]

    def expected(self, outcome: str) -> list[dict[str, Any]]:
        """Return the faults of which this is expected."""
        return [fault for fault in self.ledger if fault["expected"] == outcome]


@pytest.fixture(scope="module")
def clean_landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return land_windows(tmp_path_factory.mktemp("clean"))


@pytest.fixture(scope="module")
def faulty(
    clean_landing: Path, dbt_worker: DbtWorker, tmp_path_factory: pytest.TempPathFactory
) -> Faulty:
    """The faulty copy, built in two increments."""
    folder = tmp_path_factory.mktemp("faulty")
    rates = folder / "rates.json"
    rates.write_text(json.dumps(RATES))
    assert inject(clean_landing, folder / "copy", "--rates", str(rates), "--seed", "5") == 0
    business = Business(folder / "data", dbt_worker)
    files = sorted((folder / "copy").glob("*.jsonl"))
    windows = [file for file in files if file.name.startswith("window-")]
    for landed in (windows[:3], files):
        for file in landed:
            shutil.copy(file, business.landing / file.name)
        business.build()
    return Faulty(clean_landing, business, read_ledger(folder / "copy"))


def clean_events(landing: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for file in sorted(landing.glob(FILES))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]


def test_every_kind_of_fault_was_injected(faulty: Faulty) -> None:
    counts = {"shuffled_files", "bom_files", "crlf_files", "long_lines", "files_that_are_not_text"}
    kinds = counts | (RATES.keys())
    assert {fault["kind"] for fault in faulty.ledger} == kinds
    codes = {fault["code"] for fault in faulty.expected("rejected")}
    assert len(codes) >= 17, codes


def test_rejected_is_what_the_ledger_says_with_its_code_and_nothing_else(faulty: Faulty) -> None:
    expected: Counter[tuple[str, str, str]] = Counter()
    for fault in faulty.expected("rejected"):
        expected[fault["file"], fault["code"], fault["reason"]] += fault["lines"]
    found = faulty.business.query(
        "select file, rejection_code, reason, count(*) from lakeflow.rejected_events group by all"
    )
    assert {tuple(key): count for *key, count in found} == dict(expected)
    events = faulty.business.query(
        """
        select raw_line::json ->> 'event_id', rejection_code from lakeflow.rejected_events
        where json_valid(raw_line) and raw_line::json ->> 'event_id' is not null
        """
    )
    named = {(fault["event_id"], fault["code"]) for fault in faulty.expected("rejected")}
    assert len(events) > 100
    assert set(events) <= named


def test_events_are_all_that_landed_but_for_what_was_rejected_or_lost(faulty: Faulty) -> None:
    gone = {
        fault["event_id"]
        for outcome in ("rejected", "missing")
        for fault in faulty.expected(outcome)
    }
    every = {event["event_id"] for event in clean_events(faulty.clean)}
    found = [row[0] for row in faulty.business.query("select event_id from lakeflow.all_events")]
    assert len(found) == len(set(found))
    assert set(found) == every - gone


def test_duplicates_are_flagged_and_late_events_found_where_they_landed(faulty: Faulty) -> None:
    for outcome, condition in (
        ("duplicate", "is_duplicate"),
        ("late", "rejection_code is null and not is_duplicate"),
    ):
        expected = Counter((f["event_id"], f["file"]) for f in faulty.expected(outcome))
        found = Counter(
            faulty.business.query(
                f"select event_id, file from lakeflow.landed_lines where {condition}"
            )
        )
        assert len(expected) > 50
        assert (found if outcome == "duplicate" else found & expected) == expected


def test_what_is_kept_differs_in_the_emptied_field_only(faulty: Faulty) -> None:
    clean = {event["event_id"]: event for event in clean_events(faulty.clean)}
    bodies = dict(faulty.business.query("select event_id, body from lakeflow.all_events"))
    kept = {fault["event_id"]: fault for fault in faulty.expected("kept")}
    assert {fault["kind"] for fault in kept.values()} == {"null_fields", "long_lines"}
    for event_id, found in bodies.items():
        body, was = json.loads(found), json.loads(clean[event_id]["body"])
        if event_id not in kept:
            assert body == was
        elif kept[event_id]["kind"] == "long_lines":
            assert len(body.pop("padding")) == 16 << 20
            assert body == was
        else:
            emptied = kept[event_id]["detail"].removesuffix(": null")
            assert body == was | {emptied: None}


def test_per_file_lines_are_events_and_duplicates_and_rejected(faulty: Faulty) -> None:
    found = faulty.business.query(
        """
        select file, count(*),
            (select count(*) from lakeflow.all_events as event where event.file = line.file)
            + count(case when is_duplicate then 1 end)
            + (select count(*) from lakeflow.rejected_events as bad where bad.file = line.file)
        from lakeflow.landed_lines as line group by file
        """
    )
    lines = {
        file.name: file.read_bytes().count(b"\n")
        for file in faulty.business.landing.glob("*.jsonl")
        if file.stat().st_size
    }
    assert {file: count for file, count, _ in found} == lines
    assert [row for row in found if row[1] != row[2]] == []


def test_daily_quality_adds_up_to_the_ledger(faulty: Faulty) -> None:
    lines = dict.fromkeys(("rejected", "duplicate"), 0)
    for fault in faulty.ledger:
        if fault["expected"] in lines:
            lines[fault["expected"]] += fault["lines"]
    sums = faulty.business.query(
        """
        select sum(events), sum(duplicates), sum(rejected), sum(orders), sum(orders_created)
        from lakeflow.gold_data_quality_day
        """
    )
    gone = lines["rejected"] - 3 + len(faulty.expected("missing"))
    every = clean_events(faulty.clean)
    lost = {f["event_id"] for o in ("rejected", "missing") for f in faulty.expected(o)}
    left = [event for event in every if event["event_id"] not in lost]
    created = {event["order_id"] for event in left if event["event_type"] == "order_created"}
    orders = {event["order_id"] for event in left}
    assert sums == [
        (
            len(every) - gone,
            lines["duplicate"],
            lines["rejected"],
            len(orders),
            len(created),
        )
    ]
    assert faulty.business.query(
        """
        select lines, rejected_unreadable from lakeflow.gold_data_quality_day
        where location_id = 0 and day = '1970-01-01'
        """
    ) == [(3, 3)]


def test_late_are_events_older_than_the_window_that_carried_them(faulty: Faulty) -> None:
    """Late by the times of its file alone: what the ledger did not delay never is."""
    latest = dict(
        faulty.business.query(
            "select file, max(epoch_us(event_ts)) from lakeflow.all_events group by 1"
        )
    )
    stamps = dict(
        faulty.business.query("select event_id, epoch_us(event_ts) from lakeflow.all_events")
    )
    expected = 0
    for fault in faulty.expected("late"):
        first, last = (int(text) for text in fault["file"].split(".")[0].split("-")[1:])
        age = latest[fault["file"]] - stamps[fault["event_id"]]
        expected += age > last - first
    assert expected > 50
    assert faulty.business.query("select sum(late_events) from lakeflow.gold_data_quality_day") == [
        (expected,)
    ]


def test_built_in_increments_or_at_once_the_tables_are_the_same(faulty: Faulty) -> None:
    assert faulty.business.differences(faulty.business.rebuilt()) == {}


def test_windows_follow_each_other_in_the_copy(faulty: Faulty) -> None:
    names = sorted(file.name for file in faulty.business.landing.glob(FILES))
    assert len(names) == len(WINDOW_ENDS)
    for one, other in pairwise(names):
        assert int(one.split(".")[0].split("-")[2]) + 1 == int(other.split("-")[1])
