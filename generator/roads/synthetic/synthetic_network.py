"""Street networks that need no download, shaped after published statistics of real cities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from common.errors import UserError
from generator.roads.geometry import METRES_PER_MILE
from generator.roads.naming import (
    AVENUE_SUFFIXES,
    BORDER_SUFFIXES,
    COURT_SUFFIXES,
    CROSS_STREET_SUFFIXES,
    ordinal,
    unused_names,
)
from generator.roads.network import Addresses, RoadNetwork, Streets, make_network
from generator.roads.rng import stream
from generator.roads.synthetic.cities import City, city_for
from generator.roads.synthetic.crossings import COURT, Frame, make_frame, shape_crossings
from generator.roads.synthetic.lattice import (
    AVENUE,
    BORDER,
    CROSS_STREET,
    Lines,
    Street,
    grid_lines,
    lay_streets,
    make_layout,
)
from generator.roads.synthetic.winding import Drawn, Turning, draw, settle_strength

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.roads.geometry import Plane

# A piece that leaves its chord by less than this is drawn straight.
STRAIGHT_M = 1.2
MAX_ADDRESSES = 10_000
MIN_NODES = 50
KITCHEN_REACH_M = 1_000.0
# House numbers go up by two, on either side, every so many metres.
HOUSE_M = 9.0
# From the middle of the street to the door.
DOOR_M = 9.0
# Addresses lie this near to the crossing that serves them.
MAX_FROM_CROSSING_M = 45.0


def synthetic_network(
    location_code: str, latitude: float, longitude: float, radius_mi: float, seed: int
) -> RoadNetwork:
    """Return the street network of a city that never needs a download.

    Parameters
    ----------
    location_code
        ``sf``, ``sv``, ``bellevue`` or ``chicago``; any other gets a plain grid city.
    latitude, longitude
        The kitchen, degrees.
    radius_mi
        The network reaches this far from the kitchen, miles.
    seed
        Equal arguments give equal networks, to the last bit.

    Raises
    ------
    UserError
        If the kitchen stands in water or the radius is too small to hold a network.

    Notes
    -----
    All streets are two-way and every node can be reached from every other. Statistics come within
    15 % of the targets in `generator.roads.synthetic.cities`.
    """
    city = city_for(location_code, latitude, longitude)
    layout = make_layout(city)
    kitchen_x, kitchen_y = layout.plane.forward(latitude, longitude)
    kitchen = (float(kitchen_x), float(kitchen_y))
    radius_m = radius_mi * METRES_PER_MILE
    # The lines are laid from the city's own origin: a kitchen that moves keeps its streets.
    reach_m = radius_m + float(np.hypot(*kitchen)) + 1_000.0
    lines = grid_lines(layout, seed, location_code, reach_m)
    pieces = lay_streets(layout, lines, kitchen, radius_m)
    where = f"{location_code} ({latitude}, {longitude}), radius {radius_mi} miles"
    turning = Turning(city, layout, lines, seed, location_code)
    middle_x = (pieces.x[pieces.start] + pieces.x[pieces.end]) / 2
    middle_y = (pieces.y[pieces.start] + pieces.y[pieces.end]) / 2
    winding = turning.winding(middle_x, middle_y) & ~pieces.arterial
    frame = make_frame(pieces, winding, city, stream(seed, location_code, "loops"))
    if frame.nodes < MIN_NODES:
        raise UserError(
            f"no synthetic street network can be drawn around {where}: the kitchen stands in "
            "water or the radius is too small; check its place and radius_mi"
        )
    frame = shape_crossings(frame, city, stream(seed, location_code, "crossings"))
    settle_strength(frame, city, turning)
    drawn = draw(frame, city, turning, stream(seed, location_code, "bends"))
    used = np.unique(np.array(frame.start + frame.end))
    distance = float(np.hypot(drawn.x[used] - kitchen[0], drawn.y[used] - kitchen[1]).min())
    if distance > KITCHEN_REACH_M:
        raise UserError(
            f"the kitchen {where} is {distance / 1000:.1f} km from the nearest street of the "
            "synthetic network: check its coordinates"
        )
    plan = _Plan(city, layout.plane, dict(zip(layout.grid_names, lines, strict=True)))
    return _network(frame, drawn, plan, stream(seed, location_code, "addresses"))


@dataclass(frozen=True)
class _Plan:
    """What a network was drawn from: the city, its plane, and the lines of its grids by name."""

    city: City
    plane: Plane
    lines: dict[str, Lines]


def _network(frame: Frame, drawn: Drawn, plan: _Plan, random: np.random.Generator) -> RoadNetwork:
    """Turn drawn streets into the two directed edges of each, and settle people along them."""
    start, end, edge = np.array(frame.start), np.array(frame.end), np.array(frame.edge)
    first = np.flatnonzero(np.diff(edge, prepend=-1))
    last = np.append(first[1:], len(edge)) - 1
    crossings = np.unique(np.concatenate([start[first], end[last]]))
    node = np.full(len(drawn.x), -1, dtype=np.int64)
    node[crossings] = np.arange(len(crossings))
    x, y, offsets = _shapes(drawn, start, end, first)
    latitude, longitude = plan.plane.backward(x, y)
    backward = _reversal(offsets)
    streets = Streets(
        start=np.concatenate([node[start[first]], node[end[last]]]),
        end=np.concatenate([node[end[last]], node[start[first]]]),
        offsets=np.concatenate([offsets, offsets[-1] + offsets[1:]]),
        latitude=np.concatenate([latitude, latitude[backward]]),
        longitude=np.concatenate([longitude, longitude[backward]]),
    )
    addresses = _addresses(frame, drawn, plan, node, random)
    return make_network(
        "synthetic",
        *plan.plane.backward(drawn.x[crossings], drawn.y[crossings]),
        streets,
        addresses,
    )


def _shapes(
    drawn: Drawn, start: NDArray[np.int64], end: NDArray[np.int64], first: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Return the shape points of every street one after the other, and where each begins.

    Straight pieces get no interior points.
    """
    chord_x, chord_y = drawn.x[end] - drawn.x[start], drawn.y[end] - drawn.y[start]
    length = np.maximum(np.hypot(chord_x, chord_y), 1e-9)
    off_x = drawn.shape_x - drawn.x[start, None]
    off_y = drawn.shape_y - drawn.y[start, None]
    away = np.abs(off_x * chord_y[:, None] - off_y * chord_x[:, None]) / length[:, None]
    bent = away.max(axis=1) > STRAIGHT_M
    # Each piece owns its start and its interior points; the end is the next one's start, and
    # closes the last piece of a street.
    closes = np.zeros(len(start), dtype=bool)
    closes[np.append(first[1:], len(start)) - 1] = True
    slots = np.ones((len(start), 5), dtype=bool)
    slots[:, 1:4] = bent[:, None]
    slots[:, 4] = closes
    all_x = np.concatenate([drawn.x[start, None], drawn.shape_x, drawn.x[end, None]], axis=1)
    all_y = np.concatenate([drawn.y[start, None], drawn.shape_y, drawn.y[end, None]], axis=1)
    counts = np.add.reduceat(slots.sum(axis=1), first)
    return all_x[slots], all_y[slots], np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _reversal(offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the positions of all shape points, each street from its end to its start."""
    owner = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    return np.asarray(offsets[owner] + offsets[owner + 1] - 1 - np.arange(offsets[-1]))


def _addresses(
    frame: Frame,
    drawn: Drawn,
    plan: _Plan,
    node: NDArray[np.int64],
    random: np.random.Generator,
) -> Addresses:
    """Place two doors on every street, one near each crossing, and number the houses."""
    start, end = np.array(frame.start), np.array(frame.end)
    piece = np.concatenate([np.arange(len(start))] * 2)
    forward = np.arange(len(piece)) < len(start)
    at = np.where(forward, start[piece], end[piece])
    near_x = np.where(forward, drawn.shape_x[piece, 0], drawn.shape_x[piece, 2])
    near_y = np.where(forward, drawn.shape_y[piece, 0], drawn.shape_y[piece, 2])
    step_x, step_y = near_x - drawn.x[at], near_y - drawn.y[at]
    quarter = np.maximum(np.hypot(step_x, step_y), 1e-9)
    furthest = np.minimum(MAX_FROM_CROSSING_M, 1.8 * quarter)
    metres = random.uniform(0.3, 1.0, len(piece)) * furthest
    side = random.choice([-1.0, 1.0], len(piece))
    unit_x, unit_y = step_x / quarter, step_y / quarter
    # A bend begins at the quarter point: doors further on keep to its inner line.
    x = drawn.x[at] + np.minimum(metres, quarter) * unit_x - side * DOOR_M * unit_y
    y = drawn.y[at] + np.minimum(metres, quarter) * unit_y + side * DOOR_M * unit_x
    low, high = np.array(frame.along_start)[piece], np.array(frame.along_end)[piece]
    part = np.minimum(metres, quarter) / np.maximum(4 * quarter, 1e-9)
    along = np.where(forward, low + part * (high - low), high - part * (high - low))
    # The side that is left when looking towards higher numbers is even.
    uphill = np.where(forward, high > low, low > high)
    even = (side > 0) == uphill
    # Where pieces of a street were joined, what lies between them is no crossing.
    served = np.flatnonzero(node[at] >= 0)
    if len(served) > MAX_ADDRESSES:
        served = np.sort(random.choice(served, MAX_ADDRESSES, replace=False))
    names, lowest = _street_names(frame, plan.city, plan.lines, random)
    street = np.array(frame.street)[piece[served]].tolist()
    texts: dict[str, int] = {}
    for index, number, metre, is_even in zip(
        served.tolist(), street, along[served].tolist(), even[served].tolist(), strict=True
    ):
        name, beyond = names[number]
        # Where the halves of a street are told apart, both count from the base line.
        origin = 0.0 if len(set(beyond)) > 1 else lowest[number]
        house = 100 + 2 * int(abs(metre - origin) / HOUSE_M) + (0 if is_even else 1)
        texts.setdefault(f"{house} {name.format(beyond[metre < 0.0] if beyond else '')}", index)
    chosen = np.array(list(texts.values()), dtype=np.int64)
    latitude, longitude = plan.plane.backward(x[chosen], y[chosen])
    return Addresses(latitude, longitude, node[at[chosen]], list(texts))


def _street_names(
    frame: Frame, city: City, lines: dict[str, Lines], random: np.random.Generator
) -> tuple[dict[int, tuple[str, tuple[str, ...]]], dict[int, float]]:
    """Name every street in use.

    Returns
    -------
    names
        For each street its name, and the two directions that a ``{}`` in it stands for on the
        positive and the negative side of the city's base lines; none if it has no directions.
    lowest
        For each street where it begins, metres along it.
    """
    lowest: dict[int, float] = {}
    for number, low, high in zip(frame.street, frame.along_start, frame.along_end, strict=True):
        lowest[number] = min(lowest.get(number, low), low, high)
    fresh = {
        AVENUE: unused_names(AVENUE_SUFFIXES, random),
        CROSS_STREET: unused_names(CROSS_STREET_SUFFIXES, random),
        COURT: unused_names(COURT_SUFFIXES, random),
        BORDER: unused_names(BORDER_SUFFIXES, random),
    }
    named: dict[Street, str] = {}
    result: dict[int, tuple[str, tuple[str, ...]]] = {}
    for number in sorted(lowest):
        street = frame.streets[number]
        if street not in named:
            named[street] = _numbered_name(street, city, lines) or next(
                name for name in fresh[street.kind] if name not in city.avenue_names
            )
        name = named[street]
        directions: tuple[str, ...] = ()
        if street.grid == city.base_grid and (city.prefix or city.suffix):
            name, directions = _with_directions(name, street, city, lines)
        result[number] = name, directions
    return result, lowest


def _numbered_name(street: Street, city: City, lines: dict[str, Lines]) -> str | None:
    """Return "14th Ave" for lines that have a number instead of a name."""
    if street.kind == BORDER and street.line < len(city.avenue_names):
        return city.avenue_names[street.line]
    if street.kind not in {AVENUE, CROSS_STREET}:
        return None
    naming = city.grids[street.grid].naming
    line = lines[street.grid]
    avenue = street.kind == AVENUE
    # Counted from the middle of the city outwards, the first line on either side is 1 or -1.
    rank = street.line - int(np.searchsorted(line.avenues if avenue else line.cross_streets, 0.0))
    rank += rank >= 0
    if naming == "numbered" and city.suffix:
        return f"{ordinal(rank + 99)} Ave" if avenue else f"{ordinal(abs(rank))} St"
    counted = (naming == "numbered" and avenue) or (naming == "streets" and not avenue)
    return f"{ordinal(-rank)} {'Ave' if avenue else 'St'}" if counted and rank < 0 else None


def _with_directions(
    name: str, street: Street, city: City, lines: dict[str, Lines]
) -> tuple[str, tuple[str, ...]]:
    """Add the compass direction that tells the two halves of a street apart."""
    if city.prefix:
        return f"{{}} {name}", ("N", "S") if street.kind == AVENUE else ("E", "W")
    if street.kind == AVENUE:
        return f"{name} {{}}", ("NE", "SE")
    north = lines[street.grid].cross_streets[street.line] >= 0.0
    half = "NE" if north else "SE"
    return f"{{}} {name}", (half, half)
