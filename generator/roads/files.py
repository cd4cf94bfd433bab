"""Street networks from files: which file, and how it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.errors import UserError
from generator.roads.graph_network import load_delivery_network
from generator.roads.graphml_file import read_graphml
from generator.roads.osm_file import read_osm
from generator.roads.street_graph import StreetGraph

if TYPE_CHECKING:
    from pathlib import Path

    from generator.roads.delivery_area import DeliveryArea
    from generator.roads.network import RoadNetwork

SUFFIXES = (".graphml", ".osm")


def read_network(area: DeliveryArea, path: Path, seed: int) -> RoadNetwork:
    """Return the street network around a kitchen from a file.

    Parameters
    ----------
    area
        The kitchen; its location code names the file where ``path`` is a folder:
        ``<location_code>.graphml`` or ``.osm``.
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
    file = network_file(area.location_code, path)
    graph, known = read_osm(file) if file.suffix == ".osm" else (read_graphml(file), None)
    return load_delivery_network(StreetGraph(graph, str(path), file, known), area, seed)


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
