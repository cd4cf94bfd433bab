"""The plans of cities that synthetic networks are drawn from, read from GeoJSON.

A plan is a file ``generator/configuration/cities/<location_code>.geojson``, in degrees. Every
feature says by its ``kind`` what it is: the city itself (a point and the statistics to reach),
``grid``, ``water``, ``park``, ``river`` or ``main_street``. Where grids overlap, the first one in
the file counts; the one without geometry covers everything else. ``anywhere.geojson`` is the plan
of all cities that have no file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from shapely import is_valid_reason
from shapely.errors import ShapelyError
from shapely.geometry import shape

from common.errors import UserError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from shapely import Geometry

ANYWHERE = "anywhere"
# A kitchen farther than this from the city of its name is drawn in a generic city.
NEAR_DEGREES = 0.5

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Targets(_Record):
    """Statistics that a network is shaped after, and where they were published.

    Attributes
    ----------
    source
        Publication.
    orientation_order
        phi of the street bearings, 0 (every direction alike) to 1 (one grid).
    median_segment_m
        Median length of a street segment, metres.
    circuity
        Street length divided by straight-line length.
    dead_ends, four_ways
        Share of nodes at which one street ends, at which four meet.
    """

    source: str
    orientation_order: Share
    median_segment_m: Positive
    circuity: Annotated[float, Field(ge=1.0, le=2.0)]
    dead_ends: Share
    four_ways: Share


class Grid(_Record):
    """A family of streets and the streets across it.

    Attributes
    ----------
    name
        Unique in its city.
    bearing
        Compass bearing of the avenues, degrees.
    avenue_spacing_m, cross_street_spacing_m
        Mean distance between avenues, and between the streets across them.
    arterial_every
        One line in so many is an arterial that stays straight and whole.
    curved_share
        Share of the superblocks between arterials whose inner streets wind.
    turn_deg
        Standard deviation of how far the inside of a winding superblock is turned.
    loops
        Share of the inner streets left out before all else, so that crescents form.
    naming
        ``numbered`` (avenues have numbers), ``streets`` (cross streets have) or ``words``.
    """

    kind: Literal["grid"]
    name: str
    bearing: Annotated[float, Field(ge=-180.0, le=180.0)]
    avenue_spacing_m: Annotated[float, Field(ge=40.0, le=1000.0)]
    cross_street_spacing_m: Annotated[float, Field(ge=40.0, le=1000.0)]
    arterial_every: Annotated[int, Field(ge=2)] = 6
    curved_share: Share = 0.0
    turn_deg: Annotated[float, Field(ge=0.0, le=90.0)] = 0.0
    loops: Share = 0.0
    naming: Literal["numbered", "streets", "words"] = "words"


class CityProperties(_Record):
    """What holds for all of a city.

    Attributes
    ----------
    name
        For readers of the file.
    targets
        What the statistics should come to.
    straight_within_m
        No superblock winds this near to the origin.
    court_share
        Share of the dead ends that are courts built into a block; the others are streets that
        stop halfway.
    side_street_bend
        How much straight blocks may bend, relative to winding ones (1).
    directions
        Whether street names of the base grid carry a direction as ``prefix`` ("N Alder St"), as
        ``suffix`` ("12th Ave NE") or ``none``.
    """

    kind: Literal["city"]
    name: str
    targets: Targets
    straight_within_m: Annotated[float, Field(ge=0.0)] = 0.0
    court_share: Share = 0.2
    side_street_bend: Share = 0.3
    directions: Literal["none", "prefix", "suffix"] = "none"


class MainStreet(_Record):
    """A street that crosses everything but open water: a market street, a diagonal, a drive."""

    kind: Literal["main_street"]
    name: str


class OpenSpace(_Record):
    """Water, a park or the bed of a river: nothing is built there; main streets cross the latter.

    A ``comment`` is for readers of the file.
    """

    kind: Literal["water", "park", "river"]
    comment: str = ""


class _Feature(BaseModel):
    model_config = ConfigDict(extra="ignore")

    type: Literal["Feature"]
    properties: Annotated[
        CityProperties | Grid | MainStreet | OpenSpace, Field(discriminator="kind")
    ]
    geometry: dict[str, Any] | None


class _FeatureCollection(BaseModel):
    model_config = ConfigDict(extra="ignore")

    type: Literal["FeatureCollection"]
    features: list[_Feature]


@dataclass(frozen=True)
class City:
    """Everything that a synthetic network of one city is drawn from.

    Geometries are shapely's, in degrees, longitude first.

    Attributes
    ----------
    latitude, longitude
        Origin of the local plane.
    properties
        Targets, and what else holds for all of it.
    grids
        In order of precedence, each with its outline; the base grid is the last.
    main_streets
        Each with its line.
    water, open_land
        Outlines of open water; of parks and river beds.
    """

    latitude: float
    longitude: float
    properties: CityProperties
    grids: tuple[tuple[Grid, Geometry | None], ...]
    main_streets: tuple[tuple[MainStreet, Geometry], ...]
    water: tuple[Geometry, ...]
    open_land: tuple[Geometry, ...]

    @property
    def targets(self) -> Targets:
        """Return what the statistics should come to."""
        return self.properties.targets

    @property
    def base_grid(self) -> Grid:
        """Return the grid that covers everything that no other one does."""
        return self.grids[-1][0]


def city_for(location_code: str, latitude: float, longitude: float) -> City:
    """Return the plan of a city; an unknown one, or one elsewhere, gets a plain grid."""
    if location_code in _files():
        city = load_city(location_code, latitude, longitude)
        if max(abs(city.latitude - latitude), abs(city.longitude - longitude)) < NEAR_DEGREES:
            return city
    return load_city(ANYWHERE, latitude, longitude)


def load_city(location_code: str, latitude: float = 0.0, longitude: float = 0.0) -> City:
    """Return the plan in a city's file.

    Parameters
    ----------
    location_code
        Its kitchen, with a file of its own, or ``anywhere``.
    latitude, longitude
        The origin of a plan that names none.

    Raises
    ------
    UserError
        If the file is not GeoJSON of the form described above; it says which feature is wrong.
    """
    file = _files()[location_code]
    return parse_city(file.read_text(encoding="utf-8"), file.name, (latitude, longitude))


@cache
def _files() -> dict[str, Traversable]:
    folder = resources.files("generator.configuration.cities")
    return {
        file.name.removesuffix(".geojson"): file
        for file in folder.iterdir()
        if file.name.endswith(".geojson")
    }


@cache
def parse_city(text: str, file: str, origin: tuple[float, float] = (0.0, 0.0)) -> City:
    """Return the plan in a text of GeoJSON; ``file`` is named in errors."""
    try:
        features = _FeatureCollection.model_validate_json(text).features
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(step) for step in detail['loc'])}: {detail['msg']}"
            for detail in error.errors()
        )
        raise UserError(f"{file} is not the plan of a city: {problems}") from error
    drawn = [
        (feature.properties, _geometry(feature, number, file))
        for number, feature in enumerate(features)
    ]
    cities = [(found, place) for found, place in drawn if isinstance(found, CityProperties)]
    grids = [(found, place) for found, place in drawn if isinstance(found, Grid)]
    base = [(grid, place) for grid, place in grids if place is None]
    if len(cities) != 1 or len(base) != 1:
        raise UserError(
            f"{file} has {len(cities)} features of kind city and {len(base)} of kind grid without "
            "geometry; it needs exactly one of each"
        )
    names = [grid.name for grid, _ in grids]
    if len(set(names)) < len(names):
        raise UserError(f"{file}: two grids have the same name ({', '.join(sorted(names))})")
    properties, point = cities[0]
    return City(
        latitude=origin[0] if point is None else point.y,
        longitude=origin[1] if point is None else point.x,
        properties=properties,
        grids=(*(grid for grid in grids if grid[1] is not None), *base),
        main_streets=tuple((found, line) for found, line in drawn if isinstance(found, MainStreet)),
        water=_outlines(drawn, "water"),
        open_land=_outlines(drawn, "park", "river"),
    )


_ALLOWED: dict[str, set[str | None]] = {
    "city": {"Point", None},
    "grid": {"Polygon", "MultiPolygon", None},
    "main_street": {"LineString"},
    "water": {"Polygon", "MultiPolygon"},
    "park": {"Polygon", "MultiPolygon"},
    "river": {"Polygon", "MultiPolygon"},
}


def _geometry(feature: _Feature, number: int, file: str) -> Geometry | None:
    """Return the shape of a feature, if it is of a type that its kind may have and valid."""
    kind = feature.properties.kind
    where = f"{file}, features.{number} ({kind})"
    found = feature.geometry and feature.geometry.get("type")
    if found not in _ALLOWED[kind]:
        allowed = " or ".join(sorted(str(type_ or "null") for type_ in _ALLOWED[kind]))
        raise UserError(f"{where}: its geometry is {found or 'null'}; it should be {allowed}")
    if feature.geometry is None:
        return None
    try:
        geometry = shape(feature.geometry)
    except (ShapelyError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        written = json.dumps(feature.geometry)[:60]
        raise UserError(f"{where}: its geometry {written} cannot be read ({error})") from error
    if geometry.is_empty or not geometry.is_valid:
        raise UserError(f"{where}: its geometry is not valid: {is_valid_reason(geometry)}")
    return geometry


def _outlines(drawn: list[tuple[Any, Geometry | None]], *kinds: str) -> tuple[Geometry, ...]:
    return tuple(
        place for found, place in drawn if isinstance(found, OpenSpace) and found.kind in kinds
    )
