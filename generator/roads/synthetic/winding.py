"""Bend the straight pieces: superblocks with a rotated interior, streets that bow.

Arterials and borders stay where they are; only what lies between them winds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from generator.roads.geometry import distance_to_segments
from generator.roads.orientation import orientation_entropy, orientation_order
from generator.roads.rng import make_road_rng
from generator.roads.synthetic.lattice import is_arterial
from generator.roads.synthetic.sketch import StreetKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from generator.roads.synthetic.cities import City
    from generator.roads.synthetic.lattice import Lines
    from generator.roads.synthetic.layout import Layout
    from generator.roads.synthetic.sketch import Sketch

# Interior shape points of a bent piece of street, as fractions of its length.
SHAPE_FRACTIONS = np.array([0.25, 0.5, 0.75])
# At a border nothing turns; from this distance on the turn is complete.
EASE_M = 160.0
# No street bows by more than this share of its length.
MAX_BOW = 0.24


@dataclass(frozen=True)
class Drawn:
    """The sketch after its superblocks were turned and its streets bent; metres.

    Attributes
    ----------
    x, y
        (N,) nodes.
    shape_x, shape_y
        (P, 3) interior points of each piece, straight ones included.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    shape_x: NDArray[np.float64]
    shape_y: NDArray[np.float64]


@dataclass(frozen=True)
class _Located:
    """Those of some points that lie in superblocks of one grid; every attribute is an array, (P,).

    Attributes
    ----------
    point
        Which of the points.
    row, column
        The superblock.
    a, b
        Coordinates across and along the avenues.
    """

    point: NDArray[np.int64]
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    a: NDArray[np.float64]
    b: NDArray[np.float64]


@dataclass(frozen=True)
class Turned:
    """Points that turn with their superblocks, as far as the strength asks.

    Attributes
    ----------
    x, y
        (P,) all points, where they lie unturned.
    groups
        Per grid: its lines, which points turn, their angles (radians), and the middle of the
        superblock and the distance from there, across and along the avenues.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    groups: tuple[tuple[Lines, NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]], ...]

    def by(self, strength: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the positions of the points when every turn is ``strength`` times as large."""
        x, y = self.x.copy(), self.y.copy()
        for lines, point, angle, (middle_a, middle_b, off_a, off_b) in self.groups:
            cos, sin = np.cos(strength * angle), np.sin(strength * angle)
            x[point], y[point] = lines.to_plane(
                middle_a + off_a * cos - off_b * sin, middle_b + off_a * sin + off_b * cos
            )
        return x, y


