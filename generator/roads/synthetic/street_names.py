"""Names of synthetic streets: numbered, taken from the plan of the city, or invented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from generator.roads.naming import (
    AVENUE_SUFFIXES,
    BORDER_SUFFIXES,
    COURT_SUFFIXES,
    CROSS_STREET_SUFFIXES,
    ordinal,
    unused_names,
)
from generator.roads.synthetic.sketch import Street, StreetKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from generator.roads.synthetic.cities import City
    from generator.roads.synthetic.lattice import Lines

_SUFFIXES = {
    StreetKind.AVENUE: AVENUE_SUFFIXES,
    StreetKind.CROSS_STREET: CROSS_STREET_SUFFIXES,
    StreetKind.COURT: COURT_SUFFIXES,
    StreetKind.BORDER: BORDER_SUFFIXES,
}


@dataclass(frozen=True)
class StreetName:
    """What a street is called on either side of the city's base line.

    Attributes
    ----------
    positive, negative
        The same where the city's streets carry no direction.
    """

    positive: str
    negative: str

    @property
    def has_two_halves(self) -> bool:
        """Return whether the two halves of the street are distinguished by a direction."""
        return self.positive != self.negative

    def at(self, metres: float) -> str:
        """Return the name so far along the street, counted from the base line."""
        return self.positive if metres >= 0.0 else self.negative


def street_names(
    streets: Mapping[int, Street],
    city: City,
    lines: Mapping[str, Lines],
    rng: np.random.Generator,
) -> dict[int, StreetName]:
    """Name every street.

    Parameters
    ----------
    streets
        The streets in use, by number.
    city
        Its main streets have names, and say whether others carry a direction.
    lines
        The lines of each grid by its name.
    rng
        Decides which invented name comes next.
    """
    given = {street.name for street, _ in city.main_streets}
    fresh = {kind: unused_names(suffixes, rng) for kind, suffixes in _SUFFIXES.items()}
    named: dict[Street, str] = {}
    result = {}
    for number, street in streets.items():
        if street not in named:
            named[street] = (
                street.name
                or _numbered(street, city, lines)
                or _next_but(given, fresh[street.kind])
            )
        result[number] = _with_directions(named[street], street, city, lines)
    return result


def _next_but(taken: set[str], names: Iterable[str]) -> str:
    return next(name for name in names if name not in taken)


def _numbered(street: Street, city: City, lines: Mapping[str, Lines]) -> str | None:
    """Return "14th Ave" for lines that have a number instead of a name."""
    if street.kind not in {StreetKind.AVENUE, StreetKind.CROSS_STREET}:
        return None
    line = lines[street.grid]
    avenue = street.kind is StreetKind.AVENUE
    # Counted from the middle of the city outwards, the first line on either side is 1 or -1.
    rank = street.line - int(np.searchsorted(line.avenues if avenue else line.cross_streets, 0.0))
    rank += rank >= 0
    naming = line.naming
    if naming == "numbered" and city.properties.directions == "suffix":
        return f"{ordinal(rank + 99)} Ave" if avenue else f"{ordinal(abs(rank))} St"
    counted = (naming == "numbered" and avenue) or (naming == "streets" and not avenue)
    return f"{ordinal(-rank)} {'Ave' if avenue else 'St'}" if counted and rank < 0 else None


def _with_directions(
    name: str, street: Street, city: City, lines: Mapping[str, Lines]
) -> StreetName:
    """Add the compass direction that tells the two halves of a street apart."""
    directions = city.properties.directions
    if street.grid != city.base_grid.name or directions == "none":
        return StreetName(name, name)
    avenue = street.kind is StreetKind.AVENUE
    if directions == "prefix":
        positive, negative = ("N", "S") if avenue else ("E", "W")
        return StreetName(f"{positive} {name}", f"{negative} {name}")
    if avenue:
        return StreetName(f"{name} NE", f"{name} SE")
    half = "NE" if lines[street.grid].cross_streets[street.line] >= 0.0 else "SE"
    return StreetName(f"{half} {name}", f"{half} {name}")
