"""Street graphs from GraphML files, as OSMnx or NetworkX write them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

import numpy as np
from shapely import LineString, MultiLineString, from_wkt, get_coordinates, line_merge
from shapely.errors import ShapelyError

from common.errors import UserError
from generator.roads.street_graph import first_line

if TYPE_CHECKING:
    from pathlib import Path

    import networkx as nx

# No street leads on without an intersection for longer than this.
LONGEST_STREET_M = 200_000.0


def read_graphml(file: Path) -> nx.MultiDiGraph[str]:
    """Return the graph of a GraphML file, as OSMnx or NetworkX write it.

    Nodes get ``x`` and ``y`` as numbers, edges ``length`` as a number and ``geometry`` as a line,
    as far as the file has them. A coordinate that is not a number becomes NaN.

    Raises
    ------
    UserError
        If the file cannot be read as such, or the length or the geometry of an edge is none.
    """
    import networkx as nx  # noqa: PLC0415 - slow to import, and not needed for synthetic roads

    # OSMnx's own reader takes only files in which every attribute is text and every node a number.
    try:
        graph: Any = nx.read_graphml(file, node_type=str, force_multigraph=True)
        for _, data in graph.nodes(data=True):
            data.update({key: _number(data[key]) for key in ("x", "y") if key in data})
    except (
        ParseError,
        nx.NetworkXException,
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
    for start, end, data in graph.edges(data=True):
        for attribute, read in (("length", _length), ("geometry", _shape)):
            text = str(data.pop(attribute, "")).strip()
            if not text:
                continue
            try:
                data[attribute] = read(text)
            except (ShapelyError, ValueError) as error:
                raise UserError(
                    f"{file}: the {attribute} of the edge from {start} to {end} cannot be used, "
                    f"{first_line(error)} ({text[:60]}): repair it, or remove it and it is taken "
                    "as straight from node to node"
                ) from error
    result: nx.MultiDiGraph[str] = graph
    return result


def _length(text: str) -> float:
    """Return metres; not-a-number stands for an unknown length, as pandas writes it."""
    try:
        metres = float(text)
    except ValueError:
        raise ValueError("it is not a number") from None
    if metres < 0.0 or metres > LONGEST_STREET_M:
        raise ValueError(f"it is not between 0 and {LONGEST_STREET_M:,.0f} metres")
    return metres


def _shape(text: str) -> LineString:
    """Return one line; parts that join end to end become one."""
    with np.errstate(invalid="ignore"):
        shape = from_wkt(text)
    if isinstance(shape, MultiLineString):
        shape = line_merge(shape)
        if not isinstance(shape, LineString):
            raise ValueError(f"its {len(shape.geoms)} parts do not join to one line")  # noqa: TRY004 - a value of the file
    if not isinstance(shape, LineString):
        raise ValueError(f"it is a {shape.geom_type}, not a line")  # noqa: TRY004 - as above
    if shape.is_empty:
        raise ValueError("it is empty")
    if not np.isfinite(get_coordinates(shape)).all():
        raise ValueError("a coordinate is not finite")
    return shape


def _number(value: object) -> float:
    """Return a number, or not-a-number for anything else: the error about it can then count."""
    try:
        return float(str(value))
    except ValueError:
        return math.nan
