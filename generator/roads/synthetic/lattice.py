"""Lay grids over a city plan, cut them at every border, and join what meets.

Everything happens in the local plane, in metres. The result is a planar set of straight pieces of
street, in which every crossing of two streets is a node.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from generator.roads.rng import make_road_rng
from generator.roads.synthetic.layout import RASTER_M, Segments
from generator.roads.synthetic.sketch import Pieces, Sketch, Street, StreetKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from generator.roads.synthetic.cities import Grid
    from generator.roads.synthetic.layout import Layout

# Intersections closer than this are merged.
MERGE_M = 30.0
# A part of a line between two borders that is shorter than this is not a street.
SHORTEST_STREET_M = 1.0
# Segments that come this close meet: ends on a border are rounded to the raster.
TOUCH_M = 5 * RASTER_M
LAID_M = 25_000.0


@dataclass(frozen=True)
class Lines:
    """The lines of one grid: its frame, and where the avenues and cross streets lie in it.

    Attributes
    ----------
    across, along
        Unit vectors across and along the avenues.
    avenues, cross_streets
        Where they lie, metres across and along.
    naming
        As of the grid.
    """

    across: NDArray[np.float64]
    along: NDArray[np.float64]
    avenues: NDArray[np.float64]
    cross_streets: NDArray[np.float64]
    naming: str

    def to_grid(
        self, x: NDArray[np.float64], y: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return coordinates across and along the avenues of points in the plane."""
        return (
            x * self.across[0] + y * self.across[1],
            x * self.along[0] + y * self.along[1],
        )

    def to_plane(
        self, a: NDArray[np.float64], b: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return x and y of points given across and along the avenues."""
        return (
            a * self.across[0] + b * self.along[0],
            a * self.across[1] + b * self.along[1],
        )


def grid_lines(layout: Layout, seed: int, location_code: str) -> list[Lines]:
    """Return the lines of every grid of the plan.

    They reach ``LAID_M`` from the origin of the plan, or as far as the network: a kitchen that
    moves a little, or delivers further, keeps its streets.
    """
    reach_m = layout.radius_m + float(np.hypot(*layout.centre)) + 1_000.0
    return [
        lay_lines(
            grid, max(reach_m, LAID_M), make_road_rng(seed, location_code, "lines", grid.name)
        )
        for grid in layout.grids
    ]


def lay_lines(grid: Grid, reach_m: float, rng: np.random.Generator) -> Lines:
    """Space the lines of a grid over everything within ``reach_m`` of the origin."""
    bearing = np.deg2rad(grid.bearing)

    def positions(spacing: float) -> NDArray[np.float64]:
        count = int(2 * reach_m / (0.85 * spacing)) + 2
        # Blocks vary by a tenth; now and then a street is skipped or inserted.
        steps = spacing * (1.0 + rng.uniform(-0.1, 0.1, count))
        steps *= rng.choice([1.0, 0.72, 1.35], count, p=[0.82, 0.09, 0.09])
        at = np.cumsum(steps)
        at -= at[count // 2]
        return at[np.abs(at) <= reach_m]

    return Lines(
        across=np.array([np.cos(bearing), -np.sin(bearing)]),
        along=np.array([np.sin(bearing), np.cos(bearing)]),
        avenues=positions(grid.avenue_spacing_m),
        cross_streets=positions(grid.cross_street_spacing_m),
        naming=grid.naming,
    )


def is_arterial(number: NDArray[np.int64], every: int) -> NDArray[np.bool_]:
    """Return which lines of a grid are arterials."""
    return np.asarray(number % every == every // 2)


def lay_streets(layout: Layout, lines: Sequence[Lines]) -> Sketch:
    """Cut every grid at the borders of its area and join all that meets.

    Parameters
    ----------
    layout
        The plan.
    lines
        The lines of each of its grids.

    Returns
    -------
    Sketch
        Within the radius; nothing in water or parks. Pieces may still hang loose.
    """
    streets: list[Street] = []
    arterial: list[bool] = []
    tables: list[Segments] = []
    for grid, area, line in zip(layout.grids, layout.areas, lines, strict=True):
        if area.is_empty:
            continue
        for kind in (StreetKind.AVENUE, StreetKind.CROSS_STREET):
            numbers, segments = _clipped(line, kind, area)
            tables.append(_shifted(segments, len(streets)))
            streets += [Street(kind, grid.name, number) for number in numbers.tolist()]
            arterial += is_arterial(numbers, grid.arterial_every).tolist()
    tables.append(_shifted(layout.borders, len(streets)))
    streets += layout.border_streets
    arterial += [True] * len(layout.border_streets)
    sketch = _split(tables, tuple(streets), np.array(arterial))
    return _joined(sketch, layout.centre, layout.radius_m)


def _clipped(
    lines: Lines, kind: StreetKind, area: shapely.Geometry
) -> tuple[NDArray[np.int64], Segments]:
    """Return the parallel lines of a grid in one direction, as far as they lie in an area.

    Returns
    -------
    numbers
        Which lines of the grid they are.
    segments
        Their parts within the area; the street of each is an index into ``numbers``.
    """
    corner_a, corner_b = lines.to_grid(*shapely.get_coordinates(area).T)
    if kind is StreetKind.AVENUE:
        across, along, positions = corner_a, corner_b, lines.avenues
    else:
        across, along, positions = corner_b, corner_a, lines.cross_streets
    numbers = np.flatnonzero((positions > across.min()) & (positions < across.max()))
    on = np.repeat(positions[numbers], 2)
    ends = np.tile([along.min() - 1.0, along.max() + 1.0], len(numbers))
    x, y = lines.to_plane(on, ends) if kind is StreetKind.AVENUE else lines.to_plane(ends, on)
    whole = shapely.linestrings(np.stack([x, y], axis=1).reshape(-1, 2, 2))
    parts, owner = shapely.get_parts(shapely.intersection(whole, area), return_index=True)
    # A line that only touches the area leaves a point or nothing there.
    is_line = shapely.get_num_points(parts) > 1
    parts, owner = parts[is_line], owner[is_line]
    start = np.round(shapely.get_coordinates(shapely.get_point(parts, 0)), 2)
    end = np.round(shapely.get_coordinates(shapely.get_point(parts, -1)), 2)
    low = lines.to_grid(*start.T)[1 if kind is StreetKind.AVENUE else 0]
    # The order of parts may change with the version of shapely.
    order = np.lexsort((low, owner))
    order = order[np.hypot(*(end - start).T)[order] > SHORTEST_STREET_M]
    x0, y0, x1, y1 = np.concatenate([start[order], end[order]], axis=1).T
    return numbers, Segments(x0, y0, x1, y1, owner[order].astype(np.int64), low[order])


def _shifted(segments: Segments, streets: int) -> Segments:
    return replace(segments, street=segments.street + streets)


def _split(
    tables: Sequence[Segments], streets: tuple[Street, ...], arterial: NDArray[np.bool_]
) -> Sketch:
    """Split all segments where they meet."""
    segments = Segments(
        *(
            np.concatenate([getattr(table, field.name) for table in tables])
            for field in fields(Segments)
        )
    )
    ends = np.stack([segments.x0, segments.y0, segments.x1, segments.y1], axis=1)
    shapes = shapely.linestrings(ends.reshape(-1, 2, 2))
    # The nearest points of two straight segments that meet are where they do.
    kind = np.array([street.kind.value for street in streets])[segments.street]
    avenues, cross_streets, borders = (
        np.flatnonzero(kind == wanted.value)
        for wanted in (StreetKind.AVENUE, StreetKind.CROSS_STREET, StreetKind.BORDER)
    )
    one, other = np.concatenate(
        [
            _pairs(shapes, avenues, cross_streets, predicate="intersects"),
            _pairs(shapes, np.arange(len(shapes)), borders, predicate="dwithin", distance=TOUCH_M),
        ],
        axis=1,
    )
    meeting = shapely.get_coordinates(shapely.shortest_line(shapes[one], shapes[other]))[::2]
    length = np.hypot(segments.x1 - segments.x0, segments.y1 - segments.y0)
    every = np.arange(len(length))
    x = np.concatenate([segments.x0, segments.x1, np.round(meeting[:, 0], 2)])
    y = np.concatenate([segments.y0, segments.y1, np.round(meeting[:, 1], 2)])
    met = 2 * len(every) + np.arange(len(one))
    owner = np.concatenate([every, every, one, other])
    node = np.concatenate([every, len(every) + every, met, met])
    from_x, from_y = x[node] - segments.x0[owner], y[node] - segments.y0[owner]
    walked = np.minimum(np.hypot(from_x, from_y), length[owner])
    order = np.lexsort((node, walked, owner))
    owner, node, walked = owner[order], node[order], walked[order]
    piece = np.flatnonzero(owner[:-1] == owner[1:])
    street = segments.street[owner[piece]]
    along = segments.along[owner] + walked
    pieces = Pieces(
        start=node[piece],
        end=node[piece + 1],
        street=street,
        along_start=along[piece],
        along_end=along[piece + 1],
        arterial=arterial[street],
        winding=np.zeros(len(piece), dtype=bool),
        edge=np.arange(len(piece)),
    )
    return Sketch(x, y, pieces, streets)


def _pairs(
    shapes: NDArray[np.object_],
    some: NDArray[np.int64],
    others: NDArray[np.int64],
    **condition: Any,  # noqa: ANN401 - as shapely takes it
) -> NDArray[np.int64]:
    """Return, in order, which shapes of one group meet which ones of another, (2, M)."""
    found = shapely.STRtree(shapes[others]).query(shapes[some], **condition)
    one, other = some[found[0]], others[found[1]]
    order = np.lexsort((other, one))
    one, other = one[order], other[order]
    # A border meets a border once, and not itself.
    once = ~np.isin(one, others) | (one < other)
    return np.stack([one[once], other[once]])


def _joined(sketch: Sketch, centre: tuple[float, float], radius_m: float) -> Sketch:
    """Make one node of those that nearly coincide, and clip to the radius."""
    inside = np.hypot(sketch.x - centre[0], sketch.y - centre[1]) <= radius_m
    pieces = sketch.pieces.take(inside[sketch.pieces.start] & inside[sketch.pieces.end])
    used, ends = np.unique(np.concatenate([pieces.start, pieces.end]), return_inverse=True)
    x, y = sketch.x[used], sketch.y[used]
    pairs = cKDTree(np.stack([x, y], axis=1)).query_pairs(MERGE_M, output_type="ndarray")
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(x), len(x)))
    clusters, cluster = connected_components(graph, directed=False)
    members = np.bincount(cluster, minlength=clusters)
    start, end = np.split(cluster[ends].astype(np.int64), 2)
    low, high = np.minimum(start, end), np.maximum(start, end)
    # Arterials first: of two pieces between the same nodes the larger street stays.
    key = low * clusters + high
    order = np.lexsort((~pieces.arterial, key))
    first = np.diff(key[order], prepend=-1) > 0
    chosen = np.sort(order[first & (low != high)[order]])
    return Sketch(
        x=np.bincount(cluster, weights=x, minlength=clusters) / members,
        y=np.bincount(cluster, weights=y, minlength=clusters) / members,
        pieces=replace(pieces, start=start, end=end).take(chosen),
        streets=sketch.streets,
    )
