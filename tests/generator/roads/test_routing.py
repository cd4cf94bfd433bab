from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import UserError
from generator.roads.delivery_area import DeliveryArea
from generator.roads.geometry import distance_to_segments, great_circle_m
from generator.roads.network import Addresses, RoadNetwork, Streets, make_network
from generator.roads.routing import DeliveryRoutes, delivery_routes
from generator.roads.sources import load_network
from generator.roads.speeds import class_speed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Graph = "Callable[[RoadNetwork], nx.DiGraph[int]]"
Builder = "Callable[..., RoadNetwork]"
# A block: 0 and 1 in the south, 2 and 3 in the north, about 111 m high and 85 m wide.
BLOCK = [(40.0, -95.0), (40.0, -94.999), (40.001, -95.0), (40.001, -94.999)]


def assert_equal_to_networkx(
    network: RoadNetwork, kitchen: tuple[float, float, float], graph: nx.DiGraph[int]
) -> DeliveryRoutes:
    """Compare every driven distance with that of a search on NetworkX, legs to doors included."""
    latitude, longitude, radius = kitchen
    routes = delivery_routes(network, latitude, longitude, radius)
    to_nodes = great_circle_m(latitude, longitude, network.latitude, network.longitude)
    start = int(to_nodes.argmin())
    expected = nx.single_source_dijkstra_path_length(graph, start, weight="length")
    place = {text: number for number, text in enumerate(network.address_text)}
    chosen = np.array([place[text] for text in routes.text])
    node = network.address_node[chosen]
    door = great_circle_m(
        network.latitude[node], network.longitude[node], routes.latitude, routes.longitude
    )
    driven = np.array([expected[n] for n in node.tolist()])
    assert np.allclose(routes.distance_m, to_nodes[start] + driven + door, atol=0.01)
    return routes


@pytest.mark.parametrize("code", ["sf", "bellevue"])
def test_distances_on_synthetic_cities_are_those_of_networkx(
    city: Callable[[str], RoadNetwork],
    kitchens: dict[str, tuple[float, float, float]],
    as_graph: Graph,
    code: str,
) -> None:
    routes = assert_equal_to_networkx(city(code), kitchens[code], as_graph(city(code)))
    assert routes.unreachable_addresses == 0
    straight = great_circle_m(*kitchens[code][:2], routes.latitude, routes.longitude)
    assert straight.max() <= kitchens[code][2] * 1609.344
    assert np.all(routes.distance_m > straight - 0.01)


@pytest.mark.parametrize("code", ["sf", "sv", "bellevue", "chicago"])
def test_distances_on_real_streets_are_those_of_networkx(
    real_roads: Path,
    kitchens: dict[str, tuple[float, float, float]],
    as_graph: Graph,
    tmp_path: Path,
    code: str,
) -> None:
    network = load_network(DeliveryArea(code, *kitchens[code]), str(real_roads), 42, tmp_path)
    graph = as_graph(network)
    routes = assert_equal_to_networkx(network, kitchens[code], graph)
    assert nx.is_strongly_connected(graph)
    if code != "bellevue":  # its source knows no one-way streets
        assert not all(graph.has_edge(v, u) for u, v in graph.edges)
    assert_routes_obey(network, routes, range(0, len(routes.text), 97))


def assert_routes_obey(network: RoadNetwork, routes: DeliveryRoutes, addresses: range) -> None:
    """Every route is a sequence of whole edges, each driven from its start to its end."""

    def point(latitude: float, longitude: float) -> tuple[str, str]:
        return f"{latitude:.6f}", f"{longitude:.6f}"

    allowed = set()
    shapes = list(
        zip(network.shape_latitude.tolist(), network.shape_longitude.tolist(), strict=True)
    )
    for edge in range(len(network.edge_start)):
        low, high = network.shape_offsets[edge], network.shape_offsets[edge + 1]
        for a, b in zip(shapes[low : high - 1], shapes[low + 1 : high], strict=True):
            allowed.add((point(*a), point(*b)))
    for address in addresses:
        way = [point(*pair) for pair in json.loads(routes.route_json(address))]
        for step in pairwise(way[1:-1]):
            assert step in allowed


