"""Every figure of the report: what it means, and the expression that computes it.

Headline and page of figures are made from this list alone. What is late, what is revenue and who is
a repeat customer is not said here: the columns of `fct_orders` and of its neighbours say it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

_ORDERS = "lakeflow.fct_orders"
_SHIFTS = "lakeflow.silver_courier_shifts"
_QUALITY = "lakeflow.gold_data_quality_day"
_AGREEMENT = "lakeflow.gold_refund_agreement_day"
_CUSTOMERS = "lakeflow.dim_customer"


class Unit(Enum):
    """What a figure is counted in; the value is how the page names it, by `said`."""

    COUNT = "number"
    DOLLARS = "{money}"
    PERCENT = "percent"
    MINUTES = "minutes"
    RATE = "average"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its definition.

    Attributes
    ----------
    key
        Its name in queries.
    name, definition
        As the page prints them, by `said`: words of the business stand in braces.
    unit
        What it is counted in. A share is computed from 0 to 1 and printed in percent.
    table, column
        The table it is computed from, over all its rows, and the column that defines it, where it
        is one.
    expression
        How, in SQL that every engine understands.
    """

    key: str
    name: str
    unit: Unit
    definition: str
    table: str
    column: str
    expression: str


def _share(condition: str, among: str = "true") -> str:
    """Return the expression for the share of rows; null where there are none to be counted."""
    return f"avg(case when {among} then case when {condition} then 1e0 else 0e0 end end)"


def _percentile(column: str, share: str) -> str:
    return f"percentile_cont({share}) within group (order by {column})"


