"""The six tables beside the events: complete, typed, the same bytes each time."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from common.errors import UserError
from common.paths import SEEDS
from generator.catalogue.seed_files import load_catalogue
from generator.dataset.business_tables import write_business_tables

TABLES = ["locations", "brands", "brand_locations", "menus", "categories", "items"]


def test_all_six_tables_are_written_as_they_were_read(tmp_path: Path) -> None:
    catalogue = load_catalogue(SEEDS)
    written = write_business_tables(catalogue, tmp_path / "a" / "new" / "folder")
    assert [file.name for file in written] == [f"{table}.parquet" for table in TABLES]
    for file, table in zip(written, TABLES, strict=True):
        records = getattr(catalogue, table)
        rows = pq.read_table(file).to_pylist()
        assert rows == [{name: getattr(record, name) for name in rows[0]} for record in records], (
            table
        )


def test_money_is_decimal_and_open_ends_are_null(tmp_path: Path) -> None:
    write_business_tables(load_catalogue(SEEDS), tmp_path)
    items = pq.read_schema(tmp_path / "items.parquet")
    assert items.field("price").type == pa.decimal128(10, 2)
    assert items.field("id").type == pa.int32()
    presence = pq.read_table(tmp_path / "brand_locations.parquet")
    assert presence.schema.field("end_day").type == pa.int32()
    assert presence["end_day"].null_count == len(presence) - 1
    locations = pq.read_schema(tmp_path / "locations.parquet")
    assert locations.field("lat").type == pa.float64()


def test_the_same_catalogue_gives_the_same_bytes(tmp_path: Path) -> None:
    first = write_business_tables(load_catalogue(SEEDS), tmp_path / "first")
    second = write_business_tables(load_catalogue(SEEDS), tmp_path / "second")
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


def test_a_path_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    occupied = tmp_path / "occupied"
    occupied.write_text("not a folder")
    with pytest.raises(UserError, match=r"occupied.locations\.parquet cannot be written: .*--out"):
        write_business_tables(load_catalogue(SEEDS), occupied)


@pytest.mark.skipif(not Path("/dev/full").exists() or os.name == "nt", reason="needs /dev/full")
def test_a_full_disk_is_named(tmp_path: Path) -> None:
    (tmp_path / "locations.parquet").symlink_to("/dev/full")
    with pytest.raises(UserError, match=r"locations\.parquet cannot be written: .*free some space"):
        write_business_tables(load_catalogue(SEEDS), tmp_path)
