"""Street networks from GraphML and OSM XML files."""

from __future__ import annotations

import ast
import logging
import math
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from common.errors import UserError
from generator.roads.addresses import KnownAddresses, addresses_along, known_addresses
from generator.roads.geometry import METRES_PER_MILE, great_circle_m, path_lengths
from generator.roads.network import RoadNetwork, Streets, make_network
from generator.roads.rng import stream

if TYPE_CHECKING:
    from pathlib import Path

    import networkx as nx
    from numpy.typing import NDArray

logger = logging.getLogger(__name__)

SUFFIXES = (".graphml", ".osm")
KITCHEN_REACH_M = 1_000.0
# With fewer known addresses than this, plausible ones are made up instead.
MIN_KNOWN_ADDRESSES = 200
# A detour may leave the delivery radius, but not by more than this.
DETOUR_FACTOR, DETOUR_M = 1.5, 1_000.0
DRIVABLE = frozenset(
    f"{road}{link}"
    for road in (
        "motorway",
        "trunk",
        "primary",
        "secondary",
        "tertiary",
        "unclassified",
        "residential",
        "living_street",
        "road",
    )
    for link in ("", "_link")
)
NOT_FOR_CARS = {
    "area": {"yes"},
    "access": {"private", "no"},
    "motor_vehicle": {"no", "private"},
    "motorcar": {"no", "private"},
}


def read_network(
    location_code: str,
    latitude: float,
    longitude: float,
    radius_mi: float,
    path: Path,
    seed: int,
) -> RoadNetwork:
    """Return the street network around a kitchen from a file.

    Parameters
    ----------
    location_code
        Names the file where ``path`` is a folder: ``<location_code>.graphml`` or ``.osm``.
    latitude, longitude
        The kitchen, degrees.
    radius_mi
        Delivery radius, miles. Streets up to half as far again are kept for detours.
    path
        A ``.graphml`` or ``.osm`` file, or a folder with one for each location.
    seed
        Decides where addresses are placed, where the file has none.

    Raises
    ------
    UserError
        If there is no such file, it holds no street network, or the network does not reach the
        kitchen.
    """
    file = network_file(location_code, path)
    places = None
    if file.suffix == ".osm":
        graph, places = _read_osm(file)
    else:
        graph = read_graphml(file)
    network, excluded = network_from_graph(
        graph,
        location_code,
        (latitude, longitude),
        radius_mi,
        source=str(path),
        file=str(file),
        seed=seed,
        places=places,
    )
    if excluded:
        logger.warning(
            "%s: %d nodes of %s are left out: one cannot drive there and back from the kitchen",
            location_code,
            excluded,
            file,
        )
    return network


def network_file(location_code: str, path: Path) -> Path:
    """Return the file that a path means for one location.

    Raises
    ------
    UserError
        If there is none, or it is neither GraphML nor OSM XML.
    """
    if path.is_dir():
        for suffix in SUFFIXES:
            file = path / f"{location_code}{suffix}"
            if file.is_file():
                return file
        raise UserError(
            f"the folder {path} has no street network for {location_code}: put "
            f"{location_code}.graphml or {location_code}.osm there, or use --roads synthetic"
        )
    if not path.is_file():
        raise UserError(
            f"there is no street network at {path}: --roads takes synthetic, osm, a .graphml or "
            ".osm file, or a folder with one for each location"
        )
    if path.suffix not in SUFFIXES:
        raise UserError(
            f"{path} is not a street network: its name must end in .graphml or .osm (unpack "
            "compressed files first)"
        )
    return path


def read_graphml(file: Path) -> nx.MultiDiGraph[str]:
    """Return the graph of a GraphML file, as OSMnx or NetworkX write it.

    Nodes get ``x`` and ``y`` as numbers, edges ``length`` as a number and ``geometry`` as a line,
    as far as the file has them; what is no number becomes not-a-number.

    Raises
    ------
    UserError
        If the file cannot be read as such.
    """
    import networkx as nx  # noqa: PLC0415 - slow to import, and not needed for synthetic roads
    from shapely import from_wkt  # type: ignore[import-untyped] # noqa: PLC0415 - as above
    from shapely.errors import (  # type: ignore[import-untyped] # noqa: PLC0415 - as above
        ShapelyError,
    )

    # OSMnx's own reader takes only files in which every attribute is text and every node a number.
    try:
        graph: Any = nx.read_graphml(file, node_type=str, force_multigraph=True)
        for _, data in graph.nodes(data=True):
            data.update({key: _number(data[key]) for key in ("x", "y") if key in data})
        for _, _, data in graph.edges(data=True):
            if "length" in data:
                data["length"] = _number(data["length"])
            if "geometry" in data:
                data["geometry"] = from_wkt(data["geometry"])
    except (
        ParseError,
        nx.NetworkXException,
        ShapelyError,
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
    ) as error:
        raise UserError(
            f"{file} is not a street network in GraphML ({_first_line(error)}): save it with "
            "osmnx.save_graphml, or use --roads synthetic"
        ) from error
    result: nx.MultiDiGraph[str] = graph
    return result


