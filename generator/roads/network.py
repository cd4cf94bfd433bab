"""The one structure that every street network becomes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from generator.roads.geometry import path_lengths

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class RoadNetwork:
    """A directed street network with the shape of every street and the addresses along it.

    Attributes
    ----------
    source
        ``synthetic``, ``osm``, or the path of the file it was read from.
    latitude, longitude
        Coordinates of the N nodes, degrees, float64.
    edge_start, edge_end
        Node numbers of the E directed edges, int32. A two-way street is two edges, a one-way
        street is one.
    edge_length_m
        Length of each edge along its geometry, metres, float64.
    edge_speed
        How fast one drives on each edge relative to a usual street, by its class, float64; 0 where
        the source does not know the class.
    shape_offsets
        int64, E + 1: edge ``e`` owns shape points ``shape_offsets[e]:shape_offsets[e + 1]``,
        the first at its start node and the last at its end node.
    shape_latitude, shape_longitude
        Shape points of all edges one after the other, degrees, float64.
    address_latitude, address_longitude
        Where customers may live: A addresses, degrees, float64.
    address_node
        The node from which each address is served, int32.
    address_text
        What is written on the order, one string per address, for example ``"418 Alder St"``.
    content_hash
        SHA-256 over all of the above arrays; equal networks have equal hashes.
    """

    source: str
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    edge_start: NDArray[np.int32]
    edge_end: NDArray[np.int32]
    edge_length_m: NDArray[np.float64]
    edge_speed: NDArray[np.float64]
    shape_offsets: NDArray[np.int64]
    shape_latitude: NDArray[np.float64]
    shape_longitude: NDArray[np.float64]
    address_latitude: NDArray[np.float64]
    address_longitude: NDArray[np.float64]
    address_node: NDArray[np.int32]
    address_text: list[str]
    content_hash: str


@dataclass(frozen=True)
class Addresses:
    """Addresses where customers may live.

    Attributes
    ----------
    latitude, longitude
        Degrees, (A,).
    node
        Number of the node that serves each address, (A,).
    text
        A strings.
    """

    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    node: NDArray[np.int64]
    text: list[str]


@dataclass(frozen=True)
class Streets:
    """Directed edges with their shapes, before they are rounded and hashed.

    Attributes
    ----------
    start, end
        Node numbers, (E,).
    offsets
        (E + 1,): edge ``e`` owns shape points ``offsets[e]:offsets[e + 1]``.
    latitude, longitude
        Shape points of all edges, degrees, (offsets[-1],).
    length_m
        (E,), or nothing where it should be computed from the shapes.
    speed
        (E,), relative to a usual street, or nothing where no class of a street is known.
    """

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    offsets: NDArray[np.int64]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    length_m: NDArray[np.float64] | None = None
    speed: NDArray[np.float64] | None = None


def make_network(
    source: str,
    latitude: NDArray[np.float64],
    longitude: NDArray[np.float64],
    streets: Streets,
    addresses: Addresses,
) -> RoadNetwork:
    """Return the network with every number rounded, every type fixed and the hash of it all.

    Coordinates are rounded to 1e-7 degree (a centimetre) and lengths to a millimetre: the last
    bit of a sine may differ between processors, the network may not.
    """
    shape_latitude, shape_longitude = _degrees(streets.latitude), _degrees(streets.longitude)
    offsets = streets.offsets.astype(np.int64)
    length_m = streets.length_m
    if length_m is None:
        length_m = path_lengths(shape_latitude, shape_longitude, offsets)
    network = RoadNetwork(
        source=source,
        latitude=_degrees(latitude),
        longitude=_degrees(longitude),
        edge_start=streets.start.astype(np.int32),
        edge_end=streets.end.astype(np.int32),
        edge_length_m=np.round(length_m, 3),
        edge_speed=np.zeros(len(streets.start)) if streets.speed is None else streets.speed,
        shape_offsets=offsets,
        shape_latitude=shape_latitude,
        shape_longitude=shape_longitude,
        address_latitude=_degrees(addresses.latitude),
        address_longitude=_degrees(addresses.longitude),
        address_node=addresses.node.astype(np.int32),
        address_text=addresses.text,
        content_hash="",
    )
    return replace(network, content_hash=_content_hash(network))


def _content_hash(network: RoadNetwork) -> str:
    digest = hashlib.sha256()
    for field in fields(RoadNetwork):
        array = getattr(network, field.name)
        if isinstance(array, np.ndarray):
            digest.update(f"{field.name}:{len(array)};".encode())
            # The platform's byte order must not show in the hash.
            digest.update(array.astype(array.dtype.newbyteorder("<")).tobytes())
    digest.update("\n".join(network.address_text).encode())
    return digest.hexdigest()


def _degrees(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.round(values, 7), dtype=np.float64)