GROUPS: dict[str, tuple[Figure, ...]] = {
    "Orders and money": (
        Figure(
            "orders",
            "Orders",
            Unit.COUNT,
            "Orders placed, cancelled ones and those on their way included.",
            _ORDERS,
            "",
            "count(*)",
        ),
        Figure(
            "delivered",
            "Delivered",
            Unit.COUNT,
            "Orders that reached the door.",
            _ORDERS,
            "",
            "sum(case when status = 'delivered' then 1 else 0 end)",
        ),
        Figure(
            "cancelled_share",
            "Cancelled",
            Unit.PERCENT,
            "Orders cancelled by {customer}, {kitchen} or {courier}, of all orders.",
            _ORDERS,
            "",
            _share("status = 'cancelled'"),
        ),
        Figure(
            "revenue",
            "Revenue, gross",
            Unit.DOLLARS,
            "Items at their prices, before discounts and refunds; cancelled orders included.",
            _ORDERS,
            "order_revenue",
            "sum(order_revenue)",
        ),
        Figure(
            "net_revenue",
            "Revenue, net",
            Unit.DOLLARS,
            "Baskets less discounts and less refunds that were decided; a cancelled order brings "
            "nothing.",
            _ORDERS,
            "net_revenue",
            "sum(net_revenue)",
        ),
        Figure(
            "basket",
            "Average basket",
            Unit.DOLLARS,
            "Gross revenue of an order, on average.",
            _ORDERS,
            "",
            "avg(cast(order_revenue as double))",
        ),
        Figure(
            "dishes",
            "{Dishes} an order",
            Unit.RATE,
            "Pieces in a basket, on average.",
            _ORDERS,
            "total_qty",
            "avg(cast(total_qty as double))",
        ),
        Figure(
            "repeat_share",
            "Orders of repeat {customers}",
            Unit.PERCENT,
            "Orders whose {customer} had ordered before, of those that name a {customer}.",
            _ORDERS,
            "is_repeat",
            _share("is_repeat", "is_repeat is not null"),
        ),
        Figure(
            "customers",
            "{Customers}",
            Unit.COUNT,
            "People who have ordered at least once.",
            _CUSTOMERS,
            "",
            "count(*)",
        ),
    ),
    "Minutes and lateness": (
        Figure(
            "p50_minutes",
            "Minutes to the door, P50",
            Unit.MINUTES,
            "Half of the delivered orders took at most so long from order to door.",
            _ORDERS,
            "total_minutes",
            _percentile("total_minutes", "0.5"),
        ),
        Figure(
            "p75_minutes",
            "Minutes to the door, P75",
            Unit.MINUTES,
            "Three in four took at most so long.",
            _ORDERS,
            "",
            _percentile("total_minutes", "0.75"),
        ),
        Figure(
            "p99_minutes",
            "Minutes to the door, P99",
            Unit.MINUTES,
            "Ninety-nine in a hundred took at most so long.",
            _ORDERS,
            "",
            _percentile("total_minutes", "0.99"),
        ),
        Figure(
            "on_time_share",
            "Within the promise",
            Unit.PERCENT,
            "Deliveries no later than promised when the order was placed, of those with a promise.",
            _ORDERS,
            "is_past_promise",
            _share("not is_past_promise", "is_past_promise is not null"),
        ),
        Figure(
            "late_share",
            "Late",
            Unit.PERCENT,
            "Deliveries that took longer than three in four of their {kitchen} in the days before "
            "(its P75), of those with enough history.",
            _ORDERS,
            "is_late",
            _share("is_late", "is_late is not null"),
        ),
        Figure(
            "late_kitchen_share",
            "Late because of the {kitchen}",
            Unit.PERCENT,
            "Late orders that lost most, against what is usual in their {kitchen}, between order "
            "and packed {bag}; of all late ones.",
            _ORDERS,
            "late_cause",
            _share("late_cause = 'kitchen'", "late_cause is not null"),
        ),
        Figure(
            "late_pickup_share",
            "Late because of the wait for a {courier}",
            Unit.PERCENT,
            "The same, between packed {bag} and pick-up.",
            _ORDERS,
            "late_cause",
            _share("late_cause = 'pickup'", "late_cause is not null"),
        ),
        Figure(
            "late_drive_share",
            "Late because of the drive",
            Unit.PERCENT,
            "The same, between pick-up and door.",
            _ORDERS,
            "late_cause",
            _share("late_cause = 'drive'", "late_cause is not null"),
        ),
        Figure(
            "kitchen_minutes",
            "Minutes in the {kitchen}, P50",
            Unit.MINUTES,
            "From order to packed {bag}, for half of the orders at most.",
            _ORDERS,
            "kitchen_minutes",
            _percentile("kitchen_minutes", "0.5"),
        ),
        Figure(
            "pickup_wait_minutes",
            "Minutes a {bag} waits, P50",
            Unit.MINUTES,
            "From packed {bag} to pick-up, for half of the orders at most.",
            _ORDERS,
            "pickup_wait_minutes",
            _percentile("pickup_wait_minutes", "0.5"),
        ),
        Figure(
            "drive_minutes",
            "Minutes on the road, P50",
            Unit.MINUTES,
            "From pick-up to door, for half of the orders at most.",
            _ORDERS,
            "drive_minutes",
            _percentile("drive_minutes", "0.5"),
        ),
    ),
    "Refunds": (
        Figure(
            "refunds_recommended",
            "Orders to be refunded",
            Unit.COUNT,
            "Orders for which the policy, or an agent within it, recommends a refund above "
            "{currency}0.",
            _ORDERS,
            "",
            "sum(case when refund_recommended_class in ('partial', 'full') then 1 else 0 end)",
        ),
        Figure(
            "recommended_usd",
            "Refunds recommended",
            Unit.DOLLARS,
            "What these recommendations add up to.",
            _ORDERS,
            "refund_recommended_usd",
            "coalesce(sum(refund_recommended_usd), 0)",
        ),
        Figure(
            "recommended_share",
            "Refunds, of revenue",
            Unit.PERCENT,
            "Recommended {money} of gross revenue.",
            _ORDERS,
            "",
            "coalesce(cast(sum(refund_recommended_usd) as double), 0e0)"
            " / nullif(cast(sum(order_revenue) as double), 0e0)",
        ),
        Figure(
            "decisions",
            "Decisions",
            Unit.COUNT,
            "Orders about whose refund a person has decided; the newest decision counts.",
            _ORDERS,
            "refund_decided_class",
            "sum(case when refund_decided_class is not null then 1 else 0 end)",
        ),
        Figure(
            "decided_usd",
            "Refunds decided",
            Unit.DOLLARS,
            "What people have decided to refund.",
            _ORDERS,
            "refund_decided_usd",
            "coalesce(sum(refund_decided_usd), 0)",
        ),
        Figure(
            "agreement_share",
            "Agreement",
            Unit.PERCENT,
            "Decisions that equal what was suggested, class and amount, of all decisions.",
            _AGREEMENT,
            "",
            "cast(sum(agreed) as double) / nullif(cast(sum(decided) as double), 0e0)",
        ),
    ),
    "Complaints": (
        Figure(
            "complaints",
            "Complaints",
            Unit.COUNT,
            "Orders about which a {customer} complained.",
            _ORDERS,
            "has_complaint",
            "sum(case when has_complaint then 1 else 0 end)",
        ),
        Figure(
            "complaint_share",
            "Complaint rate",
            Unit.PERCENT,
            "Of delivered orders, those with a complaint.",
            _ORDERS,
            "",
            _share("has_complaint", "status = 'delivered'"),
        ),
        Figure(
            "credit_usd",
            "Credits suggested",
            Unit.DOLLARS,
            "What the answers to complaints suggest as credit.",
            _ORDERS,
            "complaint_credit",
            "coalesce(sum(complaint_credit), 0)",
        ),
        Figure(
            "escalated_share",
            "Escalated",
            Unit.PERCENT,
            "Complaints that are handed to a person, of all complaints.",
            _ORDERS,
            "complaint_decision",
            _share("complaint_decision = 'escalate'", "has_complaint"),
        ),
    ),
    "{Couriers}": (
        Figure(
            "couriers",
            "{Couriers}",
            Unit.COUNT,
            "People who have carried at least one order.",
            _SHIFTS,
            "",
            "count(distinct driver_id)",
        ),
        Figure(
            "shifts",
            "Shifts",
            Unit.COUNT,
            "{Couriers} and working days; a working day begins at 04:00.",
            _SHIFTS,
            "",
            "count(*)",
        ),
        Figure(
            "utilisation",
            "Utilisation",
            Unit.PERCENT,
            "Minutes with an order on board, of all minutes between the first arrival and the last "
            "delivery of a shift.",
            _SHIFTS,
            "",
            "sum(driving_minutes) / nullif(sum(worked_minutes), 0e0)",
        ),
        Figure(
            "waiting_share",
            "Waiting",
            Unit.PERCENT,
            "Minutes at the {kitchen} until the order is handed over, of the same.",
            _SHIFTS,
            "",
            "sum(waiting_minutes) / nullif(sum(worked_minutes), 0e0)",
        ),
        Figure(
            "orders_an_hour",
            "Deliveries an hour",
            Unit.RATE,
            "Orders delivered in an hour of a {courier}'s work.",
            _SHIFTS,
            "",
            "60e0 * sum(orders_delivered) / nullif(sum(worked_minutes), 0e0)",
        ),
    ),
    "Quality of the data": (
        Figure(
            "lines",
            "Lines landed",
            Unit.COUNT,
            "Lines in landed files: events, duplicates and rejected lines.",
            _QUALITY,
            "",
            "sum(lines)",
        ),
        Figure(
            "duplicates",
            "Duplicates",
            Unit.COUNT,
            "Lines that repeat an event; they change nothing.",
            _QUALITY,
            "",
            "sum(duplicates)",
        ),
        Figure(
            "rejected",
            "Rejected",
            Unit.COUNT,
            "Lines that are no event, kept aside with their reason.",
            _QUALITY,
            "",
            "sum(rejected)",
        ),
        Figure(
            "late_events",
            "Late events",
            Unit.COUNT,
            "Events that happened before the window that carried them.",
            _QUALITY,
            "",
            "sum(late_events)",
        ),
        Figure(
            "orders_missing_steps",
            "Orders with a gap",
            Unit.COUNT,
            "Orders of which a step is missing although a later one has arrived.",
            _QUALITY,
            "",
            "sum(orders_missing_steps)",
        ),
    ),
}
"""The figures by what they are about, in the order of the page."""

FIGURES = {figure.key: figure for group in GROUPS.values() for figure in group}
"""All of them by key."""

HEADLINE = (
    "orders",
    "revenue",
    "net_revenue",
    "basket",
    "p50_minutes",
    "on_time_share",
    "late_share",
    "cancelled_share",
    "recommended_usd",
    "complaint_share",
)
"""The columns of the headline, which has a row for each kitchen."""

CARDS = ("orders", "revenue", "p50_minutes", "late_share", "recommended_share", "complaint_share")
"""What is compared with the week before."""


def select_figures(keys: tuple[str, ...], table: str, by: str = "", where: str = "") -> str:
    """Return the query for figures of one table.

    Parameters
    ----------
    keys
        Which of them; those of other tables are left out.
    table
        The table.
    by
        A column to group by.
    where
        A condition; all rows without one.
    """
    columns = [f"{FIGURES[key].expression} as {key}" for key in keys if FIGURES[key].table == table]
    return " ".join(
        (
            f"select {', '.join(([by] if by else []) + columns)} from {table}",
            *([f"where {where}"] if where else []),
            *([f"group by {by}"] if by else []),
        )
    )
