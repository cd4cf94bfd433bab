"""``python -m generator snapshot``: a moment in, tables out."""

import csv
import io
import json
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from common.errors import UserError
from generator.__main__ import main
from generator.snapshot.moments import read_moment
from generator.snapshot.snapshot import TABLES

START = date(2024, 1, 1)
HOUR = 3_600_000_000
AT = ["snapshot", "--locations", "bellevue", "--at", "day 3 18:30"]


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("day 3 18:30", 90.5),
        ("Day 3  18:30:36", 90.51),
        ("day 0", 0),
        ("2024-01-04 18:30", 90.5),
        ("2024-01-04T18:30:36", 90.51),
        ("2024-01-01", 0),
    ],
)
def test_a_moment_is_a_day_and_a_time_or_a_date(text: str, hours: float) -> None:
    assert read_moment(text, START) == hours * HOUR


@pytest.mark.parametrize(
    "text",
    ["day 3 24:00", "day 3 18:60", "tomorrow", "2024-01-04T18:30+01:00", "2023-12-31", "day 99999"],
)
def test_what_is_no_moment_of_the_world_is_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"--at"):
        read_moment(text, START)


@pytest.mark.usefixtures("straight_roads")
def test_the_same_moment_is_printed_in_three_forms(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*AT, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["at"], found["seed"]) == ("2024-01-04T18:30:00", 42)
    assert set(TABLES) <= found.keys()
    assert main([*AT, "--format", "csv", "--table", "couriers"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["driver_id"] for row in rows] == [row["driver_id"] for row in found["couriers"]]
    assert [row["order_ids"] for row in rows] == [
        " ".join(row["order_ids"]) for row in found["couriers"]
    ]
    assert main(AT) == 0
    text = capsys.readouterr().out
    assert "day 3 18:30:00" in text
    for order in found["orders"]:
        assert order["order_id"] in text
    on_shift = [row for row in found["couriers"] if row["state"] != "off_shift"]
    assert on_shift
    assert all(row["driver_id"] in text for row in on_shift)


@pytest.mark.usefixtures("straight_roads")
def test_the_tables_are_written_the_same_every_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("one", "two"):
        assert main([*AT, "--out", str(tmp_path / name)]) == 0
        assert "1 population" in capsys.readouterr().out
    for name, schema in TABLES.items():
        first, second = (tmp_path / each / f"{name}.parquet" for each in ("one", "two"))
        assert pq.read_table(first).schema.equals(schema)
        assert first.read_bytes() == second.read_bytes()
    assert main([*AT, "--out", str(tmp_path / "one"), "--seed", "43"]) == 0
    assert json.loads((tmp_path / "one" / "snapshot.json").read_bytes())["seed"] == 43
    assert main([*AT, "--out", str(tmp_path)]) == 2
    assert "choose an empty or new folder" in capsys.readouterr().err


def test_csv_is_of_one_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*AT, "--format", "csv"]) == 2
    assert "--table" in capsys.readouterr().err
