"""Networks, kitchens and a server that answers like Overpass, for all tests of the roads."""

from __future__ import annotations

import functools
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import networkx as nx
import numpy as np
import pytest

from common.paths import PROJECT
from generator.roads.delivery_area import DeliveryArea
from generator.roads.network import Addresses, RoadNetwork, Streets, make_network
from generator.roads.synthetic.synthetic_network import synthetic_network

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KITCHENS = {
    "sf": (37.7890, -122.3942, 4.0),
    "sv": (37.3894, -122.0819, 5.0),
    "bellevue": (47.6145, -122.1936, 4.0),
    "chicago": (41.8919, -87.6278, 4.0),
}
TOWN = (40.0, -95.0)
STEP_DEGREES = 0.0015


@pytest.fixture(scope="session")
def kitchens() -> dict[str, tuple[float, float, float]]:
    """Latitude, longitude and radius in miles of the four kitchens."""
    return KITCHENS


@pytest.fixture(scope="session")
def city() -> Callable[[str], RoadNetwork]:
    """Return the synthetic network of a city, drawn once."""

    @functools.cache
    def get(code: str) -> RoadNetwork:
        return synthetic_network(DeliveryArea(code, *KITCHENS[code]), seed=42)

    return get


@pytest.fixture(scope="session")
def real_roads() -> Path:
    """Return the folder of real networks that may lie beside the project."""
    folder = PROJECT.parent / "shared" / "roads"
    if not folder.is_dir():
        pytest.skip("real street networks are not beside the project")
    return folder


@pytest.fixture(scope="session")
def small_network() -> Callable[..., RoadNetwork]:
    """Return a builder: nodes (lat, lon), edges (from, to[, length[, inner points]])."""

    def build(
        nodes: list[tuple[float, float]],
        edges: list[tuple[Any, ...]],
        addresses: list[tuple[float, float, int]],
    ) -> RoadNetwork:
        shapes = [
            np.array([nodes[u], *(rest[1] if len(rest) > 1 else []), nodes[v]])
            for u, v, *rest in edges
        ]
        points = np.concatenate(shapes)
        streets = Streets(
            np.array([edge[0] for edge in edges]),
            np.array([edge[1] for edge in edges]),
            np.concatenate([[0], np.cumsum([len(shape) for shape in shapes])]),
            points[:, 0],
            points[:, 1],
            np.array([edge[2] for edge in edges], dtype=float) if len(edges[0]) > 2 else None,
        )
        where = np.array(addresses, dtype=float)
        return make_network(
            "by hand",
            np.array(nodes)[:, 0],
            np.array(nodes)[:, 1],
            streets,
            Addresses(
                where[:, 0],
                where[:, 1],
                where[:, 2].astype(np.int64),
                [f"{number} Test St" for number in range(len(addresses))],
            ),
        )

    return build


@pytest.fixture(scope="session")
def as_graph() -> Callable[[RoadNetwork], nx.DiGraph[int]]:
    """Return a converter to a plain NetworkX graph with the shortest length between nodes."""

    def convert(network: RoadNetwork) -> nx.DiGraph[int]:
        graph: nx.DiGraph[int] = nx.DiGraph()
        graph.add_nodes_from(range(len(network.latitude)))
        for u, v, length in zip(
            network.edge_start.tolist(),
            network.edge_end.tolist(),
            network.edge_length_m.tolist(),
            strict=True,
        ):
            if not graph.has_edge(u, v) or graph.edges[u, v]["length"] > length:
                graph.add_edge(u, v, length=length)
        return graph

    return convert


@pytest.fixture
def town_graph() -> nx.MultiDiGraph[int]:
    """Return seven by seven intersections around (40, -95), two-way, with names and lengths."""
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326", simplified=True)
    side = 7
    for row in range(side):
        for column in range(side):
            graph.add_node(
                row * side + column,
                y=TOWN[0] + (row - 3) * STEP_DEGREES,
                x=TOWN[1] + (column - 3) * STEP_DEGREES,
            )
    for node in range(side * side):
        for other, name in ((node + 1, f"{node // side} St"), (node + side, f"Row {node % side}")):
            if other < side * side and (other != node + 1 or other % side):
                for u, v in ((node, other), (other, node)):
                    graph.add_edge(u, v, length=150.0, name=name, osmid=node)
    return graph


class Overpass:
    """A loopback server that answers like Overpass and records its queries."""

    def __init__(self) -> None:
        self.queries: list[str] = []
        self.answers = {"highway": _streets(), "addr:housenumber": _houses()}
        self.status = 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.reply(
                    b"Connected as: 1\nCurrent time: 2026-01-01T00:00:00Z\n"
                    b"Announced endpoint: none\nRate limit: 2\n2 slots available now.\n",
                    "text/plain",
                )

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                query = parse_qs(body)["data"][0]
                outer.queries.append(query)
                kind = "addr:housenumber" if "addr:housenumber" in query else "highway"
                self.reply(json.dumps(outer.answers[kind]).encode(), "application/json")

            def reply(self, body: bytes, kind: str) -> None:
                self.send_response(outer.status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Keep the tests' output clean."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/api"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop answering; connections are refused from now on."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _streets() -> dict[str, Any]:
    """Return seven by seven streets; the middle one from west to east is one-way."""
    side = 7
    nodes = [
        {
            "type": "node",
            "id": 1 + row * side + column,
            "lat": TOWN[0] + (row - 3) * STEP_DEGREES,
            "lon": TOWN[1] + (column - 3) * STEP_DEGREES,
        }
        for row in range(side)
        for column in range(side)
    ]
    ways = []
    for line in range(side):
        tags = {"highway": "residential", "name": f"Willow {line} St"}
        across = [1 + line * side + column for column in range(side)]
        ways.append(
            {
                "type": "way",
                "id": 100 + line,
                "nodes": across,
                "tags": {**tags, "oneway": "yes"} if line == 3 else tags,
            }
        )
        ways.append(
            {
                "type": "way",
                "id": 200 + line,
                "nodes": [1 + row * side + line for row in range(side)],
                "tags": {"highway": "residential", "name": f"Cedar {line} Ave"},
            }
        )
    return {"version": 0.6, "elements": nodes + ways}


def _houses() -> dict[str, Any]:
    """Return 240 houses on one of the streets and its neighbours."""
    return {
        "version": 0.6,
        "elements": [
            {
                "type": "node",
                "id": 10_000 + number,
                "lat": TOWN[0] + (number % 6 - 3) * STEP_DEGREES + 0.0001,
                "lon": TOWN[1] - 3 * STEP_DEGREES + number / 240 * 6 * STEP_DEGREES,
                "tags": {
                    "addr:housenumber": str(100 + number),
                    "addr:street": f"Willow {number % 6} St",
                },
            }
            for number in range(240)
        ],
    }


@pytest.fixture
def overpass() -> Iterator[Overpass]:
    """Return a running server."""
    server = Overpass()
    yield server
    server.close()
