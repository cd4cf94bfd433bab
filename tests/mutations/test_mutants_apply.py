"""The list of mutants keeps up with the project; trying them is `make test-mutations`."""

from pathlib import Path

import pytest

from tests.mutations.mutants import MODELS, MUTANTS, PUBLICATION, REPLAY, Mutant

PROJECT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_changes_its_file(mutant: Mutant) -> None:
    assert mutant.applied(PROJECT) != (PROJECT / mutant.file).read_text(encoding="utf-8")


def test_there_are_enough_and_no_two_are_called_alike() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 25


@pytest.mark.parametrize(
    "tests", [MODELS, REPLAY, PUBLICATION], ids=["models", "replay", "publication"]
)
def test_the_tests_that_have_to_notice_are_there(tests: tuple[str, ...]) -> None:
    assert [file for file in tests if not (PROJECT / file).is_file()] == []
