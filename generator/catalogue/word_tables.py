"""The tables of a world that the simulation does not need: holidays, common names, and words.

dbt loads them with the others. They are checked here all the same, before anything is simulated.
"""

from __future__ import annotations

import re
import shutil
import string
from datetime import timedelta
from typing import TYPE_CHECKING

from common.did_you_mean import did_you_mean
from common.errors import UserError
from common.paths import SEEDS
from common.vocabulary import VOCABULARY_FILE, read_vocabulary, read_words
from generator.catalogue.csv_rows import read_rows
from generator.world.by_kitchen import DEFAULT
from generator.world.demand import STORY_BEGINS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from common.problems import Problems
    from generator.catalogue.csv_rows import CsvRow
    from generator.world.trade import Trade

HOLIDAYS_FILE = "holidays.csv"
CONFORMED_NAMES_FILE = "conformed_names.csv"
PHRASES_FILE = "complaint_phrases.csv"
WORD_TABLES = (HOLIDAYS_FILE, CONFORMED_NAMES_FILE, VOCABULARY_FILE, PHRASES_FILE)
"""The files of these tables."""

_IF_MISSING = "copy that of seeds/ and edit it"

# What a phrase of each kind may contain in braces.
_DISH = frozenset({"dish"})
_PLACES: dict[str, frozenset[str]] = {
    "late": frozenset({"minutes", "promised", "late"}),
    "slow": frozenset({"minutes"}),
    "missing": _DISH,
    "missing_two": _DISH | {"other"},
    **dict.fromkeys(
        ("food_slight", "food_usual", "food_grave", "food_vague", "food_health"), _DISH
    ),
    **dict.fromkeys(
        (
            *("untimed", "missing_unnamed", "service", "service_urgent", "other", "other_urgent"),
            *("opening", "closing", "unnamed_dish", "fault_slight", "fault_clear", "fault_grave"),
        ),
        frozenset[str](),
    ),
}
PHRASE_KINDS = tuple(_PLACES)
"""Kinds of phrases; there is at least one of each."""

_FAULTS = ("fault_grave", "fault_clear", "fault_slight")
# By which fault the policy has to know a phrase of these kinds.
_KNOWN_BY = {"food_grave": 0, "food_usual": 1, "food_slight": 2, "food_vague": None}


def check_word_tables(folder: Path, trade: Trade | None, problems: Problems) -> None:
    """Refuse tables that are wrong or contradict each other.

    Parameters
    ----------
    folder
        The folder of the business.
    trade
        How it runs; ``None`` where that cannot be read, so that nothing is compared with it.
    problems
        Is told of each problem.

    Raises
    ------
    UserError
        If a table is missing, unreadable, impossible or contradicts another; names file and line.
    """
    with problems.collected():
        _check_holidays(folder / HOLIDAYS_FILE, trade, problems)
    with problems.collected():
        _check_conformed_names(folder / CONFORMED_NAMES_FILE, problems)
    read_vocabulary.cache_clear()
    with problems.collected():
        read_words(folder, problems)
    with problems.collected():
        _check_phrases(folder / PHRASES_FILE, problems)


def complete_world(folder: Path) -> tuple[str, ...]:
    """Copy what a new world lacks of these tables from the seeds.

    Parameters
    ----------
    folder
        The folder of the business, with its own tables.

    Returns
    -------
    The names of the files that were copied.
    """
    lacking = tuple(name for name in WORD_TABLES if not (folder / name).exists())
    for name in lacking:
        shutil.copyfile(SEEDS / name, folder / name)
    return lacking


def _check_holidays(file: Path, trade: Trade | None, problems: Problems) -> None:
    demand = trade.demand.of(DEFAULT) if trade else None
    for row in read_rows(
        file,
        ("day_of_story", "holiday"),
        if_missing=_IF_MISSING,
        may_be_empty=True,
        problems=problems,
    ):
        number = _whole(row, "day_of_story", problems)
        if number is None or demand is None:
            continue
        special = demand.special_day(STORY_BEGINS + timedelta(days=number))
        name = row.values["holiday"].strip()
        if special is None or special.name != name:
            known = f'"{special.name}"' if special else "a day like others"
            problems.add(
                row.error(
                    "holiday",
                    f'"{name}" is {known} in demand.json, by '
                    f"{STORY_BEGINS + timedelta(days=number)}",
                    "make special_days and holidays.csv agree, or leave the row out",
                )
            )


