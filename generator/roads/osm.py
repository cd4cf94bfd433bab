"""Real streets from OpenStreetMap, downloaded once with OSMnx and stored.

Map data (c) OpenStreetMap contributors, Open Database License 1.0.
"""

from __future__ import annotations

import csv
import os
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from common.errors import UserError
from common.loopback import NO_PROXIES, is_loopback
from common.storage import storage_of
from generator.roads.addresses import KnownAddresses
from generator.roads.attribution import OSM_ATTRIBUTION
from generator.roads.graph_network import load_delivery_network
from generator.roads.graphml_file import read_graphml
from generator.roads.osm_file import addresses_from_features
from generator.roads.street_graph import StreetGraph

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from generator.roads.delivery_area import DeliveryArea
    from generator.roads.network import RoadNetwork

DEFAULT_URL = "https://overpass-api.de/api"
# What a download was made for is written into its GraphML.
CENTRE_ATTRIBUTE, RADIUS_ATTRIBUTE = "kitchen", "radius_mi"


@dataclass(frozen=True)
class Overpass:
    """The server that answers questions about OpenStreetMap.

    Attributes
    ----------
    url
        Address of its interface, without ``/interpreter``.
    rate_limit
        Whether to ask the server when it has a free slot; a server of your own has none.
    timeout_s
        How long to wait for one answer, seconds.
    """

    url: str = DEFAULT_URL
    rate_limit: bool = True
    timeout_s: int = 180

    @property
    def request_options(self) -> dict[str, Any]:
        """Options of every request: one on this machine is not asked through a proxy."""
        return {"proxies": NO_PROXIES} if is_loopback(self.url) else {}

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Overpass:
        """Return what ``CASPERS_OVERPASS_URL``, ``_RATE_LIMIT`` and ``_TIMEOUT`` ask for.

        Raises
        ------
        UserError
            If the rate limit is neither 0 nor 1 or the time-out is no positive whole number.
        """
        given = os.environ if environment is None else environment
        rate_limit = given.get("CASPERS_OVERPASS_RATE_LIMIT") or "1"
        if rate_limit not in {"0", "1"}:
            raise UserError(
                f"CASPERS_OVERPASS_RATE_LIMIT is {rate_limit!r}: set it to 0 (no limit) or 1"
            )
        timeout = given.get("CASPERS_OVERPASS_TIMEOUT") or str(cls.timeout_s)
        if not timeout.isdecimal() or not int(timeout):
            raise UserError(
                f"CASPERS_OVERPASS_TIMEOUT is {timeout!r}: set it to a number of seconds"
            )
        url = given.get("CASPERS_OVERPASS_URL") or cls.url
        return cls(url.rstrip("/"), rate_limit == "1", int(timeout))


def osm_network(
    area: DeliveryArea, seed: int, roads_directory: Path, overpass: Overpass | None = None
) -> RoadNetwork:
    """Return the real streets around a kitchen, downloading them only the first time.

    Parameters
    ----------
    area
        The kitchen and how far it delivers.
    seed
        Decides where addresses are placed, where OpenStreetMap knows none.
    roads_directory
        Holds ``<location_code>.graphml`` and ``<location_code>.addresses.csv``.
    overpass
        The server; by default what the environment says.

    Raises
    ------
    UserError
        If there is no copy and the server cannot be reached or knows no streets there, or if the
        copy was made for another place or a smaller radius.
    """
    file = fetch(area, roads_directory, overpass=overpass)
    graph = read_graphml(file)
    covered = _number(graph.graph.get(RADIUS_ATTRIBUTE))
    if covered is not None and area.radius_mi > covered + 1e-6:
        raise UserError(
            f"{file} covers {covered:g} miles around {area.location_code}, not "
            f"{area.radius_mi:g}: delete it to download a larger one"
        )
    known = _read_addresses(_addresses_file(file))
    return load_delivery_network(StreetGraph(graph, "osm", file, known), area, seed)


def fetch(
    area: DeliveryArea,
    roads_directory: Path,
    *,
    refresh: bool = False,
    overpass: Overpass | None = None,
) -> Path:
    """Download the streets and addresses around a kitchen, unless they are there already.

    Parameters
    ----------
    area
        The kitchen and how far it delivers.
    roads_directory
        Where the files go; created if need be.
    refresh
        Download again even if they are there.
    overpass
        The server; by default what the environment says.

    Returns
    -------
    Path
        The GraphML file, complete: it becomes visible in one step, after the addresses.

    Raises
    ------
    UserError
        If the server cannot be reached or knows no streets there, or the files cannot be written.
    """
    file = roads_directory / f"{area.location_code}.graphml"
    if not refresh and _is_complete(file):
        return file
    server = Overpass.from_environment() if overpass is None else overpass
    try:
        roads_directory.mkdir(parents=True, exist_ok=True)
        _check_server(server, area.location_code)
        graph, known = _download(server, area, roads_directory, refresh=refresh)
        graph.graph[CENTRE_ATTRIBUTE] = f"{area.latitude},{area.longitude}"
        graph.graph[RADIUS_ATTRIBUTE] = f"{area.radius_mi:g}"
        graph.graph["attribution"] = OSM_ATTRIBUTION
        _write_addresses(_addresses_file(file), known)
        _write_graph(file, graph)
    except OSError as error:
        raise UserError(
            f"the streets of {area.location_code} cannot be written to {roads_directory} "
            f"({error}): check its permissions and free space"
        ) from error
    return file


