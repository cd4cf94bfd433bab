"""Canonical datasets that cannot be replayed: one clear message each, and nothing lands."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from common.canonical_dataset import open_dataset, profile_dataset
from common.errors import UserError
from flows.replay.commands import ReplayOptions, run, status
from tests.support.sample_datasets import (
    DAY,
    EPOCH_SECONDS,
    SCHEMA,
    SECOND,
    Small,
    order,
    some_orders,
    write_dataset,
)

NOW = datetime(2026, 11, 21, 10, 30)
STEPS = [SECOND * step for step in range(1, 9)]


def describe(canonical: Path, **changes: object) -> None:
    file = canonical / "dataset.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def rewrite(canonical: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    file = canonical / "events.parquet"
    pq.write_table(change(pq.read_table(file)), file)


def in_parts(canonical: Path, parts: int) -> Path:
    """Make a folder of so many files of the events; return it."""
    file = canonical / "events.parquet"
    table = pq.read_table(file)
    file.unlink()
    file.mkdir()
    for part in range(parts):
        first, last = (table.num_rows * each // parts for each in (part, part + 1))
        rows = table.slice(first, last - first)
        pq.write_table(rows, file / f"part-{part:05}.parquet", row_group_size=64)
    return file


def column(name: str, values: pa.Array) -> Callable[[pa.Table], pa.Table]:
    return lambda table: table.set_column(table.schema.names.index(name), name, values)


def added(name: str, values: pa.Array) -> Callable[[pa.Table], pa.Table]:
    return lambda table: table.append_column(name, values)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda c: (c / "events.parquet").unlink(), "There is no canonical dataset"),
        (lambda c: (c / "events.parquet").write_bytes(b""), "not a Parquet file"),
        (lambda c: in_parts(c, 0), "a folder without a Parquet file"),
        (lambda c: (in_parts(c, 3) / "part-00001.parquet").write_bytes(b""), "not a Parquet file"),
        (lambda c: pq.write_table(SCHEMA.remove(6).empty_table(), in_parts(c, 2) / "z.parquet"),
         "lacks customer_lat"),
        (lambda c: pq.write_table(SCHEMA.remove(4).empty_table(), in_parts(c, 2) / "z.parquet"),
         "different columns"),
        (lambda c: (c / "events.parquet").write_bytes(b"PAR1" * 5), "not a Parquet file"),
        (
            lambda c: (c / "events.parquet").write_bytes((c / "events.parquet").read_bytes()[:-3]),
            "not a Parquet file",
        ),
        (lambda c: rewrite(c, lambda t: t.drop_columns(["sequence", "ping_lat"])),
         "lacks sequence, ping_lat"),
        (lambda c: rewrite(c, column("ts_seconds", pa.array([1.5] * 9))), "ts_seconds is double"),
        (lambda c: rewrite(c, column("items_json", pa.array([1] * 9))), "items_json is int64"),
        (lambda c: rewrite(c, lambda t: t.slice(0, 0)), "holds no events"),
        (lambda c: rewrite(c, lambda t: t.slice(1)), "no order was created"),
        (lambda c: rewrite(c, column("event_type_id", pa.array([1, *range(2, 9), 10]))),
         "1 events have an event_type_id beyond 1 to 9"),
        (lambda c: rewrite(c, added("driver_id", pa.array([5] * 9))), "driver_id is int64"),
        (lambda c: rewrite(c, added("promised_mins", pa.array(["soon"] * 9))),
         "promised_mins is string"),
        (lambda c: rewrite(c, added("payment_json", pa.array([{"total": 1}] * 9))),
         "payment_json is struct<total: int64>"),
        (lambda c: rewrite(c, column("order_id", pa.array(["A"] * 8 + [None]))),
         "1 events have no order_id"),
        (lambda c: rewrite(c, column("order_id", pa.array(["A-L1"] * 9))), "repeated cycle"),
        (lambda c: rewrite(c, column("ts_micros", pa.array([1_000_000] * 9))), "beyond a second"),
        (lambda c: (c / "dataset.json").write_text("{"), "cannot be read"),
        (lambda c: (c / "dataset.json").write_text("[]"), "is not one JSON object"),
        (lambda c: describe(c, days=0), "days is 0"),
        (lambda c: describe(c, days="90"), "days is '90'"),
        (lambda c: describe(c, days=True), "days is True"),
        (lambda c: describe(c, epoch=5), "epoch 5 is not a midnight"),
        (lambda c: describe(c, epoch="soon"), "epoch 'soon' is not a midnight"),
        (lambda c: describe(c, epoch=EPOCH_SECONDS + 86_400), "has events before 2024-01-02"),
    ],
)  # fmt: skip
def test_it_is_reported_and_nothing_lands(
    damage: Callable[[Path], object], message: str, tmp_path: Path, landing: Path
) -> None:
    canonical = write_dataset(tmp_path / "canonical", order("A1", 1, 0, STEPS), days=1)
    damage(canonical)
    for command in (run, status):
        with pytest.raises(UserError, match=message) as error:
            command(canonical, landing, NOW, ReplayOptions())
        assert str(canonical) in str(error.value)
        assert "python -m generator canonical" in str(error.value)
    assert list(landing.rglob("*.jsonl")) == []
    assert not (landing / "_replay" / "settings.json").exists()


def test_the_profile_of_a_dataset(small: Small) -> None:
    profile = profile_dataset(open_dataset(small.folder))
    assert (profile.epoch, profile.days, profile.in_order) == (date(2024, 1, 1), 3, True)
    assert profile.events == len(small.rows)
    assert profile.last_offset == 3 * DAY + 3600 * SECOND


@pytest.mark.parametrize("epoch", [EPOCH_SECONDS, "2024-01-01", None])
def test_the_epoch_may_be_a_date_or_left_out(epoch: object, small: Small, tmp_path: Path) -> None:
    canonical = write_dataset(tmp_path / "c", small.rows, days=3)
    describe(canonical, epoch=epoch)
    assert profile_dataset(open_dataset(canonical)).epoch == date(2024, 1, 1)


@pytest.mark.parametrize("swap", [(0, 1), (150, 151), (-2, -1)])
def test_one_event_out_of_order_is_detected(swap: tuple[int, int], tmp_path: Path) -> None:
    rows = some_orders(3, 20)
    first, second = swap
    rows[first], rows[second] = rows[second], rows[first]
    canonical = write_dataset(tmp_path / "c", rows, days=3, row_group_size=151)
    assert not profile_dataset(open_dataset(canonical)).in_order


def test_the_same_bytes_are_the_same_dataset(small: Small, tmp_path: Path) -> None:
    again = write_dataset(tmp_path / "again", small.rows, days=3)
    other = write_dataset(tmp_path / "other", small.rows[:-1], days=3)
    moved = [row | {"location_id": 1} for row in small.rows]
    third = write_dataset(tmp_path / "third", moved, days=3)
    identities = [open_dataset(each).identity for each in (small.folder, again, other, third)]
    assert identities[0] == identities[1]
    assert len(set(identities)) == 3


def test_a_folder_of_parts_lands_what_one_file_does(small: Small, tmp_path: Path) -> None:
    folder = tmp_path / "it's [in] parts"
    canonical = write_dataset(folder, small.rows, days=3)
    events = in_parts(canonical, 5)
    (events / "_SUCCESS").write_bytes(b"")
    (events / ".part-00000.parquet").write_bytes(b"not for readers")
    profile = profile_dataset(open_dataset(canonical))
    assert profile.in_order
    assert profile.identity != open_dataset(small.folder).identity
    assert (profile.events, profile.days) == (len(small.rows), 3)
    landed = []
    for dataset in (canonical, small.folder):
        landing = tmp_path / f"landing{len(landed)}"
        for minutes in (0, 3, 20, 200):
            run(dataset, landing, NOW + timedelta(minutes=minutes), ReplayOptions(start_day=1))
        landed.append({file.name: file.read_bytes() for file in landing.glob("*.jsonl")})
    assert landed[0] == landed[1]
    assert len(landed[0]) == 4


def test_parts_that_change_or_swap_are_another_dataset(small: Small, tmp_path: Path) -> None:
    canonical = write_dataset(tmp_path / "c", small.rows, days=3)
    events = in_parts(canonical, 3)
    before = profile_dataset(open_dataset(canonical))
    (events / "part-00000.parquet").rename(events / "part-00009.parquet")
    after = profile_dataset(open_dataset(canonical))
    assert after.identity != before.identity
    assert (before.in_order, after.in_order) == (True, False)
    assert after.events == before.events


def test_a_dictionary_of_texts_is_text(small: Small, tmp_path: Path) -> None:
    canonical = write_dataset(tmp_path / "c", small.rows, days=3)
    rewrite(
        canonical, lambda table: column("order_id", table["order_id"].dictionary_encode())(table)
    )
    assert profile_dataset(open_dataset(canonical)).events == len(small.rows)
    assert pq.read_schema(canonical / "events.parquet").names == SCHEMA.names


@pytest.mark.parametrize("hours", [-9, -0.5, 0, 5.75, 8, 13])
def test_days_of_another_zone_are_as_many_as_at_home(hours: float, tmp_path: Path) -> None:
    rows = order("A1", 1, 0, STEPS) + order("A2", 1, 3 * DAY - SECOND, STEPS)
    moved = [row | {"ts_seconds": row["ts_seconds"] + int(hours * 3600)} for row in rows]
    profile = profile_dataset(open_dataset(write_dataset(tmp_path / "c", moved)))
    assert profile.days == 3
    assert profile.epoch == date(2024, 1, 1) - timedelta(days=hours < 0)


@pytest.mark.parametrize(("start_day", "days"), [(2, 3), (3, 3), (70, 6)])
def test_repeating_a_short_dataset_up_to_the_start_is_said(
    start_day: int, days: int, landing: Path, tmp_path: Path
) -> None:
    rows = [row for day in range(days) for row in order(f"A{day}", 1, day * DAY, STEPS)]
    canonical = write_dataset(tmp_path / "c", rows, days=days)
    options = ReplayOptions(start_day=start_day)
    proposed = status(canonical, landing, NOW, options).notices
    report = run(canonical, landing, NOW, options)
    assert report.notices == proposed
    if start_day < days:
        assert report.notices == ()
        return
    times = (start_day + 10.5 / 24) / days
    assert f"The dataset has {days} days and the replay begins on day {start_day}" in proposed[0]
    assert f"repeated, {times:.1f} times in all" in proposed[0]
    assert f"with N from 0 to {days - 1}" in proposed[0]
    assert status(canonical, landing, NOW, options).notices == ()
