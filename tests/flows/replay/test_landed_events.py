"""What lands, line by line: against the contract's own words in plain Python."""

import json
import uuid
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from common.canonical_dataset import literal_path, open_dataset, profile_dataset
from common.errors import UserError
from common.landing.event_lines import NAMESPACE, write_window
from common.landing.window import Window
from flows.replay.commands import ReplayOptions, run
from tests.support.sample_datasets import (
    DAY,
    PEOPLE_SCHEMA,
    SCHEMA,
    SECOND,
    Row,
    Small,
    expected_lines,
    landed_lines,
    order,
    people_form,
    some_orders,
    sorted_rows,
    write_dataset,
)

NOW = datetime(2026, 11, 21, 10, 30, 0, 250)
MINUTES = [60 * SECOND * step for step in range(1, 9)]


def event_id(order_id: str, sequence: int) -> str:
    """Return the id that SQL must give an event, by the UUID library of Python."""
    return str(uuid.uuid3(NAMESPACE, f"{order_id}:{sequence}"))


def written(canonical: Path, window: Window, target: Path, shift_days: int = 0) -> list[bytes]:
    dataset = open_dataset(canonical)
    events = write_window(dataset, profile_dataset(dataset), window, shift_days, target)
    lines = target.read_bytes().splitlines(keepends=True)
    assert events == len(lines)
    return lines


def test_a_line_has_the_contracts_keys_in_order_and_a_body_that_is_a_string(
    small: Small, tmp_path: Path
) -> None:
    lines = written(small.folder, Window(0, 9 * 60 * SECOND), tmp_path / "lines", 690)
    assert lines[0].decode() == (
        '{"event_id":"' + event_id("AA000", 0) + '","event_type":"order_created",'
        '"ts":"2025-11-21 00:00:00.000","location_id":1,"order_id":"AA000","sequence":0,'
        '"body":"{\\"customer_lat\\":41.88,\\"customer_lon\\":-87.63,\\"customer_addr\\":\\"12 Elm '
        'St\\",\\"items\\":[{\\"id\\":7,\\"category_id\\":3,\\"menu_id\\":2,\\"brand_id\\":1,'
        '\\"name\\":\\"Bún \\\\\\"chả\\\\\\"\\",\\"price\\":12.5,\\"qty\\":2},{\\"id\\":9,'
        '\\"category_id\\":3,\\"menu_id\\":2,\\"brand_id\\":1,\\"name\\":\\"Tea\\",\\"price\\":3.0,'
        '\\"qty\\":1}]}"}\n'
    )
    bodies = {json.loads(line)["event_type"]: json.loads(line)["body"] for line in lines}
    assert bodies["gk_ready"] == "{}"
    assert bodies["driver_picked_up"] == (
        '{"route_points":[[41.9,-87.6],[41.88,-87.63]],"eta_mins":14.5}'
    )
    assert bodies["driver_ping"] == '{"progress_pct":50.0,"loc_lat":41.89,"loc_lon":-87.61}'
    assert bodies["delivered"] == '{"delivered_lat":41.88,"delivered_lon":-87.63}'


def test_the_keys_of_people_follow_those_of_the_older_form(tmp_path: Path) -> None:
    rows = people_form(some_orders(2, 30))
    canonical = write_dataset(tmp_path / "c", rows, days=2, schema=PEOPLE_SCHEMA)
    bodies = {}
    for line in written(canonical, Window(0, 2 * DAY), tmp_path / "lines"):
        landed = json.loads(line)
        bodies.setdefault(landed["event_type"], landed["body"])
    assert bodies["order_created"].endswith(
        '"qty":1}],"customer_id":"c00000000","promised_mins":30.0,"payment":{"subtotal":"28.00",'
        '"delivery_fee":"3.99","service_fee":"2.80","tax":"2.33","tip":"2.50","discount":"2.00",'
        '"total":"37.62"}}'
    )
    assert bodies["driver_arrived"] == '{"driver_id":"d00010000"}'
    assert bodies["delivered"].endswith(',"driver_id":"d00010000"}')
    assert bodies["order_cancelled"] == '{"reason":"customer_changed_mind"}'


def test_people_keep_their_ids_over_the_cycles(tmp_path: Path) -> None:
    rows = people_form(some_orders(2, 30))
    assert {row["event_type_id"] for row in rows} == set(range(1, 10))
    canonical = write_dataset(tmp_path / "c", rows, days=2, schema=PEOPLE_SCHEMA)
    lines = [json.loads(line) for line in written(canonical, Window(0, 4 * DAY), tmp_path / "l", 3)]
    landed = [line | {"body": json.loads(line["body"])} for line in lines]
    assert landed == expected_lines(rows, 2, 0, 4 * DAY, 3)


