# Grain: one row per delivered order, judged by the refund policy (contract, section 7).
"""Which delivered orders deserve a refund, how much and why.

The policy, ``judge``, is a pure function of columns; ``model`` only carries rows in and out. An
answer of a language model counts where the policy allows it (``allowed_cents``), and nowhere else.
"""

import json
import math
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa


@dataclass(frozen=True)
class RefundPolicy:
    """The numbers of the refund policy; each is a variable of the dbt project.

    Attributes
    ----------
    history_days
        Completed days before the delivery whose deliveries an order is compared with.
    minimum_deliveries
        With fewer deliveries than this in those days no order is refunded.
    partial_share_from, partial_share_to
        Share of the order refunded just above P75, growing linearly to the second one at P99.
    """

    history_days: int
    minimum_deliveries: int
    partial_share_from: float
    partial_share_to: float

    def __post_init__(self) -> None:
        """Refuse numbers that no policy can have."""
        if not 0 <= self.partial_share_from <= self.partial_share_to <= 1:
            raise ValueError(
                "refund_partial_share_from and refund_partial_share_to must be shares of an order "
                f"with 0 <= from <= to <= 1, not {self.partial_share_from} and "
                f"{self.partial_share_to}: correct the vars in dbt_project.yml"
            )
        if self.history_days < 1 or self.minimum_deliveries < 1:
            raise ValueError(
                "refund_history_days and refund_minimum_deliveries must be at least 1: "
                "correct the vars in dbt_project.yml"
            )


def judge(orders: pa.Table, policy: RefundPolicy) -> pa.Table:
    """Judge delivered orders by how late they were for their kitchen.

    Parameters
    ----------
    orders
        N rows with ``total_minutes``, ``p75_minutes``, ``p99_minutes`` (numbers, null where
        unknown), ``is_late`` (past P75, null where unknown), ``revenue_cents`` (int64, null where
        the basket is unknown) and ``history_deliveries`` (int64).
    policy
        The numbers to judge by.

    Returns
    -------
    pa.Table
        N rows in the same order: ``refund_class`` (none, partial, full), ``refund_cents`` (int64,
        never more than the order's revenue) and ``reason``.
    """
    minutes = _floats(orders, "total_minutes")
    p75 = _floats(orders, "p75_minutes")
    p99 = _floats(orders, "p99_minutes")
    revenue = np.nan_to_num(_floats(orders, "revenue_cents"))
    history = _floats(orders, "history_deliveries")

    unknown_time = np.isnan(minutes)
    unknown_basket = np.isnan(_floats(orders, "revenue_cents"))
    little_history = np.isnan(p75) | (history < policy.minimum_deliveries)
    judged = ~(unknown_time | unknown_basket | little_history)

    late = judged & np.array(orders["is_late"].fill_null(False).to_pylist(), dtype=bool)
    full = late & (minutes > p99)
    partial = late & ~full
    cents = np.where(full, revenue, 0.0).astype(np.int64)
    cents[partial] = [
        _partial_cents(*row, policy)
        for row in zip(
            np.rint(minutes[partial] * 60_000).astype(np.int64).tolist(),
            np.rint(p75[partial] * 1_000).astype(np.int64).tolist(),
            np.rint(p99[partial] * 1_000).astype(np.int64).tolist(),
            revenue[partial].astype(np.int64).tolist(),
            strict=True,
        )
    ]

    reasons = np.empty(len(orders), dtype=object)
    on_time = judged & ~full & ~partial
    reasons[on_time] = [
        f"Delivered in {m:.1f} minutes, within the P75 of {p:.1f}"
        for m, p in zip(minutes[on_time], p75[on_time], strict=True)
    ]
    reasons[partial] = [
        f"Delivered in {m:.1f} minutes, {m - p:.1f} minutes late: past the P75 of {p:.1f}"
        for m, p in zip(minutes[partial], p75[partial], strict=True)
    ]
    reasons[full] = [
        f"Delivered in {m:.1f} minutes, {m - p:.1f} minutes late: past the P99 of {p:.1f}"
        for m, p in zip(minutes[full], p99[full], strict=True)
    ]
    reasons[little_history] = (
        f"Too little history: fewer than {policy.minimum_deliveries} deliveries "
        f"in the {policy.history_days} days before"
    )
    reasons[unknown_basket] = "The basket of the order is unknown, so there is nothing to refund"
    reasons[unknown_time] = "The time from creation to delivery is unknown"

    classes = np.where(full, "full", np.where(partial, "partial", "none"))
    return pa.table(
        {
            "refund_class": pa.array(classes.tolist(), pa.string()),
            "refund_cents": pa.array(cents),
            "reason": pa.array(reasons.tolist(), pa.string()),
        }
    )


