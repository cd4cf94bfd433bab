"""The streets around a kitchen, for maps: those that the dataset was made with."""

from __future__ import annotations

import gzip
import json
import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from apps.desk.now_schemas import Streets
from common.dataset_files import DESCRIPTION_FILE
from common.errors import UserError
from common.landed_files import REPLAY_FOLDER
from common.paths import canonical_directory, landing_directory, roads_directory

if TYPE_CHECKING:
    from apps.desk.published import Row

Line = tuple[tuple[float, float], ...]
"""Points of a street: latitude and longitude, degrees."""

_LOCK = threading.Lock()
# Two metres: less than a pixel of any map.
_UNIT = 0.00002


def streets_around(kitchen: Row) -> tuple[Line, ...]:
    """Return the streets around a kitchen; none where the dataset is away or not from here.

    Parameters
    ----------
    kitchen
        A row of ``locations``.
    """
    road_hash = _road_hash(kitchen["location_code"])
    if road_hash is None:
        return ()
    with _LOCK:  # made once, even if several pages ask at the same time
        return _streets(road_hash, *_place(kitchen))


def streets_address(kitchen: Row) -> str | None:
    """Return where the streets around a kitchen are served; another for other streets.

    ``None`` where the dataset is away or not from here.
    """
    road_hash = _road_hash(kitchen["location_code"])
    return None if road_hash is None else f"/api/streets/{kitchen['location_id']}/{road_hash[:16]}"


def encoded_streets(kitchen: Row) -> bytes | None:
    """Return the streets around a kitchen: `Streets` as JSON, compressed by gzip.

    ``None`` where there are none: that is not kept for good, as streets are.
    """
    if not streets_around(kitchen):
        return None
    with _LOCK:
        return _encoded_streets(_road_hash(kitchen["location_code"]) or "", *_place(kitchen))


@lru_cache(maxsize=16)
def _encoded_streets(
    road_hash: str, location_code: str, lat: float, lon: float, radius_mi: float
) -> bytes:
    streets = _streets(road_hash, location_code, lat, lon, radius_mi)
    lines = [_encoded(line, lat, lon) for line in streets]
    # A street of one point is shorter than a unit.
    answer = Streets(lat=lat, lon=lon, unit=_UNIT, lines=[line for line in lines if line[2:]])
    return gzip.compress(answer.model_dump_json().encode(), mtime=0)


def _place(kitchen: Row) -> tuple[str, float, float, float]:
    return kitchen["location_code"], kitchen["lat"], kitchen["lon"], kitchen["radius_mi"]


def _road_hash(location_code: str) -> str | None:
    try:
        return str(_description_of(location_code)[1]["road_hash"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _encoded(line: Line, lat: float, lon: float) -> list[int]:
    """Return a street as `Streets` says; points that a map cannot show are left out."""
    numbers = list[int]()
    before = (0, 0)
    for place_lat, place_lon in line:
        here = (round((place_lon - lon) / _UNIT), round((place_lat - lat) / _UNIT))
        step = (here[0] - before[0], here[1] - before[1])
        if numbers and step == (0, 0):
            continue
        numbers += step
        before = here
    return numbers


def _description_of(location_code: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the dataset says of itself and of a kitchen."""
    # Of days that are made as they happen there is no dataset, only what their landing says.
    live = landing_directory() / REPLAY_FOLDER / DESCRIPTION_FILE
    file = live if live.exists() else canonical_directory() / DESCRIPTION_FILE
    description = json.loads(file.read_bytes())
    (location,) = (
        each for each in description["locations"] if each["location_code"] == location_code
    )
    return description, location


@lru_cache(maxsize=16)
def _streets(
    road_hash: str, location_code: str, lat: float, lon: float, radius_mi: float
) -> tuple[Line, ...]:
    from generator.roads.delivery_area import DeliveryArea  # noqa: PLC0415  (imports SciPy)
    from generator.roads.sources import load_network  # noqa: PLC0415

    try:
        description, location = _description_of(location_code)
        seed = location["random_seed"]
        network = load_network(
            DeliveryArea(location_code, lat, lon, radius_mi),
            location["road_source"],
            int(description["seed"] if seed is None else seed),
            roads_directory(),
        )
    except (OSError, ValueError, KeyError, TypeError, UserError):
        return ()
    # A network that was downloaded again may be another.
    if network.content_hash != road_hash:
        return ()
    offsets = network.shape_offsets
    return tuple(
        tuple(
            zip(
                network.shape_latitude[offsets[edge] : offsets[edge + 1]].tolist(),
                network.shape_longitude[offsets[edge] : offsets[edge + 1]].tolist(),
                strict=True,
            )
        )
        for edge in range(len(network.edge_start))
        # A street that is driven both ways is two edges.
        if network.edge_start[edge] <= network.edge_end[edge]
    )
