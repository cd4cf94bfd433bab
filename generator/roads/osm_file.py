"""Streets for cars and addresses from OpenStreetMap's XML files, read by OSMnx."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

import numpy as np

from common.errors import UserError
from generator.roads.addresses import KnownAddresses
from generator.roads.street_graph import first_line

if TYPE_CHECKING:
    from pathlib import Path

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
