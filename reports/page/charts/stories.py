"""The stories of the kitchens: orders, and what each kitchen is known for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import altair as alt

from common.vocabulary import vocabulary
from reports.page.business import NIGHT_HOURS
from reports.page.charts.parts import (
    HEIGHT,
    INK,
    LOW,
    MUTED,
    QUIET,
    SERIES,
    STRONG,
    Drawing,
    Spec,
    Table,
    chart,
    color,
    iso,
    shape,
    time_axis,
    to_spec,
    when,
)
from reports.page.figures import Unit
from reports.page.formats import NOTHING, format_day, format_growth, format_share, format_value
from reports.page.words import said

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from reports.page.business import Business, Kitchen, Period
    from reports.page.source import Row


# The hours of `NIGHT_HOURS`, in words.
_NIGHT = "21:00 to 01:00"

_LEVEL, _LEAP = 0.08, 0.6

_ENDS = 14


@dataclass(frozen=True, slots=True)
class _Special:
    """What a story adds to the orders: words, panels, and a column of its table by `begins`."""

    title: str
    units: str
    description: str
    panels: tuple[Spec, ...]
    columns: tuple[str, ...]
    cells: dict[date, tuple[str, ...]]


def story(business: Business, kitchen: Kitchen) -> Drawing:
    """Return the chart of a kitchen's story: its orders, and what is special about it."""
    period = business.period
    orders = _orders_a_day(business, kitchen)
    first, last = _ends([row["value"] for row in orders], period)
    verb = _verb(first, last)
    numbers = f"{first:,.0f} to {last:,.0f} orders a day"
    title = f"{kitchen.name} {verb}: {numbers}"
    special = _SPECIAL.get(kitchen.code)
    extra = special(business, kitchen) if special else None
    events = business.of_kitchen("brand_events", kitchen)
    marked = " ".join(_tell_event(event) for event in events)
    curve = _curve(orders, events, period, "orders a day")
    parts = [f"Orders a day of {kitchen.name}, from {numbers} ({_change(first, last)})."]
    if extra:
        title = f"{title}; {extra.title}"
        parts.append(extra.description)
    if marked:
        parts.append(marked)
    first_week, last_week = format_day(period.first_day), format_day(period.last_day)
    columns, rows = _story_rows(business, kitchen, extra)
    return Drawing(
        key=f"story-{kitchen.location_id}",
        title=title,
        units=f"{extra.units if extra else 'Orders a day'}, {first_week} to {last_week}. "
        + ("Dots are days, the line is the mean of seven." if period.finest == "day" else ""),
        description=" ".join(parts),
        panels=(curve, *(extra.panels if extra else ())),
        table=Table(f"{kitchen.name} by {period.coarse}", columns, rows),
    )


def _healthy(business: Business, kitchen: Kitchen) -> _Special | None:
    """Return which cuisines grow: those ahead in ink, the others behind."""
    period = business.period
    rows = [
        {
            "begins": row["begins"],
            "group": row["cuisine_group"],
            "value": row["dishes"] / period.days_in(row["begins"], period.coarse),
        }
        for row in business.of_kitchen("cuisines", kitchen)
    ]
    groups = {
        group: [row["value"] for row in rows if row["group"] == group]
        for group in sorted({row["group"] for row in rows})
    }
    # The first and the last two steps are compared: the edges may be days only.
    growth = {
        group: (sum(values[-2:]) / len(values[-2:])) / (sum(values[:2]) / len(values[:2])) - 1
        for group, values in groups.items()
        if len(values) > 1
    }
    if not growth:
        return None
    ranked = sorted(growth, key=lambda group: (-growth[group], group))
    ahead = ranked[0]
    cells = {
        begins: tuple(
            format_value(
                next(
                    (r["value"] for r in rows if (r["begins"], r["group"]) == (begins, group)), None
                ),
                Unit.RATE,
            )
            for group in ranked
        )
        for begins in sorted({row["begins"] for row in rows})
    }
    base = chart([{**row, "begins": iso(row["begins"])} for row in rows], HEIGHT)
    encoding = {
        "x": time_axis(period),
        "y": alt.Y("value:Q", title=said("{dishes} a day"), scale=alt.Scale(zero=True)),
    }
    lines = base.mark_line(point=alt.OverlayMarkDef(filled=True, size=36)).encode(
        **encoding,
        color=color("group", ranked, (STRONG, *SERIES[1:])),
        shape=shape("group", ranked),
        strokeWidth=alt.condition(
            alt.FieldEqualPredicate(field="group", equal=ahead), alt.value(3), alt.value(1.2)
        ),
        tooltip=[
            when(period.coarse),
            "group:N",
            alt.Tooltip("value:Q", format=".1f", title=said("{dishes} a day")),
        ],
    )
    listed = ", ".join(f"{group} {format_growth(growth[group], 0)}" for group in ranked)
    return _Special(
        title=f"{ahead} {vocabulary().brands} lead ({format_growth(growth[ahead], 0)})",
        units=said("Above, orders a day; below, {dishes} sold a day by group of {cuisines}"),
        description=said("Below, {dishes} sold a day by group of {cuisines}, from first to last: ")
        + f"{listed}.",
        panels=(to_spec(lines),),
        columns=tuple(f"{group}, {vocabulary().dishes} a day" for group in ranked),
        cells=cells,
    )


