"""Lay grids over a city plan, cut them at every border, and join what meets.

Everything happens in the local plane, in metres. The result is a planar set of straight pieces of
street, in which every crossing of two streets is a node.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from generator.roads.geometry import (
    Plane,
    inland,
    inside_polygon,
    segment_crossings,
)
from generator.roads.rng import stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from generator.roads.synthetic.cities import City, Grid, Outline

# No street runs nearer to the water than this.
SHORE_M = 55.0
# Corners nearer than this are one crossing.
MERGE_M = 30.0
# Shorter stretches of a line between two borders are no streets.
SHORTEST_STRETCH_M = 1.0
# How far past the radius lines are laid; what lies beyond is clipped later.
MARGIN_M = 500.0
LAID_M = 25_000.0
VOID, WATER = -1, -2
# Kinds of street, as in Street.kind.
AVENUE, CROSS_STREET, BORDER = 0, 1, 2


@dataclass(frozen=True)
class Street:
    """Which line a piece of street belongs to: kind, name of its grid, number of the line."""

    kind: int
    grid: str
    line: int


@dataclass(frozen=True)
class Layout:
    """A city plan in the local plane.

    Attributes
    ----------
    plane
        The projection.
    polygons, labels
        Outlines (V, 2) and the grid number each stands for (-1: park, -2: water); the first that
        holds a point counts.
    water
        Outlines of the water alone.
    borders
        (S, 4) segments x0, y0, x1, y1 along which streets run.
    border_line, border_along
        (S,) number of the polyline a segment is part of, and metres along it at its start.
    border_always
        (S,) whether the segment is a street even where both sides are alike.
    grid_names, grids
        Grids by number; the last is the base grid.
    """

    plane: Plane
    polygons: list[NDArray[np.float64]]
    labels: list[int]
    water: list[NDArray[np.float64]]
    borders: NDArray[np.float64]
    border_line: NDArray[np.int64]
    border_along: NDArray[np.float64]
    border_always: NDArray[np.bool_]
    grid_names: list[str]
    grids: list[Grid]

    def label(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the grid number at each point; below zero there are no streets."""
        found = np.full(len(x), len(self.grids) - 1, dtype=np.int64)
        # From the last to the first, so that the first has the last word.
        for polygon, label in zip(reversed(self.polygons), reversed(self.labels), strict=True):
            found[inside_polygon(x, y, polygon)] = label
        return found


