"""The streets around a kitchen, for maps: those that the dataset was made with."""

from __future__ import annotations

import json
import threading
from functools import lru_cache
from typing import TYPE_CHECKING

from common.dataset_files import DESCRIPTION_FILE
from common.errors import UserError
from common.paths import canonical_directory, roads_directory

if TYPE_CHECKING:
    from apps.desk.published import Row

Line = tuple[tuple[float, float], ...]
"""Points of a street: latitude and longitude, degrees."""

_LOCK = threading.Lock()


def streets_around(kitchen: Row) -> tuple[Line, ...]:
    """Return the streets around a kitchen; none where the dataset is away or not from here.

    Parameters
    ----------
    kitchen
        A row of ``locations``.
    """
    with _LOCK:  # made once, even if several pages ask at the same time
        return _streets(
            kitchen["location_code"], kitchen["lat"], kitchen["lon"], kitchen["radius_mi"]
        )


@lru_cache(maxsize=16)
def _streets(location_code: str, lat: float, lon: float, radius_mi: float) -> tuple[Line, ...]:
    from generator.roads.delivery_area import DeliveryArea  # noqa: PLC0415  (imports SciPy)
    from generator.roads.sources import load_network  # noqa: PLC0415

    try:
        description = json.loads((canonical_directory() / DESCRIPTION_FILE).read_bytes())
        (location,) = (
            each for each in description["locations"] if each["location_code"] == location_code
        )
        seed = location["random_seed"]
        network = load_network(
            DeliveryArea(location_code, lat, lon, radius_mi),
            location["road_source"],
            int(description["seed"] if seed is None else seed),
            roads_directory(),
        )
    except (OSError, ValueError, KeyError, TypeError, UserError):
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