def _late_night(business: Business, kitchen: Kitchen) -> _Special | None:
    """Return at which hours is ordered, with the night apart."""
    period = business.period
    days = (period.last_day - period.recent_day).days + 1
    rows = [
        {
            "hour": row["order_hour"],
            "label": f"{row['order_hour']:02}:00",
            "part": _NIGHT if row["order_hour"] in NIGHT_HOURS else "other hours",
            "value": row["orders"] / days,
        }
        for row in business.of_kitchen("hours", kitchen)
    ]
    if not rows:
        return None
    weeks = business.of_kitchen("weeks", kitchen)
    recent = sum(row["value"] for row in rows)
    night = sum(row["value"] for row in rows if row["part"] == _NIGHT)
    # The night is not cut in two: the day of the axis begins at 04:00.
    order = [f"{(place + 4) % 24:02}:00" for place in range(24)]
    bars = (
        chart(rows, LOW)
        .mark_bar()
        .encode(
            x=alt.X(
                "label:O",
                sort=order,
                scale=alt.Scale(domain=order),
                title="hour of the day",
                axis=alt.Axis(labelAngle=0, labelOverlap="greedy"),
            ),
            y=alt.Y("value:Q", title="orders an hour"),
            color=color("part", [_NIGHT, "other hours"], (STRONG, QUIET)),
            tooltip=[
                alt.Tooltip("label:N", title="hour"),
                alt.Tooltip("value:Q", format=".1f", title="orders an hour"),
            ],
        )
    )
    peak = max(rows, key=lambda row: (row["value"], row["hour"]))
    return _Special(
        title=f"{night / recent:.0%} of its orders come from {_NIGHT}",
        units=f"Above, orders a day; below, orders an hour in the latest {days} days",
        description=f"Below, orders by hour of the day in the latest {days} days: "
        f"{night / recent:.0%} come from {_NIGHT}, most of them in the hour from {peak['label']}.",
        panels=(to_spec(bars),),
        columns=(f"Orders from {_NIGHT}",),
        cells={
            row["begins"]: (format_share(row["orders_at_night"], row["orders"]),) for row in weeks
        },
    )


def _slower(business: Business, kitchen: Kitchen) -> _Special | None:
    """Return how long orders take."""
    period = business.period
    weeks = [row for row in business.of_kitchen("weeks", kitchen) if row["p50_minutes"] is not None]
    if not weeks:
        return None
    rows = [
        {"begins": iso(row["begins"]), "measure": name, "value": float(row[column])}
        for row in weeks
        for name, column in (
            ("P50, half are faster", "p50_minutes"),
            ("P75, three in four are", "p75_minutes"),
        )
    ]
    names = ["P50, half are faster", "P75, three in four are"]
    lines = (
        chart(rows, LOW)
        .mark_line(point=alt.OverlayMarkDef(filled=True, size=36))
        .encode(
            x=time_axis(period),
            y=alt.Y("value:Q", title="minutes to the door", scale=alt.Scale(zero=True)),
            color=color("measure", names, (STRONG, MUTED)),
            shape=shape("measure", names),
            tooltip=[
                when(period.coarse),
                "measure:N",
                alt.Tooltip("value:Q", format=".1f", title="minutes"),
            ],
        )
    )
    layers = [
        lines,
        *_marks(business.of_kitchen("brand_events", kitchen), period, LOW, labelled=False),
    ]
    first, last = (float(weeks[place]["p50_minutes"]) for place in (0, -1))
    slower = "slower" if last > first else "faster"
    return _Special(
        title=f"it gets {slower}, P50 {first:.1f} to {last:.1f} minutes",
        units="Above, orders a day; below, minutes from order to door",
        description=f"Below, minutes from order to door: P50 from {first:.1f} to {last:.1f}, P75 "
        f"from {float(weeks[0]['p75_minutes']):.1f} to {float(weeks[-1]['p75_minutes']):.1f}.",
        panels=(to_spec(alt.layer(*layers)),),
        columns=("P50, minutes", "P75, minutes"),
        cells={
            row["begins"]: (
                format_value(row["p50_minutes"], Unit.MINUTES),
                format_value(row["p75_minutes"], Unit.MINUTES),
            )
            for row in weeks
        },
    )


