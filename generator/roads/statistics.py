"""Statistics of a street network as the literature measures them, by OSMnx."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from shapely import linestrings

from generator.roads.orientation import orientation_order

if TYPE_CHECKING:
    import networkx as nx
    from numpy.typing import NDArray

    from generator.roads.network import RoadNetwork


@dataclass(frozen=True)
class NetworkStatistics:
    """Shape of a street network, streets taken as two-way.

    Attributes
    ----------
    nodes, streets
        How many crossings and ends, and segments between them.
    orientation_order
        phi = 1 - ((H - ln 4) / (ln 36 - ln 4))**2 of the entropy H of the bearings.
    median_segment_m
        Metres.
    circuity
        Street length divided by straight-line length.
    dead_ends, four_ways
        Share of nodes at which one street ends, at which four meet.
    """

    nodes: int
    streets: int
    orientation_order: float
    median_segment_m: float
    circuity: float
    dead_ends: float
    four_ways: float


def street_edges(network: RoadNetwork) -> NDArray[np.int64]:
    """Return one edge for every street: the first of the two, where it can be driven both ways."""
    start, end = network.edge_start.astype(np.int64), network.edge_end.astype(np.int64)
    millimetres = np.round(network.edge_length_m * 1000.0).astype(np.int64)
    # The two directions of a street have the same ends and, to the millimetre, the same length.
    streets = np.stack([np.minimum(start, end), np.maximum(start, end), millimetres], axis=1)
    _, first = np.unique(streets, axis=0, return_index=True)
    return np.sort(first).astype(np.int64)


def street_graph(network: RoadNetwork) -> nx.MultiDiGraph[int]:
    """Return the network as OSMnx has it, with one edge for every street.

    Nodes have ``x``, ``y`` and ``street_count``, edges ``osmid``, ``length`` and ``geometry``.
    """
    import networkx as nx  # noqa: PLC0415 - slow to import, and only needed here

    edges = street_edges(network)
    start, end = network.edge_start[edges], network.edge_end[edges]
    count = np.bincount(np.concatenate([start, end]), minlength=len(network.latitude))
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326", simplified=True)
    graph.add_nodes_from(
        (node, {"y": latitude, "x": longitude, "street_count": streets})
        for node, (latitude, longitude, streets) in enumerate(
            zip(network.latitude.tolist(), network.longitude.tolist(), count.tolist(), strict=True)
        )
    )
    size = np.diff(network.shape_offsets)[edges]
    owner = np.repeat(np.arange(len(edges)), size)
    step = np.arange(len(owner)) - (np.cumsum(size) - size)[owner]
    point = network.shape_offsets[edges][owner] + step
    shapes = linestrings(
        np.stack([network.shape_longitude[point], network.shape_latitude[point]], axis=1),
        indices=owner,
    )
    graph.add_edges_from(
        (u, v, {"osmid": street, "length": length, "geometry": shape})
        for street, (u, v, length, shape) in enumerate(
            zip(
                start.tolist(),
                end.tolist(),
                network.edge_length_m[edges].tolist(),
                shapes.tolist(),
                strict=True,
            )
        )
    )
    return graph


def network_statistics(network: RoadNetwork) -> NetworkStatistics:
    """Return the statistics of a network, measured with ``osmnx.basic_stats``."""
    import networkx as nx  # noqa: PLC0415 - slow to import, and only needed here
    import osmnx as ox  # noqa: PLC0415 - slow to import, and only needed here

    graph: Any = street_graph(network)
    stats = ox.basic_stats(graph)
    bearings: Any = nx.MultiGraph(ox.bearing.add_edge_bearings(graph))
    entropy = ox.bearing.orientation_entropy(bearings)
    share = stats["streets_per_node_proportions"]
    return NetworkStatistics(
        nodes=int(stats["n"]),
        streets=int(stats["street_segment_count"]),
        orientation_order=orientation_order(entropy),
        median_segment_m=float(np.median(network.edge_length_m[street_edges(network)])),
        circuity=float(stats["circuity_avg"]),
        dead_ends=float(share.get(1, 0.0)),
        four_ways=float(share.get(4, 0.0)),
    )