def _partial_cents(
    milliseconds: int,
    p75_thousandths: int,
    p99_thousandths: int,
    revenue: int,
    policy: RefundPolicy,
) -> int:
    """Return the refund of an order between P75 and P99, cents, half a cent upwards.

    In whole numbers, so that an exact half is one on every machine. Percentiles are in thousandths
    of a minute, which are 60 milliseconds each.
    """
    low, high = Fraction(str(policy.partial_share_from)), Fraction(str(policy.partial_share_to))
    past = Fraction(milliseconds - 60 * p75_thousandths, 60 * (p99_thousandths - p75_thousandths))
    return math.floor(revenue * (low + (high - low) * past) + Fraction(1, 2))


AMOUNT = re.compile(r"([0-9]{1,8})(?:\.([0-9]{1,2}))?")
LONGEST_REASON = 1000


def allowed_cents(
    refund_class: str, refund_cents: int, revenue_cents: int, policy: RefundPolicy
) -> range:
    """Return the amounts that a language model may choose from where the policy has judged so.

    The class is the policy's. In a partial refund the amount may be any share that a partial refund
    can be; a full one is the whole order. Where the policy refunds nothing, nothing is to choose.
    """
    if refund_class == "full":
        return range(refund_cents, refund_cents + 1)
    if refund_class == "partial":
        low, high = Fraction(str(policy.partial_share_from)), Fraction(str(policy.partial_share_to))
        return range(math.ceil(revenue_cents * low), math.floor(revenue_cents * high) + 1)
    return range(0)


def read_answer(answer: str | None) -> tuple[str, int, str] | None:
    """Return class, cents and reason of an answer; ``None`` where it is none."""
    try:
        fields = json.loads(answer or "", parse_float=str, parse_int=str)
        refund_class, usd, reason = (
            fields[name] for name in ("refund_class", "refund_usd", "reason")
        )
        amount = AMOUNT.fullmatch(usd)
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    if amount is None or not isinstance(refund_class, str) or not isinstance(reason, str):
        return None
    if not (reason.strip() and reason.isprintable() and len(reason) <= LONGEST_REASON):
        return None
    return refund_class, int(amount[1]) * 100 + int((amount[2] or "").ljust(2, "0")), reason


def with_answers(orders: pa.Table, judgement: pa.Table, policy: RefundPolicy) -> pa.Table:
    """Put answers of a language model in the place of judgements, where the policy allows them.

    Parameters
    ----------
    orders
        N rows with ``revenue_cents``, ``agent_outcome`` and ``agent_answer``.
    judgement
        Their judgement, as ``judge`` returns it.
    policy
        The numbers that an answer is held to.

    Returns
    -------
    pa.Table
        The judgement with ``generated_by``: local, endpoint or fallback.
    """
    outcomes = orders["agent_outcome"]
    if outcomes.null_count == len(outcomes):  # as without an endpoint, and in most batches with one
        return judgement.append_column(
            "generated_by", pa.array(["local"] * len(outcomes), pa.string())
        )
    verdicts = judgement.to_pylist()
    asked = orders.select(["revenue_cents", "agent_outcome", "agent_answer"]).to_pylist()
    for verdict, order in zip(verdicts, asked, strict=True):
        verdict["generated_by"] = "local" if order["agent_outcome"] is None else "fallback"
        answer = read_answer(order["agent_answer"]) if order["agent_answer"] else None
        if answer is None:
            continue
        refund_class, cents, reason = answer
        own_class, own_cents = verdict["refund_class"], verdict["refund_cents"]
        allowed = allowed_cents(own_class, own_cents, order["revenue_cents"] or 0, policy)
        if refund_class == own_class and cents in allowed:
            verdict |= {"refund_cents": cents, "reason": reason, "generated_by": "endpoint"}
    schema = judgement.schema.append(pa.field("generated_by", pa.string()))
    return pa.Table.from_pylist(verdicts, schema)


def agent_response(judgement: pa.Table) -> pa.Array:
    """Render judgements (as returned by ``judge``) as the JSON objects of the contract."""
    return pa.array(
        [
            json.dumps({"refund_usd": cents / 100, "refund_class": refund_class, "reason": reason})
            for cents, refund_class, reason in zip(
                judgement["refund_cents"].to_pylist(),
                judgement["refund_class"].to_pylist(),
                judgement["reason"].to_pylist(),
                strict=True,
            )
        ],
        pa.string(),
    )


