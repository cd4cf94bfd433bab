"""From a street graph, wherever it comes from, to the network in which a kitchen delivers."""

from __future__ import annotations

import ast
import logging
import math
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely import MultiPoint, get_coordinates

from common.errors import UserError
from generator.roads.addresses import (
    KnownAddresses,
    addresses_along,
    chosen_addresses,
    filled_up,
    known_addresses,
)
from generator.roads.delivery_area import KITCHEN_REACH_M
from generator.roads.geometry import Plane, great_circle_m, path_lengths
from generator.roads.network import RoadNetwork, Streets, make_network
from generator.roads.rng import make_road_rng
from generator.roads.speeds import class_speed
from generator.roads.street_graph import StreetGraph, first_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import networkx as nx
    from numpy.typing import NDArray

    from generator.roads.delivery_area import DeliveryArea
    from generator.roads.network import Addresses

logger = logging.getLogger(__name__)

# Up to so many, known addresses are joined by plausible ones that are made up.
ENOUGH_ADDRESSES = 200
# A whole city by the sea covers two fifths of the delivery area or more; a file with less than
# this share is only a part of it. More than this share of nodes left out is not a few dead ends.
_SMALL_COVER, _MANY_EXCLUDED = 0.25, 1 / 3
# Most streets of any city are this many times as long as the straight line; feet and miles are not.
_PLAUSIBLE_DETOUR = (0.8, 2.0)
# The shape of a street may end this far from its nodes, as where intersections were merged.
_SHAPE_REACH_M = 1_000.0


def load_delivery_network(streets: StreetGraph, area: DeliveryArea, seed: int) -> RoadNetwork:
    """Return the part of a graph in which a kitchen can deliver, with a warning about the rest.

    Parameters and errors are those of `network_from_graph`.
    """
    network, excluded = network_from_graph(streets, area, seed)
    for warning in _warnings(network, excluded, streets.file, area):
        logger.warning("%s: %s", area.location_code, warning)
    return network


def _warnings(network: RoadNetwork, excluded: int, file: Path, area: DeliveryArea) -> Iterator[str]:
    distance = great_circle_m(*area.kitchen, network.latitude, network.longitude)
    near = distance <= area.radius_m
    plane = Plane(*area.kitchen)
    x, y = plane.forward(network.latitude[near], network.longitude[near])
    hull = MultiPoint(np.stack([x, y], axis=1)).convex_hull
    cover = float(hull.area) / (math.pi * area.radius_m**2)
    if cover < _SMALL_COVER:
        yield (
            f"the streets of {file} cover {cover:.0%} of the {area.radius_mi:g} miles around the "
            "kitchen: use a network of a larger area, or make radius_mi smaller"
        )
    start, end = network.edge_start, network.edge_end
    straight = great_circle_m(
        network.latitude[start], network.longitude[start],
        network.latitude[end], network.longitude[end],
    )  # fmt: skip
    apart = straight > 1.0
    ratio = float(np.median(network.edge_length_m[apart] / straight[apart])) if apart.any() else 1.0
    if not _PLAUSIBLE_DETOUR[0] <= ratio <= _PLAUSIBLE_DETOUR[1]:
        yield (
            f"the lengths of {file} are {ratio:.3g} times the distance between the ends of their "
            "edges: write metres, or leave lengths out and they are measured"
        )
    if excluded:
        share = excluded / (excluded + int(near.sum()))
        yield (
            f"{excluded} nodes of {file} are left out, {share:.0%} of those within the delivery "
            "radius: one cannot drive there and back from the kitchen"
            + (
                "; so many mean that streets are missing from the file or one-way by mistake"
                if share >= _MANY_EXCLUDED
                else ""
            )
        )


