"""Refunds: recommended, and decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from common.vocabulary import vocabulary
from reports.page.charts.parts import (
    HEIGHT,
    SERIES,
    Drawing,
    Table,
    chart,
    color,
    iso,
    kitchen_tip,
    shape,
    time_axis,
    to_spec,
    when,
)
from reports.page.figures import Unit
from reports.page.formats import format_day, format_share, format_value
from reports.page.words import money_axis, said

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from reports.page.business import Business, Kitchen
    from reports.page.source import Row


_CLASSES = ("none", "partial", "full")


def refund_weeks(business: Business) -> Drawing:
    """Return the dollars recommended and decided, over time."""
    period = business.period
    names = ["recommended", "decided"]
    steps: dict[date, Row] = {}
    for row in business.tables["weeks"]:
        step = steps.setdefault(
            row["begins"], {"recommended": 0.0, "decided": 0.0, "decisions": 0, "refunds": 0}
        )
        step["recommended"] += float(row["recommended_usd"] or 0)
        step["decided"] += float(row["decided_usd"] or 0)
        step["decisions"] += row["decisions"]
        step["refunds"] += row["refunds_recommended"]
    rows = [
        {
            "begins": iso(begins),
            "what": name,
            "value": step[name] / period.days_in(begins, period.coarse),
        }
        for begins, step in sorted(steps.items())
        for name in names
    ]
    lines = (
        chart(rows, HEIGHT)
        .mark_line(point=alt.OverlayMarkDef(filled=True, size=36))
        .encode(
            x=time_axis(period),
            y=alt.Y("value:Q", title=said("{money} a day"), axis=alt.Axis(labelExpr=money_axis())),
            color=color("what", names, (SERIES[1], SERIES[0])),
            shape=shape("what", names),
            tooltip=[
                when(period.coarse),
                alt.Tooltip("what:N", title="refunds"),
                alt.Tooltip("value:Q", format=",.0f", title=said("{money} a day")),
            ],
        )
    )
    totals = business.totals
    recommended = format_value(totals["recommended_usd"], Unit.DOLLARS)
    decided = format_value(totals["decided_usd"], Unit.DOLLARS)
    told = (
        f"people have decided {decided}"
        if totals["decisions"]
        else "nobody has decided about any yet"
    )
    return Drawing(
        key="refund-weeks",
        title=f"{recommended} recommended; {told}",
        units=f"Refunds in {vocabulary().money} a day, by {period.coarse} of the order",
        description="Recommended by the policy, or an agent within it, against decided by people. "
        "What nobody has decided yet is only in the first.",
        panels=(to_spec(lines),),
        table=Table(
            f"Refunds by {period.coarse}",
            (
                period.coarse.title(),
                said("Recommended above {currency}0"),
                "Recommended",
                "Decisions",
                "Decided",
            ),
            tuple(
                (
                    format_day(begins),
                    f"{step['refunds']:,}",
                    vocabulary().amount(step["recommended"], 0),
                    f"{step['decisions']:,}",
                    vocabulary().amount(step["decided"], 0),
                )
                for begins, step in sorted(steps.items())
            ),
        ),
    )


def refund_classes(business: Business) -> Drawing:
    """Return recommended against decided classes, by kitchen."""
    found = business.tables["refunds"]
    orders = {
        (row["location_id"], row["recommended"], row["decided"]): row["orders"] for row in found
    }
    kitchens = business.kitchens

    def count(kitchen: Kitchen, recommended: str | None, decided: Iterable[str]) -> int:
        return sum(
            orders.get((kitchen.location_id, each, other), 0)
            for each in ([recommended] if recommended else _CLASSES)
            for other in decided
        )

    rows = [
        {
            "kitchen": kitchen.name,
            "class": each,
            "place": place,
            "orders": count(kitchen, each, (*_CLASSES, "open")),
            "value": count(kitchen, each, (*_CLASSES, "open"))
            / max(count(kitchen, None, (*_CLASSES, "open")), 1),
        }
        for kitchen in kitchens
        for place, each in enumerate(_CLASSES)
        if each != "none"
    ]
    bars = (
        chart(rows, 44 * max(len(kitchens), 1))
        .mark_bar()
        .encode(
            x=alt.X("value:Q", title="percent of delivered orders", axis=alt.Axis(format="%")),
            y=alt.Y("kitchen:N", title=None, sort=[kitchen.name for kitchen in kitchens]),
            color=color("class", ["partial", "full"], (SERIES[0], SERIES[1])),
            order=alt.Order("place:Q"),
            tooltip=[
                kitchen_tip(),
                alt.Tooltip("class:N", title="refund"),
                alt.Tooltip("orders:Q", format=",", title="orders"),
                alt.Tooltip("value:Q", format=".1%", title="of delivered orders"),
            ],
        )
    )
    delivered = sum(count(kitchen, None, (*_CLASSES, "open")) for kitchen in kitchens)
    full = sum(count(kitchen, "full", (*_CLASSES, "open")) for kitchen in kitchens)
    partial = sum(count(kitchen, "partial", (*_CLASSES, "open")) for kitchen in kitchens)
    decided = sum(count(kitchen, None, _CLASSES) for kitchen in kitchens)
    return Drawing(
        key="refund-classes",
        title=f"{format_share(partial, delivered)} are to get a part back, "
        f"{format_share(full, delivered)} everything",
        units="Recommended refunds by class, in percent of delivered orders",
        description="The rest is recommended no refund. The table sets beside each class what "
        f"people decided ({decided:,} orders so far).",
        panels=(to_spec(bars),),
        table=Table(
            "Delivered orders by recommended class, and what was decided about them",
            (
                said("{Kitchen} and recommendation"),
                "Orders",
                "Decided none",
                "Decided partial",
                "Decided full",
                "Open",
            ),
            tuple(
                (
                    f"{kitchen.name}, {each}",
                    f"{count(kitchen, each, (*_CLASSES, 'open')):,}",
                    *(f"{count(kitchen, each, [other]):,}" for other in (*_CLASSES, "open")),
                )
                for kitchen in kitchens
                for each in _CLASSES
            ),
        ),
    )
