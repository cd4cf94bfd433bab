"""What charts are made of, and what all of them have in common.

Colours are names that the style sheet defines for light and dark: a chart follows the page without
being drawn again, on a screen as on paper. No chart says anything by colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import altair as alt

from reports.page.figures import Unit
from reports.page.formats import NOTHING, format_day, format_value
from reports.page.words import said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.page.business import Business, Period
    from reports.page.source import Row


Spec = dict[str, Any]

WIDTH = 520
"""How wide a chart is where no script makes it as wide as its column."""

HEIGHT = 230

LOW = 150

INK, MUTED, QUIET, STRONG = "var(--ink)", "var(--muted)", "var(--quiet)", "var(--strong)"

SERIES = tuple(f"var(--series-{number})" for number in range(1, 9))

_SHAPES = (
    "circle",
    "square",
    "triangle-up",
    "diamond",
    "cross",
    "triangle-down",
    "circle",
    "square",
)


CONFIG: Spec = {
    "background": "transparent",
    "font": "Helvetica, Arial, 'Liberation Sans', sans-serif",
    "aria": False,  # the figure around a chart describes it, and its table has the numbers
    "view": {"stroke": None},
    "mark": {"color": SERIES[0]},
    "bar": {"stroke": "var(--paper)", "strokeWidth": 1},  # a gap tells parts apart, too
    "axis": {
        "domainColor": MUTED,
        "gridColor": "var(--grid)",
        "labelColor": MUTED,
        "labelFontSize": 12,
        "tickColor": MUTED,
        "titleColor": MUTED,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    },
    "legend": {
        "labelColor": INK,
        "labelFontSize": 11,
        "labelLimit": 220,
        "orient": "top",
        "columns": 2,
        "symbolStrokeWidth": 2,
        "title": None,
    },
    "header": {"labelColor": INK, "titleColor": MUTED},
}
"""What all charts have in common."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the page.

    Attributes
    ----------
    caption
        What it shows.
    columns
        The headings.
    rows
        The cells; the first of a row is its heading.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart.

    Attributes
    ----------
    key
        Its name in the page.
    title
        What it shows, in a sentence with the numbers that matter.
    units
        What is on its axes, and over which time.
    description
        What somebody has to know who does not see it.
    panels
        Specifications for Vega-Lite, drawn below each other.
    table
        Its numbers.
    """

    key: str
    title: str
    units: str
    description: str
    panels: tuple[Spec, ...]
    table: Table


def kitchen_tip() -> alt.Tooltip:
    """Return the line of a tip that names the kitchen."""
    return alt.Tooltip("kitchen:N", title=said("{kitchen}"))


def lines_by_kitchen(business: Business, rows: list[Row], title: str) -> Spec:
    """Return a line of shares for each kitchen."""
    names = {kitchen.location_id: kitchen.name for kitchen in business.kitchens}
    period = business.period
    values = [
        {
            "begins": iso(row["begins"]),
            "kitchen": names[row["location_id"]],
            "value": float(row["value"]),
        }
        for row in rows
        if row["location_id"] in names
    ]
    order = list(names.values())
    lines = (
        chart(values, HEIGHT)
        .mark_line(point=alt.OverlayMarkDef(filled=True, size=40))
        .encode(
            x=time_axis(period),
            y=alt.Y(
                "value:Q",
                title=title,
                axis=alt.Axis(format="%"),
                scale=alt.Scale(zero=True),
            ),
            color=color("kitchen", order, SERIES),
            shape=shape("kitchen", order),
            tooltip=[
                when(period.coarse),
                kitchen_tip(),
                alt.Tooltip("value:Q", format=".1%", title=title),
            ],
        )
    )
    return to_spec(lines)


def table_by_kitchen(business: Business, caption: str, rows: list[Row]) -> Table:
    """Return a table of shares with a row for each step and a column for each kitchen."""
    found = {
        (row["begins"], row["location_id"]): format_value(row["value"], Unit.PERCENT)
        for row in rows
    }
    steps = sorted({begins for begins, _ in found})
    return Table(
        caption,
        (f"{business.period.coarse.title()} of", *(kitchen.name for kitchen in business.kitchens)),
        tuple(
            (
                format_day(max(begins, business.period.first_day)),
                *(
                    found.get((begins, kitchen.location_id), NOTHING)
                    for kitchen in business.kitchens
                ),
            )
            for begins in steps
        ),
    )


def lowest_and_highest(rows: list[Row]) -> str:
    """Return between which shares all kitchens stay."""
    values = [row["value"] for row in rows]
    if not values:
        return "unknown so far"
    low, high = (format_value(end, Unit.PERCENT) for end in (min(values), max(values)))
    return f"between {low} and {high}"


def from_first_to_last(business: Business, rows: list[Row]) -> str:
    """Return in a sentence how the share of each kitchen has changed."""
    told = []
    for kitchen in business.kitchens:
        values = [row["value"] for row in rows if row["location_id"] == kitchen.location_id]
        if values:
            first, last = (format_value(values[place], Unit.PERCENT) for place in (0, -1))
            told.append(f"{kitchen.name} from {first} to {last}")
    return f"From the first {business.period.coarse} to the last: {', '.join(told)}."


def iso(day: date) -> str:
    """Return a day as charts read it."""
    return day.isoformat()


def chart(rows: list[Row], height: int) -> alt.Chart:
    """Return a chart of rows without marks yet, as wide as its column."""
    values = [
        {key: round(value, 4) if isinstance(value, float) else value for key, value in row.items()}
        # Vega reads days as numbers, which a tooltip would show.
        | ({"label": format_day(date.fromisoformat(row["begins"]))} if "begins" in row else {})
        for row in rows
    ]
    return alt.Chart(alt.InlineData(values=values)).properties(width="container", height=height)


def time_axis(period: Period) -> alt.X:
    """Return the axis of days, in no zone: it looks alike wherever the page is opened."""
    domain = [iso(period.first_day), iso(period.last_day)]
    if period.coarse == "week":  # the first week may begin before the first day
        domain[0] = iso(_monday(period.first_day))
    return alt.X(
        "begins:T",
        title=None,
        scale=alt.Scale(type="utc", domain=domain),
        axis=alt.Axis(
            format="%-d %b", labelOverlap="parity", labelSeparation=4, tickCount=6, grid=False
        ),
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def when(step: str) -> alt.Tooltip:
    """Return the line of a tooltip that says which day, week or month it is about."""
    return alt.Tooltip("label:N", title=step if step == "day" else f"{step} of")


def color(field: str, names: Sequence[str], colors: Sequence[str]) -> alt.Color:
    """Return the colours of names, in their order."""
    used = [colors[place % len(colors)] for place in range(len(names))]
    return alt.Color(f"{field}:N", scale=alt.Scale(domain=list(names), range=used))


def shape(field: str, names: Sequence[str]) -> alt.Shape:
    """Return the shapes of names, which tell them apart where colours do not."""
    used = [_SHAPES[place % len(_SHAPES)] for place in range(len(names))]
    return alt.Shape(f"{field}:N", scale=alt.Scale(domain=list(names), range=used))


def to_spec(drawn: alt.Chart | alt.LayerChart | alt.FacetChart) -> Spec:
    """Return a specification for Vega-Lite; what all have in common is not in it."""
    spec: Spec = drawn.to_dict()
    spec.pop("config", None)
    return spec
