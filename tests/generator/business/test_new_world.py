"""``world new``: a world like another, by options or answers, that is fine and generates."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from common import paths
from common.errors import UserError
from common.paths import PROJECT, SEEDS
from common.vocabulary import read_vocabulary
from generator.__main__ import main
from generator.business.check import check_world
from generator.business.new_world import Place, WorldOptions, make_world, read_place
from generator.catalogue.seed_files import load_catalogue
from generator.commands import world as command
from generator.dataset.canonical import make_dataset
from generator.dataset.plan import plan_dataset

MODEL = PROJECT / "worlds" / "london-amsterdam"
LEEDS = "Leeds,53.7997,-1.5492"
BRADFORD = "Bradford, Yorks, 53.7938, -1.7527"


@pytest.fixture(autouse=True)
def worlds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of the test's own: its worlds are made there."""
    monkeypatch.setattr(paths, "PROJECT", tmp_path)
    return tmp_path / "worlds"


@pytest.mark.usefixtures("straight_roads")
@pytest.mark.parametrize("like", ["seeds", "worlds/london-amsterdam", "worlds/pharmacy"])
def test_options_make_a_world_that_generates(
    like: str, worlds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ["--name", "Tykes", "--kitchen", LEEDS, "--kitchen", BRADFORD, "--brands", "2"]
    assert main(["world", "new", "leeds", "--like", like, *options]) == 0
    assert check_world(worlds / "leeds").problems == ()
    assert read_vocabulary(worlds / "leeds").business == "Tykes"
    found = load_catalogue(worlds / "leeds")
    assert [(place.location_code, place.name) for place in found.locations] == [
        ("leeds", "Leeds"),
        ("bradford_yorks", "Bradford, Yorks"),
    ]
    assert len(found.brands) == 2
    monkeypatch.setenv("CASPERS_WORLD", "worlds/leeds")
    summary = make_dataset(plan_dataset(days=1), tmp_path / "dataset")
    assert all(kitchen.orders > 5 for kitchen in summary.kitchens)


@pytest.mark.parametrize("like", [SEEDS, MODEL], ids=lambda folder: folder.name)
def test_without_wishes_it_is_the_other_world(like: Path, worlds: Path) -> None:
    made, known = make_world(worlds / "copy", WorldOptions(like)), load_catalogue(like)
    files = {name: file.values for name, file in made.trade.kitchens.items()}
    assert files == {name: file.values for name, file in known.trade.kitchens.items()}
    # These know where they were read.
    trade = replace(made.trade, kitchens=known.trade.kitchens)
    assert replace(made, trade=trade) == known
    for file in like.glob("*.json"):
        assert (worlds / "copy" / file.name).read_bytes() == file.read_bytes()


def test_new_kitchens_work_like_those_of_the_other_world_in_turn(worlds: Path) -> None:
    places = tuple(Place(name, 50.0 + number, 0.0) for number, name in enumerate("ABC"))
    made, known = (
        make_world(worlds / "abc", WorldOptions(MODEL, places=places)),
        load_catalogue(MODEL),
    )
    for place, model in zip(made.locations, (*known.locations, known.locations[0]), strict=True):
        assert place.base_orders_day == model.base_orders_day
        assert [row.brand_id for row in made.brands_at(place.location_id)] == [
            row.brand_id for row in known.brands_at(model.location_id)
        ]
        days = known.weather[model.location_id]
        assert [day.high_c for day in made.weather[place.location_id]] == [
            day.high_c for day in days
        ]
        assert made.trade.of(place.location_code) == known.trade.of(model.location_code)
    assert made.trade.kitchens["b"].values == known.trade.kitchens["amsterdam"].values


def test_kitchens_like_those_of_the_seeds_keep_their_peaks(worlds: Path) -> None:
    places = (Place("Leeds", 53.8, -1.5), Place("York", 54.0, -1.1))
    made, known = (
        make_world(worlds / "north", WorldOptions(SEEDS, places=places)),
        load_catalogue(SEEDS),
    )
    for code, model in (("leeds", "sf"), ("york", "sv")):
        assert made.trade.of(code) == known.trade.of(model)
    written = json.loads((worlds / "north" / "demand.json").read_bytes())
    assert "sf" not in written["kitchens"]


def _answers(*answers: str) -> Iterator[str]:
    yield from answers
    raise AssertionError("nobody asks more")


def test_on_a_terminal_it_asks_and_asks_again(
    worlds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = _answers("worlds/pharmacy", "My Chemists", "Leeds", "", LEEDS, "", "9", "two", "2")
    asked = list[str]()

    def answer(question: str) -> str:
        asked.append(question)
        return next(answers)

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", answer)
    assert main(["world", "new", "chemists"]) == 0
    found = load_catalogue(worlds / "chemists")
    assert [place.name for place in found.locations] == ["Leeds"]
    assert len(found.brands) == 2
    assert read_vocabulary(worlds / "chemists").business == "My Chemists"
    assert any('"Leeds" is no kitchen' in question for question in asked)


@pytest.mark.parametrize(
    "text", ["Leeds", "Leeds,north,west", ",53,1", "Leeds,91,0", "Leeds,0,181", "Leeds,nan,0"]
)
def test_what_is_no_kitchen_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="is no kitchen; write its name"):
        read_place(text)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--brands", "0"], "0 brands are impossible"),
        (["--brands", "99"], "take 1 to 24"),
        (["--like", "worlds/nowhere"], "--like worlds/nowhere"),
        (["--kitchen", LEEDS, "--kitchen", LEEDS], "Two kitchens are called Leeds"),
    ],
)
def test_impossible_wishes_write_nothing(
    options: list[str], why: str, worlds: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["world", "new", "leeds", *options]) == 2
    assert why in capsys.readouterr().err
    assert not (worlds / "leeds").exists()


def test_a_world_that_is_there_stays(worlds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.PROJECT == PROJECT
    (worlds / "leeds").mkdir(parents=True)
    assert main(["world", "new", "leeds", "--like", "seeds"]) == 2
    said = capsys.readouterr().err
    assert "exists already" in said
    assert "choose another name" in said, "it has no option --out"
