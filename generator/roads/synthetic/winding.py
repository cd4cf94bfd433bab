"""Bend the straight pieces: superblocks whose inside is turned, streets that bow.

Arterials and borders stay where they are; only what lies between them winds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from generator.roads.geometry import distance_to_segments
from generator.roads.rng import stream
from generator.roads.synthetic.lattice import AVENUE, Layout, Lines, is_arterial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from generator.roads.synthetic.cities import City
    from generator.roads.synthetic.crossings import Frame

# Interior shape points of a bent piece of street, as fractions of its length.
SHAPE_FRACTIONS = np.array([0.25, 0.5, 0.75])
# Near a border nothing turns; the turn is whole at this distance.
EASE_M = 160.0
# No street bows by more than this part of its length.
MAX_BOW = 0.24


@dataclass(frozen=True)
class Drawn:
    """The frame after its superblocks were turned and its streets bent; metres.

    ``shape_x``, ``shape_y`` hold three interior points for each piece, straight ones included.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    shape_x: NDArray[np.float64]
    shape_y: NDArray[np.float64]


class Turning:
    """Turns the inside of winding superblocks while the arterials around them stay in place.

    Attributes
    ----------
    strength
        Factor on every turn.
    """

    def __init__(
        self, city: City, layout: Layout, lines: list[Lines], seed: int, location_code: str
    ) -> None:
        self.strength = 1.0
        self._layout = layout
        self._lines = lines
        self._arterials: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
        self._angles: list[NDArray[np.float64]] = []
        for name, grid, line in zip(layout.grid_names, layout.grids, lines, strict=True):
            random = stream(seed, location_code, "turning", name)
            a, b = (
                at[is_arterial(np.arange(len(at)), grid.arterial_every)]
                for at in (line.avenues, line.cross_streets)
            )
            shape = (len(a) + 1, len(b) + 1)
            winds = random.random(shape) < grid.curved_share
            # At least half the usual turn: a block that winds should show it.
            size = np.deg2rad(grid.turn_deg) * random.uniform(0.5, 1.4, shape)
            angles = np.where(winds, size * random.choice([-1.0, 1.0], shape), 0.0)
            middle_a = _between(a)[:, None]
            middle_b = _between(b)[None, :]
            angles[np.hypot(middle_a, middle_b) < city.straight_within_m] = 0.0
            self._arterials.append((a, b))
            self._angles.append(angles)

    def winding(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell which points lie in a winding superblock."""
        result = np.zeros(len(x), dtype=bool)
        for label, at, (row, column, _, _) in self._located(x, y):
            result[at] = self._angles[label][row, column] != 0.0
        return result

    def turn(
        self, x: NDArray[np.float64], y: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return where points of the undistorted plane come to lie."""
        new_x, new_y = x.copy(), y.copy()
        for label, own, located in self._located(x, y):
            turned = np.flatnonzero(self._angles[label][located[0], located[1]])
            if not turned.size:
                continue
            at = own[turned]
            row, column = located[0][turned], located[1][turned]
            a, b = located[2][turned], located[3][turned]
            arterial_a, arterial_b = self._arterials[label]
            low_a, high_a = arterial_a[row - 1], arterial_a[row]
            low_b, high_b = arterial_b[column - 1], arterial_b[column]
            s, t = (a - low_a) / (high_a - low_a), (b - low_b) / (high_b - low_b)
            bump = self.strength * (16.0 * s * (1 - s) * t * (1 - t)) ** 0.7
            border = distance_to_segments(x[at], y[at], self._near_borders(x[at], y[at]))
            ease = np.clip(border / EASE_M, 0.0, 1.0)
            angle = self._angles[label][row, column] * bump * ease * ease * (3 - 2 * ease)
            da, db = a - (low_a + high_a) / 2, b - (low_b + high_b) / 2
            cos, sin = np.cos(angle), np.sin(angle)
            new_x[at], new_y[at] = self._lines[label].to_plane(
                a - da + da * cos - db * sin, b - db + da * sin + db * cos
            )
        return new_x, new_y

    def side(self, frame: Frame) -> NDArray[np.float64]:
        """Return to which side each piece bows, 1 or -1.

        Along a street the sides alternate, so that it runs as one wave; streets side by side swing
        together, so that they never meet.
        """
        names = {name: label for label, name in enumerate(self._layout.grid_names)}
        label = np.array([names.get(street.grid, -1) for street in frame.streets])
        kind = np.array([street.kind for street in frame.streets])
        street = np.array(frame.street)
        low, high = np.array(frame.along_start), np.array(frame.along_end)
        block = np.zeros(len(street), dtype=np.int64)
        for number, line in enumerate(self._lines):
            for avenue, crossed in ((True, line.cross_streets), (False, line.avenues)):
                mine = (label[street] == number) & ((kind[street] == AVENUE) == avenue)
                block[mine] = np.searchsorted(crossed, (low[mine] + high[mine]) / 2)
        # A piece that was turned round has its left where its right was.
        return np.where(block % 2 == 0, 1.0, -1.0) * np.where(high >= low, 1.0, -1.0)

    def _near_borders(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        borders = self._layout.borders
        crossed: NDArray[np.float64] = borders[
            (np.maximum(borders[:, 0], borders[:, 2]) > x.min() - EASE_M)
            & (np.minimum(borders[:, 0], borders[:, 2]) < x.max() + EASE_M)
            & (np.maximum(borders[:, 1], borders[:, 3]) > y.min() - EASE_M)
            & (np.minimum(borders[:, 1], borders[:, 3]) < y.max() + EASE_M)
        ]
        return crossed

    def _located(
        self, x: NDArray[np.float64], y: NDArray[np.float64]
    ) -> Iterator[
        tuple[
            int,
            NDArray[np.int64],
            tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]],
        ]
    ]:
        """Yield, grid by grid, which points are its own, their superblock and coordinates."""
        labels = self._layout.label(x, y)
        for label, (arterial_a, arterial_b) in enumerate(self._arterials):
            a, b = self._lines[label].to_grid(x, y)
            row, column = np.searchsorted(arterial_a, a), np.searchsorted(arterial_b, b)
            at = np.flatnonzero(
                (labels == label)
                & (row > 0)
                & (row < len(arterial_a))
                & (column > 0)
                & (column < len(arterial_b))
            )
            if len(at):
                yield label, at, (row[at], column[at], a[at], b[at])