class Superblocks:
    """The blocks between the arterials of each grid, and how far the inside of each is turned."""

    def __init__(
        self, city: City, layout: Layout, lines: Sequence[Lines], seed: int, location_code: str
    ) -> None:
        self._layout = layout
        self._lines = lines
        borders = layout.borders
        self._borders = np.stack([borders.x0, borders.y0, borders.x1, borders.y1], axis=1)
        self._arterials: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
        self._angles: list[NDArray[np.float64]] = []
        for grid, line in zip(layout.grids, lines, strict=True):
            rng = make_road_rng(seed, location_code, "turning", grid.name)
            a, b = (
                at[is_arterial(np.arange(len(at)), grid.arterial_every)]
                for at in (line.avenues, line.cross_streets)
            )
            shape = (len(a) + 1, len(b) + 1)
            winds = rng.random(shape) < grid.curved_share
            # At least half the usual turn: a winding block should look like one.
            size = np.deg2rad(grid.turn_deg) * rng.uniform(0.5, 1.4, shape)
            angles = np.where(winds, size * rng.choice([-1.0, 1.0], shape), 0.0)
            middle_a = _between(a)[:, None]
            middle_b = _between(b)[None, :]
            straight = np.hypot(middle_a, middle_b) < city.properties.straight_within_m
            self._arterials.append((a, b))
            self._angles.append(np.where(straight, 0.0, angles))

    def winding(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which points lie in a winding superblock."""
        result = np.zeros(len(x), dtype=bool)
        for grid, found in self._located(x, y):
            result[found.point] = self._angles[grid][found.row, found.column] != 0.0
        return result

    def turned(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> Turned:
        """Return the points of the undistorted plane, ready to be turned."""
        groups = []
        for grid, found in self._located(x, y):
            angle = self._angles[grid][found.row, found.column]
            winds = np.flatnonzero(angle)
            if not len(winds):
                continue
            point, row, column = found.point[winds], found.row[winds], found.column[winds]
            a, b = found.a[winds], found.b[winds]
            arterial_a, arterial_b = self._arterials[grid]
            low_a, high_a = arterial_a[row - 1], arterial_a[row]
            low_b, high_b = arterial_b[column - 1], arterial_b[column]
            s, t = (a - low_a) / (high_a - low_a), (b - low_b) / (high_b - low_b)
            # Nothing at the arterials, everything in the middle of the block.
            bump = np.maximum(16.0 * s * (1 - s) * t * (1 - t), 0.0) ** 0.7
            border = distance_to_segments(
                x[point], y[point], self._near_borders(x[point], y[point])
            )
            ease = np.clip(border / EASE_M, 0.0, 1.0)
            middle_a, middle_b = (low_a + high_a) / 2, (low_b + high_b) / 2
            groups.append(
                (
                    self._lines[grid],
                    point,
                    angle[winds] * bump * ease * ease * (3 - 2 * ease),
                    np.stack([middle_a, middle_b, a - middle_a, b - middle_b]),
                )
            )
        return Turned(x, y, tuple(groups))

    def side(self, sketch: Sketch) -> NDArray[np.float64]:
        """Return to which side each piece bows, 1 or -1.

        Along a street the sides alternate, so that it runs as one wave; streets side by side swing
        together, so that they never meet.
        """
        pieces = sketch.pieces
        grid = np.array([street.grid for street in sketch.streets])[pieces.street]
        avenue = np.array([street.kind is StreetKind.AVENUE for street in sketch.streets])
        middle = (pieces.along_start + pieces.along_end) / 2
        block = np.zeros(len(pieces), dtype=np.int64)
        for its_grid, line in zip(self._layout.grids, self._lines, strict=True):
            for is_avenue, crossed in ((True, line.cross_streets), (False, line.avenues)):
                mine = (grid == its_grid.name) & (avenue[pieces.street] == is_avenue)
                block[mine] = np.searchsorted(crossed, middle[mine])
        # In a reversed piece left and right are exchanged.
        onward = pieces.along_end >= pieces.along_start
        return np.where(block % 2 == 0, 1.0, -1.0) * np.where(onward, 1.0, -1.0)

    def _near_borders(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        x0, y0, x1, y1 = self._borders.T
        near: NDArray[np.float64] = self._borders[
            (np.maximum(x0, x1) > x.min() - EASE_M)
            & (np.minimum(x0, x1) < x.max() + EASE_M)
            & (np.maximum(y0, y1) > y.min() - EASE_M)
            & (np.minimum(y0, y1) < y.max() + EASE_M)
        ]
        return near

    def _located(
        self, x: NDArray[np.float64], y: NDArray[np.float64]
    ) -> Iterator[tuple[int, _Located]]:
        """Yield the number of each grid, and which points lie in its superblocks."""
        grids = self._layout.grid_at(x, y)
        for grid, (arterial_a, arterial_b) in enumerate(self._arterials):
            mine = np.flatnonzero(grids == grid)
            a, b = self._lines[grid].to_grid(x[mine], y[mine])
            row, column = np.searchsorted(arterial_a, a), np.searchsorted(arterial_b, b)
            inside = (row > 0) & (row < len(arterial_a)) & (column > 0) & (column < len(arterial_b))
            if inside.any():
                yield (
                    grid,
                    _Located(mine[inside], row[inside], column[inside], a[inside], b[inside]),
                )


def _between(positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the middle of every gap, with one gap before the first and one after the last."""
    if not len(positions):
        return np.zeros(1)
    edges = np.concatenate([positions[:1] - 500.0, positions, positions[-1:] + 500.0])
    return np.asarray((edges[:-1] + edges[1:]) / 2)


def draw(sketch: Sketch, city: City, superblocks: Superblocks, rng: np.random.Generator) -> Drawn:
    """Turn the superblocks, then bow streets until the circuity is the city's target.

    Parameters
    ----------
    sketch
        The streets in the undistorted plane.
    city
        Its targets and how much its straight blocks may bend.
    superblocks
        Which of them wind.
    rng
        Which streets bow and how much relative to each other.
    """
    pieces = sketch.pieces
    start, end = pieces.start, pieces.end
    nodes = superblocks.turned(sketch.x, sketch.y)
    strength = _strength(sketch, city, nodes)
    x, y = nodes.by(strength)
    part = SHAPE_FRACTIONS[None, :]
    step_x, step_y = sketch.x[end] - sketch.x[start], sketch.y[end] - sketch.y[start]
    inner_x, inner_y = (
        values.reshape(-1, len(SHAPE_FRACTIONS))
        for values in superblocks.turned(
            (sketch.x[start, None] + part * step_x[:, None]).ravel(),
            (sketch.y[start, None] + part * step_y[:, None]).ravel(),
        ).by(strength)
    )
    share = np.where(pieces.winding, 0.75, city.properties.side_street_bend)
    bends = (rng.random(len(pieces)) < share) & ~pieces.arterial
    size = np.where(pieces.winding, 1.0, 0.6) * rng.uniform(0.6, 1.4, len(pieces))
    bow = np.where(bends, size * superblocks.side(sketch), 0.0)
    wave = np.sin(np.pi * SHAPE_FRACTIONS)[None, :]
    step_x, step_y = x[end] - x[start], y[end] - y[start]
    first, last = pieces.first_and_last()
    chord = np.hypot(x[end[last]] - x[start[first]], y[end[last]] - y[start[first]]).sum()

    def bowed(amount: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        rise = np.clip(amount * bow, -MAX_BOW, MAX_BOW)[:, None] * wave
        return inner_x - rise * step_y[:, None], inner_y + rise * step_x[:, None]

    def circuity(amount: float) -> float:
        shape_x, shape_y = bowed(amount)
        all_x = np.concatenate([x[start, None], shape_x, x[end, None]], axis=1)
        all_y = np.concatenate([y[start, None], shape_y, y[end, None]], axis=1)
        return float(np.hypot(np.diff(all_x), np.diff(all_y)).sum() / chord)

    low = _halving(0.0, 0.5, 10, lambda amount: circuity(amount) < city.targets.circuity)[0]
    return Drawn(x, y, *bowed(low))


def _strength(sketch: Sketch, city: City, nodes: Turned) -> float:
    """Return how strongly superblocks turn for the orientation order to be near the target.

    The more they turn, the lower it gets; where the target is out of reach the nearest is taken.
    """
    first, last = sketch.pieces.first_and_last()
    start, end = sketch.pieces.start[first], sketch.pieces.end[last]

    def too_orderly(strength: float) -> bool:
        x, y = nodes.by(strength)
        entropy = orientation_entropy(x[end] - x[start], y[end] - y[start])
        return orientation_order(entropy) > city.targets.orientation_order

    low, high = _halving(0.4, 1.5, 4, too_orderly)
    return (low + high) / 2


def _halving(
    low: float, high: float, steps: int, too_small: Callable[[float], bool]
) -> tuple[float, float]:
    """Return an interval around where ``too_small`` changes, halved a given number of times.

    By hand: after so many halvings the result has the same bits on every machine, and
    ``scipy.optimize`` costs 65 ms to import.
    """
    for _ in range(steps):
        middle = (low + high) / 2
        low, high = (middle, high) if too_small(middle) else (low, middle)
    return low, high
