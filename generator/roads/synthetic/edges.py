"""From separate pieces to edges: the largest connected part, crescents, chains between nodes.

Joining is done here and not with ``shapely.line_merge`` or ``osmnx.simplify_graph``: the first
loses which street a piece is part of, to import the second takes as long as to draw all cities.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.roads.synthetic.cities import City
    from generator.roads.synthetic.sketch import Pieces, Sketch

# A node where two pieces meet is not an intersection.
PASSING = 2


def make_edges(sketch: Sketch, city: City, rng: np.random.Generator) -> Sketch:
    """Drop disconnected parts, leave out streets for crescents, join pieces into edges."""
    nodes = len(sketch.x)
    pieces = sketch.pieces.take(largest_part(sketch.pieces, nodes))
    pieces = pieces.take(~_left_out(sketch, pieces, city, rng))
    while True:
        pieces = _without_loose_ends(pieces, nodes)
        rows, turned, edge, dropped = _chains(pieces, nodes)
        if not len(dropped):
            break
        pieces = pieces.take(np.setdiff1d(np.arange(len(pieces)), dropped))
    pieces = replace(pieces.take(rows).turned(turned), edge=edge)
    return replace(sketch, pieces=pieces)


def largest_part(pieces: Pieces, nodes: int) -> NDArray[np.bool_]:
    """Return which pieces belong to the largest connected part."""
    if not len(pieces):
        return np.zeros(0, dtype=bool)
    graph = coo_array((np.ones(len(pieces)), (pieces.start, pieces.end)), shape=(nodes, nodes))
    _, part = connected_components(graph, directed=False)
    return np.asarray(part[pieces.start] == np.bincount(part[pieces.start]).argmax())


def _piece_ends(pieces: Pieces, nodes: int) -> NDArray[np.int64]:
    """Return how many pieces begin or end at each node."""
    return np.bincount(np.concatenate([pieces.start, pieces.end]), minlength=nodes)


def _left_out(
    sketch: Sketch, pieces: Pieces, city: City, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Choose inner streets to leave out, so that what is left of their crossings forms loops."""
    loops = {grid.name: grid.loops for grid, _ in city.grids}
    share = np.array([loops.get(street.grid, 0.0) for street in sketch.streets])
    wanted = ~pieces.arterial & (rng.random(len(pieces)) < share[pieces.street])
    degree = _piece_ends(pieces, len(sketch.x)).tolist()
    out = np.zeros(len(pieces), dtype=bool)
    candidates = rng.permutation(np.flatnonzero(wanted))
    for piece, u, v in zip(
        candidates.tolist(),
        pieces.start[candidates].tolist(),
        pieces.end[candidates].tolist(),
        strict=True,
    ):
        if degree[u] > PASSING and degree[v] > PASSING:
            degree[u] -= 1
            degree[v] -= 1
            out[piece] = True
    return out


def _without_loose_ends(pieces: Pieces, nodes: int) -> Pieces:
    """Drop pieces that are dead ends, until there are none."""
    while True:
        degree = _piece_ends(pieces, nodes)
        loose = (degree[pieces.start] == 1) | (degree[pieces.end] == 1)
        if not loose.any():
            return pieces
        pieces = pieces.take(~loose)


def _chains(
    pieces: Pieces, nodes: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.int64], list[int]]:
    """Join pieces that meet where nothing else does.

    Returns
    -------
    rows
        The pieces, edge by edge and in order.
    turned
        Whether each of them has to be turned to lead on from the one before it.
    edge
        The number of the edge of each.
    dropped
        Pieces of rings that lead from an intersection back to itself.
    """
    passing = _piece_ends(pieces, nodes) == PASSING
    plain = ~passing[pieces.start] & ~passing[pieces.end]
    rest = np.flatnonzero(~plain)
    incident: dict[int, list[tuple[int, int]]] = {}
    starts = pieces.start.tolist()
    for piece, u, v in zip(
        rest.tolist(), pieces.start[rest].tolist(), pieces.end[rest].tolist(), strict=True
    ):
        incident.setdefault(u, []).append((piece, v))
        incident.setdefault(v, []).append((piece, u))
    chains: list[list[int]] = []
    turned = np.zeros(len(pieces), dtype=bool)
    done: set[int] = set()
    dropped: list[int] = []
    for node in sorted(node for node in incident if not passing[node]):
        for first, neighbour in incident[node]:
            if first in done:
                continue
            chain, at = [first], neighbour
            turned[first] = starts[first] != node
            while passing[at]:
                piece, onward = next(p for p in incident[at] if p[0] != chain[-1])
                turned[piece] = starts[piece] != at
                chain.append(piece)
                at = onward
            done.update(chain)
            if at == node:
                dropped.extend(chain)
            else:
                chains.append(chain)
    dropped.extend(piece for piece in rest.tolist() if piece not in done)
    size = np.concatenate([np.ones(plain.sum(), dtype=np.int64), [len(chain) for chain in chains]])
    rows = np.concatenate([np.flatnonzero(plain), *chains]).astype(np.int64)
    return rows, turned[rows], np.repeat(np.arange(len(size)), size.astype(np.int64)), dropped
