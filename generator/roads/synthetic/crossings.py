"""Make real crossings out of a perfect grid: crescents, T-junctions, dead ends and courts.

How many of each is counted, not drawn: the shares of dead ends and four-way crossings come out as
the city's targets ask, whatever the seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from generator.roads.synthetic.lattice import Pieces, Street

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.roads.synthetic.cities import City

COURT = 3
PASSING, FOUR_WAY = 2, 4
# Shorter streets neither stop half way nor make room for a court.
MIN_STOP_M, MIN_COURT_M = 60.0, 75.0
# So many of the straight streets are taken as early as the winding ones.
STRAIGHT_SHARE = 0.4


@dataclass
class Frame:
    """Streets between crossings; each is one or more straight pieces in the undistorted plane.

    Lists, because crossings are changed one at a time.
    """

    x: list[float]
    y: list[float]
    edge: list[int]
    start: list[int]
    end: list[int]
    street: list[int]
    along_start: list[float]
    along_end: list[float]
    arterial: list[bool]
    winding: list[bool]
    edge_count: int
    streets: list[Street]
    degree: list[int]

    @property
    def nodes(self) -> int:
        """Return the number of crossings and ends."""
        return sum(1 for degree in self.degree if degree)


def make_frame(
    pieces: Pieces, winding: NDArray[np.bool_], city: City, random: np.random.Generator
) -> Frame:
    """Drop what hangs loose, leave out streets for crescents, join pieces into streets."""
    keep = _largest_part(len(pieces.x), pieces.start, pieces.end)
    keep &= ~_left_out(pieces, keep, city, random)
    while True:
        keep = _without_loose_ends(pieces, keep)
        chains, dropped = _chains(pieces, keep)
        if not len(dropped):
            break
        keep[dropped] = False
    start, end = pieces.start.tolist(), pieces.end.tolist()
    along_start, along_end = pieces.along_start.tolist(), pieces.along_end.tolist()
    street, arterial = pieces.street.tolist(), pieces.arterial.tolist()
    winds = winding.tolist()
    frame = Frame(
        pieces.x.tolist(),
        pieces.y.tolist(),
        [],
        [],
        [],
        [],
        [],
        [],
        [],
        [],
        len(chains),
        list(pieces.streets),
        [0] * len(pieces.x),
    )
    for number, chain in enumerate(chains):
        for piece, backward in chain:
            ends = (end[piece], start[piece]) if backward else (start[piece], end[piece])
            along = along_start[piece], along_end[piece]
            frame.edge.append(number)
            frame.start.append(ends[0])
            frame.end.append(ends[1])
            frame.street.append(street[piece])
            frame.along_start.append(along[1] if backward else along[0])
            frame.along_end.append(along[0] if backward else along[1])
            frame.arterial.append(arterial[piece])
            frame.winding.append(winds[piece])
        frame.degree[frame.start[-len(chain)]] += 1
        frame.degree[frame.end[-1]] += 1
    return frame


def _largest_part(
    nodes: int, start: NDArray[np.int64], end: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Tell which pieces belong to the largest connected part."""
    if not len(start):
        return np.zeros(0, dtype=bool)
    graph = coo_array((np.ones(len(start)), (start, end)), shape=(nodes, nodes))
    _, part = connected_components(graph, directed=False)
    return np.asarray(part[start] == np.bincount(part[start]).argmax())


def _left_out(
    pieces: Pieces,
    keep: NDArray[np.bool_],
    city: City,
    random: np.random.Generator,
) -> NDArray[np.bool_]:
    """Choose inner streets to leave out, so that what is left of their crossings forms loops."""
    share = np.array([city.grids[s.grid].loops if s.grid else 0.0 for s in pieces.streets])
    wanted = keep & ~pieces.arterial & (random.random(len(keep)) < share[pieces.street])
    degree = np.bincount(
        np.concatenate([pieces.start[keep], pieces.end[keep]]), minlength=len(pieces.x)
    ).tolist()
    out = np.zeros(len(keep), dtype=bool)
    start, end = pieces.start.tolist(), pieces.end.tolist()
    for piece in random.permutation(np.flatnonzero(wanted)).tolist():
        u, v = start[piece], end[piece]
        if degree[u] > PASSING and degree[v] > PASSING:
            degree[u] -= 1
            degree[v] -= 1
            out[piece] = True
    return out


