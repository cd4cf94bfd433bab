"""How things are made: ``preparation.json`` of a world."""

# Annotations are evaluated here, not postponed: pydantic reads them.
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from common.did_you_mean import did_you_mean
from common.json_file import Strict

_Names = Annotated[tuple[str, ...], Field(min_length=1)]


class RecipeOfFile(Strict):
    """What part of its time something is at a workstation, and where it is for the rest."""

    workstation: Annotated[float, Field(ge=0, le=1)]
    then: Literal["oven", "stove"] | None = None

    @model_validator(mode="after")
    def _rests_somewhere(self) -> Self:
        if self.then is None and self.workstation < 1:
            raise ValueError(
                "it is nowhere for the rest of its time; name oven or stove with `then`, or make "
                "workstation 1"
            )
        return self


class Preparation(Strict):
    """``preparation.json``, with every key.

    Attributes
    ----------
    recipes
        By name.
    cuisines
        Names of recipes by a word of the kind of a brand: its items have them in turn.
    default
        The same for all other brands.
    items
        Name of the recipe of single items, by id.
    """

    recipes: dict[str, RecipeOfFile]
    cuisines: dict[str, _Names]
    default: _Names
    items: dict[str, str] = Field(default={})

    @model_validator(mode="after")
    def _knows_its_recipes(self) -> Self:
        used = {f"cuisines.{word}": names for word, names in self.cuisines.items()}
        used |= {"default": self.default}
        used |= {f"items.{number}": (name,) for number, name in self.items.items()}
        problems = [
            f'{key}: unknown recipe "{name}"{did_you_mean(name, self.recipes)}'
            for key, names in used.items()
            for name in names
            if name not in self.recipes
        ]
        problems += [
            f"cuisines.{word}: write the word in small letters"
            for word in self.cuisines
            if word != word.casefold()
        ]
        problems += [
            f"items.{number}: name an item by its id, a whole number"
            for number in self.items
            if not number.isdecimal()
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def recipe_of(self, cuisine_type: str, item_id: int) -> RecipeOfFile:
        """Return how an item is made: by its own recipe, or by the kind of its brand."""
        own = self.items.get(str(item_id))
        if own is not None:
            return self.recipes[own]
        cuisine = cuisine_type.casefold()
        known = next(
            (names for word, names in self.cuisines.items() if word in cuisine), self.default
        )
        return self.recipes[known[item_id % len(known)]]
