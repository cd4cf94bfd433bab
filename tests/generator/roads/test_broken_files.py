"""Whatever a street file holds is read, or refused with the file, the element and the reason."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import osmnx as ox
import pytest
from shapely import LineString, MultiLineString

from common.errors import UserError
from generator.roads.delivery_area import DeliveryArea
from generator.roads.pictures import _credit
from generator.roads.routing import delivery_routes
from generator.roads.sources import load_network

if TYPE_CHECKING:
    from pathlib import Path

    from generator.roads.network import RoadNetwork

TOWN = (40.0, -95.0)
START, MIDDLE, END = (-95.0, 40.0), (-94.9992, 40.0004), (-94.998245, 40.0)


def load(file: Path, *, radius: float = 1.0) -> RoadNetwork:
    return load_network(DeliveryArea("home", *TOWN, radius), str(file), 42, file.parent / "roads")


def written(graph: nx.MultiDiGraph[Any], folder: Path, **edge: object) -> Path:
    """Write a graph whose edge from 24 to 25 has the given attributes, as text."""
    graph.edges[24, 25, 0].update(edge)
    nx.write_graphml(graph, folder / "town.graphml")
    return folder / "town.graphml"


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        ("MULTILINESTRING ((-95 40, -94.9995 40), (-94.999 40, -94.998 40))", "2 parts do not"),
        ("LINESTRING (-95 40, nan nan, -94.998 40)", "is not finite"),
        ("LINESTRING (-95 40, inf 40, -94.998 40)", "is not finite"),
        ("LINESTRING (-95 40, -94.9992 -inf, -94.998 40)", "is not finite"),
        ("POINT (-95 40)", "it is a Point, not a line"),
        ("POLYGON ((-95 40, -94.99 40, -94.99 40.01, -95 40))", "it is a Polygon, not a line"),
        ("GEOMETRYCOLLECTION (LINESTRING (-95 40, -94 40))", "GeometryCollection, not a line"),
        ("LINESTRING EMPTY", "it is empty"),
        ("MULTILINESTRING EMPTY", "(not a line|do not join)"),
        ("LINESTRING (-95 40)", "24 to 25 cannot be used"),
        ("LINESTRING (-95 40, -94.99", "24 to 25 cannot be used"),
        ("a bend to the left", "24 to 25 cannot be used"),
        ("LINESTRING (-95 40, -94.9992 90.5, -94.998 40)", "leads outside"),
        ("LINESTRING (-95 40, -180.5 40, -94.998 40)", "leads outside"),
        ("LINESTRING (40 -95, 40.0004 -94.9992, 40 -94.998)", "leads outside"),
        ("LINESTRING (-87 41, -87.001 41)", r"ends 6\d\d\.\d km from these nodes: write longitude"),
    ],
)
def test_a_geometry_that_is_no_street_is_refused(
    town_graph: nx.MultiDiGraph[int], tmp_path: Path, geometry: str, reason: str
) -> None:
    file = written(town_graph, tmp_path, geometry=geometry)
    with pytest.raises(UserError, match=reason) as error:
        load(file)
    assert f"{file}: the geometry of the edge from 24 to 25" in str(error.value)


@pytest.mark.parametrize("length", ["-1", "inf", "1e9", "long"])
def test_a_length_that_is_none_is_refused(
    town_graph: nx.MultiDiGraph[int], tmp_path: Path, length: str
) -> None:
    for _, _, data in town_graph.edges(data=True):
        data["length"] = str(data["length"])
    file = written(town_graph, tmp_path, length=length)
    with pytest.raises(UserError, match=rf"the length of the edge from 24 to 25 .*\({length}\)"):
        load(file)


def test_unusual_geometries_that_are_one_line_are_read(
    town_graph: nx.MultiDiGraph[int], tmp_path: Path
) -> None:
    """Parts that join, a third dimension, and nothing where there is none."""
    shapes = (
        MultiLineString([[START, MIDDLE], [MIDDLE, END]]),
        MultiLineString([[MIDDLE, END], [START, MIDDLE]]),
        LineString([(*START, 7.0), (*MIDDLE, 7.0), (*END, 7.0)]),
    )
    hashes = set()
    for shape in shapes:
        file = written(town_graph, tmp_path, geometry=shape.wkt)
        network = load(file)
        shaped = np.flatnonzero(np.diff(network.shape_offsets) == 3)
        assert network.shape_latitude[network.shape_offsets[shaped] + 1].tolist() == [40.0004]
        hashes.add(network.content_hash)
    assert len(hashes) == 1
    load(written(town_graph, tmp_path, geometry=" "))


@pytest.mark.parametrize(("attribute", "value"), [("x", "265.0"), ("x", "-180.1"), ("y", "90.1")])
def test_coordinates_beyond_the_globe_are_refused(
    town_graph: nx.MultiDiGraph[int], tmp_path: Path, attribute: str, value: str
) -> None:
    town_graph.nodes[5][attribute] = value
    with pytest.raises(
        UserError, match=r"1 of 49 nodes of .*-180 to 180 .* the first is 5: repair"
    ):
        load(written(town_graph, tmp_path))


NODES = """<node id="1" version="1" lat="40.0" lon="-95.0"/>
<node id="2" version="1" lat="40.0004" lon="-94.999"/>
<node id="3" version="1" lat="40.0" lon="-94.998"/>
"""
STREET = """<way id="8"><nd ref="1"/><nd ref="2"/><nd ref="3"/>
<tag k="highway" v="residential"/></way>
"""


@pytest.mark.parametrize(
    ("elements", "reason"),
    [
        ('<way id="9"><tag k="highway" v="residential"/></way>', "way 9 has no nodes"),
        ('<way id="9"><tag k="addr:housenumber" v="7"/></way>', "way 9 has no nodes"),
        ('<way id="9"/>', "way 9 has no nodes"),
        ('<way id="9"><nd ref="1"/><tag k="highway" v="road"/></way>', "way 9 has one node only"),
        ('<way id="9"><nd ref="1"/><nd ref="7"/></way>', "way 9 leads through node 7, which"),
        ('<way id="9"><nd/><nd ref="1"/></way>', "way 9 has a node without ref"),
        ('<way><nd ref="1"/><nd ref="2"/></way>', "the way after node 3 has no number as its id"),
        ('<node lat="40" lon="-95"/>', "the node after node 3 has no number as its id"),
        ('<node id="a" lat="40" lon="-95"/>', "the node after node 3 has no number as its id"),
        (
            '<way id="9"><nd ref="1"/><nd ref="2"/><tag k="highway"/></way>',
            "way 9 has a tag without",
        ),
        ('<node id="4" lon="-95"/>', r"node 4 has no lat from -90 to 90 degrees \(nothing\)"),
        ('<node id="4" lat="north" lon="-95"/>', r"node 4 has no lat .*\(north\)"),
        ('<node id="4" lat="nan" lon="-95"/>', r"node 4 has no lat .*\(nan\)"),
        ('<node id="4" lat="90.1" lon="-95"/>', r"node 4 has no lat .*\(90\.1\)"),
        ('<node id="4" lat="40" lon="181"/>', r"node 4 has no lon from -180 to 180 .*\(181\)"),
    ],
)
def test_an_osm_element_that_cannot_be_read_is_named(
    tmp_path: Path, elements: str, reason: str
) -> None:
    file = tmp_path / "home.osm"
    file.write_text(f'<osm version="0.6">\n{NODES}{STREET}{elements}\n</osm>\n', encoding="utf-8")
    with pytest.raises(UserError, match=reason) as error:
        load(file)
    assert str(error.value).startswith(f"{file}: ")


@pytest.mark.parametrize(
    ("latitude", "longitude", "radius", "edge"),
    [
        (-16.8, 179.9995, 4.0, "the 180th meridian"),
        (-16.8, -179.95, 4.0, "the 180th meridian"),
        (0.0, 180.0, 0.1, "the 180th meridian"),
        (65.0, 179.3, 30.0, "the 180th meridian"),
        (89.99, 10.0, 4.0, "a pole"),
        (-90.0, 0.0, 1.0, "a pole"),
    ],
)
def test_a_kitchen_where_longitudes_jump_is_refused(
    latitude: float, longitude: float, radius: float, edge: str
) -> None:
    with pytest.raises(UserError, match=f"fiji: .* reach {edge}, where .* make radius_mi smaller"):
        DeliveryArea("fiji", latitude, longitude, radius)


def test_a_kitchen_near_the_meridian_stays_on_the_globe(tmp_path: Path) -> None:
    area = DeliveryArea("fiji", -16.8, 179.91, 2.0)
    network = load_network(area, "synthetic", 42, tmp_path)
    routes = delivery_routes(network, -16.8, 179.91, 2.0)
    longitudes = np.concatenate([network.shape_longitude, network.address_longitude])
    assert 179.9 < longitudes.max() <= 180.0
    assert routes.longitude.max() <= 180.0


def test_a_file_that_covers_little_of_the_area_is_said(
    town_graph: nx.MultiDiGraph[int], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "town.graphml"
    ox.save_graphml(town_graph, file)
    load(file, radius=0.5)
    assert caplog.text == ""
    load(file, radius=4.0)
    assert re.search(r"home: the streets of .*graphml cover 1% of the 4 miles around", caplog.text)


def test_a_city_of_which_the_file_has_a_corner_is_said(
    real_roads: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Its kitchen lies in the north-eastern corner of the file."""
    area = DeliveryArea("chicago", 41.8919, -87.6278, 4.0)
    load_network(area, str(real_roads / "chicago.graphml"), 42, tmp_path)
    assert re.search(r"cover 20% of the 4 miles around the kitchen", caplog.text)
    caplog.clear()
    area = DeliveryArea("sf", 37.789, -122.3942, 4.0)
    load_network(area, str(real_roads / "sf.graphml"), 42, tmp_path)
    assert "cover" not in caplog.text


