"""Charts as numbers for SVG: curves and bars over days, with a scale, marks and a table.

The drawing stretches with the page, so places are shares of its width and height in per cent.
What a script needs to tell the value under the pointer is in the table below the chart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    Number = int | float | Decimal

_MOST_LABELS = 8
_MOST_MARKERS = 9
_MOST_TICKS = 5
_STEPS = (1, 2, 2.5, 5, 10)
_STRETCHED = 1000
"""Width and height of the part of a drawing that is stretched."""


@dataclass(frozen=True)
class Unit:
    """What is counted, and how a number of it is written.

    Attributes
    ----------
    name
        What stands at the scale: ``orders a day``.
    before, after
        What stands at each number: ``$``, ``%``.
    decimals
        Digits after the point.
    """

    name: str
    before: str = ""
    after: str = ""
    decimals: int = 0

    def text(self, value: Number | None) -> str:
        """Return a number as people read it."""
        return "-" if value is None else f"{self.before}{value:,.{self.decimals}f}{self.after}"

    def short(self, value: float) -> str:
        """Return a number of the scale."""
        if value >= 10_000:  # noqa: PLR2004
            return f"{self.before}{value / 1000:,.0f}k{self.after}"
        return f"{self.before}{value:,.{0 if value == int(value) else 1}f}{self.after}"


@dataclass(frozen=True)
class Series:
    """A curve, or the bars of one kind.

    Attributes
    ----------
    name
        What it is of.
    style
        Its colour, dashes and markers, from 1; the same thing has the same in every chart.
    values
        One for each point of the chart; ``None`` where there is none.
    """

    name: str
    style: int
    values: Sequence[Number | None]


@dataclass(frozen=True)
class Panel:
    """A part of a chart with a scale of its own.

    Attributes
    ----------
    unit
        Of all its series.
    series
        What is drawn.
    stacked
        Bars on top of each other instead of curves.
    from_zero
        Whether the scale of curves begins at zero.
    """

    unit: Unit
    series: tuple[Series, ...]
    stacked: bool = False
    from_zero: bool = True


@dataclass(frozen=True)
class Event:
    """Something that happened at a point: a line across the chart."""

    point: int
    name: str


@dataclass(frozen=True)
class Chart:
    """What is shown, not yet where.

    Attributes
    ----------
    name
        Its name in addresses.
    title, summary
        What it shows; what is to be seen in it, in sentences.
    points
        The names of the points along it, as in the table.
    panels
        From top to bottom.
    along
        What the points are: ``day``.
    labels
        The points that are written below the scale, with their short names; some, if empty.
    events
        What happened on the way.
    so_far
        Whether the last point is not complete yet.
    note
        How the numbers are made, if the title does not say it.
    download
        The address of the same numbers as CSV.
    """

    name: str
    title: str
    summary: str
    points: tuple[str, ...]
    panels: tuple[Panel, ...]
    along: str = "day"
    labels: tuple[tuple[int, str], ...] = ()
    events: tuple[Event, ...] = ()
    so_far: bool = False
    note: str = ""
    download: str = ""

    @property
    def columns(self) -> list[tuple[Unit, Series]]:
        """All series with their units, from top to bottom."""
        return [(panel.unit, series) for panel in self.panels for series in panel.series]

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        """The table: each point with the numbers of all series, as people read them."""
        return [
            (name, [unit.text(series.values[point]) for unit, series in self.columns])
            for point, name in enumerate(self.points)
        ]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw: no value, or only zeros."""
        return not any(value for _, series in self.columns for value in series.values)


@dataclass(frozen=True)
class Missing:
    """A chart that cannot be drawn, and what to do about it."""

    name: str
    title: str
    reason: str


@dataclass(frozen=True)
class Tick:
    """A number of a scale or a point along it, ``at`` per cent; ``minor`` ones go on a phone."""

    at: float
    text: str
    minor: bool = False


@dataclass(frozen=True)
class Curve:
    """Polylines of one series, its markers, and the way to a point that is not complete yet."""

    style: int
    lines: tuple[str, ...]
    markers: tuple[tuple[float, float], ...]
    so_far: str


@dataclass(frozen=True)
class Bar:
    """A part of a stack of bars, in per cent."""

    style: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Picture:
    """A panel as it is drawn."""

    unit: Unit
    ticks: tuple[Tick, ...]
    curves: tuple[Curve, ...]
    bars: tuple[Bar, ...]
    begins_at: str


