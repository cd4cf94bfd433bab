"""The folder of landed windows."""

from pathlib import Path

import pytest

from common.errors import BusyError, UserError
from common.landed_files import LATEST_POSITION, window_file_name
from common.landing.landing import Landing, watermark
from common.landing.window import NOTHING_LANDED, Window


def land(landing: Path, *bounds: tuple[int, int]) -> None:
    landing.mkdir(parents=True, exist_ok=True)
    for first, last in bounds:
        (landing / window_file_name(first, last)).write_text("{}\n")


def test_names_sort_in_landing_order() -> None:
    windows = [Window(0, 9), Window(10, 99), Window(100, 10**12), Window(10**12 + 1, 10**17)]
    names = [window_file_name(window.first, window.last) for window in windows]
    assert names == sorted(names)
    assert len({len(name) for name in names}) == 1
    assert len(window_file_name(0, LATEST_POSITION)) == len(names[0])


def test_the_watermark_comes_from_the_names(landing: Path) -> None:
    assert watermark(Landing(landing).windows()) == NOTHING_LANDED
    land(landing, (0, 5), (6, 70), (71, 700))
    assert Landing(landing).windows() == [Window(0, 5), Window(6, 70), Window(71, 700)]
    assert watermark(Landing(landing).windows()) == 700


def test_files_of_others_are_left_alone(landing: Path) -> None:
    land(landing, (0, 5))
    (landing / "events-from-elsewhere.jsonl").write_text("no newline")
    (landing / "_replay").mkdir()
    (landing / "_replay" / "window-nonsense.jsonl").write_text("")
    assert watermark(Landing(landing).windows()) == 5
    assert Landing(landing).remove_windows() == 1
    assert (landing / "events-from-elsewhere.jsonl").read_text() == "no newline"


@pytest.mark.parametrize(
    "name",
    [
        "window-0-5.jsonl",
        "window-000000000000000000-000000000000000005.jsonl.gz",
        "window-000000000000000009-000000000000000005.jsonl",
        "window-copy.jsonl",
        "window-٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠-000000000000000005.jsonl",  # noqa: RUF001  # digits, but not ours
    ],
)
def test_a_name_that_only_looks_like_a_window_is_named(landing: Path, name: str) -> None:
    landing.mkdir(parents=True)
    (landing / name).write_text("{}\n")
    with pytest.raises(UserError, match="looks like a landed window") as error:
        Landing(landing).windows()
    assert name in str(error.value)


@pytest.mark.parametrize(
    ("bounds", "fault"),
    [
        ([(0, 5), (7, 9)], "A gap lies between"),
        ([(0, 5), (5, 9)], "There is an overlap of"),
        ([(0, 9), (0, 4)], "There is an overlap of"),
    ],
)
def test_gaps_and_overlaps_name_both_windows(
    landing: Path, bounds: list[tuple[int, int]], fault: str
) -> None:
    land(landing, *bounds)
    with pytest.raises(UserError, match=fault) as error:
        Landing(landing).windows()
    for first, last in bounds:
        assert window_file_name(first, last) in str(error.value)


def test_a_lost_beginning_is_reported(landing: Path) -> None:
    land(landing, (6, 9))
    with pytest.raises(UserError, match="beginning of the replay is missing"):
        Landing(landing).windows()


@pytest.mark.parametrize("content", ["", '{"a":1}\n{"b"'])
def test_a_window_that_was_cut_short_is_named(landing: Path, content: str) -> None:
    land(landing, (0, 5), (6, 9))
    cut = landing / window_file_name(6, 9)
    cut.write_text(content)
    with pytest.raises(UserError, match="was cut short") as error:
        Landing(landing).windows()
    assert str(cut) in str(error.value)


def test_a_folder_with_a_windows_name_is_named(landing: Path) -> None:
    (landing / window_file_name(0, 5)).mkdir(parents=True)
    with pytest.raises(UserError, match="is not a file"):
        Landing(landing).windows()


def test_a_published_window_is_complete_and_leaves_nothing_behind(landing: Path) -> None:
    staging = Landing(landing).staging_folder
    staging.mkdir(parents=True)
    staged = staging / "in the making"
    staged.write_text("{}\n")
    final = Landing(landing).publish(staged, Window(0, 5))
    assert final.read_text() == "{}\n"
    assert list(staging.iterdir()) == []


def test_recovery_removes_leftovers_only(landing: Path) -> None:
    land(landing, (0, 5))
    Landing(landing).staging_folder.mkdir(parents=True)
    (Landing(landing).staging_folder / "half.partial").write_text("{")
    (landing / "_replay" / "settings.json").write_text("{}")
    (landing / "_replay" / "settings.json.partial").write_text("{")
    Landing(landing).recover()
    assert [path.name for path in (landing / "_replay").iterdir()] == ["settings.json"]
    assert watermark(Landing(landing).windows()) == 5


def test_the_second_replay_stops_and_names_the_first(landing: Path) -> None:
    with (
        Landing(landing).lock(),
        pytest.raises(BusyError, match=r"Another replay is at work .* \(process \d+ on "),
        Landing(landing).lock(),
    ):
        pytest.fail("two replays locked one landing")
    with Landing(landing).lock():
        pass
