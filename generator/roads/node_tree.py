"""The crossings of a tree of routes: where two ways part, and how far one can turn back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.roads.network import RoadNetwork


@dataclass(frozen=True)
class NodeTree:
    """The N nodes of a network as the tree of all shortest routes from one of them.

    Attributes
    ----------
    ancestors
        For each power of two, the node so many nodes nearer to the root, (N,) each.
    depth
        Nodes between each node and the root, (N,).
    effort_m
        Way from the kitchen, metres at mean speed, (N,).
    way_back_m
        How far towards the root one can drive against the way of the tree, because its streets
        are two-way, metres at mean speed, (N,).
    """

    ancestors: tuple[NDArray[np.int32], ...]
    depth: NDArray[np.int32]
    effort_m: NDArray[np.float64]
    way_back_m: NDArray[np.float64]

    @classmethod
    def grown(
        cls,
        before: NDArray[np.int64],
        root: int,
        network: RoadNetwork,
        edges: NDArray[np.int64],
        effort_m: NDArray[np.float64],
    ) -> Self:
        """Return the tree of the nodes that know the node before them.

        Parameters
        ----------
        before
            The node before each node, negative at the root and where no street leads, (N,).
        root
            The node of the kitchen.
        network
            The streets.
        edges
            One edge between every two nodes that have one, ordered by start and end.
        effort_m
            Way from the kitchen to each node, (N,).
        """
        nodes = len(before)
        parent = np.where(before >= 0, before, root)
        depth = (before >= 0).astype(np.int32)
        ancestors = [parent.astype(np.int32)]
        while (ancestors[-1] != root).any():
            last = ancestors[-1]
            depth = depth + depth[last]
            ancestors.append(last[last])
        keys = network.edge_start[edges].astype(np.int64) * nodes + network.edge_end[edges]
        two_way = np.isin(np.arange(nodes) * nodes + parent, keys) & (before >= 0)
        # Back to the first ancestor whose own street is one-way, found by doubling.
        stop = np.where(two_way, parent, np.arange(nodes))
        while True:
            further = stop[stop]
            if np.array_equal(further, stop):
                break
            stop = further
        return cls(tuple(ancestors), depth, effort_m, effort_m - effort_m[stop])

    def partings(self, first: NDArray[np.int32], second: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the last node that the ways to two nodes share, (P,)."""
        deeper = np.where(self.depth[first] >= self.depth[second], first, second)
        other = np.where(self.depth[first] >= self.depth[second], second, first)
        surplus = self.depth[deeper] - self.depth[other]
        for power, ancestors in enumerate(self.ancestors):
            deeper = np.where((surplus >> power) & 1, ancestors[deeper], deeper)
        for ancestors in reversed(self.ancestors):
            one, two = ancestors[deeper], ancestors[other]
            apart = one != two
            deeper, other = np.where(apart, one, deeper), np.where(apart, two, other)
        return np.where(deeper == other, deeper, self.ancestors[0][deeper]).astype(np.int32)
