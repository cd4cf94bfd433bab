"""Make real intersections out of a perfect grid: T-junctions, dead ends and courts.

How many of each is counted, not drawn: the shares of dead ends and four-way intersections come out
as the city's targets ask, whatever the seed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from generator.roads.synthetic.edges import largest_part
from generator.roads.synthetic.sketch import Pieces, Sketch, Street, StreetKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.roads.synthetic.cities import City

FOUR_WAY = 4
# Shorter streets are neither cut short nor replaced by a court.
MIN_STOP_M, MIN_COURT_M = 60.0, 75.0
# The share of straight streets that are chosen as early as winding ones.
STRAIGHT_SHARE = 0.4


@dataclass(frozen=True)
class _Changes:
    """What is to happen to which pieces.

    Attributes
    ----------
    courts
        Pieces that a court is built into.
    stops, stops_before
        Pieces that end before they reach a node, and which node.
    left_out
        Pieces that are dropped.
    """

    courts: NDArray[np.int64]
    stops: NDArray[np.int64]
    stops_before: NDArray[np.int64]
    left_out: NDArray[np.int64]


def shape_intersections(sketch: Sketch, city: City, rng: np.random.Generator) -> Sketch:
    """Stop streets halfway, build courts into blocks and leave streets out, to the targets.

    Parameters
    ----------
    sketch
        Edges.
    city
        Its targets say how many dead ends and four-way intersections there should be.
    rng
        Decides where.

    Returns
    -------
    Sketch
        Every intersection can still be reached from every other.
    """
    changes = _choose(sketch, city, rng)
    pieces = sketch.pieces
    kept = ~np.isin(np.arange(len(pieces)), changes.left_out)
    sketch = _stop_streets(sketch, changes.stops, changes.stops_before, rng)
    sketch, added = _build_courts(sketch, changes.courts, rng)
    pieces = Pieces.concatenate([sketch.pieces.take(kept), added])
    # Parts that only a removed street connected with the rest are removed with it.
    pieces = pieces.take(largest_part(pieces, len(sketch.x)))
    return replace(sketch, pieces=pieces)


def _choose(sketch: Sketch, city: City, rng: np.random.Generator) -> _Changes:
    """Choose streets until the counts of dead ends and four-way intersections are those wanted."""
    pieces, targets = sketch.pieces, city.targets
    degree: list[int] = sketch.degree().tolist()
    nodes = sum(1 for number in degree if number)
    court_share = city.properties.court_share
    # A street that stops adds one node, a court adds two; both add one dead end.
    wanted = (targets.dead_ends * nodes - degree.count(1)) / (
        1.0 - targets.dead_ends * (1.0 + court_share)
    )
    courts_wanted = max(round(wanted * court_share), 0)
    stops_wanted = max(round(wanted) - courts_wanted, 0)

    order = _candidates(sketch, rng)
    on_arterial = np.zeros(len(degree), dtype=bool)
    on_arterial[pieces.start[pieces.arterial]] = True
    on_arterial[pieces.end[pieces.arterial]] = True
    courts: list[int] = []
    stops: list[tuple[int, int]] = []
    rest: list[tuple[int, int, int]] = []
    for piece, u, v, length in zip(
        order.tolist(),
        pieces.start[order].tolist(),
        pieces.end[order].tolist(),
        sketch.lengths()[order].tolist(),
        strict=True,
    ):
        # Preferably at the arterial: its blocks have few entrances.
        swap = degree[v] < FOUR_WAY or (on_arterial[u] and not on_arterial[v])
        near, far = (v, u) if swap else (u, v)
        if len(courts) < courts_wanted and length > MIN_COURT_M:
            courts.append(piece)
        elif len(stops) < stops_wanted and degree[far] >= FOUR_WAY and degree[near] > 1:
            degree[far] -= 1
            stops.append((piece, far))
        else:
            rest.append((piece, u, v))
    nodes += len(stops) + 2 * len(courts)
    surplus = degree.count(FOUR_WAY) - targets.four_ways * nodes
    left_out: list[int] = []
    for piece, u, v in reversed(rest):
        if surplus < 2:  # noqa: PLR2004 - one street less takes two
            break
        if degree[u] == FOUR_WAY and degree[v] == FOUR_WAY:
            degree[u] -= 1
            degree[v] -= 1
            surplus -= 2
            left_out.append(piece)
    stopped = np.array(stops, dtype=np.int64).reshape(-1, 2)
    return _Changes(
        courts=np.array(courts, dtype=np.int64),
        stops=stopped[:, 0],
        stops_before=stopped[:, 1],
        left_out=np.array(left_out, dtype=np.int64),
    )


def _candidates(sketch: Sketch, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the pieces that may be changed, those that are cut first at the beginning."""
    pieces = sketch.pieces
    alone = np.bincount(pieces.edge)[pieces.edge] == 1
    plain = np.flatnonzero(alone & ~pieces.arterial & (sketch.lengths() > MIN_STOP_M))
    order = rng.permutation(plain)
    # Winding streets are cut first: that is where streets end in reality.
    first = pieces.winding[order] | (rng.random(len(order)) < STRAIGHT_SHARE)
    return np.concatenate([order[first], order[~first]])


