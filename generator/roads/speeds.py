"""How fast one drives on each street, relative to the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.roads.network import RoadNetwork

# By the class of a street in OpenStreetMap; relative to each other, for what is driven in a town.
_CLASS_SPEEDS = {
    "motorway": 2.2,
    "trunk": 1.8,
    "primary": 1.45,
    "secondary": 1.25,
    "tertiary": 1.05,
    "unclassified": 0.95,
    "residential": 0.85,
    "service": 0.55,
    "living_street": 0.5,
}
_LINK = "_link"
_LINK_SPEED = 0.9
_UNKNOWN = 0.0
# Beyond this many addresses a street is as fast as streets get.
_MAIN_STREET_ADDRESSES = 1_000.0
_SLOWEST, _FASTEST = 0.7, 1.6


def class_speed(street_class: str | None) -> float:
    """Return the speed on streets of a class relative to a usual one, 0 if it is unknown."""
    if not street_class:
        return _UNKNOWN
    speed = _CLASS_SPEEDS.get(street_class.removesuffix(_LINK), _UNKNOWN)
    return speed * _LINK_SPEED if street_class.endswith(_LINK) else speed


def node_speeds(
    network: RoadNetwork,
    tree: tuple[NDArray[np.int64], NDArray[np.int64]],
    farthest_first: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return the speed on the street into each node of a tree of routes, (N,), 1 is usual.

    Where the source of the network knows the class of a street, that decides. Where it does not,
    a street that leads to many addresses is a main street.

    Parameters
    ----------
    network
        The streets.
    tree
        The node before each node, negative at the root and where no street leads, and the edge
        that leads into each, (N,) each.
    farthest_first
        The nodes that have one before them, each after all those that it is before.
    """
    before, edge_into = tree
    served = np.bincount(network.address_node, minlength=len(before)).tolist()
    parents = before.tolist()
    for node in farthest_first.tolist():
        served[parents[node]] += served[node]
    # From 0 for a street with one address to 1 for a main street, by the logarithm in steps of
    # eighths, so that no processor's last digit matters.
    logarithm = np.log(1.0 + np.array(served, dtype=float)) / np.log(1.0 + _MAIN_STREET_ADDRESSES)
    share = np.clip(np.round(logarithm * 8.0) / 8.0, 0.0, 1.0)
    by_class = np.where(before >= 0, network.edge_speed[edge_into], _UNKNOWN)
    return np.where(by_class > _UNKNOWN, by_class, _SLOWEST + (_FASTEST - _SLOWEST) * share)
