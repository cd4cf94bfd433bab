"""What people order together: ``baskets.json`` of a world."""

# Annotations are evaluated here, not postponed: pydantic reads them.
from typing import Annotated, Self

from pydantic import Field, model_validator

from common.json_file import Strict

_Share = Annotated[float, Field(ge=0, le=1)]
_TOLERANCE = 1e-6
_MOST_OCCASIONS = 20


class OccasionShares(Strict):
    """Part of an occasion in the orders of a time of day, on working days and at weekends."""

    morning: _Share
    midday: _Share
    evening: _Share
    night: _Share
    weekend_day: _Share
    weekend_evening: _Share


class Occasion(Strict):
    """One way to order.

    Attributes
    ----------
    name
        What it is, for people.
    more_lines
        Lines of the order beyond the first, mean.
    more_pieces
        Chance that one more piece of a line is wanted.
    brands
        Shares of orders of one, two and three brands.
    shares
        How often it is this occasion.
    """

    name: Annotated[str, Field(min_length=1)]
    more_lines: Annotated[float, Field(ge=0, le=100)]
    more_pieces: Annotated[float, Field(ge=0, lt=1)]
    brands: tuple[_Share, _Share, _Share]
    shares: OccasionShares

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if abs(sum(self.brands) - 1.0) > _TOLERANCE:
            raise ValueError(
                f'brands of "{self.name}": the shares add up to {sum(self.brands):g}; make it 1'
            )
        return self


class BasketsFile(Strict):
    """``baskets.json``, with every key."""

    occasions: Annotated[tuple[Occasion, ...], Field(min_length=1, max_length=_MOST_OCCASIONS)]

    @model_validator(mode="after")
    def _add_up(self) -> Self:
        totals = {
            time: sum(getattr(occasion.shares, time) for occasion in self.occasions)
            for time in OccasionShares.model_fields
        }
        problems = [
            f"occasions: the shares of {time} add up to {total:g}; make it 1"
            for time, total in totals.items()
            if abs(total - 1.0) > _TOLERANCE
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self