def _stop_streets(
    sketch: Sketch, stops: NDArray[np.int64], before: NDArray[np.int64], rng: np.random.Generator
) -> Sketch:
    """Let streets end before they reach a node."""
    turned = np.zeros(len(sketch.pieces), dtype=bool)
    turned[stops] = sketch.pieces.start[stops] == before
    pieces = sketch.pieces.turned(turned)
    near, far = pieces.start[stops], pieces.end[stops]
    part = rng.uniform(0.5, 0.8, len(stops))
    end, along_end = pieces.end.copy(), pieces.along_end.copy()
    end[stops] = len(sketch.x) + np.arange(len(stops))
    along_end[stops] = pieces.along_start[stops] + part * (
        pieces.along_end[stops] - pieces.along_start[stops]
    )
    return replace(
        sketch,
        x=np.concatenate([sketch.x, sketch.x[near] + part * (sketch.x[far] - sketch.x[near])]),
        y=np.concatenate([sketch.y, sketch.y[near] + part * (sketch.y[far] - sketch.y[near])]),
        pieces=replace(pieces, end=end, along_end=along_end),
    )


def _build_courts(
    sketch: Sketch, courts: NDArray[np.int64], rng: np.random.Generator
) -> tuple[Sketch, Pieces]:
    """Split streets in the middle and lead a court from there into the block.

    Returns
    -------
    sketch
        The first halves of the streets, in the rows of the whole ones.
    added
        The second halves and the courts, edges of their own.
    """
    x, y, pieces = sketch.x, sketch.y, sketch.pieces
    count = len(courts)
    u, v = pieces.start[courts], pieces.end[courts]
    length = sketch.lengths()[courts]
    step_x, step_y = (x[v] - x[u]) / length, (y[v] - y[u]) / length
    part = rng.uniform(0.42, 0.58, count)
    side = rng.choice([-1.0, 1.0], count)
    depth = rng.uniform(34.0, 48.0, count)
    lean = rng.uniform(-0.35, 0.35, count)
    middle_x, middle_y = x[u] + part * length * step_x, y[u] + part * length * step_y
    middle = len(x) + np.arange(count)
    low, high = pieces.along_start[courts], pieces.along_end[courts]
    along = low + part * (high - low)
    edge = int(pieces.edge.max(initial=-1)) + 1 + np.arange(count)
    second_halves = replace(pieces.take(courts), start=middle, along_start=along, edge=edge)
    built = replace(
        pieces.take(courts),
        start=middle,
        end=middle + count,
        street=len(sketch.streets) + np.arange(count),
        along_start=np.zeros(count),
        along_end=depth,
        edge=edge + count,
    )
    end, along_end = pieces.end.copy(), pieces.along_end.copy()
    end[courts], along_end[courts] = middle, along
    changed = Sketch(
        x=np.concatenate([x, middle_x, middle_x + depth * (lean * step_x - side * step_y)]),
        y=np.concatenate([y, middle_y, middle_y + depth * (lean * step_y + side * step_x)]),
        pieces=replace(pieces, end=end, along_end=along_end),
        streets=(
            *sketch.streets,
            *(Street(StreetKind.COURT, "", number) for number in range(count)),
        ),
    )
    return changed, Pieces.concatenate([second_halves, built])
