"""What customers complain about."""

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
    lines_by_kitchen,
    lowest_and_highest,
    table_by_kitchen,
    to_spec,
)
from reports.page.figures import Unit
from reports.page.formats import format_share, format_value

if TYPE_CHECKING:
    from reports.page.business import Business


def complaints(business: Business) -> Drawing:
    """Return what customers complain about, and what is answered."""
    answers = {"suggest_credit": "credit suggested", "escalate": "handed to a person"}
    counted: dict[tuple[str, str], int] = {}
    credit: dict[str, float] = {}
    for row in business.tables["complaints"]:
        category = vocabulary().category(str(row["category"] or "other"))
        answer = answers.get(str(row["decision"]), "not answered yet")
        counted[category, answer] = counted.get((category, answer), 0) + row["complaints"]
        credit[category] = credit.get(category, 0.0) + float(row["credit_usd"] or 0)
    names = sorted(
        {answer for _, answer in counted}, key=[*answers.values(), "not answered yet"].index
    )
    total = {
        category: sum(counted.get((category, answer), 0) for answer in names) for category in credit
    }
    order = sorted(total, key=lambda category: (-total[category], category))
    rows = [
        {"category": category, "answer": answer, "value": value, "place": names.index(answer)}
        for (category, answer), value in sorted(counted.items())
    ]
    bars = (
        chart(rows, 40 * max(len(order), 1))
        .mark_bar()
        .encode(
            x=alt.X("value:Q", title="complaints", axis=alt.Axis(format=",.0f")),
            y=alt.Y("category:N", title=None, sort=order),
            color=color("answer", names, (SERIES[0], SERIES[1], QUIET)),
            order=alt.Order("place:Q"),
            tooltip=[
                alt.Tooltip("category:N", title="about"),
                "answer:N",
                alt.Tooltip("value:Q", format=",", title="complaints"),
            ],
        )
    )
    everything = sum(total.values())
    most = (
        f"{format_share(total[order[0]], everything)} are about {order[0]}"
        if order
        else "no complaint yet"
    )
    rate = format_value(business.totals["complaint_share"], Unit.PERCENT)
    return Drawing(
        key="complaints",
        title=f"{rate} of the deliveries draw a complaint; {most}",
        units="Complaints by category and answer, over everything",
        description=f"{everything:,} complaints, answered with credits of "
        f"{format_value(business.totals['credit_usd'], Unit.DOLLARS)}.",
        panels=(to_spec(bars),),
        table=Table(
            "Complaints by category",
            ("Category", *(answer.capitalize() for answer in names), "Credits"),
            tuple(
                (
                    category,
                    *(f"{counted.get((category, answer), 0):,}" for answer in names),
                    vocabulary().amount(credit[category], 0),
                )
                for category in order
            ),
        ),
    )


def complaint_weeks(business: Business) -> Drawing:
    """Return the complaint rate over time."""
    period = business.period
    rows = [
        {**row, "value": row["complaints"] / row["delivered"]}
        for row in business.tables["weeks"]
        if row["delivered"]
    ]
    return Drawing(
        key="complaint-weeks",
        title=f"The complaint rate is {lowest_and_highest(rows)}",
        units=f"Complaints, in percent of deliveries, by {period.coarse} of the order",
        description=from_first_to_last(business, rows),
        panels=(lines_by_kitchen(business, rows, "complaints, percent"),),
        table=table_by_kitchen(business, "Complaints, in percent of deliveries", rows),
    )