@dataclass(frozen=True)
class Drawing:
    """A chart as it is drawn: its panels, and what they have in common."""

    pictures: tuple[Picture, ...]
    labels: tuple[Tick, ...]
    events: tuple[Tick, ...]


def draw(chart: Chart) -> Drawing:
    """Return where everything of a chart is."""
    count = len(chart.points)
    return Drawing(
        tuple(_draw_panel(panel, count, so_far=chart.so_far) for panel in chart.panels),
        tuple(_labels(chart)),
        tuple(Tick(_middle(event.point, count), event.name) for event in chart.events),
    )


def nice_scale(lowest: float, highest: float) -> list[float]:
    """Return round numbers from at most the lowest to at least the highest."""
    spread = highest - lowest
    if spread <= 0:
        return [lowest, lowest + 1]
    rough = spread / (_MOST_TICKS - 1)
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in _STEPS if factor * power >= rough * (1 - 1e-9))
    first, last = math.floor(lowest / step + 1e-9), math.ceil(highest / step - 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]


def _draw_panel(panel: Panel, count: int, *, so_far: bool) -> Picture:
    scale = _scale_of(panel, count)
    low, high = scale[0], scale[-1]

    def height_of(value: Number) -> float:
        return 100 * (1 - (float(value) - low) / (high - low))

    curves: tuple[Curve, ...] = ()
    bars: tuple[Bar, ...] = ()
    if panel.stacked:
        bars = tuple(_bars(panel.series, count, high))
    else:
        curves = tuple(
            _curve(
                series.style,
                [None if value is None else height_of(value) for value in series.values],
                so_far=so_far,
            )
            for series in panel.series
        )
    return Picture(
        panel.unit,
        tuple(Tick(_rounded(height_of(value)), panel.unit.short(value)) for value in scale),
        curves,
        bars,
        panel.unit.short(low) if low else "",
    )


def _scale_of(panel: Panel, count: int) -> list[float]:
    if panel.stacked:
        highest = max((_total(panel.series, point) for point in range(count)), default=0.0)
        return nice_scale(0.0, highest)
    values = [
        float(value) for series in panel.series for value in series.values if value is not None
    ]
    lowest = min(values, default=0.0)
    return nice_scale(
        0.0 if panel.from_zero and lowest >= 0 else lowest,
        max(values, default=0.0),
    )


def _total(series: Sequence[Series], point: int) -> float:
    return sum(float(each.values[point] or 0) for each in series)


def _curve(style: int, heights: Sequence[float | None], *, so_far: bool) -> Curve:
    count = len(heights)
    whole = list(heights[:-1]) if so_far else list(heights)
    runs = [
        [(point, height) for point, height in run if height is not None]
        for known, run in groupby(enumerate(whole), key=lambda each: each[1] is not None)
        if known
    ]
    known = [place for run in runs for place in run]
    every = max(1, math.ceil(len(known) / _MOST_MARKERS))
    # Counted from the end, so that the newest point always has one.
    marked = known[::-1][::every]
    last = ""
    if so_far and count > 1 and heights[-1] is not None and heights[-2] is not None:
        last = _points([(count - 2, heights[-2]), (count - 1, heights[-1])], count)
    return Curve(
        style,
        tuple(_points(run, count) for run in runs),
        tuple((_rounded(_middle(point, count)), _rounded(height)) for point, height in marked),
        last,
    )


def _points(places: Sequence[tuple[int, float]], count: int) -> str:
    # One point alone is a line of no length, which round ends make visible.
    drawn = places if len(places) > 1 else [*places, *places]
    return " ".join(
        f"{_middle(point, count) * _STRETCHED / 100:.1f},{height * _STRETCHED / 100:.1f}"
        for point, height in drawn
    )


def _bars(series: Sequence[Series], count: int, high: float) -> Iterator[Bar]:
    width = 100 / count if count else 0
    for point in range(count):
        top = 100.0
        for each in series:
            height = 100 * float(each.values[point] or 0) / high
            if height > 0:
                top -= height
                yield Bar(
                    each.style,
                    *map(_rounded, (point * width + 0.1 * width, top, 0.8 * width, height)),
                )


def _labels(chart: Chart) -> Iterator[Tick]:
    labels = chart.labels or tuple(enumerate(chart.points))
    every = max(1, math.ceil(len(labels) / _MOST_LABELS))
    for number, (point, text) in enumerate(labels[::every]):
        yield Tick(_rounded(_middle(point, len(chart.points))), text, minor=number % 2 == 1)


def _middle(point: int, count: int) -> float:
    return 100 * (point + 0.5) / count


def _rounded(share: float) -> float:
    return round(share, 2)
