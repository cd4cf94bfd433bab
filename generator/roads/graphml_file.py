"""Street graphs from GraphML files, as OSMnx or NetworkX write them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

from shapely import from_wkt
from shapely.errors import ShapelyError

from common.errors import UserError
from generator.roads.street_graph import first_line

if TYPE_CHECKING:
    from pathlib import Path

    import networkx as nx


def read_graphml(file: Path) -> nx.MultiDiGraph[str]:
    """Return the graph of a GraphML file, as OSMnx or NetworkX write it.

    Nodes get ``x`` and ``y`` as numbers, edges ``length`` as a number and ``geometry`` as a line,
    as far as the file has them; what is not a number becomes NaN.

    Raises
    ------
    UserError
        If the file cannot be read as such.
    """
    import networkx as nx  # noqa: PLC0415 - slow to import, and not needed for synthetic roads

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
            f"{file} is not a street network in GraphML ({first_line(error)}): save it with "
            "osmnx.save_graphml, or use --roads synthetic"
        ) from error
    result: nx.MultiDiGraph[str] = graph
    return result


def _number(value: object) -> float:
    """Return a number, or not-a-number for anything else: the error about it can then count."""
    try:
        return float(str(value))
    except ValueError:
        return math.nan
