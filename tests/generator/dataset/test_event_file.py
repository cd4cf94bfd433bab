from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from common.event_schema import EVENT_COLUMNS, SORT_ORDER
from generator.dataset.event_file import ROWS_PER_GROUP, in_time_order, write_events
from generator.simulation.kitchen_day import simulate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from generator.simulation.prepared_kitchen import Kitchen

EPOCH = 1_704_067_200
DAY = 86_400


def made_days(kitchens: list[Kitchen], days: int) -> Iterator[tuple[int, list[pa.Table]]]:
    for day in range(days):
        yield (
            EPOCH + (day + 1) * DAY,
            [simulate(kitchen, day, EPOCH).events for kitchen in kitchens],
        )


@pytest.fixture(scope="module")
def kitchens(make_kitchen: Callable[..., Kitchen]) -> list[Kitchen]:
    return [make_kitchen("sv"), make_kitchen("chicago")]


def keys_of(table: pa.Table) -> list[tuple]:
    return list(zip(*(table[column].to_pylist() for column in SORT_ORDER), strict=True))


def test_days_and_kitchens_become_one_sorted_sequence_and_nothing_is_lost(
    kitchens: list[Kitchen],
) -> None:
    parts = list(made_days(kitchens, 4))
    merged = list(in_time_order(parts))
    whole = pa.concat_tables(merged)
    assert keys_of(whole) == sorted(keys_of(whole))
    everything = pa.concat_tables([table for _, tables in parts for table in tables])
    assert sorted(keys_of(everything)) == keys_of(whole)
    assert len(merged) == 5
    assert merged[-1].num_rows > 0  # the last evening's orders finish after the last day
    assert min(merged[-1]["ts_seconds"].to_pylist()) >= EPOCH + 4 * DAY


def test_an_event_carried_over_several_days_arrives_in_its_place() -> None:
    def event(at: int, name: str) -> pa.Table:
        return EVENT_COLUMNS.empty_table().from_pylist(
            [
                {
                    "order_id": name,
                    "location_id": 1,
                    "event_type_id": 1,
                    "ts_seconds": at,
                    "ts_micros": 0,
                    "sequence": 0,
                }
            ],
            schema=EVENT_COLUMNS,
        )

    days = [(10, [event(25, "late"), event(5, "now")]), (20, [event(15, "next")]), (30, [])]
    merged = [table["order_id"].to_pylist() for table in in_time_order(days)]
    assert merged == [["now"], ["next"], ["late"], []]


def test_row_groups_have_a_fixed_size_and_time_statistics(
    kitchens: list[Kitchen], tmp_path: Path
) -> None:
    file = tmp_path / "events.parquet"
    rows = write_events(file, in_time_order(made_days(kitchens, 5)))
    metadata = pq.read_metadata(file)
    sizes = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
    assert sum(sizes) == rows == metadata.num_rows
    assert set(sizes[:-1]) == {ROWS_PER_GROUP}
    assert 0 < sizes[-1] <= ROWS_PER_GROUP
    assert pq.read_schema(file).equals(EVENT_COLUMNS)
    at = EVENT_COLUMNS.get_field_index("ts_seconds")
    bounds = [
        (column.statistics.min, column.statistics.max)
        for column in (
            metadata.row_group(group).column(at) for group in range(metadata.num_row_groups)
        )
    ]
    assert bounds == sorted(bounds)
    assert {
        metadata.row_group(0).column(column).compression for column in range(len(EVENT_COLUMNS))
    } == {"ZSTD"}


def test_how_tables_are_cut_does_not_change_the_file(
    kitchens: list[Kitchen], tmp_path: Path
) -> None:
    whole = pa.concat_tables(in_time_order(made_days(kitchens, 3)))
    cuts = np.random.default_rng(1).integers(0, whole.num_rows, size=40)
    edges = [0, *sorted(cuts.tolist()), whole.num_rows]
    pieces = [whole.slice(begin, end - begin) for begin, end in itertools.pairwise(edges)]
    write_events(tmp_path / "whole.parquet", [whole])
    write_events(tmp_path / "pieces.parquet", pieces)
    assert (tmp_path / "whole.parquet").read_bytes() == (tmp_path / "pieces.parquet").read_bytes()


def test_no_events_is_a_readable_file(tmp_path: Path) -> None:
    assert write_events(tmp_path / "none.parquet", [EVENT_COLUMNS.empty_table()]) == 0
    assert pq.read_table(tmp_path / "none.parquet").equals(EVENT_COLUMNS.empty_table())
