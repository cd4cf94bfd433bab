"""How couriers spend their shifts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from common.vocabulary import vocabulary
from reports.page.charts.parts import (
    QUIET,
    SERIES,
    Drawing,
    Table,
    chart,
    color,
    from_first_to_last,
    kitchen_tip,
    lines_by_kitchen,
    lowest_and_highest,
    table_by_kitchen,
    to_spec,
)
from reports.page.figures import Unit
from reports.page.formats import format_share, format_value
from reports.page.words import said

if TYPE_CHECKING:
    from reports.page.business import Business
    from reports.page.source import Row


def couriers(business: Business) -> Drawing:
    """Return how couriers spend their shifts."""
    parts = {
        "driving": "driving",
        "waiting": said("waiting at the {kitchen}"),
        "idle": "on the way back, or idle",
    }
    summed: dict[int, Row] = {}
    for row in business.tables["couriers"]:
        kitchen = summed.setdefault(
            row["location_id"], dict.fromkeys(("worked", "shifts", "delivered", *parts), 0.0)
        )
        for part in ("worked", *parts):
            kitchen[part] += row[f"{part}_minutes"]
        for part in ("shifts", "delivered"):
            kitchen[part] += row[part]
    shown = [
        (kitchen, summed[kitchen.location_id])
        for kitchen in business.kitchens
        if summed.get(kitchen.location_id, {}).get("worked")
    ]
    order = list(parts.values())
    rows = [
        {
            "kitchen": kitchen.name,
            "part": words,
            "value": spent[part] / spent["worked"],
            "place": order.index(words),
        }
        for kitchen, spent in shown
        for part, words in parts.items()
    ]
    bars = (
        chart(rows, 44 * max(len(shown), 1))
        .mark_bar()
        .encode(
            x=alt.X(
                "value:Q",
                title="percent of the shift",
                axis=alt.Axis(format="%"),
                scale=alt.Scale(domain=[0, 1]),
            ),
            y=alt.Y("kitchen:N", title=None, sort=[kitchen.name for kitchen, _ in shown]),
            color=color("part", order, (SERIES[0], SERIES[1], QUIET)),
            order=alt.Order("place:Q"),
            tooltip=[
                kitchen_tip(),
                "part:N",
                alt.Tooltip("value:Q", format=".1%", title="of the shift"),
            ],
        )
    )
    totals = business.totals
    rate = format_value(totals["orders_an_hour"], Unit.RATE)
    return Drawing(
        key="couriers",
        title=f"{said('{Couriers}')} drive {format_value(totals['utilisation'], Unit.PERCENT)} of "
        f"their shift, and wait {format_value(totals['waiting_share'], Unit.PERCENT)} of it at the "
        f"{vocabulary().kitchen}",
        units="How shifts are spent, in percent of the minutes worked, complete days",
        description=f"A shift goes from the first arrival at the {vocabulary().kitchen} to the "
        f"last delivery. {rate} orders are delivered in an hour of work.",
        panels=(to_spec(bars),),
        table=Table(
            "How shifts are spent",
            (said("{Kitchen}"), "Shifts", "Driving", "Waiting", "Idle", "Deliveries an hour"),
            tuple(
                (
                    kitchen.name,
                    f"{spent['shifts']:,.0f}",
                    *(format_share(spent[part], spent["worked"]) for part in parts),
                    format_value(60 * spent["delivered"] / spent["worked"], Unit.RATE),
                )
                for kitchen, spent in shown
            ),
        ),
    )


def utilisation(business: Business) -> Drawing:
    """Return utilisation over time."""
    period = business.period
    rows = [
        {**row, "value": row["driving_minutes"] / row["worked_minutes"]}
        for row in business.tables["couriers"]
        if row["worked_minutes"]
    ]
    return Drawing(
        key="utilisation",
        title=f"Utilisation is {lowest_and_highest(rows)}",
        units=f"Minutes with an order on board, in percent of minutes worked, by {period.coarse}",
        description=from_first_to_last(business, rows),
        panels=(lines_by_kitchen(business, rows, "driving, percent"),),
        table=table_by_kitchen(business, "Driving, in percent of minutes worked", rows),
    )
