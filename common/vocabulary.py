"""What things are called in the business: ``vocabulary.csv`` of its folder (docs/worlds.md)."""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import TYPE_CHECKING

from common.did_you_mean import did_you_mean
from common.errors import UserError
from common.paths import seeds_directory
from common.problems import Problems
from common.text_file import open_text

if TYPE_CHECKING:
    from pathlib import Path

VOCABULARY_FILE = "vocabulary.csv"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a business, in small letters where they are no names.

    Attributes
    ----------
    business
        Its name.
    currency, money
        What stands before an amount, and what is counted in.
    kitchen, kitchens
        Where things are made.
    brand, brands
        Who sells.
    dish, dishes, food
        What is sold: one, several, and as a substance.
    cuisine, cuisines
        Kinds of brands.
    cooking
        The work between queue and bag.
    position, positions
        What an order waits for.
    bag
        What a courier carries.
    courier, couriers, customer, customers
        Who brings, and who orders.
    food_quality
        What the complaint category of this code is called.
    """

    business: str
    currency: str
    money: str
    kitchen: str
    kitchens: str
    brand: str
    brands: str
    dish: str
    dishes: str
    food: str
    cuisine: str
    cuisines: str
    cooking: str
    position: str
    positions: str
    bag: str
    courier: str
    couriers: str
    customer: str
    customers: str
    food_quality: str

    def category(self, code: str) -> str:
        """Return what a category of complaints is called."""
        return self.food_quality if code == "food_quality" else code.replace("_", " ")

    def amount(self, value: float, decimals: int = 2) -> str:
        """Return an amount of money as people write it."""
        return f"{self.currency}{value:,.{decimals}f}"


NAMES = tuple(field.name for field in fields(Vocabulary))


def vocabulary() -> Vocabulary:
    """Return the words of the business that ``CASPERS_WORLD`` names, or of Casper's Kitchens.

    Raises
    ------
    UserError
        If its file cannot be used.
    """
    return read_vocabulary(seeds_directory())


@lru_cache(maxsize=8)
def read_vocabulary(folder: Path) -> Vocabulary:
    """Return the words of the business of a folder.

    Raises
    ------
    UserError
        If the file is missing or unreadable, or a name is missing, unknown, there twice or has no
        word; names file and line.
    """
    return read_words(folder, Problems())


def read_words(folder: Path, problems: Problems) -> Vocabulary:
    """Return the words of the business of a folder, and tell of every problem with them.

    Parameters
    ----------
    folder
        The folder of the business.
    problems
        Is told of each. A name without a word then keeps itself as its word.
    """
    file = folder / VOCABULARY_FILE
    words: dict[str, str] = {}
    with open_text(file, if_missing="copy that of seeds/ and edit it", newline="") as text:
        reader = csv.DictReader(text)
        if set(reader.fieldnames or ()) != {"name", "word"}:
            raise UserError(f"{file}, line 1: the columns have to be name,word; write them.")
        for row in reader:
            name, word = (row["name"] or "").strip(), (row["word"] or "").strip()
            where = f"{file}, line {reader.line_num}"
            if name not in NAMES:
                known = did_you_mean(name, NAMES)
                problems.add(UserError(f'{where}: unknown name "{name}"{known}.'))
                continue
            if name in words:
                problems.add(UserError(f"{where}: {name} is there twice; remove one."))
            if not word:
                problems.add(UserError(f"{where}: {name} has no word; write what it is called."))
            words[name] = word
    for name in NAMES:
        if name not in words:
            problems.add(
                UserError(f"{file}: {name} is missing; add a row that says what it is called.")
            )
    return Vocabulary(**{name: words.get(name, name) for name in NAMES})


def capitalized(text: str) -> str:
    """Return a text with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]