def _is_complete(file: Path) -> bool:
    unfinished = storage_of(file).unfinished(file.parent)
    return file.is_file() and unfinished.isdisjoint({file.name, _addresses_file(file).name})


def _check_server(server: Overpass, location_code: str) -> None:
    """Fail at once where OSMnx would wait a minute for a server that is not there."""
    import requests  # noqa: PLC0415 - slow to import

    try:
        requests.get(
            f"{server.url}/status", timeout=min(server.timeout_s, 30), **server.request_options
        )
    except requests.exceptions.RequestException as error:
        raise UserError(_unreachable(server, location_code)) from error


def _unreachable(server: Overpass, location_code: str) -> str:
    return (
        f"the streets of {location_code} cannot be downloaded, {server.url} does not answer: "
        "connect to the internet once, or use --roads synthetic, or --roads with a .graphml or "
        ".osm file"
    )


def _download(
    server: Overpass, area: DeliveryArea, roads_directory: Path, *, refresh: bool
) -> tuple[Any, KnownAddresses | None]:
    """Ask the server for streets and addresses."""
    import networkx as nx  # noqa: PLC0415 - slow to import
    import osmnx as ox  # noqa: PLC0415 - slow to import
    import requests  # noqa: PLC0415 - slow to import

    no_answer = ox._errors.InsufficientResponseError  # noqa: SLF001 - OSMnx has no public name
    refusal = ox._errors.ResponseStatusCodeError  # noqa: SLF001 - OSMnx has no public name
    # OSMnx writes its cache in place: a file cut short would stay in it and be used.
    use_cache = not refresh and storage_of(roads_directory).opens_cheaply
    with _osmnx_settings(server, roads_directory / "overpass", use_cache=use_cache):
        try:
            graph = ox.graph_from_point(area.kitchen, dist=area.radius_m, network_type="drive")
            try:
                features = ox.features_from_point(
                    area.kitchen, tags={"addr:housenumber": True}, dist=area.radius_m
                )
                known = addresses_from_features(features)
            except no_answer:
                # Streets without any house number are not an error: addresses are invented then.
                known = None
        except (no_answer, ValueError, nx.NetworkXException) as error:
            raise UserError(
                f"OpenStreetMap has no streets within {area.radius_mi:g} miles of the kitchen "
                f"{area.location_code} at {area.kitchen} ({error}): check its coordinates"
            ) from error
        except (requests.exceptions.RequestException, refusal) as error:
            raise UserError(_unreachable(server, area.location_code)) from error
    return graph, known


@contextmanager
def _osmnx_settings(server: Overpass, cache: Path, *, use_cache: bool) -> Iterator[None]:
    """Point OSMnx to a server and a cache, and leave everything as it was before."""
    from osmnx import settings  # noqa: PLC0415 - slow to import

    wanted: dict[str, Any] = {
        "overpass_url": server.url,
        "overpass_rate_limit": server.rate_limit,
        "requests_timeout": server.timeout_s,
        "requests_kwargs": server.request_options,
        "cache_folder": cache,
        "use_cache": use_cache,
        # Without it a name that does not resolve is looked up at a public server, for minutes.
        "doh_url_template": None,
    }
    before = {name: getattr(settings, name) for name in wanted}
    resolve = socket.getaddrinfo
    for name, value in wanted.items():
        setattr(settings, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(settings, name, value)
        # OSMnx replaces the resolver of the whole process by one that caches the server's address.
        socket.getaddrinfo = resolve


def _addresses_file(file: Path) -> Path:
    return file.with_name(f"{file.stem}.addresses.csv")


def _write_graph(file: Path, graph: Any) -> None:  # noqa: ANN401 - an OSMnx graph of any kind
    import osmnx as ox  # noqa: PLC0415 - slow to import

    with storage_of(file).atomic_file(file) as staged:
        ox.save_graphml(graph, staged)


def _write_addresses(file: Path, known: KnownAddresses | None) -> None:
    if known is None:
        storage_of(file).remove(file)
        return
    with (
        storage_of(file).atomic_file(file) as staged,
        staged.open("w", newline="", encoding="utf-8") as stream,
    ):
        rows = csv.writer(stream)
        rows.writerow(["latitude", "longitude", "address"])
        rows.writerows(
            zip(known.latitude.tolist(), known.longitude.tolist(), known.text, strict=True)
        )


def _read_addresses(file: Path) -> KnownAddresses | None:
    if not file.is_file():
        return None
    try:
        with file.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        latitude = np.array([float(row["latitude"]) for row in rows])
        longitude = np.array([float(row["longitude"]) for row in rows])
        texts = [row["address"] for row in rows]
        _check_rows(latitude, longitude, texts)
        return KnownAddresses(latitude, longitude, texts)
    except (KeyError, ValueError, TypeError, csv.Error) as error:
        raise UserError(
            f"{file} has no readable addresses ({error}): delete it and the .graphml beside it to "
            "download both again"
        ) from error


def _check_rows(
    latitude: NDArray[np.float64], longitude: NDArray[np.float64], texts: list[str | None]
) -> None:
    wrong = ~((np.abs(latitude) <= 90.0) & (np.abs(longitude) <= 180.0))  # noqa: PLR2004 - degrees
    wrong |= np.array([not text for text in texts], dtype=bool)
    if wrong.any():
        raise ValueError(f"row {int(wrong.argmax()) + 1} below the heading is none")


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None