def test_one_way_streets_are_obeyed(small_network: Builder, as_graph: Graph) -> None:
    # Round the block clockwise only: the neighbour in the east is three sides away.
    network = small_network(
        BLOCK, [(0, 2), (2, 3), (3, 1), (1, 0)], [(40.0, -94.999, 1), (40.001, -95.0, 2)]
    )
    routes = assert_equal_to_networkx(network, (40.0, -95.0, 1.0), as_graph(network))
    assert routes.distance_m == pytest.approx([307.6, 111.2], abs=0.2)
    assert json.loads(routes.route_json(0)) == [
        [40.0, -95.0], [40.0, -95.0], [40.001, -95.0], [40.001, -94.999], [40.0, -94.999],
        [40.0, -94.999],
    ]  # fmt: skip
    assert_routes_obey(network, routes, range(2))


def test_of_parallel_streets_the_shortest_is_taken(small_network: Builder) -> None:
    detour = [(40.0005, -95.0005)]
    network = small_network(
        BLOCK[:2] + BLOCK[2:3],
        [(0, 2, 200.0, detour), (0, 2, 120.0), (0, 2, 150.0), (2, 0, 120.0), (0, 1, 90.0)],
        [(40.001, -95.0, 2)],
    )
    routes = delivery_routes(network, 40.0, -95.0, 1.0)
    assert routes.distance_m == pytest.approx([120.0])
    assert "-95.0005" not in routes.route_json(0)


def test_streets_of_length_zero_can_be_driven(small_network: Builder) -> None:
    network = small_network(
        [*BLOCK[:2], BLOCK[1], BLOCK[3]],
        [(0, 1, 85.0), (1, 2, 0.0), (2, 3, 111.0), (3, 0, 150.0)],
        [(40.001, -94.999, 3), (40.0, -94.999, 2)],
    )
    routes = delivery_routes(network, 40.0, -95.0, 1.0)
    assert routes.distance_m == pytest.approx([196.0, 85.0], abs=0.001)
    latitude, longitude = routes.positions(np.array([0, 0]), np.array([85.0, 196.0]))
    assert latitude == pytest.approx([40.0, 40.001])
    assert longitude == pytest.approx([-94.999, -94.999])


def test_unreachable_customers_are_left_out_and_counted(small_network: Builder) -> None:
    # The street to 3 can only be driven away from it; the last address is out of the radius.
    network = small_network(
        BLOCK,
        [(0, 1), (1, 0), (0, 2), (2, 0), (3, 1)],
        [(40.0, -94.999, 1), (40.001, -94.999, 3), (40.0011, -94.999, 3), (40.2, -95.0, 2)],
    )
    routes = delivery_routes(network, 40.0, -95.0, 1.0)
    assert routes.text == ["0 Test St"]
    assert routes.unreachable_addresses == 2


def test_positions_are_on_the_route_at_the_distance_driven(
    city: Callable[[str], RoadNetwork], kitchens: dict[str, tuple[float, float, float]]
) -> None:
    routes = delivery_routes(city("sv"), *kitchens["sv"])
    rng = np.random.default_rng(3)
    for address in rng.integers(0, len(routes.text), 12).tolist():
        way = np.array(json.loads(routes.route_json(address)))
        travelled = np.linspace(0.0, routes.distance_m[address], 60)
        latitude, longitude = routes.positions(np.full(60, address), travelled)
        shrink = np.cos(np.deg2rad(kitchens["sv"][0]))
        segments = np.concatenate([way[:-1], way[1:]], axis=1)
        segments[:, [1, 3]] *= shrink
        off = distance_to_segments(latitude, longitude * shrink, segments) * 111_195
        assert off.max() < 0.2
        # The written route, followed for the same distance, ends at the same point.
        steps = great_circle_m(way[:-1, 0], way[:-1, 1], way[1:, 0], way[1:, 1])
        metres = np.concatenate([[0.0], np.cumsum(steps)])
        assert metres[-1] == pytest.approx(routes.distance_m[address], rel=0.001)
        for column, found in enumerate((latitude, longitude)):
            assert np.interp(travelled, metres, way[:, column]) == pytest.approx(found, abs=3e-5)


def test_the_first_position_is_the_kitchen_and_the_last_the_address(
    city: Callable[[str], RoadNetwork], kitchens: dict[str, tuple[float, float, float]]
) -> None:
    latitude, longitude, radius = kitchens["chicago"]
    routes = delivery_routes(city("chicago"), latitude, longitude, radius)
    every = np.arange(len(routes.text))
    for travelled in (np.zeros(len(every)), np.full(len(every), -5.0)):
        at = routes.positions(every, travelled)
        assert np.allclose(at[0], latitude, atol=1e-9)
        assert np.allclose(at[1], longitude, atol=1e-9)
    for travelled in (routes.distance_m, routes.distance_m + 50.0):
        at = routes.positions(every, travelled)
        assert np.allclose(at[0], routes.latitude, atol=1e-9)
        assert np.allclose(at[1], routes.longitude, atol=1e-9)


