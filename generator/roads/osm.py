"""Real streets from OpenStreetMap, downloaded once with OSMnx and kept for ever after.

Map data (c) OpenStreetMap contributors, Open Database License 1.0.
"""

from __future__ import annotations

import csv
import logging
import os
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from common.errors import UserError
from common.storage import storage_of
from generator.roads.addresses import KnownAddresses
from generator.roads.files import addresses_from_features, network_from_graph, read_graphml
from generator.roads.geometry import METRES_PER_MILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from generator.roads.network import RoadNetwork

logger = logging.getLogger(__name__)

ATTRIBUTION = "\u00a9 OpenStreetMap contributors, ODbL 1.0"
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
        Whether to ask the server when it has a free slot; servers of one's own have none.
    timeout_s
        How long to wait for one answer, seconds.
    """

    url: str = DEFAULT_URL
    rate_limit: bool = True
    timeout_s: int = 180

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
    location_code: str,
    latitude: float,
    longitude: float,
    radius_mi: float,
    seed: int,
    roads_directory: Path,
    overpass: Overpass | None = None,
) -> RoadNetwork:
    """Return the real streets around a kitchen, downloading them only the first time.

    Parameters
    ----------
    location_code, latitude, longitude, radius_mi
        The kitchen and how far it delivers, degrees and miles.
    seed
        Decides where addresses are placed, where OpenStreetMap knows none.
    roads_directory
        Holds ``<location_code>.graphml`` and ``<location_code>.addresses.csv``.
    overpass
        The server; by default what the environment asks for.

    Raises
    ------
    UserError
        If there is no copy and the server cannot be reached or knows no streets there, or if the
        copy was made for another place or a smaller radius.
    """
    file = fetch(location_code, latitude, longitude, radius_mi, roads_directory, overpass=overpass)
    graph = read_graphml(file)
    covered = _number(graph.graph.get(RADIUS_ATTRIBUTE))
    if covered is not None and radius_mi > covered + 1e-6:
        raise UserError(
            f"{file} covers {covered:g} miles around {location_code}, not {radius_mi:g}: delete "
            "it to download a larger one"
        )
    network, excluded = network_from_graph(
        graph,
        location_code,
        (latitude, longitude),
        radius_mi,
        source="osm",
        file=str(file),
        seed=seed,
        places=_read_places(_places_file(file)),
    )
    if excluded:
        logger.warning(
            "%s: %d nodes of %s are left out: one cannot drive there and back from the kitchen",
            location_code,
            excluded,
            file,
        )
    return network


def fetch(
    location_code: str,
    latitude: float,
    longitude: float,
    radius_mi: float,
    roads_directory: Path,
    *,
    refresh: bool = False,
    overpass: Overpass | None = None,
) -> Path:
    """Download the streets and addresses around a kitchen, unless they are there already.

    Parameters
    ----------
    location_code, latitude, longitude, radius_mi
        The kitchen and how far it delivers, degrees and miles.
    roads_directory
        Where the files go; created if need be.
    refresh
        Download again even if they are there.
    overpass
        The server; by default what the environment asks for.

    Returns
    -------
    Path
        The GraphML file, complete: it becomes visible in one step, after the addresses.

    Raises
    ------
    UserError
        If the server cannot be reached or knows no streets there, or the files cannot be written.
    """
    file = roads_directory / f"{location_code}.graphml"
    if not refresh and _is_whole(file):
        return file
    server = Overpass.from_environment() if overpass is None else overpass
    try:
        roads_directory.mkdir(parents=True, exist_ok=True)
        _check_server(server, location_code)
        graph, places = _download(
            server,
            location_code,
            (latitude, longitude),
            radius_mi,
            roads_directory=roads_directory,
            refresh=refresh,
        )
        graph.graph[CENTRE_ATTRIBUTE] = f"{latitude},{longitude}"
        graph.graph[RADIUS_ATTRIBUTE] = f"{radius_mi:g}"
        graph.graph["attribution"] = ATTRIBUTION
        _write_places(_places_file(file), places)
        _write_graph(file, graph)
    except OSError as error:
        raise UserError(
            f"the streets of {location_code} cannot be written to {roads_directory} ({error}): "
            "check its permissions and free space"
        ) from error
    return file


def _is_whole(file: Path) -> bool:
    unfinished = storage_of(file).unfinished(file.parent)
    return file.is_file() and unfinished.isdisjoint({file.name, _places_file(file).name})


def _check_server(server: Overpass, location_code: str) -> None:
    """Fail at once where OSMnx would wait a minute for a server that is not there."""
    import requests  # noqa: PLC0415 - slow to import, and not needed for synthetic roads

    try:
        requests.get(f"{server.url}/status", timeout=min(server.timeout_s, 30))
    except requests.exceptions.RequestException as error:
        raise UserError(_unreachable(server, location_code)) from error


def _unreachable(server: Overpass, location_code: str) -> str:
    return (
        f"the streets of {location_code} cannot be downloaded, {server.url} does not answer: "
        "connect to the internet once, or use --roads synthetic, or --roads with a .graphml or "
        ".osm file"
    )


def _download(
    server: Overpass,
    location_code: str,
    kitchen: tuple[float, float],
    radius_mi: float,
    *,
    roads_directory: Path,
    refresh: bool,
) -> tuple[Any, KnownAddresses | None]:
    """Ask the server for streets and addresses."""
    import networkx as nx  # noqa: PLC0415 - slow to import, and not needed for synthetic roads
    import osmnx as ox  # noqa: PLC0415 - slow to import, and not needed for synthetic roads
    import requests  # noqa: PLC0415 - slow to import, and not needed for synthetic roads

    radius_m = radius_mi * METRES_PER_MILE
    no_answer = ox._errors.InsufficientResponseError  # noqa: SLF001 - OSMnx has no public name
    refusal = ox._errors.ResponseStatusCodeError  # noqa: SLF001 - OSMnx has no public name
    # OSMnx writes its cache as it comes: half a file there is one for ever.
    use_cache = not refresh and storage_of(roads_directory).opens_cheaply
    with _osmnx_settings(server, roads_directory / "overpass", use_cache=use_cache):
        try:
            graph = ox.graph_from_point(kitchen, dist=radius_m, network_type="drive")
            try:
                features = ox.features_from_point(
                    kitchen, tags={"addr:housenumber": True}, dist=radius_m
                )
                places = addresses_from_features(features)
            except no_answer:
                # Streets without any house number are no mistake: names are invented then.
                places = None
        except (no_answer, ValueError, nx.NetworkXException) as error:
            raise UserError(
                f"OpenStreetMap has no streets within {radius_mi:g} miles of the kitchen "
                f"{location_code} at {kitchen} ({error}): check its coordinates"
            ) from error
        except (requests.exceptions.RequestException, refusal) as error:
            raise UserError(_unreachable(server, location_code)) from error
    return graph, places


@contextmanager
def _osmnx_settings(server: Overpass, cache: Path, *, use_cache: bool) -> Iterator[None]:
    """Point OSMnx to a server and a cache, and leave everything as it was before."""
    from osmnx import settings  # noqa: PLC0415 - slow to import, and not needed for synthetic roads

    wanted: dict[str, Any] = {
        "overpass_url": server.url,
        "overpass_rate_limit": server.rate_limit,
        "requests_timeout": server.timeout_s,
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
        # OSMnx replaces the resolver of the whole process by one that remembers the server.
        socket.getaddrinfo = resolve


def _places_file(file: Path) -> Path:
    return file.with_name(f"{file.stem}.addresses.csv")


def _write_graph(file: Path, graph: Any) -> None:  # noqa: ANN401 - an OSMnx graph of any kind
    import osmnx as ox  # noqa: PLC0415 - slow to import, and not needed for synthetic roads

    with storage_of(file).atomic_file(file) as aside:
        ox.save_graphml(graph, aside)


def _write_places(file: Path, places: KnownAddresses | None) -> None:
    if places is None:
        storage_of(file).remove(file)
        return
    with (
        storage_of(file).atomic_file(file) as aside,
        aside.open("w", newline="", encoding="utf-8") as stream,
    ):
        rows = csv.writer(stream)
        rows.writerow(["latitude", "longitude", "address"])
        rows.writerows(
            zip(places.latitude.tolist(), places.longitude.tolist(), places.text, strict=True)
        )


def _read_places(file: Path) -> KnownAddresses | None:
    if not file.is_file():
        return None
    try:
        with file.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        latitude = np.array([float(row["latitude"]) for row in rows])
        longitude = np.array([float(row["longitude"]) for row in rows])
        return KnownAddresses(latitude, longitude, [row["address"] for row in rows])
    except (KeyError, ValueError, TypeError, csv.Error) as error:
        raise UserError(
            f"{file} does not hold addresses ({error}): delete it and the .graphml beside it to "
            "download both again"
        ) from error


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None
