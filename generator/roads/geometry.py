"""Plane and sphere geometry on arrays: distances, crossings, containment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# The radius that OSMnx uses, so that lengths here and there agree.
EARTH_RADIUS_M = 6_371_009.0
METRES_PER_MILE = 1609.344
# Segments that span less than this, squared metres, have no one crossing.
PARALLEL_M2 = 1e-9


def great_circle_m(
    latitude_a: NDArray[np.float64] | float,
    longitude_a: NDArray[np.float64] | float,
    latitude_b: NDArray[np.float64] | float,
    longitude_b: NDArray[np.float64] | float,
) -> NDArray[np.float64]:
    """Return the haversine distance between points in degrees, metres, broadcast shape."""
    phi_a, phi_b = np.deg2rad(latitude_a), np.deg2rad(latitude_b)
    delta_phi = phi_b - phi_a
    delta_lambda = np.deg2rad(longitude_b) - np.deg2rad(longitude_a)
    chord = (
        np.sin(delta_phi / 2) ** 2 + np.cos(phi_a) * np.cos(phi_b) * np.sin(delta_lambda / 2) ** 2
    )
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(chord, 1.0))))


def step_lengths(
    latitude: NDArray[np.float64],
    longitude: NDArray[np.float64],
    offsets: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return the distance from each shape point to the previous one of its path, metres.

    Same shape as ``latitude``; zero at the first point of every path.
    """
    steps = np.zeros(len(latitude))
    if len(latitude) > 1:
        steps[1:] = great_circle_m(latitude[:-1], longitude[:-1], latitude[1:], longitude[1:])
    steps[offsets[:-1]] = 0.0
    return steps


def path_lengths(
    latitude: NDArray[np.float64],
    longitude: NDArray[np.float64],
    offsets: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return the length of each path of shape points, metres, ``(len(offsets) - 1,)``.

    Every path owns at least one point.
    """
    if len(offsets) == 1:
        return np.zeros(0)
    return np.asarray(np.add.reduceat(step_lengths(latitude, longitude, offsets), offsets[:-1]))


@dataclass(frozen=True)
class Plane:
    """A local plane in metres, x east and y north of an origin; exact enough for one city."""

    latitude: float
    longitude: float

    def forward(
        self, latitude: NDArray[np.float64] | float, longitude: NDArray[np.float64] | float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return x and y in metres of points in degrees."""
        x = np.deg2rad(np.asarray(longitude) - self.longitude) * self._parallel_m
        y = np.deg2rad(np.asarray(latitude) - self.latitude) * EARTH_RADIUS_M
        return x, y

    def backward(
        self, x: NDArray[np.float64], y: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return latitude and longitude in degrees of points in metres."""
        latitude = self.latitude + np.rad2deg(y / EARTH_RADIUS_M)
        longitude = self.longitude + np.rad2deg(x / self._parallel_m)
        return latitude, longitude

    @property
    def _parallel_m(self) -> float:
        return EARTH_RADIUS_M * float(np.cos(np.deg2rad(self.latitude)))


def inside_polygon(
    x: NDArray[np.float64], y: NDArray[np.float64], polygon: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Tell which points lie inside a polygon, by counting the sides to their east.

    Parameters
    ----------
    x, y
        (P,) coordinates.
    polygon
        (V, 2) corners, not repeated at the end.
    """
    inside = np.zeros(len(x), dtype=bool)
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    near = np.flatnonzero((x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1]))
    px, py = x[near, None], y[near, None]
    x0, y0 = polygon[:, 0], polygon[:, 1]
    x1, y1 = np.roll(x0, -1), np.roll(y0, -1)
    spans = (y0 > py) != (y1 > py)
    rise = np.where(y1 == y0, 1.0, y1 - y0)
    crossing_x = x0 + (py - y0) / rise * (x1 - x0)
    inside[near] = (spans & (px < crossing_x)).sum(axis=1) % 2 == 1
    return inside


def distance_to_segments(
    x: NDArray[np.float64], y: NDArray[np.float64], segments: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the distance of each point to the nearest segment.

    Parameters
    ----------
    x, y
        (P,) coordinates.
    segments
        (S, 4) as x0, y0, x1, y1; infinity is returned where there are none.
    """
    best = np.full(len(x), np.inf)
    for x0, y0, x1, y1 in segments.tolist():
        dx, dy = x1 - x0, y1 - y0
        squared = dx * dx + dy * dy or 1.0
        along = np.clip(((x - x0) * dx + (y - y0) * dy) / squared, 0.0, 1.0)
        np.minimum(best, (x - x0 - along * dx) ** 2 + (y - y0 - along * dy) ** 2, out=best)
    return np.asarray(np.sqrt(best))


def segment_crossings(
    segments: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return where segments cross each other: which segment, and at what fraction of it.

    Each crossing appears twice, once for either segment. Parallel segments never cross.
    """
    start, step = segments[:, :2], segments[:, 2:] - segments[:, :2]
    cross = step[:, None, 0] * step[None, :, 1] - step[:, None, 1] * step[None, :, 0]
    gap = start[None, :, :] - start[:, None, :]
    parallel = np.abs(cross) < PARALLEL_M2
    safe = np.where(parallel, 1.0, cross)
    along = (gap[..., 0] * step[None, :, 1] - gap[..., 1] * step[None, :, 0]) / safe
    other = (gap[..., 0] * step[:, None, 1] - gap[..., 1] * step[:, None, 0]) / safe
    hit = ~parallel & (along >= 0) & (along <= 1) & (other >= 0) & (other <= 1)
    rows, columns = np.nonzero(hit)
    return rows.astype(np.int64), along[rows, columns]


def inland(coast: NDArray[np.float64], metres: float) -> NDArray[np.float64]:
    """Return an open coastline, (V, 2) with the land on its right, moved towards the land."""
    step = np.diff(coast, axis=0)
    normal = np.stack([step[:, 1], -step[:, 0]], axis=1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    at_corner = np.concatenate([normal[:1], normal[:-1] + normal[1:], normal[-1:]])
    at_corner /= np.linalg.norm(at_corner, axis=1, keepdims=True)
    return coast + metres * at_corner
