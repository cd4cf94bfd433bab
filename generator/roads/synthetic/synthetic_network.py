"""Street networks that need no download, shaped after published statistics of real cities."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from common.errors import UserError
from generator.roads.delivery_area import KITCHEN_REACH_M
from generator.roads.houses import DOOR_M, MAX_FROM_INTERSECTION_M, house_number, thinned_out
from generator.roads.network import Addresses, RoadNetwork, Streets, make_network
from generator.roads.rng import make_road_rng
from generator.roads.synthetic.cities import City, city_for
from generator.roads.synthetic.edges import make_edges
from generator.roads.synthetic.intersections import shape_intersections
from generator.roads.synthetic.lattice import Lines, grid_lines, lay_streets
from generator.roads.synthetic.layout import make_layout
from generator.roads.synthetic.street_names import street_names
from generator.roads.synthetic.winding import Drawn, Superblocks, draw

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.roads.delivery_area import DeliveryArea
    from generator.roads.geometry import Plane
    from generator.roads.synthetic.sketch import Pieces, Sketch

# A piece that deviates from its chord by less than this is drawn straight.
STRAIGHT_M = 1.2
MIN_NODES = 50


def synthetic_network(area: DeliveryArea, seed: int) -> RoadNetwork:
    """Return the street network of a city that never needs a download.

    Parameters
    ----------
    area
        The kitchen; the network reaches as far as it delivers. A location without a plan of its
        own (`generator.roads.synthetic.cities`) gets a plain grid city.
    seed
        Equal arguments give equal networks, to the last bit.

    Raises
    ------
    UserError
        If the kitchen is in water or the radius is too small for a network.

    Notes
    -----
    All streets are two-way and every node can be reached from every other. Statistics come within
    15 % of the targets of the plan.
    """
    code = area.location_code
    city = city_for(code, area.latitude, area.longitude)
    layout = make_layout(city, area.latitude, area.longitude, area.radius_m)
    lines = grid_lines(layout, seed, code)
    superblocks = Superblocks(city, layout, lines, seed, code)
    sketch = _with_winding(lay_streets(layout, lines), superblocks)
    sketch = make_edges(sketch, city, make_road_rng(seed, code, "loops"))
    where = f"{code} ({area.latitude}, {area.longitude}), radius {area.radius_mi} miles"
    if np.count_nonzero(sketch.degree()) < MIN_NODES:
        raise UserError(
            f"no synthetic street network can be drawn around {where}: the kitchen is in "
            "water or the radius is too small; check its position and radius_mi"
        )
    sketch = shape_intersections(sketch, city, make_road_rng(seed, code, "crossings"))
    drawn = draw(sketch, city, superblocks, make_road_rng(seed, code, "bends"))
    used = np.unique(np.concatenate([sketch.pieces.start, sketch.pieces.end]))
    distance = float(
        np.hypot(drawn.x[used] - layout.centre[0], drawn.y[used] - layout.centre[1]).min()
    )
    if distance > KITCHEN_REACH_M:
        raise UserError(
            f"the kitchen {where} is {distance / 1000:.1f} km from the nearest street of the "
            "synthetic network: check its coordinates"
        )
    by_grid = dict(zip((grid.name for grid in layout.grids), lines, strict=True))
    plan = _Plan(city, layout.plane, by_grid)
    return _network(sketch, drawn, plan, make_road_rng(seed, code, "addresses"))


@dataclass(frozen=True)
class _Plan:
    """What a network was drawn from: the city, its plane, and the lines of its grids by name."""

    city: City
    plane: Plane
    lines: dict[str, Lines]


def _with_winding(sketch: Sketch, superblocks: Superblocks) -> Sketch:
    """Mark the pieces in winding superblocks."""
    pieces = sketch.pieces
    middle_x = (sketch.x[pieces.start] + sketch.x[pieces.end]) / 2
    middle_y = (sketch.y[pieces.start] + sketch.y[pieces.end]) / 2
    winding = superblocks.winding(middle_x, middle_y) & ~pieces.arterial
    return replace(sketch, pieces=replace(pieces, winding=winding))


def _network(sketch: Sketch, drawn: Drawn, plan: _Plan, rng: np.random.Generator) -> RoadNetwork:
    """Turn drawn streets into the two directed edges of each, and place addresses along them."""
    pieces = sketch.pieces
    first, last = pieces.first_and_last()
    nodes = np.unique(np.concatenate([pieces.start[first], pieces.end[last]]))
    number = np.full(len(drawn.x), -1, dtype=np.int64)
    number[nodes] = np.arange(len(nodes))
    start, end = number[pieces.start[first]], number[pieces.end[last]]
    x, y, offsets = _shapes(drawn, pieces)
    latitude, longitude = plan.plane.backward(x, y)
    backward = _reversal(offsets)
    streets = Streets(
        start=np.concatenate([start, end]),
        end=np.concatenate([end, start]),
        offsets=np.concatenate([offsets, offsets[-1] + offsets[1:]]),
        latitude=np.concatenate([latitude, latitude[backward]]),
        longitude=np.concatenate([longitude, longitude[backward]]),
    )
    return make_network(
        "synthetic",
        *plan.plane.backward(drawn.x[nodes], drawn.y[nodes]),
        streets,
        _addresses(sketch, drawn, plan, number, rng),
    )


def _shapes(
    drawn: Drawn, pieces: Pieces
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Return the shape points of every edge one after the other, and where each begins.

    Straight pieces get no interior points.
    """
    start, end = pieces.start, pieces.end
    chord_x, chord_y = drawn.x[end] - drawn.x[start], drawn.y[end] - drawn.y[start]
    length = np.maximum(np.hypot(chord_x, chord_y), 1e-9)
    off_x = drawn.shape_x - drawn.x[start, None]
    off_y = drawn.shape_y - drawn.y[start, None]
    away = np.abs(off_x * chord_y[:, None] - off_y * chord_x[:, None]) / length[:, None]
    bent = away.max(axis=1) > STRAIGHT_M
    # Each piece owns its start and its interior points; the end is the next one's start, and
    # closes the last piece of an edge.
    first, last = pieces.first_and_last()
    slots = np.ones((len(start), 5), dtype=bool)
    slots[:, 1:4] = bent[:, None]
    slots[:, 4] = False
    slots[last, 4] = True
    all_x = np.concatenate([drawn.x[start, None], drawn.shape_x, drawn.x[end, None]], axis=1)
    all_y = np.concatenate([drawn.y[start, None], drawn.shape_y, drawn.y[end, None]], axis=1)
    counts = np.add.reduceat(slots.sum(axis=1), first)
    return all_x[slots], all_y[slots], np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _reversal(offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the positions of all shape points, each edge from its end to its start."""
    owner = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    return np.asarray(offsets[owner] + offsets[owner + 1] - 1 - np.arange(offsets[-1]))


def _addresses(
    sketch: Sketch,
    drawn: Drawn,
    plan: _Plan,
    number: NDArray[np.int64],
    rng: np.random.Generator,
) -> Addresses:
    """Place two doors on every piece, one near each end, and number the houses.

    ``number`` is that of each node in the network, negative where it is no intersection.
    """
    pieces = sketch.pieces
    doors = _doors(pieces, drawn, rng)
    # Where pieces of a street were joined, the node between them is not an intersection.
    served = thinned_out(np.flatnonzero(number[doors.node] >= 0), rng)
    lowest = np.full(len(sketch.streets), np.inf)
    np.minimum.at(lowest, pieces.street, np.minimum(pieces.along_start, pieces.along_end))
    in_use = {street: sketch.streets[street] for street in np.unique(pieces.street).tolist()}
    names = street_names(in_use, plan.city, plan.lines, rng)
    begins = lowest.tolist()
    texts: dict[str, int] = {}
    for door, street, metre, even in zip(
        served.tolist(),
        doors.street[served].tolist(),
        doors.along[served].tolist(),
        doors.even[served].tolist(),
        strict=True,
    ):
        name = names[street]
        # Where the halves of a street have names of their own, both count from the base line.
        origin = 0.0 if name.has_two_halves else begins[street]
        house = house_number(abs(metre - origin), even=even)
        texts.setdefault(f"{house} {name.at(metre)}", door)
    chosen = np.array(list(texts.values()), dtype=np.int64)
    latitude, longitude = plan.plane.backward(doors.x[chosen], doors.y[chosen])
    return Addresses(latitude, longitude, number[doors.node[chosen]], list(texts))


@dataclass(frozen=True)
class _Doors:
    """Where houses may be; every attribute is an array, (D,).

    Attributes
    ----------
    x, y
        Metres.
    node
        The node nearby.
    street, along
        Which street they are on, and metres along it.
    even
        Whether the side of the street has even numbers.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    node: NDArray[np.int64]
    street: NDArray[np.int64]
    along: NDArray[np.float64]
    even: NDArray[np.bool_]


def _doors(pieces: Pieces, drawn: Drawn, rng: np.random.Generator) -> _Doors:
    """Place a door near either end of every piece, on either side of it."""
    count = len(pieces)
    node = np.concatenate([pieces.start, pieces.end])
    step_x = np.concatenate([drawn.shape_x[:, 0], drawn.shape_x[:, 2]]) - drawn.x[node]
    step_y = np.concatenate([drawn.shape_y[:, 0], drawn.shape_y[:, 2]]) - drawn.y[node]
    quarter = np.maximum(np.hypot(step_x, step_y), 1e-9)
    furthest = np.minimum(MAX_FROM_INTERSECTION_M, 1.8 * quarter)
    metres = rng.uniform(0.3, 1.0, 2 * count) * furthest
    side = rng.choice([-1.0, 1.0], 2 * count)
    unit_x, unit_y = step_x / quarter, step_y / quarter
    # A bend begins at the quarter point: doors further on keep to its inner line.
    reached = np.minimum(metres, quarter)
    near = np.concatenate([pieces.along_start, pieces.along_end])
    far = np.concatenate([pieces.along_end, pieces.along_start])
    # The side that is left when looking towards higher numbers is even.
    uphill = far > near
    return _Doors(
        x=drawn.x[node] + reached * unit_x - side * DOOR_M * unit_y,
        y=drawn.y[node] + reached * unit_y + side * DOOR_M * unit_x,
        node=node,
        street=np.concatenate([pieces.street, pieces.street]),
        along=near + reached / (4 * quarter) * (far - near),
        even=(side > 0.0) == uphill,
    )