def test_a_person_that_the_dataset_does_not_know_leaves_no_key(tmp_path: Path) -> None:
    told = people_form(order("A1", 1, 0, MINUTES))
    rows = [row | dict.fromkeys(PEOPLE_SCHEMA.names[15:]) for row in told]
    rows[0]["promised_mins"] = float("nan")
    lines = [
        written(
            write_dataset(tmp_path / name, rows, days=1, schema=schema),
            Window(0, DAY),
            tmp_path / f"{name} lines",
        )
        for name, schema in {"people": PEOPLE_SCHEMA, "older": SCHEMA}.items()
    ]
    assert lines[0] == lines[1]


def test_milliseconds_are_cut_off_and_not_rounded(tmp_path: Path) -> None:
    rows = order("A1", 1, 0, [SECOND - 1, *(SECOND * step for step in range(1, 8))])
    lines = written(write_dataset(tmp_path / "c", rows, days=1), Window(0, DAY), tmp_path / "lines")
    assert json.loads(lines[1])["ts"] == "2024-01-01 00:00:00.999"


def test_four_cycles_land_as_the_contract_says(small: Small, tmp_path: Path) -> None:
    last = 4 * small.days * DAY - 7 * 3600 * SECOND
    lines = [json.loads(line) for line in written(small.folder, Window(0, last), tmp_path / "l", 5)]
    landed = [line | {"body": json.loads(line["body"])} for line in lines]
    assert landed == expected_lines(small.rows, small.days, 0, last, 5)
    assert len({line["event_id"] for line in landed}) == len(landed)
    assert [line["ts"] for line in landed] == sorted(line["ts"] for line in landed)


def test_late_deliveries_land_in_the_first_hours_of_the_next_cycle(
    small: Small, tmp_path: Path
) -> None:
    window = Window(3 * DAY, 3 * DAY + 3600 * SECOND)
    lines = [json.loads(line) for line in written(small.folder, window, tmp_path / "lines")]
    late = [line for line in lines if line["order_id"] == "L9999"]
    assert late[-1]["event_type"] == "delivered"
    assert {line["order_id"] for line in lines} >= {"L9999", "AA000-L1", "BB000-L1"}
    assert lines[0]["order_id"] == "AA000-L1"


