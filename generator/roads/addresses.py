"""Customer addresses along streets that came from a file or a download."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from generator.roads.geometry import Plane, step_lengths
from generator.roads.houses import (
    DOOR_M,
    MAX_FROM_INTERSECTION_M,
    house_number,
    thinned_out,
)
from generator.roads.naming import (
    AVENUE_SUFFIXES,
    BORDER_SUFFIXES,
    CROSS_STREET_SUFFIXES,
    unused_names,
)
from generator.roads.network import Addresses, Streets

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Unnamed streets that are in line, to within this, share a name.
SAME_BEARING_DEG = 15.0
SAME_LINE_M = 70.0
# A known address farther than this from every street is left out.
NEAR_STREET_M = 150.0
SAMPLE_M = 25.0


@dataclass(frozen=True)
class KnownAddresses:
    """Addresses that the source of the streets itself knows.

    Attributes
    ----------
    latitude, longitude
        Degrees, (A,).
    text
        A strings, for example ``"418 Alder St"``.
    """

    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    text: list[str]


def addresses_along(
    streets: Streets,
    names: list[str | None],
    centre: tuple[float, float],
    rng: np.random.Generator,
) -> Addresses:
    """Place a door near the start of every edge and number the houses of each street.

    Parameters
    ----------
    streets
        Directed edges with shapes.
    names
        Name of each edge's street; nothing where it has none, and one is invented.
    centre
        Latitude and longitude of the kitchen: origin of the local plane.
    rng
        Decides distances, sides and invented names.
    """
    plane = Plane(*centre)
    x, y = plane.forward(streets.latitude, streets.longitude)
    first, last = streets.offsets[:-1], streets.offsets[1:] - 1
    edges = len(first)
    walked = np.cumsum(step_lengths(streets.latitude, streets.longitude, streets.offsets))
    length = walked[last] - walked[first]
    metres = rng.uniform(0.15, 0.45, edges) * length
    metres = np.minimum(metres, rng.uniform(0.4, 1.0, edges) * MAX_FROM_INTERSECTION_M)
    side = rng.choice([-1.0, 1.0], edges)
    # The shape point at or behind each door, never the last of its edge.
    behind = np.searchsorted(walked, walked[first] + metres, side="right") - 1
    behind = np.clip(behind, first, np.maximum(last - 1, first))
    step_x, step_y = (
        x[np.minimum(behind + 1, last)] - x[behind],
        y[np.minimum(behind + 1, last)] - y[behind],
    )
    gap = np.maximum(np.hypot(step_x, step_y), 1e-9)
    part = np.clip((walked[first] + metres - walked[behind]) / gap, 0.0, 1.0)
    door_x = x[behind] + part * step_x - side * DOOR_M * step_y / gap
    door_y = y[behind] + part * step_y + side * DOOR_M * step_x / gap

    usable = np.flatnonzero((length > 1.0) & (streets.start != streets.end))
    usable = thinned_out(usable, rng)
    named = _all_named(
        names,
        np.stack([x[first], y[first]], axis=1),
        np.stack([x[last], y[last]], axis=1),
        rng,
    )
    along, uphill = _along_streets(
        named, usable, np.stack([door_x, door_y]), np.stack([step_x, step_y])
    )
    texts: dict[str, int] = {}
    even = (side > 0.0) == uphill
    for edge, metre, is_even in zip(
        usable.tolist(), along[usable].tolist(), even[usable].tolist(), strict=True
    ):
        house = house_number(metre, even=is_even)
        texts.setdefault(f"{house} {named[edge]}", edge)
    chosen = np.array(list(texts.values()), dtype=np.int64)
    latitude, longitude = plane.backward(door_x[chosen], door_y[chosen])
    return Addresses(latitude, longitude, streets.start[chosen], list(texts))


def known_addresses(
    streets: Streets,
    known: KnownAddresses,
    centre: tuple[float, float],
    rng: np.random.Generator,
) -> Addresses:
    """Give every known address the node from which its street leads to its door.

    On a one-way street that is the start of the street; else the nearer end. Addresses that lie
    far from every street are left out.
    """
    plane = Plane(*centre)
    x, y = plane.forward(streets.latitude, streets.longitude)
    steps = step_lengths(streets.latitude, streets.longitude, streets.offsets)
    owner = np.repeat(np.arange(len(streets.start)), np.diff(streets.offsets))
    # Long straight segments are sampled, so that the nearest sample is on the nearest street.
    extra = np.ceil(steps / SAMPLE_M).astype(np.int64)
    point = np.repeat(np.arange(len(steps)), extra)
    rank = np.arange(len(point)) - np.repeat(np.cumsum(extra) - extra, extra) + 1
    part = rank / extra[point]
    before = point - 1
    sample_x, sample_y = (
        x[before] + part * (x[point] - x[before]),
        y[before] + part * (y[point] - y[before]),
    )
    walked = np.cumsum(steps)
    first, last = streets.offsets[:-1], streets.offsets[1:] - 1
    sample_edge = owner[point]
    sample_at = walked[before] + part * steps[point] - walked[first[sample_edge]]

    known_x, known_y = plane.forward(known.latitude, known.longitude)
    tree = cKDTree(np.stack([sample_x, sample_y], axis=1))
    distance, found = tree.query(np.stack([known_x, known_y], axis=1))
    sample = np.asarray(found, dtype=np.int64)
    near = np.flatnonzero(np.asarray(distance) <= NEAR_STREET_M)
    near = thinned_out(near, rng)
    edge = sample_edge[sample[near]]
    nodes = int(max(streets.start.max(), streets.end.max())) + 1
    both_ways = np.isin(
        streets.end[edge] * nodes + streets.start[edge], streets.start * nodes + streets.end
    )
    length = walked[last[edge]] - walked[first[edge]]
    far_end = both_ways & (sample_at[sample[near]] > length / 2)
    return Addresses(
        known.latitude[near],
        known.longitude[near],
        np.where(far_end, streets.end[edge], streets.start[edge]),
        [known.text[place] for place in near.tolist()],
    )


def chosen_addresses(addresses: Addresses, chosen: NDArray[np.int64]) -> Addresses:
    """Return some of the addresses, by their numbers."""
    return Addresses(
        addresses.latitude[chosen],
        addresses.longitude[chosen],
        addresses.node[chosen],
        [addresses.text[number] for number in chosen.tolist()],
    )


def filled_up(
    real: Addresses, invented: Addresses, total: int, rng: np.random.Generator
) -> Addresses:
    """Return all real addresses, and as many invented ones as are missing to a total.

    Parameters
    ----------
    real, invented
        Where both have the same text, the real one counts.
    total
        How many to return, if there are as many.
    rng
        Decides which invented ones.
    """
    taken = set(real.text)
    new = np.array(
        [number for number, text in enumerate(invented.text) if text not in taken], dtype=np.int64
    )
    missing = max(0, min(total - len(real.text), len(new)))
    added = chosen_addresses(invented, np.sort(rng.choice(new, missing, replace=False)))
    return Addresses(
        np.concatenate([real.latitude, added.latitude]),
        np.concatenate([real.longitude, added.longitude]),
        np.concatenate([real.node, added.node]),
        [*real.text, *added.text],
    )


def _all_named(
    names: list[str | None],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    rng: np.random.Generator,
) -> list[str]:
    """Return the names with one invented for every line of streets that has none."""
    if all(names):
        return [name or "" for name in names]
    angle = np.rad2deg(np.arctan2(*(end - start).T)) % 180.0
    sector = np.round(angle / SAME_BEARING_DEG) % round(180.0 / SAME_BEARING_DEG)
    bearing = np.deg2rad(sector * SAME_BEARING_DEG)
    middle_x, middle_y = ((start + end) / 2).T
    line = np.round((middle_x * np.cos(bearing) - middle_y * np.sin(bearing)) / SAME_LINE_M)
    suffixes = {0: AVENUE_SUFFIXES, 1: CROSS_STREET_SUFFIXES, 2: BORDER_SUFFIXES}
    taken = {name for name in names if name}
    fresh = {kind: unused_names(suffix, rng) for kind, suffix in suffixes.items()}
    invented: dict[tuple[float, float], str] = {}
    result = []
    for name, key in zip(names, zip(sector.tolist(), line.tolist(), strict=True), strict=True):
        if not name and key not in invented:
            # Streets to the north are avenues, those across them streets, all others boulevards.
            kind = {0: 0, 1: 0, 11: 0, 5: 1, 6: 1, 7: 1}.get(int(key[0]), 2)
            invented[key] = next(new for new in fresh[kind] if new not in taken)
        result.append(name or invented[key])
    return result


def _along_streets(
    names: list[str],
    usable: NDArray[np.int64],
    doors: NDArray[np.float64],
    steps: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return how far along its street each door is, and whether its edge leads that way.

    A street runs along the main axis of its doors; house numbers begin in the south or west.
    Doors and the steps of their edges are (2, E), x and y.
    """
    (x, y), (step_x, step_y) = doors, steps
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    street = np.array([numbers[name] for name in names])[usable]
    count = np.maximum(np.bincount(street, minlength=len(numbers)), 1)

    def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.bincount(street, weights=values, minlength=len(numbers)) / count)

    centre_x, centre_y = mean(x[usable]), mean(y[usable])
    off_x, off_y = x[usable] - centre_x[street], y[usable] - centre_y[street]
    # The main axis of the scatter of one street's doors; of one door alone, that of its edge.
    angle = 0.5 * np.arctan2(2 * mean(off_x * off_y), mean(off_x**2) - mean(off_y**2))
    axis_x, axis_y = np.cos(angle), np.sin(angle)
    # A street that leads more north than east counts from the south.
    flip = np.where(np.abs(axis_y) > np.abs(axis_x), axis_y, axis_x) < 0.0
    axis_x, axis_y = np.where(flip, -axis_x, axis_x), np.where(flip, -axis_y, axis_y)
    metres = off_x * axis_x[street] + off_y * axis_y[street]
    lowest = np.zeros(len(numbers))
    np.minimum.at(lowest, street, metres)
    along = np.zeros(len(names))
    uphill = np.zeros(len(names), dtype=bool)
    along[usable] = metres - lowest[street]
    uphill[usable] = step_x[usable] * axis_x[street] + step_y[usable] * axis_y[street] >= 0.0
    return along, uphill