def network_from_graph(
    streets: StreetGraph, area: DeliveryArea, seed: int
) -> tuple[RoadNetwork, int]:
    """Return the part of a graph in which a kitchen can deliver.

    Parameters
    ----------
    streets
        The graph, and what is known beside it.
    area
        Whose network it is. Streets up to half as far again are kept for detours.
    seed
        Decides where addresses are placed.

    Returns
    -------
    network
        Every node can be reached from the kitchen, and the kitchen from it.
    excluded
        How many nodes within the delivery radius cannot.

    Raises
    ------
    UserError
        If there are no streets, their coordinates cannot be understood, or they do not reach the
        kitchen.
    """
    graph = _in_degrees(streets.graph, streets.file)
    if not graph.number_of_nodes() or not graph.number_of_edges():
        raise UserError(
            f"the street network {streets.file} is empty: use another file for "
            f"{area.location_code}, or --roads synthetic"
        )
    numbers = {node: number for number, node in enumerate(graph.nodes)}
    latitude, longitude = _coordinates(graph, streets.file)
    edges = _directed_edges(graph)
    _check_shapes(graph, streets.file)
    start = np.array([numbers[u] for u, _, _ in edges], dtype=np.int64)
    end = np.array([numbers[v] for _, v, _ in edges], dtype=np.int64)
    distance = great_circle_m(*area.kitchen, latitude, longitude)
    part = _deliverable(start, end, distance, area, streets.file)
    kept = np.flatnonzero(part[start] & part[end]).tolist()
    number = np.cumsum(part) - 1
    drivable = _streets(
        [data for _, _, data in (edges[edge] for edge in kept)],
        number[start[kept]],
        number[end[kept]],
        latitude[part],
        longitude[part],
    )
    rng = make_road_rng(seed, area.location_code, "addresses")
    known = _known_nearby(streets.addresses, area)
    addresses = None if known is None else known_addresses(drivable, known, area.kitchen, rng)
    if addresses is None or len(addresses.text) < ENOUGH_ADDRESSES:
        names = [_name(edges[edge][2].get("name")) for edge in kept]
        invented = addresses_along(drivable, names, area.kitchen, rng)
        addresses = (
            invented
            if addresses is None
            else filled_up(addresses, _within(invented, area), ENOUGH_ADDRESSES, rng)
        )
    network = make_network(streets.source, latitude[part], longitude[part], drivable, addresses)
    return network, int(np.sum((distance <= area.radius_m) & ~part))


