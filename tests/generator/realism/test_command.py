"""The command: one table for datasets of any form, one line for what is none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from matplotlib.image import imread

from generator.__main__ import main
from generator.realism import pictures
from generator.realism.catalogue import POINTS, STATISTICS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

VERDICTS = ("inside", "outside", "not in this dataset")


def verdicts(output: str) -> dict[str, str]:
    """Return the verdict of each statistic in the table."""
    found = {}
    for statistic in STATISTICS:
        line = next(line for line in output.splitlines() if f"  {statistic.name}  " in line)
        (found[statistic.name],) = (each for each in VERDICTS if f"  {each}  " in line)
        assert line.split()[0] == str(statistic.point)
        assert line.endswith(statistic.source)
    return found


def run(*arguments: object) -> int:
    return main(["realism", *map(str, arguments)])


def test_every_point_of_a_dataset_without_people_fails(
    dull_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(dull_folder) == 0
    output = capsys.readouterr().out
    found = verdicts(output)
    for point, about in POINTS.items():
        of_point = {found[each.name] for each in STATISTICS if each.point == point}
        assert "outside" in of_point, about
    summary = output.splitlines()[-4:-1]
    counts = [int(line.split()[0]) for line in summary]
    assert sum(counts) == len(STATISTICS)
    assert counts == [list(found.values()).count(verdict) for verdict in VERDICTS]


def test_the_oldest_form_has_whole_seconds_no_order_and_no_expected_drive(
    dull_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events = pq.read_table(dull_folder / "events.parquet").drop(["ts_micros", "eta_mins"])
    events = events.sort_by([("event_type_id", "descending"), ("order_id", "ascending")])
    pq.write_table(events, tmp_path / "events.parquet")
    assert run(tmp_path) == 0
    found = verdicts(capsys.readouterr().out)
    for statistic in STATISTICS:
        if statistic.point == 15 or "expected drive" in statistic.name:
            assert found[statistic.name] == "not in this dataset"
    assert found["most common duration of a stage, relative to chance"] == "outside"


def test_parts_are_read_as_one_file(
    dull_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(dull_folder) == 0
    whole = capsys.readouterr().out
    events = pq.read_table(dull_folder / "events.parquet")
    parts = tmp_path / "it's [here]*" / "events.parquet"
    parts.mkdir(parents=True)
    for number, begin in enumerate(range(0, len(events), 30_000)):
        pq.write_table(events.slice(begin, 30_000), parts / f"part-{number:05}.parquet")
    assert run(parts.parent) == 0
    assert capsys.readouterr().out == whole


def test_of_a_long_dataset_the_first_days_are_measured(
    dull_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(dull_folder, "--days", "7") == 0
    found = verdicts(capsys.readouterr().out)
    assert found["customers with one order"] == "not in this dataset"
    assert found["correlation of a day with the day before"] == "not in this dataset"


def test_pictures_show_something_and_are_the_same_again(
    dull_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "deep" / "pictures"
    assert run(dull_folder, "--pictures", folder) == 0
    printed = capsys.readouterr().out
    files = sorted(folder.iterdir())
    assert [file.stem for file in files] == sorted(pictures.PICTURES)
    for file in files:
        assert str(file) in printed
        assert (imread(file)[:, :, :3].min(axis=2) < 0.9).mean() > 0.005
    monkeypatch.setattr(pictures, "PICTURES", {"again": pictures.PICTURES["hours"]})
    assert run(dull_folder, "--pictures", folder) == 0
    assert (folder / "again.png").read_bytes() == (folder / "hours.png").read_bytes()


def _no_folder(folder: Path) -> None:
    folder.rmdir()


def _text(folder: Path) -> None:
    (folder / "events.parquet").write_text("order_id\n")


def _no_parts(folder: Path) -> None:
    (folder / "events.parquet").mkdir()


def _other_columns(folder: Path) -> None:
    pq.write_table(pa.table({"order_id": ["a"]}), folder / "events.parquet")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_no_folder, "There is no dataset in"),
        (lambda _: None, "events.parquet is missing"),
        (_text, "not a Parquet file"),
        (_no_parts, "a folder without a Parquet file"),
        (_other_columns, "lacks location_id, event_type_id"),
    ],
)
def test_what_is_no_dataset_is_named_in_one_line(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    damage: Callable[[Path], None],
    words: str,
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    damage(folder)
    assert run(folder) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert re.fullmatch(r"error: [^\n]+\n", output.err)
    assert words in output.err
    assert str(folder) in output.err


@pytest.mark.parametrize(
    ("description", "words"),
    [
        ("{", "dataset.json cannot be read"),
        ('{"epoch": [1]}', "the epoch [1] is not a day"),
        ('{"epoch": "2024-13-01"}', "the epoch '2024-13-01' is not a day"),
    ],
)
def test_a_description_that_cannot_be_read_is_named(
    dull_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    description: str,
    words: str,
) -> None:
    (tmp_path / "events.parquet").symlink_to(dull_folder / "events.parquet")
    (tmp_path / "dataset.json").write_text(description)
    assert run(tmp_path) == 2
    assert words in capsys.readouterr().err


def test_events_without_orders_are_no_dataset(
    dull_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pq.write_table(
        pq.read_table(dull_folder / "events.parquet").slice(0, 0), tmp_path / "events.parquet"
    )
    assert run(tmp_path) == 2
    assert "events.parquet has no orders" in capsys.readouterr().err


def test_days_and_pictures_that_cannot_be_are_named(
    dull_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(dull_folder, "--days", "0") == 2
    assert "--days 0" in capsys.readouterr().err
    (tmp_path / "file").write_text("in the way")
    assert run(dull_folder, "--pictures", tmp_path / "file") == 2
    assert "choose another place with --pictures" in capsys.readouterr().err