def test_a_route_is_written_as_the_contract_says(
    city: Callable[[str], RoadNetwork], kitchens: dict[str, tuple[float, float, float]]
) -> None:
    routes = delivery_routes(city("sf"), *kitchens["sf"])
    for address in (0, 17, len(routes.text) - 1):
        text = routes.route_json(address)
        assert " " not in text
        way = json.loads(text)
        assert way[0] == [37.7890, -122.3942]
        assert way[-1] == pytest.approx(
            [routes.latitude[address], routes.longitude[address]], abs=1e-6
        )
        assert text == routes.route_json(address)
        assert np.allclose(routes.path(address), way, atol=1e-6)
        assert all(
            len(pair.split(".")[1]) == 6 for pair in text.strip("[]").replace("],[", ",").split(",")
        )


def test_a_kitchen_off_the_network_is_refused(small_network: Builder) -> None:
    network = small_network(BLOCK, [(0, 1), (1, 0)], [(40.0, -94.999, 1)])
    with pytest.raises(UserError, match=r"111\.\d km from the nearest street"):
        delivery_routes(network, 41.0, -95.0, 4.0)


def test_no_customer_in_reach_is_refused(small_network: Builder) -> None:
    network = small_network(BLOCK, [(0, 1), (1, 0)], [(40.001, -94.999, 3)])
    with pytest.raises(UserError, match=r"no address .* can be reached"):
        delivery_routes(network, 40.0, -95.0, 4.0)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(2, 9).flatmap(
        lambda nodes: st.lists(
            st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1), st.integers(0, 500)),
            min_size=1,
            max_size=30,
        ).map(lambda edges: (nodes, edges))
    )
)
def test_routes_on_random_networks_are_those_of_networkx(
    case: tuple[int, list[tuple[int, int, int]]],
) -> None:
    nodes, edges = case
    rng = np.random.default_rng(nodes)
    latitude = 40.0 + rng.random(nodes) * 0.005
    longitude = -95.0 + rng.random(nodes) * 0.005
    start, end = np.array([e[0] for e in edges]), np.array([e[1] for e in edges])
    pairs = np.stack([start, end], axis=1).ravel()
    network = make_network(
        "odd",
        latitude,
        longitude,
        Streets(
            start, end, np.arange(0, 2 * len(edges) + 1, 2), latitude[pairs], longitude[pairs],
            np.array([float(e[2]) for e in edges]),
        ),
        Addresses(latitude, longitude, np.arange(nodes), [str(node) for node in range(nodes)]),
    )  # fmt: skip
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    graph.add_nodes_from(range(nodes))
    graph.add_weighted_edges_from(edges, weight="length")
    expected = nx.single_source_dijkstra_path_length(graph, 0, weight="length")
    routes = delivery_routes(network, float(latitude[0]), float(longitude[0]), 1.0)
    assert routes.text == [str(node) for node in sorted(expected)]
    assert routes.unreachable_addresses == nodes - len(expected)
    assert routes.distance_m == pytest.approx([expected[n] for n in sorted(expected)], abs=0.02)
    every = np.arange(len(routes.text))
    half = routes.positions(every, routes.distance_m / 2)
    assert np.all(np.isfinite(half))
    for address in every.tolist():
        assert len(json.loads(routes.route_json(address))) >= 3


TOWN = (40.0, -95.0)
STEP_DEGREES = 0.0015
# A kitchen at 0, a main street to 1 and 2 and from there a two-way lane to 3 and a one-way lane to
# 4, from which only a long way leads back.
TREE = [(TOWN[0], TOWN[1] + step * STEP_DEGREES) for step in range(3)]
TREE += [(TOWN[0] + STEP_DEGREES, TREE[2][1]), (TOWN[0] - STEP_DEGREES, TREE[2][1])]
TREE_EDGES = [(0, 1), (1, 0), (1, 2), (2, 1), (2, 3), (3, 2), (2, 4)]


def tree_routes(small_network: Builder) -> DeliveryRoutes:
    addresses = [(*TREE[node], node) for node in (1, 2, 3, 4)]
    return delivery_routes(small_network(TREE, TREE_EDGES, addresses), *TREE[0], 5.0)


