"""The plan of a city in the local plane: where each grid lies, and the streets along its borders.

All outlines are cut with shapely on a raster of a centimetre, so that neighbours share their sides
exactly, and the last bit of a sine, which differs between processors, is rounded away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from generator.roads.geometry import Plane
from generator.roads.synthetic.sketch import Street, StreetKind

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import Geometry

    from generator.roads.synthetic.cities import City, Grid

RASTER_M = 0.01
# No street is closer to the water than this.
SHORE_M = 55.0
# How far beyond the radius streets are drawn; the excess is clipped later.
MARGIN_M = 500.0
NOWHERE = -1


@dataclass(frozen=True)
class Segments:
    """Straight segments of streets; they may cross, and every attribute is an array, (S,).

    Attributes
    ----------
    x0, y0, x1, y1
        Start and end, metres.
    street
        Index into a list of streets.
    along
        Metres along the street at the start.
    """

    x0: NDArray[np.float64]
    y0: NDArray[np.float64]
    x1: NDArray[np.float64]
    y1: NDArray[np.float64]
    street: NDArray[np.int64]
    along: NDArray[np.float64]


@dataclass(frozen=True)
class Layout:
    """A city plan in the local plane, around one kitchen.

    Attributes
    ----------
    plane
        The projection.
    centre, radius_m
        The kitchen and how far its network reaches.
    grids, areas
        The grids, and where each of them lies; areas do not overlap.
    border_streets, borders
        The main streets and the streets along the borders of grids, and their segments.
    """

    plane: Plane
    centre: tuple[float, float]
    radius_m: float
    grids: tuple[Grid, ...]
    areas: tuple[Geometry, ...]
    border_streets: tuple[Street, ...]
    borders: Segments

    def grid_at(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the number of the grid at each point; -1 where there are no streets."""
        found = np.full(len(x), NOWHERE, dtype=np.int64)
        for number, area in enumerate(self.areas):
            found[shapely.contains_xy(area, x, y)] = number
        return found


def make_layout(city: City, latitude: float, longitude: float, radius_m: float) -> Layout:
    """Project a city plan, cut its outlines out of each other and collect their borders.

    Parameters
    ----------
    city
        The plan.
    latitude, longitude, radius_m
        The kitchen, degrees, and how far its network reaches.
    """
    plane = Plane(city.latitude, city.longitude)
    kitchen_x, kitchen_y = plane.forward(latitude, longitude)
    centre = float(kitchen_x), float(kitchen_y)

    def project(geometry: Geometry) -> Geometry:
        metres = shapely.transform(
            geometry,
            lambda degrees: np.stack(plane.forward(degrees[:, 1], degrees[:, 0]), axis=1),
        )
        return shapely.set_precision(metres, RASTER_M)

    reach_m = radius_m + MARGIN_M
    everything = shapely.box(
        *np.round([centre[0] - reach_m, centre[1] - reach_m]),
        *np.round([centre[0] + reach_m, centre[1] + reach_m]),
    )
    shore = [project(outline).buffer(SHORE_M, join_style="mitre") for outline in city.water]
    water = shapely.union_all([shapely.Polygon(), *shore], grid_size=RASTER_M)
    taken = shapely.union_all([water, *map(project, city.open_land)], grid_size=RASTER_M)
    areas = []
    for _, outline in city.grids:
        area = everything if outline is None else project(outline)
        areas.append(shapely.difference(area, taken, grid_size=RASTER_M))
        taken = shapely.union(taken, area, grid_size=RASTER_M)
    shapely.prepare(areas)

    main = [
        # A main street bridges a river and crosses a park; nothing crosses open water.
        shapely.difference(project(line), water, grid_size=RASTER_M)
        for _, line in city.main_streets
    ]
    streets = [
        Street(StreetKind.BORDER, "", number, street.name)
        for number, (street, _) in enumerate(city.main_streets)
    ]
    borders = shapely.union_all([area.boundary for area in areas], grid_size=RASTER_M)
    borders = shapely.difference(
        borders, shapely.union_all([everything.boundary, *main]), grid_size=RASTER_M
    )
    lines = shapely.get_parts(shapely.line_merge(borders))
    streets += [Street(StreetKind.BORDER, "", len(main) + at) for at in range(len(lines))]
    return Layout(
        plane=plane,
        centre=centre,
        radius_m=radius_m,
        grids=tuple(grid for grid, _ in city.grids),
        areas=tuple(areas),
        border_streets=tuple(streets),
        borders=_segments([*main, *lines]),
    )


def _segments(lines: list[Geometry]) -> Segments:
    """Return the straight segments of lines, the n-th line being the n-th street."""
    parts, street = shapely.get_parts(lines, return_index=True)
    points, part = shapely.get_coordinates(parts, return_index=True)
    inner = np.flatnonzero(part[:-1] == part[1:])
    start, end = points[inner], points[inner + 1]
    owner = street[part[inner]]
    length = np.hypot(*(end - start).T)
    walked = np.cumsum(length) - length
    # The parts of a street that water interrupts are numbered as if they met.
    first = np.searchsorted(owner, owner)
    x0, y0, x1, y1 = np.concatenate([start, end], axis=1).T
    return Segments(x0, y0, x1, y1, owner.astype(np.int64), walked - walked[first])
