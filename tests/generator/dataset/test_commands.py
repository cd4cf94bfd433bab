from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from common.paths import PROJECT
from generator.__main__ import main
from generator.dataset import local_events

if TYPE_CHECKING:
    from pathlib import Path


def run(*arguments: str | Path) -> int:
    return main([str(argument) for argument in arguments])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--help"], ["canonical", "realism", "roads"]),
        (
            ["canonical", "--help"],
            [
                *(
                    "--days",
                    "--start-date",
                    "--seed",
                    "--locations",
                    "--roads",
                    "--config",
                    "--out",
                ),
                *("default: 2024-01-01", "default: 42", "default: synthetic", "examples:"),
            ],
        ),
        (["realism", "--help"], ["DIR", "--pictures", "--days", "default: 90", "examples:"]),
        (["roads", "--help"], ["fetch", "draw"]),
        (["roads", "fetch", "--help"], ["--locations", "--out", "examples:"]),
        (["roads", "draw", "--help"], ["--roads", "--out", ".png", ".html", "examples:"]),
    ],
)
def test_help_names_every_option_and_its_default(
    arguments: list[str], words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 0
    output = " ".join(capsys.readouterr().out.split())
    assert [word for word in words if word not in output] == []


@pytest.mark.usefixtures("straight_roads")
def test_a_run_ends_with_one_line_about_what_was_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("--days", "12", "--locations", "sv,chicago", "--out", tmp_path / "data")
    assert run("canonical", *arguments) == 0
    output = capsys.readouterr()
    assert output.out.count("\n") == 1
    for word in (" orders, ", " events, 12 days, kitchens sv, chicago, ", " s: "):
        assert word in output.out
    assert output.err.splitlines() == ["10 of 12 days", "12 of 12 days"]


@pytest.mark.usefixtures("straight_roads")
def test_a_kitchen_with_far_too_few_stations_gets_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "sv.json"
    config.write_text('{"orders_day_1": 2500, "stations": 5}')
    assert run("canonical", "--days", "1", "--config", config, "--locations", "sv",
               "--out", tmp_path / "data") == 0  # fmt: skip
    error = capsys.readouterr().err
    assert "warning: sv has too few stations" in error
    assert "raise stations in locations.csv or in its configuration" in error


@pytest.mark.usefixtures("straight_roads")
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--days", "0"], "--days 0"),
        (["--days", "99999"], "--days 99999"),
        (["--seed", "-1"], "--seed -1"),
        (["--start-date", "9999-12-01"], "9999"),
        (["--start-date", "0099-12-31"], "--start-date 0099-12-31 is before the year 100"),
        (["--locations", "paris"], "paris"),
        (["--config", "nowhere.json"], "nowhere.json"),
    ],
)
def test_wrong_input_is_one_line_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
) -> None:
    assert run("canonical", *arguments, "--out", tmp_path / "data") == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("error: ")
    assert output.err.count("\n") == 1
    assert expected in output.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [["--start-date", "yesterday"], ["--days", "many"], ["--dys", "3"], ["--seed", "1.5"]],
)
def test_options_that_cannot_be_read_are_named(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["canonical", *arguments])
    assert end.value.code == 2
    assert arguments[0] in capsys.readouterr().err


@pytest.mark.usefixtures("straight_roads")
def test_a_path_that_cannot_be_a_folder_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert run("canonical", "--days", "1", "--out", tmp_path / "file" / "data") == 1
    output = capsys.readouterr().err
    assert output.startswith("error: ")
    assert str(tmp_path / "file") in output
    assert output.count("\n") == 1


@pytest.mark.usefixtures("straight_roads")
def test_ctrl_c_says_that_nothing_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(local_events, "simulate", interrupted)
    assert run("canonical", "--days", "1", "--out", tmp_path / "data") == 130
    assert capsys.readouterr().err.startswith("error: stopped")
    assert not (tmp_path / "data").exists()


def test_a_real_limit_of_the_disk_is_one_line_and_leaves_the_old_dataset(tmp_path: Path) -> None:
    def limited(bytes_per_file: int) -> subprocess.CompletedProcess[str]:
        script = (
            "import resource, sys; from generator.__main__ import main;"
            f"resource.setrlimit(resource.RLIMIT_FSIZE, ({bytes_per_file},) * 2);"
            "sys.exit(main(sys.argv[1:]))"
        )
        arguments = ("canonical", "--days", "3", "--locations", "sv", "--out", str(tmp_path / "d"))
        return subprocess.run(
            [sys.executable, "-c", script, *arguments],
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            capture_output=True,
            text=True,
            check=False,
        )

    assert limited(50_000_000).returncode == 0
    before = {file.name: file.read_bytes() for file in (tmp_path / "d").iterdir()}
    failed = limited(20_000)
    assert failed.returncode == 1
    last_line = failed.stderr.splitlines()[-1]
    assert last_line.startswith("error: the file would be larger than the system allows: ")
    assert "raise the limit on file sizes" in last_line
    assert "Traceback" not in failed.stderr
    assert {file.name: file.read_bytes() for file in (tmp_path / "d").iterdir()} == before
    assert {entry.name for entry in tmp_path.iterdir()} == {"d", ".d.lock"}


@pytest.mark.parametrize("name", ["roads.pdf", "roads"])
def test_a_drawing_must_be_a_picture_or_a_map(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert run("roads", "draw", "--locations", "sf", "--out", tmp_path / name) == 2
    assert ".png" in capsys.readouterr().err


@pytest.mark.thorough
def test_each_kitchen_is_drawn_into_its_own_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("roads", "draw", "--locations", "sf,sv", "--out", tmp_path / "new" / "map.png") == 0
    files = {file.name: file.read_bytes() for file in (tmp_path / "new").iterdir()}
    assert files.keys() == {"map-sf.png", "map-sv.png"}
    assert {content[:4] for content in files.values()} == {b"\x89PNG"}
    assert str(tmp_path / "new" / "map-sv.png") in capsys.readouterr().out
    assert run("roads", "draw", "--locations", "sf", "--out", tmp_path / "one.html") == 0
    assert (tmp_path / "one.html").stat().st_size > 10_000


def test_fetching_keeps_what_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sf.graphml").write_text("kept")
    assert run("roads", "fetch", "--locations", "sf", "--out", tmp_path) == 0
    assert (tmp_path / "sf.graphml").read_text() == "kept"
    assert str(tmp_path / "sf.graphml") in capsys.readouterr().out


def test_fetching_without_a_server_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASPERS_OVERPASS_URL", "http://127.0.0.1:9/api")
    assert run("roads", "fetch", "--locations", "sf", "--out", tmp_path) == 2
    output = capsys.readouterr().err
    assert output.startswith("error: ")
    assert output.count("\n") == 1
    assert not (tmp_path / "sf.graphml").exists()