def _between(positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the middle of every gap, with one gap before the first and one after the last."""
    if not len(positions):
        return np.zeros(1)
    edges = np.concatenate([positions[:1] - 500.0, positions, positions[-1:] + 500.0])
    return np.asarray((edges[:-1] + edges[1:]) / 2)


def orientation_order(dx: NDArray[np.float64], dy: NDArray[np.float64]) -> float:
    """Return phi of streets that lead ``dx`` east and ``dy`` north, as Boeing (2019) defines it.

    Bearings both ways in 36 bins, the first centred on north; 1 is one grid, 0 is every direction.
    """
    bearing = np.rad2deg(np.arctan2(dx, dy))
    both = np.concatenate([bearing, bearing + 180.0])
    count = np.bincount(((both + 5.0) % 360.0 / 10.0).astype(np.int64) % 36, minlength=36)
    share = count[count > 0] / len(both)
    entropy = -float(np.sum(share * np.log(share)))
    return 1.0 - float(((entropy - np.log(4.0)) / (np.log(36.0) - np.log(4.0))) ** 2)


def settle_strength(frame: Frame, city: City, turning: Turning) -> None:
    """Set how strongly superblocks turn so that the orientation order is near the city's target.

    The more they turn, the lower it gets; where the target is out of reach the nearest is taken.
    """
    x, y = np.array(frame.x), np.array(frame.y)
    edge = np.array(frame.edge)
    first = np.flatnonzero(np.diff(edge, prepend=-1))
    start = np.array(frame.start)[first]
    end = np.array(frame.end)[np.append(first[1:], len(edge)) - 1]
    low, high = 0.4, 1.5
    for _ in range(4):
        turning.strength = (low + high) / 2
        new_x, new_y = turning.turn(x, y)
        order = orientation_order(new_x[end] - new_x[start], new_y[end] - new_y[start])
        if order > city.targets.orientation_order:
            low = turning.strength
        else:
            high = turning.strength


def draw(frame: Frame, city: City, turning: Turning, random: np.random.Generator) -> Drawn:
    """Turn the superblocks, then bow streets until the circuity is the city's target.

    Parameters
    ----------
    frame
        The streets in the undistorted plane.
    city
        Its target and how much its straight blocks may bend.
    turning
        Which superblocks wind.
    random
        Which streets bow, to which side and how much relative to each other.
    """
    x, y = np.array(frame.x), np.array(frame.y)
    start, end = np.array(frame.start), np.array(frame.end)
    part = SHAPE_FRACTIONS[None, :]
    inner_x = x[start, None] + part * (x[end] - x[start])[:, None]
    inner_y = y[start, None] + part * (y[end] - y[start])[:, None]
    new_x, new_y = turning.turn(
        np.concatenate([x, inner_x.ravel()]), np.concatenate([y, inner_y.ravel()])
    )
    x, y = new_x[: len(x)], new_y[: len(y)]
    inner_x, inner_y = new_x[len(x) :].reshape(-1, 3), new_y[len(y) :].reshape(-1, 3)
    step_x, step_y = x[end] - x[start], y[end] - y[start]
    winding = np.array(frame.winding)
    share = np.where(winding, 0.75, city.side_street_bend)
    bends = (random.random(len(start)) < share) & ~np.array(frame.arterial)
    size = np.where(winding, 1.0, 0.6) * random.uniform(0.6, 1.4, len(start))
    bow = np.where(bends, size * turning.side(frame), 0.0)
    wave = np.sin(np.pi * SHAPE_FRACTIONS)[None, :]

    edge = np.array(frame.edge)
    # The pieces of a street follow each other, in order.
    first = np.flatnonzero(np.diff(edge, prepend=-1))
    last = np.append(first[1:], len(edge)) - 1
    chord = np.hypot(x[end[last]] - x[start[first]], y[end[last]] - y[start[first]]).sum()

    def bowed(amount: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        rise = np.clip(amount * bow, -MAX_BOW, MAX_BOW)[:, None] * wave
        return inner_x - rise * step_y[:, None], inner_y + rise * step_x[:, None]

    def circuity(amount: float) -> float:
        shape_x, shape_y = bowed(amount)
        all_x = np.concatenate([x[start, None], shape_x, x[end, None]], axis=1)
        all_y = np.concatenate([y[start, None], shape_y, y[end, None]], axis=1)
        return float(np.hypot(np.diff(all_x), np.diff(all_y)).sum() / chord)

    low, high = 0.0, 0.5
    for _ in range(10):
        middle = (low + high) / 2
        low, high = (middle, high) if circuity(middle) < city.targets.circuity else (low, middle)
    return Drawn(x, y, *bowed(low))
