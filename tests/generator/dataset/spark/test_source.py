"""The streaming source, asked as Spark asks it: offsets, batches, restarts, and what is read."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from common.errors import UserError
from common.landed_files import parse_window_file_name
from generator.dataset.stream import row_groups
from generator.dataset.stream.options import parse_options
from tests.support.sample_datasets import (
    DAY,
    PEOPLE_SCHEMA,
    SCHEMA,
    SECOND,
    Row,
    expected_lines,
    order,
    people_form,
    some_orders,
    sorted_rows,
    write_dataset,
)

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("pyspark.sql.datasource")

from generator.dataset.spark.source import CaspersBatch, CasperSource, CaspersStream

NOW = datetime(2026, 11, 20, 18, 30, 0, 250)
DAYS = 3
# Of NOW and EPOCH: the date of day 1 is that of the first batch.
START_DAY = 1
SHIFT_DAYS = (NOW.date() - datetime(2024, 1, 1).date()).days - START_DAY
START = START_DAY * DAY + (18 * 3600 + 30 * 60) * SECOND + 250


@dataclass
class Query:
    """A query of Spark 4.0 on the source, with its checkpoint and its sink.

    The order of calls is that of `MicroBatchExecution`: an offset is written down before its batch
    is read; a restart asks for the partitions between the last offset and itself, then reads a
    batch again that was not committed.
    """

    options: dict[str, str]
    now: datetime = NOW
    offsets: list[str] = field(default_factory=list)
    batches: list[list[Row]] = field(default_factory=list)
    reader: CaspersStream | None = None

    def start(self) -> CaspersStream:
        self.reader = CaspersStream(parse_options(self.options), lambda: self.now)
        if self.offsets:
            last = json.loads(self.offsets[-1])
            assert list(self.reader.partitions(last, last)) == []
            if len(self.batches) < len(self.offsets):
                self.batches.append(self.read(len(self.offsets) - 1))
        return self.reader

    def trigger(self, later: timedelta = timedelta(), *, killed: bool = False) -> list[Row]:
        """Run a batch if there is one; killed, leave it uncommitted and stop."""
        self.now += later
        reader = self.reader or self.start()
        end = json.dumps(reader.latestOffset())
        if self.offsets and end == self.offsets[-1]:
            return []
        if not self.offsets and json.loads(end) == reader.initialOffset():
            return []
        self.offsets.append(end)
        if killed:
            self.reader = None
            return []
        self.batches.append(self.read(len(self.offsets) - 1))
        return self.batches[-1]

    def read(self, number: int) -> list[Row]:
        assert self.reader is not None
        kept = [self.reader.initialOffset(), *map(json.loads, self.offsets)]
        partitions = self.reader.partitions(kept[number], kept[number + 1])
        # Tasks end in any order.
        return [
            row
            for partition in sorted(partitions, key=lambda _: random.random())  # noqa: S311
            for batch in self.reader.read(partition)
            for row in batch.to_pylist()
        ]

    @property
    def position(self) -> int:
        return int(json.loads(self.offsets[-1])["position"])

    @property
    def rows(self) -> list[Row]:
        return [row for batch in self.batches for row in batch]


def in_order(rows: list[Row]) -> list[Row]:
    """Return rows with their bodies parsed, by event."""
    parsed = [row | {"body": json.loads(row["body"])} for row in rows]
    return sorted(parsed, key=lambda row: row["event_id"])


def must_land(rows: list[Row], last: int, first: int = 0) -> list[Row]:
    return sorted(
        expected_lines(rows, DAYS, first, last, SHIFT_DAYS), key=lambda row: row["event_id"]
    )


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return people_form(some_orders(DAYS, 30))


@pytest.fixture(scope="module")
def canonical(rows: list[Row], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dataset") / "canonical"
    return write_dataset(folder, rows, days=DAYS, schema=PEOPLE_SCHEMA, row_group_size=16)


def options(canonical: Path, **others: object) -> dict[str, str]:
    asked = {"datasetPath": canonical, "simulationStartDay": START_DAY, **others}
    # Spark hands on names in lower case.
    return {name.lower(): str(value) for name, value in asked.items()}


def test_batches_are_the_windows_of_the_replay(canonical: Path, rows: list[Row]) -> None:
    query = Query(options(canonical))
    first = query.trigger()
    assert query.position == START
    assert in_order(first) == must_land(rows, START)
    second = query.trigger(timedelta(seconds=30))
    assert query.position == START + 30 * 60 * SECOND
    assert in_order(second) == must_land(rows, query.position, START + 1)
    assert second


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.thorough) for seed in range(1, 6))]
)
def test_whenever_it_is_killed_every_event_is_read_once(
    canonical: Path, rows: list[Row], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(seed)  # noqa: S311
    monkeypatch.setattr(row_groups, "ROWS_PER_SLICE", rng.choice([40, 100_000]))
    limit = {} if seed % 3 == 0 else {"maxEventsPerBatch": rng.choice([1, 7, 100])}
    query = Query(options(canonical, speedMultiplier=3600, **limit))
    for _ in range(12):
        query.trigger(timedelta(seconds=rng.choice([0, 1, 8, 30])), killed=rng.random() < 0.3)
        if rng.random() < 0.3:
            query.reader = None
    query.start()
    assert in_order(query.rows) == must_land(rows, query.position)
    if limit:
        assert max(map(len, query.batches)) <= max(limit["maxEventsPerBatch"], 2)


def test_cycles_repeat_and_late_deliveries_fall_into_the_next(
    canonical: Path, rows: list[Row]
) -> None:
    query = Query(options(canonical))
    query.trigger()
    # Up to the first hour of the third cycle, so that two cycles have events in one part.
    query.trigger(timedelta(microseconds=(2 * DAYS * DAY + 3600 * SECOND - START) // 60))
    landed = in_order(query.rows)
    assert landed == must_land(rows, query.position)
    cycles = {row["order_id"].rpartition("-L")[2] for row in landed if "-L" in row["order_id"]}
    assert cycles == {"1", "2"}
    late = [row for row in landed if row["order_id"] == "L9999"]
    assert max(row["ts"] for row in late) > min(
        row["ts"] for row in landed if row["order_id"].endswith("-L1")
    )


def test_a_limit_is_kept_to_the_event_and_nothing_waits_for_long(
    canonical: Path, rows: list[Row]
) -> None:
    query = Query(options(canonical, maxEventsPerBatch=100))
    while query.trigger():
        pass
    sizes = [len(batch) for batch in query.batches]
    assert query.position == START
    assert sum(sizes) == len(must_land(rows, START))
    assert len(sizes) > 3
    # Two events at one moment are not divided, so a batch may hold one event less.
    assert all(size in {99, 100} for size in sizes[:-1])


def test_events_at_one_moment_are_not_divided(tmp_path: Path) -> None:
    at_once = [row for number in range(5) for row in order(f"A{number}", 1, SECOND, [0] * 8)]
    later = order("B", 1, 60 * SECOND, [SECOND * step for step in range(1, 9)])
    rows = sorted_rows(at_once + later)
    folder = write_dataset(tmp_path / "canonical", rows, days=DAYS, row_group_size=4)
    query = Query(options(folder, maxEventsPerBatch=3))
    assert len(query.trigger()) == 45
    assert query.position == SECOND
    while query.trigger():
        pass
    assert [len(batch) for batch in query.batches] == [45, 3, 3, 3]


def test_a_window_without_events_is_no_batch(tmp_path: Path) -> None:
    rows = sorted_rows(
        order("A", 1, 0, [SECOND] * 8) + order("B", 1, DAY + 20 * 3600 * SECOND, [SECOND] * 8)
    )
    query = Query(options(write_dataset(tmp_path / "canonical", rows, days=DAYS)))
    assert len(query.trigger()) == 9
    assert query.trigger(timedelta(seconds=30)) == []
    assert query.position == START
    assert len(query.trigger(timedelta(seconds=61))) == 9
    assert query.position == START + 91 * 60 * SECOND


def test_a_clock_that_went_backwards_reads_nothing(canonical: Path, rows: list[Row]) -> None:
    query = Query(options(canonical))
    query.trigger()
    query.trigger(timedelta(minutes=1))
    reached = query.position
    for back in (-timedelta(seconds=30), -timedelta(days=400)):
        assert query.trigger(back) == []
        query.reader = None
        assert query.trigger() == []
    assert query.position == reached
    query.now = NOW
    query.trigger(timedelta(minutes=2))
    assert query.position == START + 120 * 60 * SECOND
    assert in_order(query.rows) == must_land(rows, query.position)


def test_what_the_first_batch_fixed_stays_after_a_restart(canonical: Path) -> None:
    query = Query(options(canonical, speedMultiplier=600))
    query.trigger()
    query.reader, query.options = None, {"datasetpath": str(canonical)}
    assert query.trigger(timedelta(minutes=1))
    # On from the first day, at 600 times the speed.
    assert query.position == START + 600 * 60 * SECOND


@pytest.mark.parametrize(
    ("name", "value"), [("simulationStartDay", "2"), ("speedMultiplier", "61")]
)
def test_an_option_that_contradicts_the_first_batch_is_named(
    canonical: Path, name: str, value: str
) -> None:
    query = Query(options(canonical))
    query.trigger()
    query.options = query.options | {name.lower(): value}
    with pytest.raises(UserError, match=f"The option {name} is {value}, but the first batch"):
        query.start()


def test_a_first_batch_that_was_not_written_down_begins_again(canonical: Path) -> None:
    query = Query(options(canonical))
    assert query.start().latestOffset()["position"] == START
    query.reader = None
    query.trigger(timedelta(hours=1))
    assert query.position == START + 3600 * SECOND


def test_a_batch_is_asked_for_twice_without_being_read(canonical: Path) -> None:
    """Whoever asks again before it reads gets a later end of the same stream."""
    query = Query(options(canonical))
    reader = query.start()
    first = reader.latestOffset()
    query.now += timedelta(minutes=1)
    second = reader.latestOffset()
    assert second["settings"] == first["settings"]
    assert second["position"] == START + 3600 * SECOND


def test_offsets_of_two_streams_are_refused(canonical: Path) -> None:
    query = Query(options(canonical))
    query.trigger()
    other = Query(options(canonical), now=NOW + timedelta(minutes=5))
    other.trigger()
    reader = query.start()
    with pytest.raises(UserError, match="offsets of two streams"):
        reader.partitions(json.loads(query.offsets[-1]), json.loads(other.offsets[-1]))


@pytest.mark.parametrize(
    "change",
    [
        {"position": "7"},
        {"position": -1},
        {"position": 7, "settings": None},
        {"settings": {"version": 2}},
        {"settings": []},
    ],
)
def test_an_offset_that_cannot_be_read_is_an_error(canonical: Path, change: dict[str, Any]) -> None:
    query = Query(options(canonical))
    query.trigger()
    kept = json.loads(query.offsets[-1]) | change
    with pytest.raises(UserError, match="The checkpoint holds an offset that the source caspers"):
        CaspersStream(parse_options(query.options)).partitions(kept, kept)


def test_another_dataset_than_the_first_is_refused(
    canonical: Path, rows: list[Row], tmp_path: Path
) -> None:
    query = Query(options(canonical))
    query.trigger()
    less = write_dataset(tmp_path / "less", rows[:-1], days=DAYS, schema=PEOPLE_SCHEMA)
    query.options = options(less)
    query.start()
    with pytest.raises(UserError, match=r"holds another dataset .* begin a new stream"):
        query.trigger(timedelta(minutes=1))
    first, second = json.loads(query.offsets[0]), json.loads(query.offsets[0])
    second["position"] += 1
    with pytest.raises(UserError, match="holds another dataset"):
        query.start().partitions(first, second)


def test_a_file_that_is_exchanged_before_it_is_read_is_noticed(
    rows: list[Row], tmp_path: Path
) -> None:
    folder = write_dataset(tmp_path / "canonical", rows, days=DAYS, schema=PEOPLE_SCHEMA)
    reader = CaspersStream(parse_options(options(folder)), lambda: NOW)
    (partition, *_) = reader.partitions(reader.initialOffset(), reader.latestOffset())
    write_dataset(folder, rows[:-1], days=DAYS, schema=PEOPLE_SCHEMA)
    with pytest.raises(UserError, match="was exchanged while a batch was read"):
        list(reader.read(partition))


def test_a_batch_reads_only_the_row_groups_that_can_hold_its_events(
    canonical: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_groups, "ROWS_PER_SLICE", 1)
    reader = CaspersStream(parse_options(options(canonical)), clock := Clock())
    begin = reader.latestOffset()
    clock.now += timedelta(seconds=30)
    end = reader.latestOffset()
    groups = [each.value.row_groups for each in reader.partitions(begin, end)]
    file = pq.ParquetFile(canonical / "events.parquet")
    seconds = [
        file.read_row_group(number, columns=["ts_seconds"])["ts_seconds"].to_numpy()
        for number in range(file.num_row_groups)
    ]
    day_zero = 1_704_067_200
    first, last = (day_zero + each["position"] // SECOND for each in (begin, end))
    wanted = [
        (number,)
        for number, each in enumerate(seconds)
        if each.min() <= last and each.max() >= first
    ]
    assert groups == wanted
    assert 0 < len(groups) < file.num_row_groups / 10


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.mark.parametrize("form", ["older", "unsorted", "without statistics", "parts"])
def test_every_form_of_a_dataset_is_read(form: str, rows: list[Row], tmp_path: Path) -> None:
    folder = tmp_path / "canonical"
    if form == "older":
        rows = [row | {"ts_micros": 0} for row in some_orders(DAYS, 20)]
        names = [name for name in SCHEMA.names if name not in {"ts_micros", "eta_mins"}]
        rows = sorted_rows([row | {"eta_mins": None} for row in rows])
        schema = pa.schema([SCHEMA.field(name) for name in names])
        write_dataset(folder, rows, days=DAYS, schema=schema, row_group_size=16)
    else:
        write_dataset(folder, rows, days=DAYS, schema=PEOPLE_SCHEMA, row_group_size=16)
    file = folder / "events.parquet"
    table = pq.read_table(file)
    if form == "unsorted":
        mixed = random.Random(1).sample(range(table.num_rows), table.num_rows)  # noqa: S311
        pq.write_table(table.take(mixed), file, row_group_size=16)
    if form == "without statistics":
        pq.write_table(table, file, row_group_size=16, write_statistics=False)
    if form == "parts":
        file.unlink()
        file.mkdir()
        half = table.num_rows // 2
        pq.write_table(table.slice(0, half), file / "part-000.parquet", row_group_size=16)
        pq.write_table(table.slice(half), file / "part-001.parquet", row_group_size=16)
    query = Query(options(folder, maxEventsPerBatch=300, speedMultiplier=6000))
    for _ in range(8):
        query.trigger(timedelta(seconds=20), killed=len(query.offsets) % 4 == 3)
    query.start()
    assert query.position > DAYS * DAY
    assert in_order(query.rows) == must_land(rows, query.position)


def test_rows_name_their_window_where_that_is_asked_for(canonical: Path) -> None:
    query = Query(options(canonical, landedWindow=True))
    first, second = query.trigger(), query.trigger(timedelta(seconds=30))
    (name,) = {row["landed_window"] for row in first}
    assert parse_window_file_name(f"{name}.jsonl") == (0, START)
    (name,) = {row["landed_window"] for row in second}
    assert parse_window_file_name(f"{name}.jsonl") == (START + 1, query.position)


def test_its_columns_are_those_of_a_landed_line(canonical: Path) -> None:
    def names(**others: object) -> list[str]:
        columns = CasperSource(options(canonical, **others)).schema().split(", ")
        return [column.split(" ")[0] for column in columns]

    landed = list(must_land(some_orders(1, 1), DAY)[0])
    assert CasperSource.name() == "caspers"
    assert names() == landed
    assert names(landedWindow="true") == [*landed, "landed_window"]


def test_read_once_it_is_the_first_batch(canonical: Path, rows: list[Row]) -> None:
    reader = CaspersBatch(parse_options(options(canonical)), lambda: NOW)
    read = [
        row
        for partition in reader.partitions()
        for batch in reader.read(partition)
        for row in batch.to_pylist()
    ]
    assert in_order(read) == must_land(rows, START)
    assert list(reader.read(None)) == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"datasetpath": None}, "needs the option datasetPath"),
        ({"datasetpath": " "}, "needs the option datasetPath"),
        ({"path": "/x"}, "has no option path"),
        ({"speedmultiplyer": "3"}, "no option speedmultiplyer .did you mean speedMultiplier"),
        ({"simulationstartday": "-1"}, "simulationStartDay is '-1'"),
        ({"simulationstartday": "1.5"}, "simulationStartDay is '1.5'"),
        ({"simulationstartday": "1000001"}, "simulationStartDay .* from 0 to 1,000,000"),
        ({"speedmultiplier": "0"}, "speedMultiplier is '0'"),
        ({"speedmultiplier": "nan"}, "speedMultiplier is 'nan'"),
        ({"speedmultiplier": "fast"}, "speedMultiplier is 'fast'"),
        ({"maxeventsperbatch": "0"}, "maxEventsPerBatch is '0'"),
        ({"maxeventsperbatch": "many"}, "maxEventsPerBatch is 'many'"),
        ({"landedwindow": "perhaps"}, "landedWindow is 'perhaps'"),
    ],
)
def test_an_option_that_is_unknown_or_impossible_is_named(
    canonical: Path, given: dict[str, str | None], message: str
) -> None:
    asked = {
        name: value for name, value in (options(canonical) | given).items() if value is not None
    }
    with pytest.raises(UserError, match=message):
        CasperSource(asked).schema()


def test_where_there_is_no_dataset_the_error_says_how_to_make_one(tmp_path: Path) -> None:
    reader = CaspersStream(parse_options(options(tmp_path)))
    with pytest.raises(UserError, match="python -m generator canonical"):
        reader.latestOffset()