# What the business's own kitchens are known for. Any other kitchen has its orders, and no more.
_SPECIAL: dict[str, Callable[[Business, Kitchen], _Special | None]] = {
    "sf": _healthy,
    "sv": _late_night,
    "chicago": _slower,
}


def _orders_a_day(business: Business, kitchen: Kitchen) -> list[Row]:
    """Return orders a day of each step, with their trailing mean over a week."""
    period = business.period
    rows = [
        {
            "begins": row["begins"],
            "value": row["orders"] / period.days_in(row["begins"], period.finest),
        }
        for row in business.of_kitchen("orders", kitchen)
    ]
    span = 7 if period.finest == "day" else 1
    values = [row["value"] for row in rows]
    return [
        {**row, "mean": sum(values[max(0, place - span + 1) : place + 1]) / min(span, place + 1)}
        for place, row in enumerate(rows)
    ]


def _ends(values: Sequence[float], period: Period) -> tuple[float, float]:
    """Return what it was at the beginning and is at the end: means of up to two weeks of days."""
    steps = {"day": _ENDS, "week": 3, "month": 1}[period.finest]
    steps = max(1, min(steps, len(values) // 2))
    return sum(values[:steps]) / steps, sum(values[-steps:]) / steps


def _verb(first: float, last: float) -> str:
    change = last / first - 1 if first else 0.0
    if change >= _LEAP:
        return "explodes"
    if change >= _LEVEL:
        return "grows"
    return "declines" if change <= -_LEVEL else "is flat"


def _change(first: float, last: float) -> str:
    return format_growth(last / first - 1, 0) if first else "from nothing"


def _tell_event(event: Row) -> str:
    happened = "launched" if event["event"] == "launch" else "left"
    return f"{event['brand']} {happened} on {format_day(event['event_day'])}."


def _story_rows(
    business: Business, kitchen: Kitchen, extra: _Special | None
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    period = business.period
    columns = (
        f"{period.coarse.title()} of",
        "Orders",
        "Orders a day",
        *(extra.columns if extra else ()),
    )
    nothing = (NOTHING,) * len(extra.columns if extra else ())
    rows = tuple(
        (
            format_day(max(row["begins"], period.first_day)),
            f"{row['orders']:,}",
            format_value(row["orders"] / period.days_in(row["begins"], period.coarse), Unit.RATE),
            *(extra.cells.get(row["begins"], nothing) if extra else ()),
        )
        for row in business.of_kitchen("weeks", kitchen)
    )
    return columns, rows


def _curve(rows: list[Row], events: list[Row], period: Period, title: str) -> Spec:
    """Return days as dots, their weekly mean as a line, and what happened as marked days."""
    values = [{**row, "begins": iso(row["begins"])} for row in rows]
    x, y = time_axis(period), alt.Y("value:Q", title=title, scale=alt.Scale(zero=True))
    tooltip = [
        when(period.finest),
        alt.Tooltip("value:Q", format=".0f", title=title),
        alt.Tooltip("mean:Q", format=".0f", title="mean of a week"),
    ]
    base = chart(values, HEIGHT)
    dots = base.mark_circle(size=26, color=MUTED, opacity=0.7).encode(x=x, y=y, tooltip=tooltip)
    line = base.mark_line(color=STRONG, strokeWidth=3).encode(x=x, y=alt.Y("mean:Q", title=title))
    return to_spec(alt.layer(line, dots, *_marks(events, period, HEIGHT, labelled=True)))


def _marks(events: list[Row], period: Period, height: int, *, labelled: bool) -> list[alt.Chart]:
    """Return rules for brands that came or went, with their names where asked for."""
    if not events:
        return []
    middle = period.first_day + (period.last_day - period.first_day) / 2
    marks = []
    for place, event in enumerate(events):
        verb = "launches" if event["event"] == "launch" else "leaves"
        base = chart(
            [{"begins": iso(event["event_day"]), "text": f"{event['brand']} {verb}"}], height
        )
        rule = base.mark_rule(color=INK, strokeDash=[5, 4], strokeWidth=1.5).encode(
            x=time_axis(period),
            tooltip=[when("day"), alt.Tooltip("text:N", title="event")],
        )
        marks.append(rule)
        if labelled:
            before = event["event_day"] > middle
            marks.append(
                base.mark_text(
                    align="right" if before else "left",
                    dx=-5 if before else 5,
                    color=INK,
                    fontSize=12,
                ).encode(x=time_axis(period), y=alt.value(height - 12 - 16 * place), text="text:N")
            )
    return marks