def _coordinates(
    graph: nx.MultiDiGraph[str], file: Path
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return latitude and longitude of all nodes, if they are degrees."""
    latitude, longitude = (
        np.array([data.get(key, math.nan) for _, data in graph.nodes(data=True)], dtype=float)
        for key in ("y", "x")
    )
    wrong = ~((np.abs(latitude) <= 90.0) & (np.abs(longitude) <= 180.0))  # noqa: PLR2004 - degrees
    if wrong.any():
        node = list(graph.nodes)[int(wrong.argmax())]
        raise UserError(
            f"{int(wrong.sum())} of {len(wrong)} nodes of {file} have no coordinates in degrees "
            "(attributes x from -180 to 180 and y from -90 to 90), the first is "
            f"{node}: repair the file or use another"
        )
    return latitude, longitude


def _check_shapes(graph: nx.MultiDiGraph[str], file: Path) -> None:
    """Refuse the first edge whose shape is not on the globe or is that of another street."""
    shaped = [edge for edge in graph.edges(data=True) if edge[2].get("geometry") is not None]
    if not shaped:
        return
    points, owner = get_coordinates([data["geometry"] for _, _, data in shaped], return_index=True)
    off_globe = ~((np.abs(points[:, 0]) <= 180.0) & (np.abs(points[:, 1]) <= 90.0))  # noqa: PLR2004 - degrees
    if off_globe.any():
        start, end, _ = shaped[int(owner[off_globe.argmax()])]
        raise UserError(
            f"{file}: the geometry of the edge from {start} to {end} leads outside -180 to 180 "
            "degrees of longitude (first) or -90 to 90 of latitude: repair it, or remove it and "
            "the edge is taken as straight"
        )
    nodes = graph.nodes
    ends = np.array(
        [[(nodes[node]["y"], nodes[node]["x"]) for node in edge[:2]] for edge in shaped], float
    )
    tips = points[:, ::-1][np.searchsorted(owner, np.arange(len(shaped)))]
    tails = points[:, ::-1][np.searchsorted(owner, np.arange(len(shaped)), side="right") - 1]

    def apart(one: int, other: int) -> NDArray[np.float64]:
        return np.maximum(
            great_circle_m(*tips.T, *ends[:, one].T), great_circle_m(*tails.T, *ends[:, other].T)
        )

    # A shape may be written in either direction.
    distance = np.minimum(apart(0, 1), apart(1, 0))
    if (distance > _SHAPE_REACH_M).any():
        first = int((distance > _SHAPE_REACH_M).argmax())
        start, end, _ = shaped[first]
        raise UserError(
            f"{file}: the geometry of the edge from {start} to {end} ends "
            f"{distance[first] / 1000:,.1f} km from these nodes: write longitude before latitude, "
            "or remove it and the edge is taken as straight"
        )


def _known_nearby(known: KnownAddresses | None, area: DeliveryArea) -> KnownAddresses | None:
    """Return the known addresses within the delivery radius, if there are any."""
    if known is None:
        return None
    inside = great_circle_m(*area.kitchen, known.latitude, known.longitude) <= area.radius_m
    if not inside.any():
        return None
    return KnownAddresses(
        known.latitude[inside],
        known.longitude[inside],
        [text for text, here in zip(known.text, inside.tolist(), strict=True) if here],
    )


def _within(addresses: Addresses, area: DeliveryArea) -> Addresses:
    distance = great_circle_m(*area.kitchen, addresses.latitude, addresses.longitude)
    return chosen_addresses(addresses, np.flatnonzero(distance <= area.radius_m))


def _in_degrees(graph: nx.MultiDiGraph[str], file: Path) -> nx.MultiDiGraph[str]:
    """Return the graph in degrees, if its coordinate system is known to be another."""
    import osmnx as ox  # noqa: PLC0415 - slow to import

    system = graph.graph.get("crs")
    if not system or not graph.number_of_edges():
        return graph
    try:
        if not ox.projection.is_projected(system):
            return graph
        return ox.project_graph(graph, to_latlong=True)
    except (ValueError, KeyError, RuntimeError) as error:
        raise UserError(
            f"the coordinate system {system!r} of {file} cannot be read "
            f"({first_line(error)}): save the network in degrees (EPSG:4326)"
        ) from error


def _directed_edges(graph: nx.MultiDiGraph[str]) -> list[tuple[str, str, dict[str, Any]]]:
    """Return every edge from where to where, both ways if the graph has no directions."""
    edges = list(graph.edges(data=True))
    if graph.is_directed():
        return edges
    return edges + [(v, u, data) for u, v, data in edges]


def _deliverable(
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    distance: NDArray[np.float64],
    area: DeliveryArea,
    file: Path,
) -> NDArray[np.bool_]:
    """Return which nodes form the largest part, there and back, that comes near the kitchen.

    With scipy: NetworkX takes forty times as long (12,600 nodes).
    """
    closest = float(distance.min())
    if closest > KITCHEN_REACH_M:
        raise UserError(
            f"the kitchen {area.location_code} at {area.kitchen} is {closest / 1000:.1f} km from "
            f"the nearest street of {file}: use a network of its surroundings, or --roads synthetic"
        )
    near = distance <= area.detour_radius_m
    use = near[start] & near[end]
    graph = coo_array(
        (np.ones(int(use.sum())), (start[use], end[use])), shape=(len(near), len(near))
    )
    _, part = connected_components(graph, directed=True, connection="strong")
    size = np.bincount(part)
    at_kitchen = np.unique(part[distance <= KITCHEN_REACH_M])
    best = at_kitchen[size[at_kitchen].argmax()]
    if size[best] == 1:
        raise UserError(
            f"no street of {file} near the kitchen {area.location_code} at {area.kitchen} leads "
            "anywhere and back: the network is disconnected; use another, or --roads synthetic"
        )
    return np.asarray(part == best)


def _streets(
    edges: list[dict[str, Any]],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    latitude: NDArray[np.float64],
    longitude: NDArray[np.float64],
) -> Streets:
    """Return the shapes of edges, each from its start to its end node, and their lengths."""
    shapes: list[NDArray[np.float64]] = []
    lengths = np.full(len(edges), math.nan)
    for edge, data in enumerate(edges):
        first = (longitude[start[edge]], latitude[start[edge]])
        last = (longitude[end[edge]], latitude[end[edge]])
        geometry = data.get("geometry")
        points = np.array(geometry.coords)[:, :2] if geometry is not None else np.empty((0, 2))
        inner = points[1:-1]
        # Some programs write the shape of a two-way street once, in either direction.
        if len(inner) and np.hypot(*(points[0] - first)) > np.hypot(*(points[-1] - first)):
            inner = inner[::-1]
        shapes.append(np.concatenate([[first], inner, [last]]))
        lengths[edge] = data.get("length", math.nan)
    offsets = np.concatenate([[0], np.cumsum([len(shape) for shape in shapes])]).astype(np.int64)
    points = np.concatenate(shapes)
    streets = Streets(start, end, offsets, points[:, 1], points[:, 0])
    measured = path_lengths(streets.latitude, streets.longitude, streets.offsets)
    usable = np.isfinite(lengths) & (lengths >= 0.0)
    speed = np.array([class_speed(_name(data.get("highway"))) for data in edges])
    return replace(streets, length_m=np.where(usable, lengths, measured), speed=speed)


def _name(value: object) -> str | None:
    """Return the first name or class of a street; OSMnx gives several where ways were joined."""
    if isinstance(value, str) and value.startswith("["):
        with suppress(ValueError, SyntaxError):
            value = ast.literal_eval(value)
    if isinstance(value, list):
        value = value[0] if value else None
    return value.strip() or None if isinstance(value, str) else None