@pytest.mark.parametrize(("length", "ratio"), [(0.15, r"0\.001"), (492.0, "3.4"), (0.0, "0 ")])
def test_lengths_that_are_not_metres_are_said(
    town_graph: nx.MultiDiGraph[int],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    length: float,
    ratio: str,
) -> None:
    nx.set_edge_attributes(town_graph, length, "length")
    load(written(town_graph, tmp_path), radius=0.5)
    assert re.search(rf"home: the lengths of .*graphml are {ratio}.* write metres", caplog.text)


def test_many_nodes_that_are_left_out_are_said_with_their_share(
    town_graph: nx.MultiDiGraph[int], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # Of seven rows the upper three can be reached and not left.
    town_graph.remove_edges_from([(u, v) for u, v in town_graph.edges() if u >= 28 > v])
    file = tmp_path / "town.graphml"
    ox.save_graphml(town_graph, file)
    assert len(load(file).latitude) == 28
    assert re.search(r"21 nodes of .* 43% .*; so many mean that streets are missing", caplog.text)


def test_only_a_city_with_published_statistics_claims_them() -> None:
    def credit(code: str, latitude: float, longitude: float) -> str:
        return _credit("synthetic", DeliveryArea(code, latitude, longitude, 4.0))

    assert "Boeing (2019)" in credit("sf", 37.789, -122.3942)
    for unknown in (("town", 40.0, -95.0), ("sf", 40.0, -95.0), ("sv", 37.3894, -122.0819)):
        assert "Boeing" not in credit(*unknown)
        assert "Our own: " in credit(*unknown)
