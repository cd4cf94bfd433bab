from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import osmnx as ox
import pytest

from common.errors import UserError
from generator.roads.delivery_area import DeliveryArea
from generator.roads.osm import Overpass, fetch, osm_network
from generator.roads.routing import delivery_routes
from generator.roads.sources import load_network

if TYPE_CHECKING:
    from pathlib import Path


class Server(Protocol):
    """The loopback server of the conftest."""

    url: str
    queries: list[str]
    answers: dict[str, Any]

    def close(self) -> None: ...


TOWN = (40.0, -95.0)
RADIUS_MI = 0.45
AREA = DeliveryArea("home", *TOWN, RADIUS_MI)


def point_to(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASPERS_OVERPASS_URL", server.url)
    monkeypatch.setenv("CASPERS_OVERPASS_TIMEOUT", "10")


def test_streets_are_downloaded_once_and_kept(
    overpass: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    point_to(overpass, monkeypatch)
    monkeypatch.chdir(tmp_path)
    roads = tmp_path / "roads"
    first = load_network(AREA, "osm", 42, roads)
    assert first.source == "osm"
    assert len(first.latitude) == 45  # the four corners are bends, not intersections
    assert len(overpass.queries) == 2

    # Everything that was written lies in the folder of the roads.
    assert {entry.name for entry in tmp_path.iterdir()} == {"roads"}
    assert {entry.name for entry in roads.iterdir()} == {
        "home.graphml",
        "home.addresses.csv",
        "overpass",
    }
    overpass.close()
    second = load_network(AREA, "osm", 42, roads)
    assert second.content_hash == first.content_hash


def test_one_way_streets_and_addresses_come_from_the_map(
    overpass: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    point_to(overpass, monkeypatch)
    network = load_network(AREA, "osm", 42, tmp_path)
    pairs = set(zip(network.edge_start.tolist(), network.edge_end.tolist(), strict=True))
    assert sum((v, u) not in pairs for u, v in pairs) == 6
    assert "100 Willow 0 St" in network.address_text
    assert len(network.address_text) > 200
    routes = delivery_routes(network, *TOWN, RADIUS_MI)
    # A house on the one-way street is served from its western end, however near the eastern is.
    for text, node in zip(network.address_text, network.address_node.tolist(), strict=True):
        if text.endswith("Willow 3 St"):
            place = network.address_text.index(text)
            assert (
                network.longitude[node] <= network.address_longitude[place] + 2e-4
            )  # a corner house
    assert routes.unreachable_addresses == 0


def test_streets_without_house_numbers_get_invented_ones(
    overpass: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    overpass.answers["addr:housenumber"] = {"version": 0.6, "elements": []}
    point_to(overpass, monkeypatch)
    network = load_network(AREA, "osm", 42, tmp_path)
    assert not (tmp_path / "home.addresses.csv").exists()
    streets = {text.split(" ", 1)[1] for text in network.address_text}
    assert {"Willow 0 St", "Cedar 6 Ave"} <= streets
    assert len(streets) == 14


def test_invented_addresses_only_fill_up_the_real_ones(
    overpass: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    point_to(overpass, monkeypatch)
    houses = overpass.answers["addr:housenumber"]["elements"]
    del houses[120:]
    # The same text as one that would be invented: the real place counts.
    houses[0]["tags"] = {"addr:housenumber": "100", "addr:street": "Willow 0 St"}
    network = load_network(AREA, "osm", 42, tmp_path)
    real = {f"{100 + number} Willow {number % 6} St" for number in range(120)}
    assert real <= set(network.address_text)
    assert len(set(network.address_text)) == len(network.address_text)
    # The town is small: it has fewer doors than would fill it up to 200.
    assert 120 < len(network.address_text) <= 200
    assert load_network(AREA, "osm", 42, tmp_path).content_hash == network.content_hash
    routes = delivery_routes(network, *TOWN, RADIUS_MI)
    assert len(routes.text) == len(network.address_text)


@pytest.mark.parametrize(
    "row",
    ["nan,-95.0,1 Elm St", "40.0,inf,1 Elm St", "40.0,-181,1 Elm St", "91,-95.0,x", "40,-95,"],
)
def test_a_kept_address_that_is_no_place_is_named(
    overpass: Server, tmp_path: Path, row: str
) -> None:
    server = Overpass(overpass.url, timeout_s=5)
    file = fetch(AREA, tmp_path, overpass=server)
    addresses = file.with_name("home.addresses.csv")
    addresses.write_text(f"latitude,longitude,address\n40.0,-95.0,2 Elm St\n{row}\n")
    with pytest.raises(UserError, match=r"home\.addresses\.csv .*row 2 below the heading is none"):
        osm_network(AREA, 42, tmp_path, server)


def test_settings_of_osmnx_are_restored(
    overpass: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    point_to(overpass, monkeypatch)
    before = {name: getattr(ox.settings, name) for name in dir(ox.settings) if name[0] != "_"}
    resolver = socket.getaddrinfo
    fetch(AREA, tmp_path)
    after = {name: getattr(ox.settings, name) for name in dir(ox.settings) if name[0] != "_"}
    assert after == before
    assert socket.getaddrinfo is resolver


def test_refresh_downloads_again(
    overpass: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # A server on this machine is not asked through a proxy.
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    server = Overpass(overpass.url, rate_limit=False, timeout_s=10)
    file = fetch(AREA, tmp_path, overpass=server)
    assert fetch(AREA, tmp_path, overpass=server) == file
    assert len(overpass.queries) == 2
    fetch(AREA, tmp_path, refresh=True, overpass=server)
    assert len(overpass.queries) == 4


def test_without_internet_the_error_names_alternatives(overpass: Server, tmp_path: Path) -> None:
    overpass.close()
    server = Overpass(overpass.url, timeout_s=5)
    with pytest.raises(UserError, match=r"streets of home cannot be downloaded.*--roads synthetic"):
        osm_network(AREA, 42, tmp_path, server)
    assert not list(tmp_path.glob("*.graphml"))


def test_an_invalid_answer_of_a_server_is_reported(overpass: Server, tmp_path: Path) -> None:
    overpass.answers["highway"] = "busy"
    server = Overpass(overpass.url, timeout_s=5)
    with pytest.raises(UserError, match="home"):
        osm_network(AREA, 42, tmp_path, server)
    assert not list(tmp_path.glob("*.graphml"))


def test_a_place_without_streets_is_refused(overpass: Server, tmp_path: Path) -> None:
    overpass.answers["highway"] = {"version": 0.6, "elements": []}
    server = Overpass(overpass.url, timeout_s=5)
    with pytest.raises(UserError, match=r"no streets within 0\.45 miles of the kitchen home"):
        osm_network(AREA, 42, tmp_path, server)


def test_a_larger_radius_than_the_copy_covers_is_refused(overpass: Server, tmp_path: Path) -> None:
    server = Overpass(overpass.url, timeout_s=5)
    file = fetch(AREA, tmp_path, overpass=server)
    with pytest.raises(UserError, match=r"home\.graphml covers 0\.45 miles .*, not 4: delete"):
        osm_network(DeliveryArea("home", *TOWN, 4.0), 42, tmp_path, server)
    assert file.is_file()


def test_a_broken_copy_is_named(tmp_path: Path) -> None:
    (tmp_path / "home.graphml").write_text("<graphml", encoding="utf-8")
    with pytest.raises(UserError, match=r"home\.graphml is not a street network"):
        osm_network(AREA, 42, tmp_path)


def test_broken_addresses_are_named(overpass: Server, tmp_path: Path) -> None:
    server = Overpass(overpass.url, timeout_s=5)
    fetch(AREA, tmp_path, overpass=server)
    (tmp_path / "home.addresses.csv").write_text("latitude,longitude\nnorth,", encoding="utf-8")
    with pytest.raises(UserError, match=r"home\.addresses\.csv has no readable addresses"):
        osm_network(AREA, 42, tmp_path, server)


def test_a_folder_that_cannot_be_made_is_named(overpass: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    server = Overpass(overpass.url, timeout_s=5)
    with pytest.raises(UserError, match="cannot be written"):
        fetch(AREA, tmp_path / "file" / "roads", overpass=server)


@pytest.mark.parametrize(
    ("name", "value"),
    [("RATE_LIMIT", "maybe"), ("TIMEOUT", "soon"), ("TIMEOUT", "0"), ("TIMEOUT", "-3")],
)
def test_impossible_settings_are_named(name: str, value: str) -> None:
    with pytest.raises(UserError, match=f"CASPERS_OVERPASS_{name}"):
        Overpass.from_environment({f"CASPERS_OVERPASS_{name}": value})


def test_settings_come_from_the_environment() -> None:
    given = {"CASPERS_OVERPASS_URL": "http://127.0.0.1:9/api/", "CASPERS_OVERPASS_RATE_LIMIT": "0"}
    assert Overpass.from_environment(given) == Overpass("http://127.0.0.1:9/api", rate_limit=False)
    assert Overpass.from_environment({}) == Overpass()


def test_the_content_hash_ignores_the_path_of_the_copy(overpass: Server, tmp_path: Path) -> None:
    server = Overpass(overpass.url, timeout_s=5)
    hashes = {osm_network(AREA, 42, tmp_path / name, server).content_hash for name in ("a", "b")}
    assert len(hashes) == 1
    assert np.all([len(value) == 64 for value in hashes])
