"""What became of the lines that landed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from reports.page.charts.parts import (
    HEIGHT,
    INK,
    Drawing,
    Table,
    chart,
    iso,
    time_axis,
    to_spec,
    when,
)
from reports.page.formats import format_day
from reports.page.words import said

if TYPE_CHECKING:
    from reports.page.business import Business


_REJECTED = {
    "unreadable": "cut off, blank or no JSON",
    "incomplete": "a field is missing",
    "wrong_type": "a value of the wrong type",
    "unknown": "an unknown event, {kitchen} or {dish}",
    "impossible": "a value that cannot be",
}


def _rejected() -> dict[str, str]:
    """Return why lines are rejected, in words of the business."""
    return {key: said(words) for key, words in _REJECTED.items()}


def quality(business: Business) -> Drawing:
    """Return what became of landed lines, by reason."""
    period = business.period
    counted = {
        words: sum(row[key] for row in business.tables["quality"])
        for key, words in {"duplicates": "repeats an event", **_rejected()}.items()
    } | {"arrived late": sum(row["late_events"] for row in business.tables["quality"])}
    order = list(counted)
    rows = [{"what": words, "value": value} for words, value in counted.items()]
    bars = (
        chart(rows, 34 * len(order))
        .mark_bar(strokeWidth=0)
        .encode(
            x=alt.X(
                "value:Q",
                title="lines",
                axis=alt.Axis(format="~s", tickMinStep=1),
                # Where nothing went wrong there is no bar, but still an axis.
                scale=alt.Scale(
                    domainMin=0, domainMax=alt.Undefined if any(counted.values()) else 10
                ),
            ),
            y=alt.Y("what:N", title=None, sort=order, axis=alt.Axis(labelLimit=230)),
            tooltip=[
                alt.Tooltip("what:N", title="a line that"),
                alt.Tooltip("value:Q", format=",", title="lines"),
            ],
        )
    )
    counts = bars.mark_text(align="left", dx=5, color=INK, fontSize=12).encode(
        text=alt.Text("value:Q", format=",")
    )
    totals = business.totals
    rejected = totals["rejected"] or 0
    lines = totals["lines"] or 0
    title = (
        f"{rejected:,} of {lines:,} lines were rejected"
        if rejected
        else f"Not one of {lines:,} lines was rejected"
    )
    return Drawing(
        key="quality",
        title=title,
        units="Lines that repeat an event, were rejected, or arrived late, by reason",
        description="A rejected line is no event and is kept aside; a duplicate changes nothing; a "
        "late event is counted on the day on which it happened. "
        f"{totals['orders_missing_steps'] or 0:,} orders have a gap.",
        panels=(to_spec(alt.layer(bars, counts)),),
        table=Table(
            f"Lines by {period.coarse}",
            (
                period.coarse.title(),
                "Lines",
                "Events",
                "Duplicates",
                *(words.capitalize() for words in _rejected().values()),
                "Late events",
                "Orders with a gap",
            ),
            tuple(
                (
                    format_day(row["begins"]),
                    *(
                        f"{row[key]:,}"
                        for key in (
                            "lines",
                            "events",
                            "duplicates",
                            *_REJECTED,
                            "late_events",
                            "orders_missing_steps",
                        )
                    ),
                )
                for row in business.tables["quality"]
            ),
        ),
    )


def landed(business: Business) -> Drawing:
    """Return how many lines landed, over time: a hole would be days that are missing."""
    period = business.period
    rows = [
        {
            "begins": iso(max(row["begins"], period.first_day)),
            "value": row["complete_lines"] / days,
        }
        for row in business.tables["quality"]
        if (days := period.days_in(row["begins"], period.coarse)) > 0
    ]
    lines = (
        chart(rows, HEIGHT)
        .mark_line(point=alt.OverlayMarkDef(filled=True, size=40))
        .encode(
            x=time_axis(period),
            y=alt.Y("value:Q", title="lines a day", axis=alt.Axis(format="~s")),
            tooltip=[
                when(period.coarse),
                alt.Tooltip("value:Q", format=",.0f", title="lines a day"),
            ],
        )
    )
    values = [row["value"] for row in rows]
    span = f"{min(values):,.0f} to {max(values):,.0f}" if values else "No"
    return Drawing(
        key="landed",
        title=f"{span} lines landed a day",
        units=f"Lines landed a day, by {period.coarse} in which they happened, complete days",
        description=said(
            "All {kitchens} together. A hole in this line would be days that are missing."
        ),
        panels=(to_spec(lines),),
        table=Table(
            f"Lines landed a day by {period.coarse}",
            (f"{period.coarse.title()} of", "Lines a day"),
            tuple((str(row["begins"]), f"{row['value']:,.0f}") for row in rows),
        ),
    )
