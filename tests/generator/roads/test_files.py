from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import osmnx as ox
import pytest
from shapely import LineString

from common.errors import UserError
from generator.roads.delivery_area import DeliveryArea
from generator.roads.geometry import great_circle_m
from generator.roads.graph_network import network_from_graph
from generator.roads.routing import delivery_routes
from generator.roads.sources import load_network
from generator.roads.statistics import network_statistics
from generator.roads.street_graph import StreetGraph

if TYPE_CHECKING:
    from generator.roads.network import RoadNetwork

TOWN = (40.0, -95.0)


def load(source: Path, tmp_path: Path, *, radius: float = 1.0, seed: int = 42) -> RoadNetwork:
    return load_network(DeliveryArea("home", *TOWN, radius), str(source), seed, tmp_path / "roads")


def save(graph: nx.MultiDiGraph[Any], file: Path) -> Path:
    ox.save_graphml(graph, file)
    return file


def test_a_graphml_file_becomes_the_same_network_every_time(
    town_graph: nx.MultiDiGraph[int], tmp_path: Path
) -> None:
    file = save(town_graph, tmp_path / "town.graphml")
    network = load(file, tmp_path)
    assert network.source == str(file)
    assert len(network.latitude) == 49
    assert len(network.edge_start) == 2 * 84
    assert np.all(network.edge_length_m == 150.0)
    streets = {text.split(" ", 1)[1] for text in network.address_text}
    assert streets == {*(f"{row} St" for row in range(7)), *(f"Row {row}" for row in range(7))}
    assert load(file, tmp_path).content_hash == network.content_hash
    assert load(file, tmp_path, seed=43).content_hash != network.content_hash


