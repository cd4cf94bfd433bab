"""Faults go into a copy: reproducible, refused where impossible, the original untouched."""

import json
from pathlib import Path
from typing import Any

import pytest

from flows.faults.settings import FaultSettings
from tests.support.faulty_landing import FILES, inject, land_windows, read_ledger


@pytest.fixture(scope="module")
def clean_landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return land_windows(tmp_path_factory.mktemp("clean"))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(
    clean_landing: Path, tmp_path: Path
) -> None:
    before = {file.name: file.read_bytes() for file in clean_landing.glob(FILES)}
    contents = []
    for name, seed in (("one", "1"), ("two", "1"), ("three", "2"), ("one", "1")):
        out = tmp_path / name
        assert inject(clean_landing, out, "--seed", seed) == 0
        contents.append(
            {str(f.relative_to(out)): f.read_bytes() for f in out.rglob("*") if f.is_file()}
        )
    assert contents[0] == contents[1] == contents[3]
    assert contents[0] != contents[2]
    assert before == {file.name: file.read_bytes() for file in clean_landing.glob(FILES)}


def test_without_faults_the_copy_is_the_original(clean_landing: Path, tmp_path: Path) -> None:
    nothing = {
        name: {} if name == "null_fields" else 0
        for name in FaultSettings.model_fields
        if name != "late_minutes"
    }
    (tmp_path / "rates.json").write_text(json.dumps(nothing))
    assert inject(clean_landing, tmp_path / "out", "--rates", str(tmp_path / "rates.json")) == 0
    for file in clean_landing.glob(FILES):
        assert (tmp_path / "out" / file.name).read_bytes() == file.read_bytes()
    assert read_ledger(tmp_path / "out") == []


@pytest.mark.parametrize(
    ("rates", "named"),
    [
        ({"duplicates": 1.5}, "duplicates"),
        ({"late": -0.1}, "late"),
        ({"late_minutes": [60, 1]}, "late_minutes"),
        ({"bom_files": 0.5}, "bom_files"),
        ({"doubles": 0.1}, "doubles"),
        ({"null_fields": {"order_eaten": {"ts": 0.1}}}, "order_eaten"),
        ({"null_fields": {"gk_ready": {"items": 0.1}}}, "items"),
        ({"lost": 0.6, "truncated": 0.6}, "add up to 1.2"),
    ],
)
def test_impossible_settings_are_refused_by_name(
    rates: dict[str, Any], named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rates.json").write_text(json.dumps(rates))
    code = inject(tmp_path, tmp_path / "out", "--rates", str(tmp_path / "rates.json"))
    output = capsys.readouterr().err
    assert code == 2
    assert named in output
    assert "rates.json" in output


def test_the_original_is_never_written_to(
    clean_landing: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for out in (clean_landing, clean_landing / "inside", clean_landing.parent):
        assert inject(clean_landing, out) == 2
        assert "original" in capsys.readouterr().err
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "notes.txt").write_text("keep me")
    assert inject(clean_landing, mine) == 2
    assert "notes.txt" in capsys.readouterr().err
    (tmp_path / "landing").mkdir()
    assert inject(tmp_path / "landing", tmp_path / "out") == 2
    assert "Nothing has landed" in capsys.readouterr().err
    (tmp_path / "landing" / "events.jsonl").write_text("{}\n")
    assert inject(tmp_path / "landing", tmp_path / "out") == 2
    assert "events.jsonl is not a window" in capsys.readouterr().err
