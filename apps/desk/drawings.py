"""Pictures of an order as numbers for SVG: its stages on a scale of minutes, its drive on a map."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.vocabulary import Vocabulary, capitalized, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from apps.desk.orders import Story
    from apps.desk.schemas import Recommendation
    from apps.desk.streets import Line

WIDTH = 720
_MARGIN_SHARE = 0.12
_LEAST_DEGREES = 0.002
_PERCENTILES = (("P50", "p50_minutes"), ("P75", "p75_minutes"), ("P99", "p99_minutes"))


@dataclass(frozen=True)
class Stage:
    """A stage of the order: a bar from ``x``, ``width`` wide."""

    kind: str
    name: str
    begins: datetime
    minutes: float
    x: float
    width: float


@dataclass(frozen=True)
class Mark:
    """A line across the stages: what is expected there."""

    name: str
    minutes: float
    x: float


@dataclass(frozen=True)
class Timeline:
    """The stages of an order on a scale of minutes from its creation."""

    stages: tuple[Stage, ...]
    expected: tuple[Mark, ...]
    ticks: tuple[Mark, ...]


@dataclass(frozen=True)
class Point:
    """A place on the map, with what is there."""

    name: str
    x: float
    y: float


@dataclass(frozen=True)
class Map:
    """Streets, the drive and its two ends; ``route`` and ``streets`` are points for polylines."""

    height: float
    streets: tuple[str, ...]
    route: str
    fixes: tuple[Point, ...]
    ends: tuple[Point, ...]


def draw_timeline(story: Story, recommendation: Recommendation | None) -> Timeline | None:
    """Return the picture of the stages; ``None`` where nothing is known of them."""
    order = story.order
    created = order["created_ts"]
    if created is None:
        return None

    def minutes_at(moment: datetime) -> float:
        return float((moment - created).total_seconds() / 60)

    steps = [
        (kind, name, order[begins], minutes_at(order[begins]), minutes_at(order[ends]))
        for kind, name, begins, ends in _steps(vocabulary())
        if order[begins] is not None and order[ends] is not None
    ]
    expected = [
        (name, float(value))
        for name, column in _PERCENTILES
        if recommendation and (value := getattr(recommendation, column)) is not None
    ]
    longest = max([end for *_, end in steps] + [minutes for _, minutes in expected] + [1.0]) * 1.04
    scale = WIDTH / longest
    step = next(each for each in (5, 10, 15, 30, 60, 120, 1e9) if longest / each <= 12)  # noqa: PLR2004
    return Timeline(
        tuple(
            Stage(kind, name, begins, end - start, start * scale, max(end - start, 0) * scale)
            for kind, name, begins, start, end in steps
        ),
        tuple(Mark(name, minutes, minutes * scale) for name, minutes in expected),
        tuple(
            Mark(f"{number * step:g}", number * step, number * step * scale)
            for number in range(int(longest / step) + 1)
        ),
    )


def draw_map(story: Story, streets: Iterable[Line]) -> Map | None:
    """Return the map of the drive; ``None`` where no place is known."""
    kitchen, order = story.kitchen, story.order
    ends = []
    if kitchen:
        ends.append((kitchen["name"], kitchen["lat"], kitchen["lon"]))
    if order["customer_lat"] is not None and order["customer_lon"] is not None:
        name = order["customer_addr"] or capitalized(vocabulary().customer)
        ends.append((name, order["customer_lat"], order["customer_lon"]))
    fixes = [
        (f"{ping['ping_ts']:%H:%M:%S}", ping["lat"], ping["lon"])
        for ping in story.pings
        if ping["lat"] is not None and ping["lon"] is not None
    ]
    if len(ends) + len(fixes) < 2:  # noqa: PLR2004
        return None
    frame = _Frame([(lat, lon) for _, lat, lon in (*ends, *fixes)])
    return Map(
        frame.height,
        tuple(frame.line(street) for street in streets if frame.touches(street)),
        frame.line([(lat, lon) for _, lat, lon in fixes]),
        tuple(Point(name, *frame.place(lat, lon)) for name, lat, lon in fixes),
        tuple(Point(name, *frame.place(lat, lon)) for name, lat, lon in ends),
    )


class _Frame:
    """What part of the world is drawn, at which scale; north is up."""

    def __init__(self, places: Sequence[tuple[float, float]]) -> None:
        lats, lons = [lat for lat, _ in places], [lon for _, lon in places]
        self._shrink = math.cos(math.radians((min(lats) + max(lats)) / 2))
        lat_span = max(max(lats) - min(lats), _LEAST_DEGREES)
        lon_span = max(max(lons) - min(lons), _LEAST_DEGREES)
        margin = _MARGIN_SHARE * max(lat_span, lon_span * self._shrink)
        lat_span += 2 * margin
        lon_span = max(lon_span + 2 * margin / self._shrink, lat_span / self._shrink)
        self._north = (min(lats) + max(lats)) / 2 + lat_span / 2
        self._west = (min(lons) + max(lons)) / 2 - lon_span / 2
        self._south, self._east = self._north - lat_span, self._west + lon_span
        self._scale = WIDTH / (lon_span * self._shrink)
        self.height = round(lat_span * self._scale, 1)

    def place(self, lat: float, lon: float) -> tuple[float, float]:
        x = (lon - self._west) * self._shrink * self._scale
        return round(x, 1), round((self._north - lat) * self._scale, 1)

    def line(self, places: Iterable[tuple[float, float]]) -> str:
        return " ".join(f"{x},{y}" for x, y in (self.place(lat, lon) for lat, lon in places))

    def touches(self, street: Line) -> bool:
        return any(
            self._south <= lat <= self._north and self._west <= lon <= self._east
            for lat, lon in street
        )


def _steps(words: Vocabulary) -> tuple[tuple[str, str, str, str], ...]:
    """Return the stages of an order: kind, name, and the times at which each begins and ends."""
    return (
        ("queue", f"Waiting for the {words.kitchen}", "created_ts", "started_ts"),
        ("cook", capitalized(words.cooking), "started_ts", "finished_ts"),
        ("pack", "Packing", "finished_ts", "ready_ts"),
        ("wait", f"Waiting for the {words.courier}", "ready_ts", "picked_up_ts"),
        ("drive", "On the way", "picked_up_ts", "delivered_ts"),
    )