def network_from_graph(
    graph: nx.MultiDiGraph[str],
    location_code: str,
    kitchen: tuple[float, float],
    radius_mi: float,
    *,
    source: str,
    file: str,
    seed: int,
    places: KnownAddresses | None = None,
) -> tuple[RoadNetwork, int]:
    """Return the part of a graph in which a kitchen can deliver.

    Parameters
    ----------
    graph
        Streets as OSMnx has them: nodes with x and y in degrees, directed edges with perhaps
        ``length`` (metres), ``geometry`` and ``name``. An undirected graph is two-way throughout.
    location_code, kitchen, radius_mi
        Whose network it is: code, latitude and longitude, delivery radius in miles.
    source
        Kept as the network's source.
    file
        Named in errors.
    seed
        Decides where addresses are placed.
    places
        Addresses that are known.

    Returns
    -------
    network
        Every node can be reached from the kitchen, and the kitchen from it.
    excluded
        How many nodes within the delivery radius cannot.
    """
    graph = _in_degrees(graph, file)
    numbers = {node: number for number, node in enumerate(graph.nodes)}
    latitude = np.array(
        [data.get("y", math.nan) for _, data in graph.nodes(data=True)], dtype=float
    )
    longitude = np.array(
        [data.get("x", math.nan) for _, data in graph.nodes(data=True)], dtype=float
    )
    if not numbers or not graph.number_of_edges():
        raise UserError(
            f"the street network {file} is empty: use another file for {location_code}, or "
            "--roads synthetic"
        )
    wrong = ~((np.abs(latitude) <= 90.0) & (np.abs(longitude) <= 360.0))  # noqa: PLR2004 - degrees
    if wrong.any():
        node = list(numbers)[int(wrong.argmax())]
        raise UserError(
            f"{int(wrong.sum())} of {len(wrong)} nodes of {file} have no coordinates in degrees "
            f"(attributes x and y), the first is {node}: repair the file or use another"
        )
    edges = _directed_edges(graph, numbers)
    start = np.array([numbers[u] for u, _, _ in edges], dtype=np.int64)
    end = np.array([numbers[v] for _, v, _ in edges], dtype=np.int64)

    radius_m = radius_mi * METRES_PER_MILE
    distance = great_circle_m(*kitchen, latitude, longitude)
    near = distance <= radius_m * DETOUR_FACTOR + DETOUR_M
    part = _deliverable(
        start,
        end,
        near=near,
        distance=distance,
        location_code=location_code,
        kitchen=kitchen,
        file=file,
    )
    excluded = int(np.sum((distance <= radius_m) & ~part))
    kept = np.flatnonzero(part[start] & part[end]).tolist()
    number = np.cumsum(part) - 1
    streets = _streets(
        [edges[edge] for edge in kept],
        number[start[kept]],
        number[end[kept]],
        latitude[part],
        longitude[part],
    )
    random = stream(seed, location_code, "addresses")
    addresses = None
    if places is not None and len(places.text) >= MIN_KNOWN_ADDRESSES:
        inside = great_circle_m(*kitchen, places.latitude, places.longitude) <= radius_m
        known = KnownAddresses(
            places.latitude[inside],
            places.longitude[inside],
            [text for text, here in zip(places.text, inside.tolist(), strict=True) if here],
        )
        if len(known.text) >= MIN_KNOWN_ADDRESSES:
            addresses = known_addresses(streets, known, kitchen, random)
    if addresses is None:
        names = [_name(edges[edge][2].get("name")) for edge in kept]
        addresses = addresses_along(streets, names, kitchen, random)
    network = make_network(source, latitude[part], longitude[part], streets, addresses)
    return network, excluded


def _in_degrees(graph: nx.MultiDiGraph[str], file: str) -> nx.MultiDiGraph[str]:
    """Return the graph in degrees, if its coordinate system is known to be another."""
    import osmnx as ox  # noqa: PLC0415 - slow to import, and not needed for synthetic roads

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
            f"({_first_line(error)}): save the network in degrees (EPSG:4326)"
        ) from error


def _directed_edges(
    graph: nx.MultiDiGraph[str], numbers: dict[str, int]
) -> list[tuple[str, str, dict[str, Any]]]:
    """Return every edge from where to where, both ways if the graph has no directions."""
    edges = [(u, v, data) for u, v, data in graph.edges(data=True) if u in numbers and v in numbers]
    if graph.is_directed():
        return edges
    return edges + [(v, u, data) for u, v, data in edges]