def test_a_delivery_may_be_later_than_the_whole_next_cycle(tmp_path: Path) -> None:
    steps = [DAY * step // 3 for step in range(1, 9)]
    rows = sorted_rows([*order("A1", 1, 5 * SECOND, steps), *order("B1", 2, 9 * SECOND, steps)])
    canonical = write_dataset(tmp_path / "c", rows, days=1)
    lines = [json.loads(line) for line in written(canonical, Window(0, 5 * DAY), tmp_path / "l")]
    landed = [line | {"body": json.loads(line["body"])} for line in lines]
    assert landed == expected_lines(rows, 1, 0, 5 * DAY, 0)


@pytest.mark.parametrize("order_id", ["A0000", "A0000-L12", "ü'x", "", "7"])
def test_the_event_id_of_sql_is_that_of_python(order_id: str, tmp_path: Path) -> None:
    rows = order(order_id, 1, 0, MINUTES)
    if order_id.endswith("-L12"):
        rows = [row | {"order_id": "A0000"} for row in rows]
        window = Window(12 * DAY, 13 * DAY - 1)
    else:
        window = Window(0, DAY - 1)
    lines = written(write_dataset(tmp_path / "c", rows, days=1), window, tmp_path / "lines")
    ids = [json.loads(line)["event_id"] for line in lines]
    assert ids == [event_id(order_id, sequence) for sequence in range(9)]
    assert {uuid.UUID(each).version for each in ids} == {3}


def test_event_ids_never_change() -> None:
    assert str(NAMESPACE) == "63617370-6572-732d-6b69-746368656e73"
    assert event_id("0000000000", 0) == "fafb77f6-db9c-3ae9-9903-6c897db89212"


def test_what_is_null_in_the_dataset_is_null_in_the_body(tmp_path: Path) -> None:
    nullable = SCHEMA.names[6:]
    rows = order("A1", 1, 0, MINUTES, missing=nullable)
    lines = written(write_dataset(tmp_path / "c", rows, days=1), Window(0, DAY), tmp_path / "lines")
    bodies = [json.loads(json.loads(line)["body"]) for line in lines]
    assert set(bodies[0]) == {"customer_lat", "customer_lon", "customer_addr", "items"}
    assert list(bodies[5]) == ["route_points", "eta_mins"]
    assert list(bodies[6]) == ["progress_pct", "loc_lat", "loc_lon"]
    assert list(bodies[8]) == ["delivered_lat", "delivered_lon"]
    assert {value for body in bodies for value in body.values()} == {None}


def test_items_keep_their_seven_keys_and_their_values_as_they_are(tmp_path: Path) -> None:
    rows = order("A1", 1, 0, MINUTES)
    odd = '[{"qty": null, "name": "x", "price": "free", "colour": "red", "id": 5000000000}]'
    rows[0]["items_json"] = odd
    lines = written(write_dataset(tmp_path / "c", rows, days=1), Window(0, DAY), tmp_path / "lines")
    (item,) = json.loads(json.loads(lines[0])["body"])["items"]
    assert list(item) == ["id", "category_id", "menu_id", "brand_id", "name", "price", "qty"]
    assert item["id"] == 5_000_000_000
    assert (item["price"], item["qty"], item["brand_id"]) == ("free", None, None)


def test_a_number_that_json_does_not_know_is_null(tmp_path: Path) -> None:
    rows = order("A1", 1, 0, MINUTES)
    rows[6]["ping_lat"], rows[6]["ping_lon"] = float("nan"), float("inf")
    lines = written(write_dataset(tmp_path / "c", rows, days=1), Window(0, DAY), tmp_path / "lines")
    assert json.loads(json.loads(lines[6])["body"])["loc_lat"] is None
    assert json.loads(json.loads(lines[6])["body"])["loc_lon"] is None


@pytest.mark.parametrize(
    ("row", "column", "text"),
    [
        (0, "items_json", '[{"id": 1'),
        (0, "items_json", '{"id": 1}'),
        (5, "route_json", "[[1, 2"),
        (0, "payment_json", '{"total": 1'),
        (0, "payment_json", "[1]"),
        (0, "payment_json", "null"),
    ],
)
def test_unreadable_json_in_the_dataset_is_an_error_and_lands_nothing(
    row: int, column: str, text: str, tmp_path: Path, landing: Path
) -> None:
    rows = people_form(order("A1", 1, 0, MINUTES))
    rows[row][column] = text
    canonical = write_dataset(tmp_path / "c", rows, days=1, schema=PEOPLE_SCHEMA)
    with pytest.raises(UserError, match=f"cannot be replayed .*({column} of order A1|JSON)"):
        run(canonical, landing, NOW, ReplayOptions(start_day=1))
    assert list(landing.glob("*.jsonl")) == []


def older_form(rows: list[Row], folder: Path, *, shuffled: bool) -> Path:
    """Write the dataset as its older form has it: fewer columns, wider types, any order."""
    dropped = {"ts_micros", "eta_mins"}
    wide = {"location_id", "event_type_id", "sequence"}
    schema = pa.schema(
        [
            (field.name, pa.int64() if field.name in wide else field.type)
            for field in SCHEMA
            if field.name not in dropped
        ]
    )
    ordered = sorted(rows, key=lambda row: (row["order_id"], row["sequence"])) if shuffled else rows
    return write_dataset(folder, ordered, schema=schema)


@pytest.mark.parametrize("shuffled", [False, True])
def test_a_dataset_of_the_older_form_lands_the_same_events(
    shuffled: bool,  # pytest gives it by name
    tmp_path: Path,
    landing: Path,
) -> None:
    rows = [row | {"ts_micros": None, "eta_mins": None} for row in some_orders(3, 8)]
    canonical = older_form(sorted_rows([row | {"ts_micros": 0} for row in rows]), tmp_path / "old",
                           shuffled=shuffled)  # fmt: skip
    profile = profile_dataset(open_dataset(canonical))
    assert (profile.days, profile.in_order) == (3, not shuffled)
    report = run(canonical, landing, NOW, ReplayOptions(start_day=5))
    last = 5 * DAY + (10 * 3600 + 30 * 60) * SECOND + 250
    assert landed_lines(landing) == expected_lines(rows, 3, 0, last, report.settings.shift_days)


def test_a_window_reads_only_its_own_row_groups(tmp_path: Path) -> None:
    canonical = write_dataset(tmp_path / "c", some_orders(20, 40), days=20, row_group_size=100)
    target = tmp_path / "lines"
    whole = len(written(canonical, Window(0, 20 * DAY - 1), target))
    target.unlink()
    dataset = open_dataset(canonical)
    # Half of the file is broken; a reader that does not need that half does not notice.
    content = bytearray(dataset.events.read_bytes())
    metadata = pa.parquet.read_metadata(dataset.events)
    half = metadata.row_group(metadata.num_row_groups // 2).column(0).data_page_offset
    content[half : half + 20_000] = b"\0" * 20_000
    profile = profile_dataset(dataset)
    broken = tmp_path / "broken" / "events.parquet"
    broken.parent.mkdir()
    broken.write_bytes(content)
    events = write_window(
        replace(dataset, events=broken, files=(broken,)),
        profile,
        Window(2 * DAY, 2 * DAY + DAY // 8),
        0,
        target,
    )
    assert 0 < events < whole / 100
    target.unlink()
    with pytest.raises(UserError):
        write_window(
            replace(dataset, events=broken, files=(broken,)),
            profile,
            Window(0, 20 * DAY),
            0,
            target,
        )


def test_a_path_is_not_a_pattern(small: Small, tmp_path: Path) -> None:
    folder = tmp_path / "it's [a-z]*? 100%"
    folder.mkdir()
    for file in small.folder.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    landing = folder / "landing"
    report = run(folder, landing, NOW, ReplayOptions(start_day=1))
    assert report.events == len(landed_lines(landing)) > 0
    with duckdb.connect() as connection:
        path = literal_path(folder / "events.parquet")
        found = connection.execute("SELECT count(*) FROM glob(?)", [path]).fetchone()
    assert found == (1,)