def test_a_folder_has_one_file_for_each_location(
    town_graph: nx.MultiDiGraph[int], tmp_path: Path
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    save(town_graph, folder / "home.graphml")
    assert len(load(folder, tmp_path).latitude) == 49
    with pytest.raises(UserError, match=r"no street network for sf: put sf\.graphml or sf\.osm"):
        load_network(DeliveryArea("sf", *TOWN, 1.0), str(folder), 42, tmp_path)


def test_shapes_and_lengths_of_the_file_are_kept(
    town_graph: nx.MultiDiGraph[int], tmp_path: Path
) -> None:
    start, end = town_graph.nodes[24], town_graph.nodes[25]
    bow = [(start["x"], start["y"]), (-94.9992, 40.0004), (end["x"], end["y"])]
    # Written once, from 24 to 25, also on the way back; no length on the way back.
    town_graph.edges[24, 25, 0].update(geometry=LineString(bow), length=190.0)
    town_graph.edges[25, 24, 0]["geometry"] = LineString(bow)
    del town_graph.edges[25, 24, 0]["length"]
    network = load(save(town_graph, tmp_path / "bow.graphml"), tmp_path)
    shaped = np.flatnonzero(np.diff(network.shape_offsets) == 3)
    assert len(shaped) == 2
    for edge in shaped.tolist():
        low = network.shape_offsets[edge]
        assert network.shape_longitude[low] == network.longitude[network.edge_start[edge]]
        assert network.shape_latitude[low + 1] == pytest.approx(40.0004)
    walked = sum(float(great_circle_m(a[1], a[0], b[1], b[0])) for a, b in pairwise(bow))
    assert sorted(network.edge_length_m[shaped]) == pytest.approx([walked, 190.0], abs=0.01)


def test_one_way_streets_of_a_file_are_obeyed(
    town_graph: nx.MultiDiGraph[int], tmp_path: Path
) -> None:
    # Rows lead east and west alternately.
    town_graph.remove_edges_from(
        [(u, v) for u, v in town_graph.edges() if v - u == (1 if u // 7 % 2 else -1)]
    )
    file = save(town_graph, tmp_path / "one-way.graphml")
    network = load(file, tmp_path)
    pairs = set(zip(network.edge_start.tolist(), network.edge_end.tolist(), strict=True))
    assert len(network.latitude) == 49
    assert sum((v, u) not in pairs for u, v in pairs) == 42
    assert delivery_routes(network, *TOWN, 1.0).unreachable_addresses == 0


def test_streets_without_a_way_back_are_refused(tmp_path: Path) -> None:
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326")
    graph.add_node(1, x=-95.0, y=40.0)
    graph.add_node(2, x=-95.001, y=40.0)
    graph.add_edge(1, 2, length=85.0)
    file = save(graph, tmp_path / "line.graphml")
    with pytest.raises(UserError, match=r"line\.graphml near .* the network is disconnected"):
        load(file, tmp_path)


def test_disconnected_parts_are_left_out_and_counted(
    town_graph: nx.MultiDiGraph[int], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    town_graph.remove_edges_from([(0, 1), (1, 0), (0, 7), (7, 0)])  # no way there
    town_graph.remove_edges_from([(48, 47), (48, 41)])  # no way back
    network = load(save(town_graph, tmp_path / "cut.graphml"), tmp_path)
    assert len(network.latitude) == 47
    assert re.search(r"home: 2 nodes of .*cut\.graphml are left out", caplog.text)
    assert delivery_routes(network, *TOWN, 1.0).unreachable_addresses == 0


def test_the_part_near_the_kitchen_counts_not_the_largest(
    town_graph: nx.MultiDiGraph[int], tmp_path: Path
) -> None:
    for node in range(60):
        town_graph.add_node(1000 + node, x=-95.03 + node * 1e-4, y=40.0)
        if node:
            town_graph.add_edge(999 + node, 1000 + node)
            town_graph.add_edge(1000 + node, 999 + node)
    network = load(save(town_graph, tmp_path / "two.graphml"), tmp_path, radius=2.0)
    assert len(network.latitude) == 49


def test_an_undirected_graph_is_two_way(town_graph: nx.MultiDiGraph[int], tmp_path: Path) -> None:
    undirected = nx.MultiGraph(town_graph.to_undirected(reciprocal=False))
    nx.write_graphml(undirected, tmp_path / "undirected.graphml")
    network = load(tmp_path / "undirected.graphml", tmp_path)
    pairs = set(zip(network.edge_start.tolist(), network.edge_end.tolist(), strict=True))
    assert {(v, u) for u, v in pairs} == pairs
    assert len(pairs) == 2 * 84


def test_streets_without_names_get_some(town_graph: nx.MultiDiGraph[int]) -> None:
    for _, _, data in town_graph.edges(data=True):
        del data["name"]
    streets = StreetGraph(nx.relabel_nodes(town_graph, str), "s", Path("f"))
    network, excluded = network_from_graph(streets, DeliveryArea("home", *TOWN, 1.0), seed=1)
    assert excluded == 0
    names = [text.split(" ", 1)[1] for text in network.address_text]
    # Seven streets one way and seven the other, each with one name from end to end.
    assert len(set(names)) == 14


def test_projected_coordinates_become_degrees(
    town_graph: nx.MultiDiGraph[int], tmp_path: Path
) -> None:
    file = save(ox.project_graph(town_graph), tmp_path / "metres.graphml")
    network = load(file, tmp_path)
    assert great_circle_m(*TOWN, network.latitude, network.longitude).min() < 1.0


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no street network at .*nowhere\.graphml: --roads takes"):
        load(tmp_path / "nowhere.graphml", tmp_path)


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "roads.pbf").write_bytes(b"\x00")
    with pytest.raises(UserError, match=r"must end in \.graphml or \.osm"):
        load(tmp_path / "roads.pbf", tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not xml at all",
        b"\x89PNG\r\n\x1a\n",
        b"<?xml version='1.0'?><gpx><trk/></gpx>",
        b"<graphml xmlns='http://graphml.graphdrawing.org/xmlns'><graph",
    ],
)
@pytest.mark.parametrize("name", ["bad.graphml", "bad.osm"])
def test_a_file_without_a_network_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=rf"bad\.{name[4:]}.*(not a street network|is empty)|empty"):
        load(tmp_path / name, tmp_path)


def test_an_empty_network_is_refused(tmp_path: Path) -> None:
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326")
    nx.write_graphml(graph, tmp_path / "empty.graphml")
    with pytest.raises(UserError, match=r"empty\.graphml is empty"):
        load(tmp_path / "empty.graphml", tmp_path)


@pytest.mark.parametrize("value", [None, "east", "nan", "1e9"])
def test_missing_coordinates_are_refused(
    town_graph: nx.MultiDiGraph[int], tmp_path: Path, value: str | None
) -> None:
    if value is None:
        del town_graph.nodes[5]["x"]
    else:
        town_graph.nodes[5]["x"] = value
    nx.write_graphml(town_graph, tmp_path / "gap.graphml")
    with pytest.raises(UserError, match=r"1 of 49 nodes of .*gap\.graphml have no coordinates"):
        load(tmp_path / "gap.graphml", tmp_path)


def test_a_kitchen_outside_its_network_is_refused(
    town_graph: nx.MultiDiGraph[int], tmp_path: Path
) -> None:
    file = save(town_graph, tmp_path / "town.graphml")
    with pytest.raises(UserError, match=r"sf at .* is \d{4}\.\d km from .*town\.graphml"):
        load_network(DeliveryArea("sf", 37.789, -122.3942, 4.0), str(file), 42, tmp_path)


OSM = """<?xml version='1.0' encoding='UTF-8'?>
<osm version="0.6" generator="by hand">
{nodes}
<way id="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/>
<tag k="name" v="Elm St"/></way>
<way id="2"><nd ref="3"/><nd ref="4"/><tag k="highway" v="tertiary"/><tag k="oneway" v="yes"/></way>
<way id="3"><nd ref="4"/><nd ref="1"/><tag k="highway" v="primary"/></way>
<way id="4"><nd ref="1"/><nd ref="5"/><tag k="highway" v="footway"/></way>
<way id="5"><nd ref="1"/><nd ref="6"/><tag k="building" v="yes"/></way>
<way id="6"><nd ref="3"/><nd ref="7"/><tag k="highway" v="residential"/>
<tag k="motor_vehicle" v="no"/></way>
</osm>
"""


def test_an_osm_file_gives_the_streets_for_cars(tmp_path: Path) -> None:
    positions = [(40.0, -95.0), (40.0004, -94.999), (40.0, -94.998), (40.001, -94.998),
              (39.999, -95.0), (39.998, -95.0), (39.999, -94.998)]  # fmt: skip
    nodes = "\n".join(
        f'<node id="{number}" version="1" lat="{lat}" lon="{lon}"/>'
        for number, (lat, lon) in enumerate(positions, 1)
    )
    (tmp_path / "home.osm").write_text(OSM.format(nodes=nodes), encoding="utf-8")
    network = load(tmp_path / "home.osm", tmp_path)
    # Footways, buildings and streets closed to cars are no streets; all turns are simplified.
    assert network.latitude.min() >= 40.0
    assert len(network.latitude) < 4
    pairs = list(zip(network.edge_start.tolist(), network.edge_end.tolist(), strict=True))
    assert any(pairs.count((u, v)) != pairs.count((v, u)) for u, v in pairs)
    assert network.shape_latitude.max() == pytest.approx(40.001)
    assert any("Elm St" in text for text in network.address_text)


def test_the_best_real_network_keeps_its_one_way_streets(real_roads: Path, tmp_path: Path) -> None:
    area = DeliveryArea("columbus", 39.9612, -82.9988, 2.0)
    network = load_network(area, str(real_roads / "columbus.graphml"), 1, tmp_path)
    pairs = set(zip(network.edge_start.tolist(), network.edge_end.tolist(), strict=True))
    one_way = sum((v, u) not in pairs for u, v in pairs)
    assert one_way > 500
    assert np.diff(network.shape_offsets).max() > 10
    routes = delivery_routes(network, 39.9612, -82.9988, 2.0)
    assert len(set(routes.text)) > 3_000
    assert network_statistics(network).circuity < 1.15


@pytest.mark.parametrize("code", ["sf", "chicago"])
def test_real_networks_have_plausible_addresses(
    real_roads: Path,
    kitchens: dict[str, tuple[float, float, float]],
    tmp_path: Path,
    code: str,
) -> None:
    network = load_network(DeliveryArea(code, *kitchens[code]), str(real_roads), 42, tmp_path)
    streets = [text.split(" ", 1)[1] for text in network.address_text]
    _, counts = np.unique(streets, return_counts=True)
    assert len(counts) > 100
    assert counts.max() < 0.05 * len(streets)
    distance = great_circle_m(
        network.address_latitude, network.address_longitude,
        network.latitude[network.address_node], network.longitude[network.address_node],
    )  # fmt: skip
    assert distance.max() < 80
