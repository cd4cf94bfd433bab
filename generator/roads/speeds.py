"""How fast one drives on each street, relative to the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.roads.network import RoadNetwork

# Beyond this many addresses a street is as fast as streets get.
_MAIN_STREET_ADDRESSES = 1_000.0
_SLOWEST, _FASTEST = 0.7, 1.6


def edge_speeds(
    network: RoadNetwork, before: NDArray[np.int64], address_node: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the speed on the street into each node of a tree of routes, (N,), 1 is usual.

    Where the source of the network knows the class of a street, that decides. Where it does not,
    a street that leads to many addresses is a main street.

    Parameters
    ----------
    network
        The streets.
    before
        The node before each node, negative at the root and where no street leads, (N,).
    address_node
        The node of each address, (A,).
    """
    served = np.bincount(address_node, minlength=len(before)).tolist()
    parents = before.tolist()
    for node in _leaves_first(before).tolist():
        served[parents[node]] += served[node]
    # From 0 for a street with one address to 1 for a main street, by the logarithm in steps of
    # eighths, so that no processor's last digit matters.
    logarithm = np.log(1.0 + np.array(served, dtype=float)) / np.log(1.0 + _MAIN_STREET_ADDRESSES)
    share = np.clip(np.round(logarithm * 8.0) / 8.0, 0.0, 1.0)
    return np.asarray(_SLOWEST + (_FASTEST - _SLOWEST) * share)


def _leaves_first(before: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the nodes of a tree, every node before its parent; without root and strangers."""
    ancestors = np.where(before >= 0, before, np.arange(len(before)))
    depth = (before >= 0).astype(np.int64)
    while True:
        deeper = depth + depth[ancestors]
        if np.array_equal(deeper, depth):
            break
        depth, ancestors = deeper, ancestors[ancestors]
    inner = np.flatnonzero(before >= 0)
    return inner[np.argsort(-depth[inner], kind="stable")]