@dataclass(frozen=True)
class Pieces:
    """Straight pieces of street between nodes, in the local plane.

    Attributes
    ----------
    x, y
        (N,) nodes, metres.
    start, end
        (E,) node numbers.
    street
        (E,) index into ``streets``.
    along_start, along_end
        (E,) metres along the street at either end.
    arterial
        (E,) whether the piece is part of an arterial.
    streets
        What the pieces are part of.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    street: NDArray[np.int64]
    along_start: NDArray[np.float64]
    along_end: NDArray[np.float64]
    arterial: NDArray[np.bool_]
    streets: list[Street]


@dataclass(frozen=True)
class Lines:
    """The lines of one grid: its frame, and where the avenues and cross streets lie in it."""

    across: NDArray[np.float64]
    along: NDArray[np.float64]
    avenues: NDArray[np.float64]
    cross_streets: NDArray[np.float64]
    arterial_every: int

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


def make_layout(city: City) -> Layout:
    """Project a city plan and collect its borders."""
    plane = Plane(city.latitude, city.longitude)

    def project(outline: Outline) -> NDArray[np.float64]:
        degrees = np.array(outline, dtype=np.float64)
        return np.stack(plane.forward(degrees[:, 0], degrees[:, 1]), axis=1)

    names = [name for name in city.grids if name != city.base_grid] + [city.base_grid]
    polygons: list[NDArray[np.float64]] = []
    labels: list[int] = []
    water: list[NDArray[np.float64]] = []
    polylines = [(project(avenue), True) for avenue in city.avenues]
    for coast, closing in city.coasts:
        shore = inland(project(coast), SHORE_M)
        water.append(np.concatenate([project(coast), project(closing)]))
        polygons.append(np.concatenate([shore, project(closing)]))
        labels.append(WATER)
        polylines.append((shore, False))
    outlines = [(park, VOID) for park in city.parks]
    outlines += [(district.outline, names.index(district.grid)) for district in city.districts]
    for outline, label in outlines:
        polygon = project(outline)
        polygons.append(polygon)
        labels.append(label)
        polylines.append((np.concatenate([polygon, polygon[:1]]), False))

    segments, line, along, always = [], [], [], []
    seen: set[tuple[float, ...]] = set()
    for number, (points, keep) in enumerate(polylines):
        metres = 0.0
        for (x0, y0), (x1, y1) in zip(points[:-1].tolist(), points[1:].tolist(), strict=True):
            # Neighbouring districts share sides; a street is laid there once.
            key = (x0, y0, x1, y1) if (x0, y0) < (x1, y1) else (x1, y1, x0, y0)
            if key not in seen:
                seen.add(key)
                segments.append((x0, y0, x1, y1))
                line.append(number)
                along.append(metres)
                always.append(keep)
            metres += float(np.hypot(x1 - x0, y1 - y0))
    return Layout(
        plane=plane,
        polygons=polygons,
        labels=labels,
        water=water,
        borders=np.array(segments, dtype=np.float64).reshape(-1, 4),
        border_line=np.array(line, dtype=np.int64),
        border_along=np.array(along, dtype=np.float64),
        border_always=np.array(always, dtype=bool),
        grid_names=names,
        grids=[city.grids[name] for name in names],
    )


def lay_lines(grid: Grid, reach_m: float, random: np.random.Generator) -> Lines:
    """Space the lines of a grid over everything within ``reach_m`` of the origin."""
    bearing = np.deg2rad(grid.bearing)

    def positions(spacing: float) -> NDArray[np.float64]:
        count = int(2 * reach_m / (0.85 * spacing)) + 2
        # Blocks differ by a tenth, and now and then a street is skipped or squeezed in.
        steps = spacing * (1.0 + random.uniform(-0.1, 0.1, count))
        steps *= random.choice([1.0, 0.72, 1.35], count, p=[0.82, 0.09, 0.09])
        at = np.cumsum(steps)
        at -= at[count // 2]
        return at[np.abs(at) <= reach_m]

    return Lines(
        across=np.array([np.cos(bearing), -np.sin(bearing)]),
        along=np.array([np.sin(bearing), np.cos(bearing)]),
        avenues=positions(grid.spacing_m[0]),
        cross_streets=positions(grid.spacing_m[1]),
        arterial_every=grid.arterial_every,
    )


def is_arterial(number: NDArray[np.int64], every: int) -> NDArray[np.bool_]:
    """Tell which lines of a grid are arterials."""
    return np.asarray(number % every == every // 2)


@dataclass(frozen=True)
class _Family:
    """The parallel lines of one grid in one direction, where one district needs them.

    Attributes
    ----------
    kind
        Avenues or cross streets.
    lines
        The grid.
    label, name
        Number and name of the grid.
    numbers, positions
        (L,) which lines of the grid, and where they lie.
    others
        (O,) where the lines across them lie.
    corner
        Node where the first of either meet.
    step, other_step
        How node numbers grow from line to line, and from crossing to crossing.
    """

    kind: int
    lines: Lines
    label: int
    name: str
    numbers: NDArray[np.int64]
    positions: NDArray[np.float64]
    others: NDArray[np.float64]
    corner: int
    step: int
    other_step: int

    def place(
        self, on: NDArray[np.float64], along: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return x and y of points on lines, so far along them."""
        if self.kind == AVENUE:
            return self.lines.to_plane(on, along)
        return self.lines.to_plane(along, on)

    def turned(
        self, x: NDArray[np.float64], y: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return coordinates across and along the lines of points in the plane."""
        a, b = self.lines.to_grid(x, y)
        return (a, b) if self.kind == AVENUE else (b, a)


@dataclass(frozen=True)
class _Hits:
    """Where lines meet borders, ordered by line and then along it; (H,) each.

    Attributes
    ----------
    row
        Which line of the family.
    segment, fraction
        Which border, -1 for an open end, and where on it.
    at
        Metres along the line.
    """

    row: NDArray[np.int64]
    segment: NDArray[np.int64]
    fraction: NDArray[np.float64]
    at: NDArray[np.float64]


@dataclass
class _Collected:
    """Nodes and pieces while they are being gathered."""

    x: list[NDArray[np.float64]]
    y: list[NDArray[np.float64]]
    nodes: int
    start: list[NDArray[np.int64]]
    end: list[NDArray[np.int64]]
    street: list[NDArray[np.int64]]
    along_start: list[NDArray[np.float64]]
    along_end: list[NDArray[np.float64]]
    arterial: list[NDArray[np.bool_]]
    streets: list[Street]
    hit_segment: list[NDArray[np.int64]]
    hit_fraction: list[NDArray[np.float64]]
    hit_node: list[NDArray[np.int64]]

    def add_nodes(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> int:
        """Add nodes and return the number of the first."""
        first = self.nodes
        self.x.append(x)
        self.y.append(y)
        self.nodes += len(x)
        return first


def lay_streets(
    layout: Layout, lines: Sequence[Lines], centre: tuple[float, float], radius_m: float
) -> Pieces:
    """Cut every grid at the borders of its districts and join all that meets.

    Parameters
    ----------
    layout
        The plan.
    lines
        The lines of each of its grids.
    centre, radius_m
        The disc to cover, in the plane.

    Returns
    -------
    Pieces
        Within the disc; nothing in water or parks. Pieces may still hang loose.
    """
    collected = _Collected([], [], 0, [], [], [], [], [], [], [], [], [], [])
    for label, grid in enumerate(lines):
        _lay_grid(collected, layout, grid, label, (*centre, radius_m + MARGIN_M))
    _lay_borders(collected, layout)
    return _join(collected, centre, radius_m)


def _lay_grid(
    collected: _Collected,
    layout: Layout,
    lines: Lines,
    label: int,
    disc: tuple[float, float, float],
) -> None:
    """Add the pieces of one grid wherever its label holds, near a disc: x, y and radius."""
    a, b = (float(value) for value in lines.to_grid(np.array(disc[0]), np.array(disc[1])))
    low_a, high_a, low_b, high_b = a - disc[2], a + disc[2], b - disc[2], b + disc[2]
    if label < len(layout.grids) - 1:
        polygons = [p for p, of in zip(layout.polygons, layout.labels, strict=True) if of == label]
        corners = np.concatenate(polygons)
        at_a, at_b = lines.to_grid(corners[:, 0], corners[:, 1])
        low_a, high_a = max(low_a, at_a.min()), min(high_a, at_a.max())
        low_b, high_b = max(low_b, at_b.min()), min(high_b, at_b.max())
    avenue_numbers = np.flatnonzero((lines.avenues >= low_a) & (lines.avenues <= high_a))
    cross_numbers = np.flatnonzero((lines.cross_streets >= low_b) & (lines.cross_streets <= high_b))
    if not avenue_numbers.size or not cross_numbers.size:
        return
    avenues, cross_streets = lines.avenues[avenue_numbers], lines.cross_streets[cross_numbers]
    all_a, all_b = np.repeat(avenues, len(cross_streets)), np.tile(cross_streets, len(avenues))
    corner = collected.add_nodes(*lines.to_plane(all_a, all_b))
    name = layout.grid_names[label]
    across = len(cross_streets)
    for family, low, high in (
        (
            _Family(
                AVENUE,
                lines,
                label,
                name,
                avenue_numbers,
                avenues,
                cross_streets,
                corner,
                across,
                1,
            ),
            low_b,
            high_b,
        ),
        (
            _Family(
                CROSS_STREET,
                lines,
                label,
                name,
                cross_numbers,
                cross_streets,
                avenues,
                corner,
                1,
                across,
            ),
            low_a,
            high_a,
        ),
    ):
        _add_intervals(collected, layout, family, _border_hits(layout, family, low, high))


def _border_hits(layout: Layout, family: _Family, low: float, high: float) -> _Hits:
    """Return where the lines of a family meet borders, and their ends at ``low`` and ``high``."""
    across0, along0 = family.turned(layout.borders[:, 0], layout.borders[:, 1])
    across1, along1 = family.turned(layout.borders[:, 2], layout.borders[:, 3])
    on = family.positions
    row, segment = np.nonzero((across0[None, :] < on[:, None]) != (across1[None, :] < on[:, None]))
    fraction = (on[row] - across0[segment]) / (across1[segment] - across0[segment])
    at = along0[segment] + fraction * (along1[segment] - along0[segment])
    # The ends of the covered area close every line; what touches them is clipped later.
    count = len(on)
    every = np.arange(count)
    row = np.concatenate([row, every, every])
    segment = np.concatenate([segment, np.full(2 * count, -1)])
    fraction = np.concatenate([fraction, np.zeros(2 * count)])
    at = np.concatenate([at, np.full(count, low - 1.0), np.full(count, high + 1.0)])
    order = np.lexsort((at, row))
    return _Hits(row[order], segment[order], fraction[order], at[order])


def _add_intervals(collected: _Collected, layout: Layout, family: _Family, hits: _Hits) -> None:
    """Add the stretches of a family of lines between two borders that lie in the district."""
    row, at, on = hits.row, hits.at, family.positions
    same_line = row[:-1] == row[1:]
    middle = (at[:-1] + at[1:]) / 2
    mine = layout.label(*family.place(on[row[:-1]], middle)) == family.label
    kept = np.flatnonzero(same_line & mine & (at[1:] - at[:-1] > SHORTEST_STRETCH_M))
    if not kept.size:
        return
    used = np.unique(np.concatenate([kept, kept + 1]))
    node_of_hit = np.full(len(row), -1, dtype=np.int64)
    node_of_hit[used] = collected.add_nodes(*family.place(on[row[used]], at[used])) + np.arange(
        len(used)
    )
    on_border = used[hits.segment[used] >= 0]
    collected.hit_segment.append(hits.segment[on_border])
    collected.hit_fraction.append(hits.fraction[on_border])
    collected.hit_node.append(node_of_hit[on_border])

    # Each stretch: the border it begins at, the lines it crosses, the border it ends at.
    from_other = np.searchsorted(family.others, at[kept])
    to_other = np.searchsorted(family.others, at[kept + 1])
    offsets = np.concatenate([[0], np.cumsum(to_other - from_other + 2)])
    owner = np.repeat(np.arange(len(kept)), np.diff(offsets))
    step = np.arange(offsets[-1]) - offsets[owner]
    other = np.clip(from_other[owner] + step - 1, 0, len(family.others) - 1)
    line = row[kept][owner]
    nodes = family.corner + line * family.step + other * family.other_step
    along = family.others[other]
    nodes[offsets[:-1]], along[offsets[:-1]] = node_of_hit[kept], at[kept]
    nodes[offsets[1:] - 1], along[offsets[1:] - 1] = node_of_hit[kept + 1], at[kept + 1]
    joined = np.flatnonzero(owner[:-1] == owner[1:])
    arterial = is_arterial(family.numbers, family.lines.arterial_every)
    base = len(collected.streets)
    collected.streets.extend(Street(family.kind, family.name, int(n)) for n in family.numbers)
    collected.start.append(nodes[joined])
    collected.end.append(nodes[joined + 1])
    collected.street.append(base + line[joined])
    collected.along_start.append(along[joined])
    collected.along_end.append(along[joined + 1])
    collected.arterial.append(arterial[line[joined]])


def _lay_borders(collected: _Collected, layout: Layout) -> None:
    """Add the streets along borders, from crossing to crossing."""
    borders = layout.borders
    if not len(borders):
        return
    every = np.arange(len(borders))
    crossing_segment, crossing_fraction = segment_crossings(borders)
    segment = np.concatenate([every, every, crossing_segment])
    fraction = np.concatenate([np.zeros(len(every)), np.ones(len(every)), crossing_fraction])
    step = borders[:, 2:] - borders[:, :2]
    x = borders[segment, 0] + fraction * step[segment, 0]
    y = borders[segment, 1] + fraction * step[segment, 1]
    node = collected.add_nodes(x, y) + np.arange(len(segment))
    segment = np.concatenate([segment, *collected.hit_segment])
    fraction = np.concatenate([fraction, *collected.hit_fraction])
    node = np.concatenate([node, *collected.hit_node])
    order = np.lexsort((node, fraction, segment))
    segment, fraction, node = segment[order], fraction[order], node[order]

    same = segment[:-1] == segment[1:]
    middle = (fraction[:-1] + fraction[1:]) / 2
    owner = segment[:-1]
    length = np.hypot(step[:, 0], step[:, 1])
    mx, my = (
        borders[owner, 0] + middle * step[owner, 0],
        borders[owner, 1] + middle * step[owner, 1],
    )
    side_x, side_y = -3.0 * step[owner, 1] / length[owner], 3.0 * step[owner, 0] / length[owner]
    left, right = layout.label(mx + side_x, my + side_y), layout.label(mx - side_x, my - side_y)
    # An avenue bridges a river bed or crosses a park; nothing crosses open water.
    crosses = layout.border_always[owner] & (np.minimum(left, right) > WATER)
    kept = np.flatnonzero(same & (crosses | ((left != right) & (np.maximum(left, right) >= 0))))
    base = len(collected.streets)
    polylines = int(layout.border_line.max()) + 1
    collected.streets.extend(Street(BORDER, "", number) for number in range(polylines))
    along = layout.border_along[segment] + fraction * length[segment]
    collected.start.append(node[kept])
    collected.end.append(node[kept + 1])
    collected.street.append(base + layout.border_line[owner[kept]])
    collected.along_start.append(along[kept])
    collected.along_end.append(along[kept + 1])
    collected.arterial.append(np.ones(len(kept), dtype=bool))


def _join(collected: _Collected, centre: tuple[float, float], radius_m: float) -> Pieces:
    """Make one node of corners that nearly coincide and clip to the disc."""
    x, y = np.concatenate(collected.x), np.concatenate(collected.y)
    start, end = np.concatenate(collected.start), np.concatenate(collected.end)
    street = np.concatenate(collected.street)
    along_start = np.concatenate(collected.along_start)
    along_end = np.concatenate(collected.along_end)
    arterial = np.concatenate(collected.arterial)

    inside = np.hypot(x - centre[0], y - centre[1]) <= radius_m
    keep = inside[start] & inside[end]
    used, compact = np.unique(np.concatenate([start[keep], end[keep]]), return_inverse=True)
    x, y = x[used], y[used]
    start, end = compact[: keep.sum()], compact[keep.sum() :]
    street, arterial = street[keep], arterial[keep]
    along_start, along_end = along_start[keep], along_end[keep]

    pairs = cKDTree(np.stack([x, y], axis=1)).query_pairs(MERGE_M, output_type="ndarray")
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(x), len(x)))
    clusters, cluster = connected_components(graph, directed=False)
    members = np.bincount(cluster, minlength=clusters)
    x = np.bincount(cluster, weights=x, minlength=clusters) / members
    y = np.bincount(cluster, weights=y, minlength=clusters) / members
    start, end = cluster[start].astype(np.int64), cluster[end].astype(np.int64)
    low, high = np.minimum(start, end), np.maximum(start, end)
    # Arterials first, so that of two pieces between the same corners the greater one stays.
    order = np.lexsort((~arterial, low * clusters + high))
    key = (low * clusters + high)[order]
    first = np.concatenate([[True], key[1:] != key[:-1]]) & (low != high)[order]
    chosen = np.sort(order[first])
    return Pieces(
        x=x,
        y=y,
        start=start[chosen],
        end=end[chosen],
        street=street[chosen],
        along_start=along_start[chosen],
        along_end=along_end[chosen],
        arterial=arterial[chosen],
        streets=collected.streets,
    )


def grid_lines(layout: Layout, seed: int, code: str, reach_m: float) -> list[Lines]:
    """Return the lines of every grid of the plan, as far as ``reach_m`` from its origin.

    As long as that is less than ``LAID_M`` it makes no difference: a kitchen that moves a little,
    or delivers further, keeps its streets.
    """
    return [
        lay_lines(grid, max(reach_m, LAID_M), stream(seed, code, "lines", name))
        for name, grid in zip(layout.grid_names, layout.grids, strict=True)
    ]
