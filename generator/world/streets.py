"""What traffic is like: ``streets.json`` of a world."""

# Annotations are evaluated here, not postponed: pydantic reads them.
from typing import Annotated, Self

from pydantic import Field, model_validator

from common.json_file import Strict
from generator.world.by_kitchen import DEFAULT, check_default


class Traffic(Strict):
    """The traffic of a city.

    Attributes
    ----------
    swing
        How far its day is from an even one: 0 is even, 1 a usual city.
    level
        How many times longer drives are there as a whole.
    """

    swing: Annotated[float, Field(ge=0, le=3)]
    level: Annotated[float, Field(gt=0, le=10)]


class StreetsFile(Strict):
    """``streets.json``, with every key."""

    traffic: dict[str, Traffic]

    @model_validator(mode="after")
    def _has_a_default(self) -> Self:
        check_default(self.traffic, "traffic")
        return self

    def of(self, location_code: str) -> Traffic:
        """Return the traffic around one kitchen."""
        return self.traffic.get(location_code) or self.traffic[DEFAULT]