def _check_conformed_names(file: Path, problems: Problems) -> None:
    columns = ("priority", "kind", "word", "conformed_name")
    for row in read_rows(
        file, columns, if_missing=_IF_MISSING, may_be_empty=True, problems=problems
    ):
        _whole(row, "priority", problems)
        kind, word = row.values["kind"], row.values["word"]
        if kind not in ("category", "cuisine"):
            problems.add(row.error("kind", f'"{kind}" is none', "write category or cuisine"))
        if not word or word != word.casefold():
            problems.add(row.error("word", f'"{word}" is impossible', "write it in small letters"))
        if not row.values["conformed_name"].strip():
            problems.add(row.error("conformed_name", "it is empty", "write the common name"))


def _check_phrases(file: Path, problems: Problems) -> None:
    found: dict[str, list[CsvRow]] = {kind: [] for kind in PHRASE_KINDS}
    numbers: dict[int, int] = {}
    before = len(problems.found)
    for row in read_rows(
        file, ("number", "kind", "phrase"), if_missing=_IF_MISSING, problems=problems
    ):
        number = _whole(row, "number", problems)
        if number is not None and numbers.setdefault(number, row.line) != row.line:
            problems.add(
                row.error(
                    "number", f"{number} is already used on line {numbers[number]}", "use another"
                )
            )
        kind, phrase = row.values["kind"], row.values["phrase"]
        if kind not in found:
            known = did_you_mean(kind, PHRASE_KINDS)
            problems.add(row.error("kind", f'unknown "{kind}"{known}', "use one of these"))
            continue
        found[kind].append(row)
        _check_places(row, kind, phrase, problems)
    for kind, rows in found.items():
        if not rows:
            problems.add(
                UserError(f"{file}: there is no phrase of the kind {kind}; write at least one.")
            )
    # Without a word of a fault every phrase of it would be one more problem.
    if len(problems.found) == before:
        _check_faults(found, problems)


def _check_places(row: CsvRow, kind: str, phrase: str, problems: Problems) -> None:
    if not phrase.strip():
        problems.add(row.error("phrase", "it is empty", "write what people say"))
        return
    try:
        places = {name for _, name, _, _ in string.Formatter().parse(phrase) if name is not None}
    except ValueError as error:
        problems.add(row.error("phrase", f"its braces do not fit ({error})", "fix them"), error)
        return
    for place in sorted(places - _PLACES[kind]):
        allowed = ", ".join(f"{{{name}}}" for name in sorted(_PLACES[kind])) or "nothing"
        problems.add(
            row.error(
                "phrase",
                f"{{{place}}} is not known in a phrase of {kind}",
                f"it may have {allowed}",
            )
        )
    if kind in _FAULTS and phrase != phrase.casefold():
        problems.add(
            row.error("phrase", f'"{phrase}" has capital letters', "write it in small ones")
        )


def _check_faults(found: Mapping[str, list[CsvRow]], problems: Problems) -> None:
    """Refuse phrases that the policy would take for graver or lighter than they are meant."""
    patterns = []
    for fault in _FAULTS:
        said = "|".join(re.escape(row.values["phrase"]) for row in found[fault])
        patterns.append(re.compile(rf"(?<!\w)(?:{said})(?!\w)", re.IGNORECASE))
    for kind, expected in _KNOWN_BY.items():
        for row in found[kind]:
            phrase = row.values["phrase"]
            gravest = next(
                (place for place, known in enumerate(patterns) if known.search(phrase)), None
            )
            if gravest != expected:
                said = "no fault" if gravest is None else _FAULTS[gravest]
                meant = "none" if expected is None else f"a word of {_FAULTS[expected]}"
                problems.add(
                    row.error(
                        "phrase",
                        f"the policy finds {said} in it",
                        f"a phrase of {kind} has {meant} and nothing graver",
                    )
                )


def _whole(row: CsvRow, column: str, problems: Problems) -> int | None:
    text = row.values[column].strip()
    if text.isdecimal() and text.isascii():
        return int(text)
    problems.add(row.error(column, f'"{text}" is impossible', "write a whole number from 0 on"))
    return None
