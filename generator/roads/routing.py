"""Shortest routes from one kitchen to all its customers.

All deliveries start at the kitchen, so one search gives every route: a tree of shape points in
which each point knows the one before it and its distance from the kitchen, as driven.

Distances are measured twice. Metres say where something is. Metres at mean speed say how long it
takes to get there: a metre of a fast street is less than one, a metre of a slow street more, and
over all addresses both add up to the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from common.errors import UserError
from generator.roads.delivery_area import KITCHEN_REACH_M, METRES_PER_MILE
from generator.roads.geometry import great_circle_m, step_lengths
from generator.roads.node_tree import NodeTree
from generator.roads.speeds import node_speeds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.roads.network import RoadNetwork

# Sparse matrices cannot store edges of length zero; a micrometre does no harm.
SHORTEST_EDGE_M = 1e-6
# The text of a route is stored at every n-th intersection, so that routes share their beginnings.
KEPT_EVERY = 16


class DeliveryRoutes:
    """All that can be delivered to from one kitchen, and the way there.

    Parameters
    ----------
    network
        The streets and addresses.
    latitude, longitude
        The kitchen, degrees.
    radius_mi
        Addresses further away than this, in a straight line, are left out; miles.

    Attributes
    ----------
    latitude, longitude
        The A addresses within the radius that can be reached, degrees, (A,).
    text
        What is written on the order, A strings.
    distance_m
        Driven distance from the kitchen's door to the address, metres, (A,).
    effort_m
        The same in metres at mean speed, (A,).
    unreachable_addresses
        How many addresses within the radius no street leads to.

    Raises
    ------
    UserError
        If the kitchen is more than a kilometre from every street, or no address can be reached.
    """

    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    text: list[str]
    distance_m: NDArray[np.float64]
    effort_m: NDArray[np.float64]
    unreachable_addresses: int

    def __init__(
        self, network: RoadNetwork, latitude: float, longitude: float, radius_mi: float
    ) -> None:
        kitchen, first_leg = _kitchen_node(network, latitude, longitude)
        edges = shortest_edges(network)
        node_distance, before, edge_into = _tree(network, edges, kitchen)

        near = (
            great_circle_m(latitude, longitude, network.address_latitude, network.address_longitude)
            <= radius_mi * METRES_PER_MILE
        )
        reached = np.isfinite(node_distance[network.address_node])
        self.unreachable_addresses = int(np.sum(near & ~reached))
        chosen = np.flatnonzero(near & reached)
        if not len(chosen):
            raise UserError(
                f"no address of the street network ({network.source}) within {radius_mi} miles of "
                f"the kitchen at ({latitude}, {longitude}) can be reached: check the kitchen's "
                "place and radius_mi, or use another network (--roads)"
            )
        self.latitude = network.address_latitude[chosen]
        self.longitude = network.address_longitude[chosen]
        self.text = [network.address_text[address] for address in chosen.tolist()]
        self._address_node = network.address_node[chosen]
        self._node_distance = node_distance + first_leg
        self._before = before
        self._edge_into = edge_into
        self._kitchen = kitchen
        self._plant(network, latitude, longitude)
        self._texts: _RouteTexts | None = None
        node_effort = self._measure_efforts(network)
        self._tree = NodeTree.grown(before, kitchen, network, edges, node_effort)

    def positions(
        self,
        address: NDArray[np.int64],
        travelled_m: NDArray[np.float64],
        *,
        at_mean_speed: bool = False,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return where drivers are.

        Parameters
        ----------
        address
            Which address each driver goes to, (P,), index into ``distance_m``.
        travelled_m
            How far each has driven from the kitchen, metres, (P,). Less than nothing is the
            kitchen, more than the whole way is the address.
        at_mean_speed
            Whether these are metres at mean speed, as ``effort_m``.

        Returns
        -------
        latitude, longitude
            On the street geometry, degrees, (P,).
        """
        measure = self._point_effort if at_mean_speed else self._point_distance
        behind, ahead, part = self._between(measure, address, travelled_m)
        low_latitude, low_longitude = self._point_latitude[behind], self._point_longitude[behind]
        return (
            low_latitude + part * (self._point_latitude[ahead] - low_latitude),
            low_longitude + part * (self._point_longitude[ahead] - low_longitude),
        )

    def corners(
        self, address: NDArray[np.int64], driven_m: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the last bend or crossing before a place, in metres at mean speed, (P,)."""
        behind, _, _ = self._between(self._point_effort, address, driven_m)
        return np.asarray(self._point_effort[behind])

    def ways_past(
        self, first: NDArray[np.int64], second: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], ...]:
        """Return how a driver gets from one address to another, in either order.

        He turns back to where the two ways part, against no one-way street, and drives on.

        Returns
        -------
        back_m, on_m
            From the first to the second: metres at mean speed back and on, (P,); back is infinite
            where one cannot turn back.
        back_m, on_m
            The same from the second to the first.
        """
        one, other = self._address_node[first], self._address_node[second]
        parting = self._tree.effort_m[self._tree.partings(one, other)]
        return (
            self._way_back(first, one, parting),
            self.effort_m[second] - parting,
            self._way_back(second, other, parting),
            self.effort_m[first] - parting,
        )

    def _way_back(
        self, address: NDArray[np.int64], node: NDArray[np.int32], parting: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        possible = self._tree.effort_m[node] - parting <= self._tree.way_back_m[node]
        return np.where(possible, self.effort_m[address] - parting, np.inf)

    def _between(
        self,
        measure: NDArray[np.float64],
        address: NDArray[np.int64],
        driven: NDArray[np.float64],
    ) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
        """Return the points behind and ahead of drivers, and which part of the gap is driven."""
        point = (self._first_leaf + np.asarray(address)).astype(np.int32)
        driven = np.clip(driven, 0.0, measure[point])
        # Climb from the address towards the kitchen in smaller and smaller steps, as long as the
        # point reached is still ahead of the driver.
        for ancestors in reversed(self._ancestors):
            higher = ancestors[point]
            point = np.where(measure[higher] > driven, higher, point)
        behind = self._ancestors[0][point]
        start = measure[behind]
        gap = measure[point] - start
        return behind, point, np.clip((driven - start) / np.where(gap > 0.0, gap, 1.0), 0.0, 1.0)

    def route_json(self, address: int) -> str:
        """Return the way to an address as ``[[lat,lon],…]`` with six decimals, kitchen first."""
        texts = self._written()
        known = texts.routes.get(address)
        if known is not None:
            return known
        node = int(self._address_node[address])
        parts = [self._door_text(address) + "]"]
        while node not in texts.kept:
            parts.append(texts.into[node])
            node = texts.before[node]
        parts.append(texts.kept[node])
        parts.reverse()
        texts.routes[address] = "".join(parts)
        return texts.routes[address]

    def route_json_past(self, first: int, second: int) -> str:
        """Return the way to the second of two addresses past the first, written as one way."""
        there, on = self._points_to(first), self._points_to(second)
        pairs = enumerate(zip(there, on, strict=False))
        shared = next((place for place, (one, other) in pairs if one != other), len(there))
        points = [*there, *there[-2 : shared - 2 : -1], *on[shared:]]
        texts = self._written()
        leaf = self._first_leaf
        written = [
            texts.points[point] if point < leaf else self._door_text(point - leaf)
            for point in points
        ]
        return f"[{''.join(written)[1:]}]"

    def _written(self) -> _RouteTexts:
        if self._texts is None:
            self._texts = self._write_texts()
        return self._texts

    def _door_text(self, address: int) -> str:
        return _point_text(float(self.latitude[address]), float(self.longitude[address]))

    def path(self, address: int) -> NDArray[np.float64]:
        """Return the same way as points, latitude and longitude in degrees, (R, 2)."""
        points = self._points_to(address)
        return np.stack([self._point_latitude[points], self._point_longitude[points]], axis=1)

    def _points_to(self, address: int) -> list[int]:
        before = self._ancestors[0]
        points = [self._first_leaf + address]
        while points[-1]:
            points.append(int(before[points[-1]]))
        points.reverse()
        return points

    def _plant(self, network: RoadNetwork, latitude: float, longitude: float) -> None:
        """Lay out the tree: the kitchen, its node, the points of every edge in use, the addresses.

        Every edge brings its points but the first, which is the last of the edge before it.
        """
        reached = np.flatnonzero(self._before >= 0)
        edge = self._edge_into[reached]
        first = network.shape_offsets[edge]
        count = network.shape_offsets[edge + 1] - first - 1
        begin = 2 + np.concatenate([[0], np.cumsum(count)])
        owner = np.repeat(np.arange(len(edge)), count)
        step = np.arange(begin[-1] - 2) - (begin[owner] - 2)
        shape = first[owner] + 1 + step
        point_of_node = np.zeros(len(network.latitude), dtype=np.int64)
        point_of_node[self._kitchen] = 1
        point_of_node[reached] = begin[1:] - 1

        steps = step_lengths(network.shape_latitude, network.shape_longitude, network.shape_offsets)
        walked = np.cumsum(steps)
        so_far = walked[shape] - walked[first[owner]]
        whole = (walked[first + count] - walked[first])[owner]
        # Where the given length differs from that of the shape, the shape is scaled to it.
        part = np.where(whole > 0.0, so_far / np.where(whole > 0.0, whole, 1.0), 1.0)
        start = self._node_distance[self._before[reached]][owner]
        distance = start + part * (self._node_distance[reached][owner] - start)
        parent = np.arange(2, begin[-1]) - 1
        parent[begin[:-1] - 2] = point_of_node[self._before[reached]]

        node = self._address_node
        last_leg = great_circle_m(
            network.latitude[node], network.longitude[node], self.latitude, self.longitude
        )
        self.distance_m = self._node_distance[node] + last_leg
        kitchen = self._kitchen
        self._first_leaf = int(begin[-1])
        self._point_latitude = np.concatenate(
            [
                [latitude, network.latitude[kitchen]],
                network.shape_latitude[shape],
                self.latitude,
            ]
        )
        self._point_longitude = np.concatenate(
            [
                [longitude, network.longitude[kitchen]],
                network.shape_longitude[shape],
                self.longitude,
            ]
        )
        self._point_distance = np.concatenate(
            [[0.0, self._node_distance[kitchen]], distance, self.distance_m]
        )
        ancestors = [np.concatenate([[0, 0], parent, point_of_node[node]]).astype(np.int32)]
        while ancestors[-1].any():
            ancestors.append(ancestors[-1][ancestors[-1]])
        self._ancestors = ancestors
        self._edge_points = begin
        self._point_edge = owner

    def _measure_efforts(self, network: RoadNetwork) -> NDArray[np.float64]:
        """Measure every point in metres at mean speed; return the efforts of the nodes."""
        reached = np.flatnonzero(self._before >= 0)
        tree = (self._before, self._edge_into)
        by_node = node_speeds(network, tree, self._nearest_first()[::-1])
        speeds = by_node[reached][self._point_edge]
        before = self._ancestors[0]
        steps = self._point_distance - self._point_distance[before]
        inner = slice(2, self._first_leaf)
        steps[inner] /= speeds
        # Pointers that double: each point adds the sum of its ancestor to its own.
        for ancestors in self._ancestors:
            steps = steps + steps[ancestors]
        leaves = slice(self._first_leaf, None)
        mean = self._point_distance[leaves].sum() / max(float(steps[leaves].sum()), 1e-9)
        self._point_effort = np.round(steps * mean, 3)
        self.effort_m = self._point_effort[leaves]
        node_effort = np.zeros(len(network.latitude))
        node_effort[self._kitchen] = self._point_effort[1]
        node_effort[reached] = self._point_effort[self._edge_points[1:] - 1]
        return node_effort

    def _nearest_first(self) -> NDArray[np.int64]:
        """Return the nodes that have one before them, ordered by their distance."""
        reached = np.flatnonzero(self._before >= 0)
        return reached[np.argsort(self._node_distance[reached], kind="stable")]

    def _write_texts(self) -> _RouteTexts:
        """Render every point once, and keep whole beginnings at some crossings."""
        first_leaf = self._first_leaf
        points = [
            _point_text(latitude, longitude)
            for latitude, longitude in zip(
                self._point_latitude[:first_leaf].tolist(),
                self._point_longitude[:first_leaf].tolist(),
                strict=True,
            )
        ]
        reached = np.flatnonzero(self._before >= 0)
        begin = self._edge_points.tolist()
        into = {
            node: "".join(points[begin[edge] : begin[edge + 1]])
            for edge, node in enumerate(reached.tolist())
        }
        before: list[int] = self._before.tolist()
        depth = {self._kitchen: 0}
        kept = {self._kitchen: f"[{points[0][1:]}{points[1]}"}
        for node in self._nearest_first().tolist():
            depth[node] = depth[before[node]] + 1
            if depth[node] % KEPT_EVERY == 0:
                parts = []
                at = node
                while at not in kept:
                    parts.append(into[at])
                    at = before[at]
                parts.append(kept[at])
                kept[node] = "".join(reversed(parts))
        return _RouteTexts(points, before, into, kept)


class _RouteTexts:
    """The parts from which the texts of routes are joined.

    Parameters
    ----------
    points
        Each point of the tree but the addresses, after a comma.
    before
        The node before each node.
    into
        The points that lead into each node from the one before.
    kept
        The whole beginning of a route up to some nodes, the kitchen's among them.

    Attributes
    ----------
    routes
        The routes that were written already, by address: people order again.
    """

    def __init__(
        self, points: list[str], before: list[int], into: dict[int, str], kept: dict[int, str]
    ) -> None:
        self.points = points
        self.before = before
        self.into = into
        self.kept = kept
        self.routes: dict[int, str] = {}


def _point_text(latitude: float, longitude: float) -> str:
    return f",[{latitude:.6f},{longitude:.6f}]"


def delivery_routes(
    network: RoadNetwork, latitude: float, longitude: float, radius_mi: float
) -> DeliveryRoutes:
    """Return the routes from a kitchen to every address within ``radius_mi`` miles.

    The way never goes against a one-way street; of parallel streets it takes the shortest.

    Raises
    ------
    UserError
        If the kitchen is more than a kilometre from every street, or no address can be reached.
    """
    return DeliveryRoutes(network, latitude, longitude, radius_mi)


def shortest_edges(network: RoadNetwork) -> NDArray[np.int64]:
    """Return the shortest edge between every two nodes, ordered by start and end node."""
    order = np.lexsort((network.edge_length_m, network.edge_end, network.edge_start))
    start, end = network.edge_start[order], network.edge_end[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (start[1:] != start[:-1]) | (end[1:] != end[:-1])
    return np.asarray(order[first & (start != end)])


def _kitchen_node(network: RoadNetwork, latitude: float, longitude: float) -> tuple[int, float]:
    """Return the node nearest to the kitchen and the metres to it."""
    if not len(network.latitude):
        raise UserError(f"the street network ({network.source}) is empty: use another (--roads)")
    distance = great_circle_m(latitude, longitude, network.latitude, network.longitude)
    node = int(distance.argmin())
    if distance[node] > KITCHEN_REACH_M:
        raise UserError(
            f"the kitchen at ({latitude}, {longitude}) is {distance[node] / 1000:.1f} km from the "
            f"nearest street of its network ({network.source}): check its coordinates or use "
            "another network (--roads)"
        )
    return node, float(distance[node])


def _tree(
    network: RoadNetwork, edges: NDArray[np.int64], kitchen: int
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Search from the kitchen.

    Returns
    -------
    distance_m
        From the kitchen's node, infinite where no street leads, (N,).
    before
        The node before each node, negative at the kitchen and where no street leads, (N,).
    edge_into
        The edge from there, (N,).
    """
    nodes = len(network.latitude)
    start = network.edge_start[edges].astype(np.int64)
    end = network.edge_end[edges].astype(np.int64)
    length = np.maximum(network.edge_length_m[edges], SHORTEST_EDGE_M)
    # One edge for each pair of nodes: a sparse matrix would add parallel ones up.
    graph = csr_array((length, (start, end)), shape=(nodes, nodes))
    distance, predecessors = dijkstra(graph, indices=np.array([kitchen]), return_predecessors=True)
    before = np.maximum(predecessors[0], -1).astype(np.int64)
    reached = np.flatnonzero(before >= 0)
    edge_into = np.full(nodes, -1, dtype=np.int64)
    keys = start * nodes + end
    edge_into[reached] = edges[np.searchsorted(keys, before[reached] * nodes + reached)]
    return np.asarray(distance[0]), before, edge_into
