"""Streets for cars and addresses from OpenStreetMap's XML files, read by OSMnx."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError, iterparse

import numpy as np

from common.errors import UserError
from generator.roads.addresses import KnownAddresses
from generator.roads.street_graph import first_line

if TYPE_CHECKING:
    from pathlib import Path
    from xml.etree.ElementTree import Element

    import networkx as nx

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


def read_osm(file: Path) -> tuple[nx.MultiDiGraph[str], KnownAddresses | None]:
    """Return the drivable streets and the addresses of an OSM XML file."""
    import networkx as nx  # noqa: PLC0415 - slow to import
    import osmnx as ox  # noqa: PLC0415 - slow to import

    _check_elements(file)
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
            f"{file} is not a street network in OSM XML ({first_line(error)}): export it again "
            "from OpenStreetMap, or use --roads synthetic"
        ) from error
    finally:
        ox.settings.useful_tags_way = before
    return graph, _osm_addresses(file)


def _check_elements(file: Path) -> None:
    """Refuse a file by its first node or way that cannot be read.

    OSMnx ends with an error that names none of them, or skips them.
    """
    nodes: set[str] = set()
    last = ""
    # Ways may come before their nodes.
    ways: list[tuple[str, list[str]]] = []
    try:
        elements = iterparse(file, events=("start", "end"))  # noqa: S314 - OSMnx reads it with the same parser
        _, root = next(elements)
        for event, element in elements:
            if event == "start" or element.tag not in {"node", "way"}:
                continue
            name = f"{element.tag} {element.get('id', '')}"
            if re.fullmatch(r"-?\d+", element.get("id", "")) is None:
                after = f"after node {last}" if last else "at the beginning"
                raise _unreadable(file, f"the {element.tag} {after}", "has no number as its id")
            if any(not {"k", "v"} <= set(tag.keys()) for tag in element.iter("tag")):
                raise _unreadable(file, name, "has a tag without k or v")
            if element.tag == "node":
                _check_node(element, name, file)
                last = element.get("id", "")
                nodes.add(last)
            else:
                ways.append((name, _checked_references(element, name, file)))
            root.clear()
    except (ParseError, OSError, StopIteration):
        # Reported when it is read.
        return
    for name, references in ways:
        for reference in references:
            if reference not in nodes:
                raise _unreadable(
                    file, name, f"leads through node {reference}, which the file does not have"
                )


def _check_node(node: Element, name: str, file: Path) -> None:
    for attribute, most in (("lat", 90.0), ("lon", 180.0)):
        text = node.get(attribute)
        try:
            valid = abs(float(text or "")) <= most
        except ValueError:
            valid = False
        if not valid:
            raise _unreadable(
                file,
                name,
                f"has no {attribute} from -{most:g} to {most:g} degrees ({text or 'nothing'})",
            )


def _checked_references(way: Element, name: str, file: Path) -> list[str]:
    """Return the nodes of a way, if it has enough to be a street or a building."""
    references = [node.get("ref", "") for node in way.iter("nd")]
    tags = {tag.get("k") for tag in way.iter("tag")}
    if "" in references:
        raise _unreadable(file, name, "has a node without ref")
    if not references:
        raise _unreadable(file, name, "has no nodes")
    if len(references) == 1 and not tags.isdisjoint({"highway", "addr:housenumber"}):
        raise _unreadable(file, name, "has one node only")
    return references


def _unreadable(file: Path, element: str, problem: str) -> UserError:
    return UserError(
        f"{file}: {element} {problem}: remove or repair it, or export the area again from "
        "OpenStreetMap, with whole ways"
    )


def _osm_addresses(file: Path) -> KnownAddresses | None:
    """Return the addresses of an OSM XML file, if it has any."""
    import osmnx as ox  # noqa: PLC0415 - slow to import

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
        A GeoDataFrame in degrees. A building counts at a point inside it.
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
