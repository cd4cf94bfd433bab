"""Who is late, when and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from reports.page.charts.parts import (
    HEIGHT,
    SERIES,
    Drawing,
    Table,
    chart,
    color,
    kitchen_tip,
    lines_by_kitchen,
    table_by_kitchen,
    to_spec,
)
from reports.page.figures import Unit
from reports.page.formats import format_share, format_value
from reports.page.words import said

if TYPE_CHECKING:
    from reports.page.business import Business
    from reports.page.source import Row


_CAUSES = {"kitchen": "the {kitchen}", "pickup": "the wait for a {courier}", "drive": "the drive"}


def _causes() -> dict[str, str]:
    """Return what makes orders late, in words of the business by code."""
    return {cause: said(words) for cause, words in _CAUSES.items()}


def lateness(business: Business) -> Drawing:
    """Return how many are late, over time."""
    period = business.period
    rows = [
        {**row, "value": row["late"] / row["judged"]}
        for row in business.tables["weeks"]
        if row["judged"]
    ]
    totals = business.by_kitchen
    listed = ", ".join(
        f"{kitchen.name} {format_value(totals[kitchen.location_id]['late_share'], Unit.PERCENT)}"
        for kitchen in business.kitchens
    )
    share = format_value(business.totals["late_share"], Unit.PERCENT)
    return Drawing(
        key="lateness",
        title=f"{share} of the deliveries are late",
        units=f"Late orders, in percent of deliveries, by {period.coarse} of the order",
        description=f"Late is what took longer than three in four before it, so about a "
        f"quarter is late while nothing changes. Over everything: {listed}.",
        panels=(lines_by_kitchen(business, rows, "late, percent"),),
        table=table_by_kitchen(business, "Late, in percent of deliveries", rows),
    )


def causes(business: Business) -> Drawing:
    """Return what makes orders late, by kitchen."""
    names = {kitchen.location_id: kitchen.name for kitchen in business.kitchens}
    counted = {row["location_id"]: row for row in business.tables["causes"]}
    rows = [
        {
            "kitchen": names[location_id],
            "cause": words,
            "value": row[f"late_{cause}"] / row["judged"],
            "orders": row[f"late_{cause}"],
        }
        for location_id, row in counted.items()
        if row["judged"] and location_id in names
        for cause, words in _causes().items()
    ]
    order = list(_causes().values())
    late = {words: sum(row["orders"] for row in rows if row["cause"] == words) for words in order}
    worst = max(order, key=lambda words: late[words])
    share = format_share(late[worst], sum(late.values()))
    listed = ", ".join(
        f"{words} {format_share(late[words], sum(late.values()))}" for words in order
    )
    bars = (
        chart(rows, 44 * max(len(counted), 1))
        .mark_bar()
        .encode(
            x=alt.X("value:Q", title="late, percent of deliveries", axis=alt.Axis(format="%")),
            y=alt.Y("kitchen:N", title=None, sort=list(names.values())),
            color=color("cause", order, SERIES),
            order=alt.Order("place:Q"),
            tooltip=[
                kitchen_tip(),
                alt.Tooltip("cause:N", title="lost most to"),
                alt.Tooltip("value:Q", format=".1%", title="of deliveries"),
                alt.Tooltip("orders:Q", format=",", title="orders"),
            ],
        )
    )
    for row in rows:
        row["place"] = order.index(row["cause"])
    return Drawing(
        key="causes",
        title=f"{worst[0].upper()}{worst[1:]} makes {share} of them late",
        units="Late orders by where they lost most, in percent of deliveries",
        description=f"Of all late orders: {listed}.",
        panels=(to_spec(bars),),
        table=Table(
            "Late orders by cause",
            (said("{Kitchen}"), "Deliveries judged", *(f"Late: {words}" for words in order)),
            tuple(
                (
                    names[location_id],
                    f"{row['judged']:,}",
                    *(f"{row[f'late_{cause}']:,}" for cause in _CAUSES),
                )
                for location_id, row in counted.items()
                if location_id in names
            ),
        ),
    )


def stages(business: Business) -> Drawing:
    """Return where the minutes of an order go, by kitchen."""
    names = {kitchen.location_id: kitchen.name for kitchen in business.kitchens}
    words = {
        "kitchen": said("in the {kitchen}"),
        "pickup": said("waiting for a {courier}"),
        "drive": "on the road",
    }
    counted = [row for row in business.tables["causes"] if row["location_id"] in names]
    order = list(words.values())
    rows = [
        {
            "kitchen": names[row["location_id"]],
            "stage": stage,
            "value": row[f"{key}_minutes"],
            "place": order.index(stage),
        }
        for row in counted
        for key, stage in words.items()
        if row[f"{key}_minutes"] is not None
    ]
    bars = (
        chart(rows, 44 * max(len(counted), 1))
        .mark_bar()
        .encode(
            x=alt.X("value:Q", title="minutes"),
            y=alt.Y("kitchen:N", title=None, sort=list(names.values())),
            color=color("stage", order, SERIES),
            order=alt.Order("place:Q"),
            tooltip=[
                kitchen_tip(),
                "stage:N",
                alt.Tooltip("value:Q", format=".1f", title="minutes"),
            ],
        )
    )
    slowest = max(counted, key=lambda row: row["kitchen_minutes"] or 0.0, default=None)
    title = (
        said("Orders are longest in the {kitchen} in ") + f"{names[slowest['location_id']]}, "
        f"{format_value(slowest['kitchen_minutes'], Unit.MINUTES)} minutes"
        if slowest
        else "Where the minutes go"
    )
    return Drawing(
        key="stages",
        title=title,
        units="Average minutes of each stage, over everything",
        description=said(
            "From order to packed {bag}, from there to pick-up, and from there to the door."
        ),
        panels=(to_spec(bars),),
        table=Table(
            "Average minutes of each stage",
            (said("{Kitchen}"), *(stage.capitalize() for stage in order)),
            tuple(
                (
                    names[row["location_id"]],
                    *(format_value(row[f"{key}_minutes"], Unit.MINUTES) for key in words),
                )
                for row in counted
            ),
        ),
    )


def late_hours(business: Business) -> Drawing:
    """Return at which hours orders are late, and why."""
    period = business.period
    order = list(_causes().values())
    hours: dict[int, Row] = {}
    for row in business.tables["hours"]:
        hour = hours.setdefault(row["order_hour"], dict.fromkeys(("judged", *_CAUSES), 0))
        hour["judged"] += row["judged"]
        for cause in _CAUSES:
            hour[cause] += row[f"late_{cause}"]
    labels = [f"{hour:02}:00" for hour in range(24)]
    rows = [
        {
            "label": labels[hour],
            "cause": words,
            "value": counted[cause] / counted["judged"],
            "place": order.index(words),
        }
        for hour, counted in sorted(hours.items())
        if counted["judged"]
        for cause, words in _causes().items()
    ]
    shares = {
        hour: sum(counted[cause] for cause in _CAUSES) / counted["judged"]
        for hour, counted in sorted(hours.items())
        if counted["judged"]
    }
    worst = max(shares, key=lambda hour: shares[hour], default=0)
    bars = (
        chart(rows, HEIGHT)
        .mark_bar()
        .encode(
            x=alt.X(
                "label:O",
                title="hour of the order",
                scale=alt.Scale(domain=labels),
                axis=alt.Axis(labelAngle=0, labelOverlap="greedy"),
            ),
            y=alt.Y("value:Q", title="late, percent", axis=alt.Axis(format="%")),
            color=color("cause", order, SERIES),
            order=alt.Order("place:Q"),
            tooltip=[
                alt.Tooltip("label:N", title="hour"),
                alt.Tooltip("cause:N", title="lost most to"),
                alt.Tooltip("value:Q", format=".1%", title="of deliveries"),
            ],
        )
    )
    days = (period.last_day - period.recent_day).days + 1
    return Drawing(
        key="late-hours",
        title=f"Worst is the hour from {labels[worst]}: {shares.get(worst, 0):.0%} late",
        units=f"Late orders by hour and cause, in percent of deliveries, latest {days} days",
        description=said(
            "Each bar is an hour of the day, all {kitchens} together, and its parts are what cost "
            "the late orders most."
        ),
        panels=(to_spec(bars),),
        table=Table(
            "Late by hour of the order",
            ("Hour", "Deliveries judged", *(f"Late: {words}" for words in order)),
            tuple(
                (labels[hour], f"{counted['judged']:,}", *(f"{counted[c]:,}" for c in _CAUSES))
                for hour, counted in sorted(hours.items())
            ),
        ),
    )