def test_a_driver_turns_back_to_where_two_ways_part_and_never_against_a_one_way_street(
    small_network: Builder,
) -> None:
    routes = tree_routes(small_network)
    first = np.array([0, 1, 2, 3, 2, 0])
    second = np.array([1, 2, 3, 2, 1, 0])
    back, on, other_back, other_on = routes.ways_past(first, second)
    again = routes.ways_past(second, first)
    np.testing.assert_array_equal(again[:2], (other_back, other_on))
    effort = routes.effort_m
    assert back[:2].tolist() == [0.0, 0.0]  # on the way
    assert on[0] == pytest.approx(effort[1] - effort[0])
    assert back[2] == pytest.approx(effort[2] - effort[1], abs=0.01)  # out of the lane
    assert on[2] == pytest.approx(effort[3] - effort[1], abs=0.01)
    assert np.isinf(back[3])  # out of the one-way lane
    assert back[4] == pytest.approx(effort[2] - effort[1], abs=0.01)
    assert (back[5], on[5]) == (0.0, 0.0)


def test_the_way_past_a_door_is_written_as_it_is_driven(small_network: Builder) -> None:
    routes = tree_routes(small_network)
    there, past = json.loads(routes.route_json(2)), json.loads(routes.route_json_past(2, 3))
    assert past[: len(there)] == there
    assert past[-1] == json.loads(routes.route_json(3))[-1]
    corner = [round(TREE[2][0], 6), round(TREE[2][1], 6)]
    assert corner in past[len(there) :]
    assert json.loads(routes.route_json_past(0, 0))[-1] == json.loads(routes.route_json(0))[-1]


@pytest.mark.parametrize("code", ["sf", "sv", "bellevue", "chicago"])
def test_pairs_of_a_city_part_where_their_ways_do(
    city: Callable[[str], RoadNetwork], kitchens: dict[str, tuple[float, float, float]], code: str
) -> None:
    routes = delivery_routes(city(code), *kitchens[code])
    rng = np.random.default_rng(1)
    first, second = rng.integers(0, len(routes.text), (2, 300))
    back, on, _, _ = routes.ways_past(first, second)
    for pair in range(300):
        one, other = routes.path(first[pair]), routes.path(second[pair])
        length = min(len(one), len(other))
        shared = int(np.argmin([*np.all(one[:length] == other[:length], axis=1), False]))
        parting = routes.effort_m[second[pair]] - on[pair]
        walked = great_circle_m(*other[: shared - 1].T, *other[1:shared].T).sum()
        by_metres = routes.positions(second[[pair]], walked[np.newaxis])
        by_effort = routes.positions(second[[pair]], parting[np.newaxis], at_mean_speed=True)
        assert great_circle_m(*by_metres, *by_effort) == pytest.approx(0.0, abs=1.0)
        if np.isfinite(back[pair]):
            assert back[pair] == pytest.approx(routes.effort_m[first[pair]] - parting, abs=0.01)
    assert np.isfinite(back).mean() > 0.3


def test_main_streets_are_fast_and_the_mean_speed_is_the_usual_one(
    city: Callable[[str], RoadNetwork], kitchens: dict[str, tuple[float, float, float]]
) -> None:
    routes = delivery_routes(city("chicago"), *kitchens["chicago"])
    assert routes.effort_m.sum() == pytest.approx(routes.distance_m.sum(), rel=1e-6)
    every = np.arange(len(routes.text))
    last_leg = routes.effort_m - routes.corners(every, routes.effort_m * 0.999999)
    latitude, longitude = routes.positions(every, routes.effort_m / 2, at_mean_speed=True)
    for address in every[::100].tolist():
        way = routes.path(address)
        off = distance_to_segments(
            latitude[[address]], longitude[[address]], np.hstack([way[:-1], way[1:]])
        )
        assert off < 1e-9
    assert np.all(last_leg >= 0.0)
    near, far = routes.effort_m / routes.distance_m, routes.distance_m
    # Long ways lead over main streets.
    assert np.mean(near[far > np.quantile(far, 0.8)]) < np.mean(near[far < np.quantile(far, 0.2)])


def test_the_class_of_a_street_decides_its_speed(small_network: Builder) -> None:
    plain = small_network(TREE, TREE_EDGES, [(*TREE[3], 3), (*TREE[4], 4)])
    speed = np.array([1.0, 1.0, 1.0, 1.0, class_speed("residential"), 1.0, class_speed("primary")])
    routes = delivery_routes(replace(plain, edge_speed=speed), *TREE[0], 5.0)
    slow, fast = routes.effort_m
    assert routes.distance_m[0] == pytest.approx(routes.distance_m[1], abs=0.5)
    assert slow > fast
    assert class_speed("motorway_link") < class_speed("motorway")
    assert class_speed("footway") == class_speed(None) == 0.0
