"""Mistakes in the tables that only models and pages read are named before anything is simulated."""

import shutil
from pathlib import Path

import pytest

from common.errors import UserError
from common.paths import SEEDS
from common.vocabulary import NAMES, capitalized, read_vocabulary
from generator.catalogue.seed_files import load_catalogue
from generator.catalogue.word_tables import WORD_TABLES, complete_world


@pytest.fixture
def world(tmp_path: Path) -> Path:
    for file in SEEDS.glob("*.csv"):
        shutil.copy(file, tmp_path)
    return tmp_path


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("table", "old", "new", "problem"),
    [
        ("holidays", "41,Super Bowl", "42,Super Bowl", r'"Super Bowl Sunday" is a day like others'),
        ("holidays", "0,New Year's Day", "0,Hogmanay", r'"Hogmanay" is "New Year\'s Day" in'),
        ("holidays", "0,New", "-1,New", r'column day_of_story: "-1" is impossible'),
        ("conformed_names", "1,category", "1,course", r'"course" is none; write category'),
        ("conformed_names", "breakfast", "Breakfast", r'"Breakfast" is impossible; write it'),
        ("vocabulary", "kitchen,kitchen", "kitchn,kitchen", r'unknown name "kitchn" \(did you'),
        ("vocabulary", "kitchen,kitchen\n", "", r"vocabulary\.csv: kitchen is missing"),
        ("vocabulary", "dish,dish\n", "dish,dish\ndish,meal\n", r"line 10: dish is there twice"),
        ("vocabulary", "dish,dish\n", "dish,\n", r"dish has no word"),
        ("vocabulary", "name,word", "name,words", r"the columns have to be name,word"),
        ("complaint_phrases", "2,late", "1,late", r"number: 1 is already used on line 2"),
        ("complaint_phrases", "2,late", "2,latte", r'kind: unknown "latte" \(did you mean late'),
        ("complaint_phrases", "I was told {promised}", "{dish} {promised}", r"\{dish\} is not"),
        ("complaint_phrases", "I was told {promised}", "I was {", r"its braces do not fit"),
        ("complaint_phrases", "unnamed_dish", "opening", r"no phrase of the kind unnamed_dish"),
        ("complaint_phrases", "was inedible", "was odd", r"the policy finds no fault in it"),
        ("complaint_phrases", "tasted stale", "tasted rotten", r"finds fault_grave in it"),
        ("complaint_phrases", "fault_clear,soggy", "fault_clear,Soggy", r"write it in small ones"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(world: Path, table: str, old: str, new: str, problem: str) -> None:
    replace(world / f"{table}.csv", old, new)
    with pytest.raises(UserError, match=problem) as refused:
        load_catalogue(world)
    assert f"{table}.csv" in str(refused.value)


@pytest.mark.parametrize("name", WORD_TABLES)
def test_a_missing_table_is_named_and_can_be_completed(world: Path, name: str) -> None:
    (world / name).unlink()
    with pytest.raises(UserError, match=f"{name} is missing; copy that of seeds/"):
        load_catalogue(world)
    assert complete_world(world) == (name,)
    assert load_catalogue(world) == load_catalogue(SEEDS)


def test_no_holidays_and_no_common_names_are_enough(world: Path) -> None:
    for name in ("holidays.csv", "conformed_names.csv"):
        header = (world / name).read_text(encoding="utf-8").splitlines()[0]
        (world / name).write_text(header + "\n", encoding="utf-8")
    load_catalogue(world)


def test_words_by_name() -> None:
    words = read_vocabulary(SEEDS)
    assert all(getattr(words, name) for name in NAMES)
    assert words.amount(1234.5) == "$1,234.50"
    assert words.amount(1234.5, 0) == "$1,234"
    assert words.category("food_quality") == "food quality"
    assert words.category("missing_items") == "missing items"
    assert capitalized("dispensing station") == "Dispensing station"