def _floats(orders: pa.Table, column: str) -> np.ndarray:
    """Return a column as float64 with NaN for null."""
    values = orders[column].cast(pa.float64()).combine_chunks()
    return values.to_numpy(zero_copy_only=False)


def with_verdicts(orders: pa.Table, policy: RefundPolicy) -> pa.Table:
    """Return orders (as ``judge`` takes them) with their judgement and the JSON object of it."""
    judgement = with_answers(orders, judge(orders, policy), policy)
    for name in judgement.column_names:
        orders = orders.append_column(name, judgement[name])
    return orders.append_column("agent_response", agent_response(judgement))


TO_BE_JUDGED = (
    "order_id",
    "order_ts",
    "location_id",
    "delivered_day",
    "total_minutes",
    "order_revenue",
    "cast(order_revenue * 100 as bigint) as revenue_cents",
    "p50_minutes",
    "p75_minutes",
    "p99_minutes",
    "is_late",
    "history_deliveries",
    "agent_outcome",
    "agent_answer",
)
# Multiplied, not divided: DuckDB divides decimals as floats.
REFUND_USD = (
    "cast(cast(refund_cents as decimal(10, 0)) * cast(0.01 as decimal(2, 2)) as decimal(10, 2))"
)
VERDICT = (
    "refund_class string, refund_cents bigint, reason string, generated_by string, "
    "agent_response string"
)

# Columns of the model, made from those of ``with_verdicts``, in SQL.
RECOMMENDATION = (
    "order_id",
    "cast(current_timestamp as timestamp) as ts",
    "order_ts",
    "agent_response",
    f"cast({REFUND_USD} as decimal(10, 2)) as refund_usd",
    "refund_class",
    "reason",
    "generated_by",
    "location_id",
    "delivered_day",
    "total_minutes",
    "order_revenue",
    "p50_minutes",
    "p75_minutes",
    "p99_minutes",
)


def is_spark(relation: Any) -> bool:
    """Tell a Spark data frame, of a cluster or of Spark Connect, from a DuckDB relation."""
    return hasattr(relation, "mapInArrow")


def affected(rows: Any, pending: Any, name: str) -> Any:
    """Return the rows of the days that have changed since the model ``name`` was last built.

    ``pending`` is the relation ``increments.pending``: model, key_name, key_value.
    """
    changes = pending.filter(f"model = '{name}'")
    found = changes.collect() if is_spark(changes) else changes.fetchall()
    if any(key_name == "*" for _, key_name, _ in found):
        return rows
    days = [f"date '{day}'" for _, _, day in sorted(found)]
    return rows.filter(f"delivered_day in ({', '.join(days)})" if days else "false")


def scored_on_duckdb(candidates: Any, session: Any, policy: RefundPolicy) -> Any:
    """Score a DuckDB relation."""
    orders = candidates.project(", ".join(TO_BE_JUDGED)).to_arrow_table()
    scored = session.from_arrow(with_verdicts(orders, policy))
    return scored.project(", ".join(RECOMMENDATION))


def scored_on_spark(candidates: Any, policy: RefundPolicy) -> Any:
    """Score a Spark data frame, batch by batch where its rows are: none comes to the driver."""
    orders = candidates.selectExpr(*TO_BE_JUDGED)

    def judged(batches: Any) -> Any:
        for batch in batches:
            yield from with_verdicts(pa.Table.from_batches([batch]), policy).to_batches()

    columns = ", ".join(f"{field.name} {field.dataType.simpleString()}" for field in orders.schema)
    return orders.mapInArrow(judged, f"{columns}, {VERDICT}").selectExpr(*RECOMMENDATION)


def model(dbt: Any, session: Any) -> Any:
    """Score the orders of the affected days; the strategy replaces exactly those days."""
    policy = RefundPolicy(
        history_days=int(dbt.config.meta_get("refund_history_days")),
        minimum_deliveries=int(dbt.config.meta_get("refund_minimum_deliveries")),
        partial_share_from=float(dbt.config.meta_get("refund_partial_share_from")),
        partial_share_to=float(dbt.config.meta_get("refund_partial_share_to")),
    )
    candidates = dbt.ref("refund_candidates")
    if dbt.is_incremental:
        pending = dbt.source("increments", "pending")
        candidates = affected(candidates, pending, dbt.this.identifier)

    if is_spark(candidates):
        return scored_on_spark(candidates, policy)
    return scored_on_duckdb(candidates, session, policy)