def _without_loose_ends(pieces: Pieces, keep: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Drop pieces with an end that leads nowhere, until there are none."""
    keep = keep.copy()
    while True:
        degree = np.bincount(
            np.concatenate([pieces.start[keep], pieces.end[keep]]), minlength=len(pieces.x)
        )
        loose = keep & ((degree[pieces.start] == 1) | (degree[pieces.end] == 1))
        if not loose.any():
            return keep
        keep &= ~loose


def _chains(
    pieces: Pieces, keep: NDArray[np.bool_]
) -> tuple[list[list[tuple[int, bool]]], list[int]]:
    """Join pieces that meet where nothing else does.

    Returns
    -------
    chains
        For each street between crossings its pieces in order, and whether each runs backward.
    dropped
        Pieces of rings that lead from a crossing back to itself.
    """
    number = np.flatnonzero(keep)
    start, end = pieces.start[number], pieces.end[number]
    passing = np.bincount(np.concatenate([start, end]), minlength=len(pieces.x)) == PASSING
    plain = ~passing[start] & ~passing[end]
    chains = [[(piece, False)] for piece in number[plain].tolist()]
    incident: dict[int, list[tuple[int, int]]] = {}
    rest = list(
        zip(number[~plain].tolist(), start[~plain].tolist(), end[~plain].tolist(), strict=True)
    )
    for piece, u, v in rest:
        incident.setdefault(u, []).append((piece, v))
        incident.setdefault(v, []).append((piece, u))
    passes = passing.tolist()
    starts = pieces.start
    done: set[int] = set()
    dropped: list[int] = []
    for node in sorted(incident):
        if passes[node]:
            continue
        for first, neighbour in incident[node]:
            if first in done:
                continue
            chain = [(first, bool(starts[first] != node))]
            done.add(first)
            at = neighbour
            while passes[at]:
                piece, onward = next(p for p in incident[at] if p[0] != chain[-1][0])
                chain.append((piece, bool(starts[piece] != at)))
                done.add(piece)
                at = onward
            if at == node:
                dropped.extend(piece for piece, _ in chain)
            else:
                chains.append(chain)
    dropped.extend(piece for piece, _, _ in rest if piece not in done)
    return chains, dropped


def shape_crossings(frame: Frame, city: City, random: np.random.Generator) -> Frame:
    """Stop streets half way, build courts into blocks and leave streets out, to the targets.

    Parameters
    ----------
    frame
        Changed in place.
    city
        Its targets say how many dead ends and four-way crossings there should be.
    random
        Decides where.

    Returns
    -------
    Frame
        The same frame; every crossing can still be reached from every other.
    """
    degree = frame.degree
    nodes = frame.nodes
    dead_ends = sum(1 for d in degree if d == 1)
    share = city.targets.dead_ends
    # A street that stops adds one node, a court adds two; both add one dead end.
    wanted = (share * nodes - dead_ends) / (1.0 - share * (1.0 + city.court_share))
    courts = max(round(wanted * city.court_share), 0)
    stops = max(round(wanted) - courts, 0)
    pieces_of = np.bincount(np.array(frame.edge), minlength=frame.edge_count)
    arterial = np.array(frame.arterial)
    plain = [
        piece
        for piece in np.flatnonzero((pieces_of[np.array(frame.edge)] == 1) & ~arterial).tolist()
        if _length(frame, piece) > MIN_STOP_M
    ]
    order = [plain[i] for i in random.permutation(len(plain))]
    # What winds is cut first: that is where streets end in reality.
    first = [frame.winding[piece] or random.random() < STRAIGHT_SHARE for piece in order]
    order = [p for p, f in zip(order, first, strict=True) if f] + [
        p for p, f in zip(order, first, strict=True) if not f
    ]
    on_arterial = np.zeros(len(degree), dtype=bool)
    on_arterial[np.array(frame.start)[arterial]] = True
    on_arterial[np.array(frame.end)[arterial]] = True
    cut: set[int] = set()
    for piece in order:
        if courts and piece not in cut and _length(frame, piece) > MIN_COURT_M:
            _build_court(frame, piece, random)
            cut.add(piece)
            courts -= 1
        elif stops and piece not in cut:
            near, far = frame.start[piece], frame.end[piece]
            # Rather at the arterial: its blocks are entered from few places.
            if degree[far] < FOUR_WAY or (on_arterial[near] and not on_arterial[far]):
                near, far = far, near
            if degree[far] >= FOUR_WAY and degree[near] > 1:
                _stop_street(frame, piece, far, random)
                cut.add(piece)
                stops -= 1
    surplus = sum(1 for d in degree if d == FOUR_WAY) - city.targets.four_ways * frame.nodes
    gone: set[int] = set()
    for piece in reversed(order):
        if surplus < 2:  # noqa: PLR2004 - one street less takes two
            break
        u, v = frame.start[piece], frame.end[piece]
        if piece not in cut and degree[u] == FOUR_WAY and degree[v] == FOUR_WAY:
            degree[u] -= 1
            degree[v] -= 1
            gone.add(frame.edge[piece])
            surplus -= 2
    _drop_edges(frame, gone)
    return frame


def _length(frame: Frame, piece: int) -> float:
    u, v = frame.start[piece], frame.end[piece]
    return float(np.hypot(frame.x[v] - frame.x[u], frame.y[v] - frame.y[u]))


def _add_node(frame: Frame, x: float, y: float, degree: int) -> int:
    frame.x.append(x)
    frame.y.append(y)
    frame.degree.append(degree)
    return len(frame.x) - 1


def _stop_street(frame: Frame, piece: int, far: int, random: np.random.Generator) -> None:
    """Let a street end before it reaches ``far``."""
    if frame.start[piece] == far:
        frame.start[piece], frame.end[piece] = frame.end[piece], far
        frame.along_start[piece], frame.along_end[piece] = (
            frame.along_end[piece],
            frame.along_start[piece],
        )
    near = frame.start[piece]
    part = random.uniform(0.5, 0.8)
    frame.end[piece] = _add_node(
        frame,
        frame.x[near] + part * (frame.x[far] - frame.x[near]),
        frame.y[near] + part * (frame.y[far] - frame.y[near]),
        1,
    )
    frame.along_end[piece] = frame.along_start[piece] + part * (
        frame.along_end[piece] - frame.along_start[piece]
    )
    frame.degree[far] -= 1


def _build_court(frame: Frame, piece: int, random: np.random.Generator) -> None:
    """Split a street in the middle and lead a court from there into the block."""
    u, v = frame.start[piece], frame.end[piece]
    length = _length(frame, piece)
    step_x, step_y = (frame.x[v] - frame.x[u]) / length, (frame.y[v] - frame.y[u]) / length
    part = random.uniform(0.42, 0.58)
    middle = _add_node(
        frame, frame.x[u] + part * length * step_x, frame.y[u] + part * length * step_y, 3
    )
    side = float(random.choice([-1.0, 1.0]))
    depth = random.uniform(34.0, 48.0)
    lean = random.uniform(-0.35, 0.35)
    end = _add_node(
        frame,
        frame.x[middle] + depth * (lean * step_x - side * step_y),
        frame.y[middle] + depth * (lean * step_y + side * step_x),
        1,
    )
    along = frame.along_start[piece] + part * (frame.along_end[piece] - frame.along_start[piece])
    frame.streets.append(Street(COURT, "", len(frame.streets)))
    for start, stop, street, low, high in (
        (middle, v, frame.street[piece], along, frame.along_end[piece]),
        (middle, end, len(frame.streets) - 1, 0.0, depth),
    ):
        frame.edge.append(frame.edge_count)
        frame.edge_count += 1
        frame.start.append(start)
        frame.end.append(stop)
        frame.street.append(street)
        frame.along_start.append(low)
        frame.along_end.append(high)
        frame.arterial.append(False)
        frame.winding.append(frame.winding[piece])
    frame.end[piece] = middle
    frame.along_end[piece] = along


def _drop_edges(frame: Frame, gone: set[int]) -> None:
    """Drop streets, and whatever they alone held together with the rest."""
    start, end = np.array(frame.start), np.array(frame.end)
    edge = np.array(frame.edge)
    keep = ~np.isin(edge, np.array(sorted(gone), dtype=np.int64))
    graph = coo_array(
        (np.ones(keep.sum()), (start[keep], end[keep])), shape=(len(frame.x), len(frame.x))
    )
    _, part = connected_components(graph, directed=False)
    keep &= part[start] == np.bincount(part[start[keep]]).argmax()
    kept = np.flatnonzero(keep).tolist()
    _, number = np.unique(edge[keep], return_inverse=True)
    frame.edge_count = int(number.max()) + 1
    frame.edge = number.tolist()
    frame.start, frame.end = start[kept].tolist(), end[kept].tolist()
    frame.street = [frame.street[piece] for piece in kept]
    frame.along_start = [frame.along_start[piece] for piece in kept]
    frame.along_end = [frame.along_end[piece] for piece in kept]
    frame.arterial = [frame.arterial[piece] for piece in kept]
    frame.winding = [frame.winding[piece] for piece in kept]