def _deliverable(
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    *,
    near: NDArray[np.bool_],
    distance: NDArray[np.float64],
    location_code: str,
    kitchen: tuple[float, float],
    file: str,
) -> NDArray[np.bool_]:
    """Tell which nodes form the largest part, there and back, that comes near the kitchen."""
    closest = float(distance.min())
    if closest > KITCHEN_REACH_M:
        raise UserError(
            f"the kitchen {location_code} at {kitchen} is {closest / 1000:.1f} km from the nearest "
            f"street of {file}: use a network of its surroundings, or --roads synthetic"
        )
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
            f"no street of {file} near the kitchen {location_code} at {kitchen} leads anywhere "
            "and back: the network is disconnected; use another, or --roads synthetic"
        )
    return np.asarray(part == best)


def _streets(
    edges: list[tuple[str, str, dict[str, Any]]],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    latitude: NDArray[np.float64],
    longitude: NDArray[np.float64],
) -> Streets:
    """Return the shapes of edges, each from its start to its end node, and their lengths."""
    shapes: list[NDArray[np.float64]] = []
    lengths = np.full(len(edges), math.nan)
    for edge, (_, _, data) in enumerate(edges):
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
    return replace(streets, length_m=np.where(usable, lengths, measured))


def _read_osm(file: Path) -> tuple[nx.MultiDiGraph[str], KnownAddresses | None]:
    """Return the drivable streets and the addresses of an OSM XML file."""
    import networkx as nx  # noqa: PLC0415 - slow to import, and not needed for synthetic roads
    import osmnx as ox  # noqa: PLC0415 - slow to import, and not needed for synthetic roads

    before = ox.settings.useful_tags_way
    ox.settings.useful_tags_way = [*before, "motor_vehicle", "motorcar"]
    try:
        graph = ox.graph_from_xml(file, simplify=False, retain_all=True)
        graph.remove_edges_from(
            [
                (u, v, k)
                for u, v, k, data in graph.edges(keys=True, data=True)
                if not _drivable(data)
            ]
        )
        graph.remove_nodes_from(list(nx.isolates(graph)))
        if graph.number_of_edges():
            graph = ox.simplify_graph(graph)
    except (
        ParseError,
        nx.NetworkXException,
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        ox._errors.InsufficientResponseError,  # noqa: SLF001 - OSMnx has no public name for it
    ) as error:
        raise UserError(
            f"{file} is not a street network in OSM XML ({_first_line(error)}): export it again "
            "from OpenStreetMap, or use --roads synthetic"
        ) from error
    finally:
        ox.settings.useful_tags_way = before
    return graph, _osm_places(file)


def _osm_places(file: Path) -> KnownAddresses | None:
    """Return the addresses of an OSM XML file, if it has any."""
    import osmnx as ox  # noqa: PLC0415 - slow to import, and not needed for synthetic roads

    try:
        features = ox.features_from_xml(file, tags={"addr:housenumber": True})
    except (ValueError, KeyError, ox._errors.InsufficientResponseError):  # noqa: SLF001 - see above
        return None
    return addresses_from_features(features)


def addresses_from_features(features: Any) -> KnownAddresses | None:  # noqa: ANN401 - geopandas is untyped
    """Return the addresses of OSMnx features that have a house number and a street.

    Parameters
    ----------
    features
        A GeoDataFrame in degrees. Buildings stand for their middle.
    """
    if not {"addr:housenumber", "addr:street"} <= set(features.columns):
        return None
    features = features.dropna(subset=["addr:housenumber", "addr:street"])
    if features.empty:
        return None
    points = features.geometry.representative_point()
    texts = [
        f"{number} {street}"
        for number, street in zip(
            features["addr:housenumber"], features["addr:street"], strict=True
        )
    ]
    # Sorted and without repeats, whatever order a server answers in.
    first: dict[str, tuple[float, float]] = {}
    for text, y, x in sorted(zip(texts, points.y.tolist(), points.x.tolist(), strict=True)):
        first.setdefault(text, (y, x))
    degrees = np.array(list(first.values()), dtype=np.float64)
    return KnownAddresses(degrees[:, 0], degrees[:, 1], list(first))


def _drivable(data: dict[str, Any]) -> bool:
    return data.get("highway") in DRIVABLE and not any(
        data.get(tag) in values for tag, values in NOT_FOR_CARS.items()
    )


def _number(value: object) -> float:
    """Return a number, or not-a-number for anything else: the error about it can then count."""
    try:
        return float(str(value))
    except ValueError:
        return math.nan


def _name(value: object) -> str | None:
    """Return the first name of a street; OSMnx gives several where ways were joined."""
    if isinstance(value, str) and value.startswith("["):
        with suppress(ValueError, SyntaxError):
            value = ast.literal_eval(value)
    if isinstance(value, list):
        value = value[0] if value else None
    return value.strip() or None if isinstance(value, str) else None


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
