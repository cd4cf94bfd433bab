# Grain: one row per complaint, answered by the complaint policy (contract, section 8).
"""How each complaint is answered: with a credit, or by a person.

The policy, ``respond``, is a pure function of what the customer wrote and of the order itself;
``model`` only carries rows in and out. The text decides what is claimed, never how much it is
worth: amounts come from the order alone. An answer of a language model counts where the policy
allows it (``is_allowed``), and nowhere else.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pyarrow as pa


@dataclass(frozen=True)
class ComplaintPolicy:
    """The numbers of the complaint policy; each is a variable of the dbt project.

    Attributes
    ----------
    minimum_deliveries
        With fewer deliveries than this in the days before no delay can be judged.
    delay_share_past_p75, delay_share_past_p99
        Share of the order that is credited above these percentiles of the kitchen.
    quality_share_from, quality_share_to
        Share of the order that is credited for a slight and for a grave fault of the food; the
        middle of both otherwise.
    credit_step_cents
        Credits are rounded to a multiple of this, half a step upwards.
    """

    minimum_deliveries: int
    delay_share_past_p75: float
    delay_share_past_p99: float
    quality_share_from: float
    quality_share_to: float
    credit_step_cents: int

    def __post_init__(self) -> None:
        """Refuse numbers that no policy can have."""
        for lower, upper in (
            ("delay_share_past_p75", "delay_share_past_p99"),
            ("quality_share_from", "quality_share_to"),
        ):
            if not 0 <= getattr(self, lower) <= getattr(self, upper) <= 1:
                raise ValueError(
                    f"complaint_{lower} and complaint_{upper} must be shares of an order, the "
                    f"second one not below the first, not {getattr(self, lower)} and "
                    f"{getattr(self, upper)}: correct the vars in dbt_project.yml"
                )
        if self.minimum_deliveries < 1 or self.credit_step_cents < 1:
            raise ValueError(
                "refund_minimum_deliveries and complaint_credit_step_cents must be at least 1: "
                "correct the vars in dbt_project.yml"
            )

    @property
    def quality_shares(self) -> dict[str, Fraction]:
        """The share of the order by how bad the food was."""
        low, high = Fraction(str(self.quality_share_from)), Fraction(str(self.quality_share_to))
        return {"grave": high, "clear": (low + high) / 2, "slight": low}


@dataclass(frozen=True)
class Case:
    """A complaint and the order that it is about.

    Attributes
    ----------
    category, text
        What the customer chose and wrote.
    minutes, p75_minutes, p99_minutes
        From creation to delivery, and the percentiles of the kitchen; ``None`` where unknown.
    history_deliveries
        Deliveries from which the percentiles are.
    revenue_cents
        What the customer paid; ``None`` where the basket is unknown.
    dishes
        Name and price, in cents, of each line of the basket.
    """

    category: str
    text: str
    minutes: float | None
    p75_minutes: float | None
    p99_minutes: float | None
    history_deliveries: int
    revenue_cents: int | None
    dishes: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Response:
    """The answer to a complaint."""

    decision: str
    credit_cents: int
    confidence: str
    priority: str
    rationale: str
    customer_response: str


def _any_of(*phrases: str) -> re.Pattern[str]:
    """Return a pattern of whole words, in any case."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)", re.IGNORECASE)


# The first that occurs in a text counts; a person has to see it at once.
URGENT = {
    "legal": _any_of("lawyers?", "attorneys?", "lawsuits?", "sue", "suing", "court", "legal"),
    "health": _any_of(
        "(?:i'?m|am|was|were|got|get|getting|felt|feel|feeling|me) (?:sick|ill)"
        "(?! (?:of|and tired))",
        *("poison(?:ed|ing)", "vomit(?:ed|ing)?", "threw up", "throwing up", "hospital", "doctor"),
        *("allerg(?:y|ies|ic|ens?)", "chok(?:ed|ing)", "glass", "metal", "bleeding"),
    ),
    "fraud": _any_of(
        *("fraud(?:ulent)?", "scam(?:med)?", "stole", "stolen", "hacked", "chargeback"),
        *("unauthori[sz]ed", "never ordered"),
    ),
    "abuse": _any_of(
        *("threaten(?:ed|ing|s)?", "harass(?:ed|ing|ment)?", "racist", "slur", "sexual"),
        *("assault(?:ed)?", "grabbed"),
    ),
}
# The gravest that occurs in a text counts.
FAULTS = ("grave", "clear", "slight")


@dataclass(frozen=True)
class Words:
    """How the business speaks; made of ``vocabulary`` and ``complaint_phrases``.

    Attributes
    ----------
    customer, dish, food, currency, money_name
        What these are called: who orders, what is sold, the same as a substance, and money.
    faults
        Words by which a text says how bad it was, in small letters, by the fault.
    """

    customer: str
    dish: str
    food: str
    currency: str
    money_name: str
    faults: Mapping[str, tuple[str, ...]]

    def fault(self, text: str) -> tuple[str, str] | None:
        """Return the gravest fault of a text and the word that says so."""
        for fault in FAULTS:
            phrases = [re.escape(phrase) for phrase in self.faults.get(fault, ())]
            if phrases and (found := _any_of(*phrases).search(text)):
                return fault, found[0].lower()
        return None

    def promised(self, text: str) -> list[str]:
        """Return the amounts of money that a text speaks of."""
        sign, money = re.escape(self.currency), re.escape(self.money_name)
        units = rf"(?:{sign}|\$|usd|dollars?\b|bucks?\b|{money}\b)"
        amount = r"([\d,]+(?:\.\d+)?)"
        pattern = rf"(?:{sign}|\$|usd)\s*{amount}|{amount}\s*{units}"
        return ["".join(found) for found in re.findall(pattern, text, re.IGNORECASE)]

    def money(self, cents: int) -> str:
        """Return an amount as people write it."""
        return f"{self.currency}{cents // 100}.{cents % 100:02d}"


def respond(case: Case, policy: ComplaintPolicy, words: Words) -> Response:
    """Answer one complaint."""
    named, rest = _named_dishes(case)
    for matter, pattern in URGENT.items():
        if pattern.search(rest):
            return _escalated(f"The {words.customer} names a matter of {matter}", "urgent")
    if case.revenue_cents is None:
        return _escalated("The basket of the order is unknown")
    if case.category == "delivery_delay":
        return _of_delay(case, policy, words)
    if case.category == "missing_items":
        return _of_missing_dish(case, named, policy, words)
    if case.category == "food_quality":
        return _of_quality(case, rest, policy, words)
    return _escalated("Service, bills and all that has no rule of its own need a person")


def _named_dishes(case: Case) -> tuple[list[tuple[str, int]], str]:
    """Return the dishes of the basket that a text names, and the text without their names.

    A name counts as whole words, in any case; of names within each other the longer one.
    """
    rest, named = case.text, []
    prices: dict[str, tuple[str, int]] = {}
    for name, cents in case.dishes:
        prices.setdefault(name.casefold(), (name, cents))
    for _, (name, cents) in sorted(prices.items(), key=lambda dish: (-len(dish[0]), dish[0])):
        rest, count = re.subn(rf"(?<!\w){re.escape(name)}(?!\w)", "\n", rest, flags=re.IGNORECASE)
        if count:
            named.append((name, cents))
    return named, rest


def _of_delay(case: Case, policy: ComplaintPolicy, words: Words) -> Response:
    if case.minutes is None:
        return _escalated("The time from creation to delivery is unknown")
    if (
        case.p75_minutes is None
        or case.p99_minutes is None
        or case.history_deliveries < policy.minimum_deliveries
    ):
        return _escalated(
            f"Too little history: fewer than {policy.minimum_deliveries} deliveries in the days "
            "before"
        )
    # In whole milliseconds: percentiles are in thousandths of a minute, which are 60 each.
    milliseconds = round(case.minutes * 60_000)
    took = f"Delivered in {case.minutes:.1f} minutes"
    if milliseconds > 60 * round(case.p99_minutes * 1_000):
        share, limit = policy.delay_share_past_p99, f"P99 of {case.p99_minutes:.1f}"
    elif milliseconds > 60 * round(case.p75_minutes * 1_000):
        share, limit = policy.delay_share_past_p75, f"P75 of {case.p75_minutes:.1f}"
    else:
        return _suggested(
            0,
            "high",
            f"{took}, within the P75 of {case.p75_minutes:.1f}: no credit",
            "We are sorry that you had to wait. Your order took as long as our deliveries usually "
            "do, so we cannot offer a credit this time.",
            words,
        )
    return _suggested(
        _credit(Fraction(str(share)), case, policy),
        "high",
        f"{took}, past the {limit}: {_percent(Fraction(str(share)))} of the order",
        "We are sorry that your order came late.",
        words,
    )


def _of_missing_dish(
    case: Case, named: list[tuple[str, int]], policy: ComplaintPolicy, words: Words
) -> Response:
    if not named:
        return _escalated(f"The {words.customer} names no {words.dish} of the order")
    if len(named) > 1:
        return _escalated(f"The {words.customer} names more than one {words.dish} of the order")
    ((name, cents),) = named
    # A menu may hold what no table of Postgres can.
    name = "".join(letter if letter.isprintable() else " " for letter in name)
    return _suggested(
        _rounded(Fraction(cents), case, policy),
        "high",
        f"{name} is in the order, at {words.money(cents)}",
        f"We are sorry that {name} was missing.",
        words,
    )


def _of_quality(case: Case, rest: str, policy: ComplaintPolicy, words: Words) -> Response:
    food = words.food
    found = words.fault(rest)
    if found is None:
        return _escalated(f"The {words.customer} does not say what was wrong with the {food}")
    fault, said = found
    share = policy.quality_shares[fault]
    return _suggested(
        _credit(share, case, policy),
        "medium",
        f"A {fault} fault of the {food} ({said}): {_percent(share)} of the order",
        f"We are sorry that the {food} was not as it should be.",
        words,
    )


def _credit(share: Fraction, case: Case, policy: ComplaintPolicy) -> int:
    """Return a share of the order, cents."""
    return _rounded(share * (case.revenue_cents or 0), case, policy)


def _rounded(cents: Fraction, case: Case, policy: ComplaintPolicy) -> int:
    """Round to the nearest step, half a step upwards; below it where the order was cheaper."""
    step, revenue = policy.credit_step_cents, max(case.revenue_cents or 0, 0)
    rounded = math.floor(cents / step + Fraction(1, 2)) * step
    return max(min(rounded, revenue // step * step), 0)


def _percent(share: Fraction) -> str:
    return f"{float(100 * share):g} %"


def _suggested(cents: int, confidence: str, rationale: str, apology: str, words: Words) -> Response:
    if cents:
        apology += f" A credit of {words.money(cents)} is suggested for you."
    return Response("suggest_credit", cents, confidence, "standard", rationale, apology)


def _escalated(rationale: str, priority: str = "standard") -> Response:
    answer = (
        "We take this very seriously. A manager will contact you today."
        if priority == "urgent"
        else "Thank you for telling us. A member of our team will look into it and write to you."
    )
    return Response("escalate", 0, "low", priority, rationale, answer)


LONGEST_TEXT = 1000
AMOUNT = re.compile(r"(\d{1,8})(?:\.(\d{1,2}))?", re.ASCII)


def read_answer(answer: str | None) -> Response | None:
    """Return the answer of a language model; ``None`` where it is none."""
    try:
        fields = json.loads(answer or "", parse_float=str, parse_int=str)
        amount = AMOUNT.fullmatch(fields["credit_amount"])
        texts = [fields["rationale"], fields["customer_response"]]
        words = [fields[name] for name in ("decision", "confidence", "priority")]
        choices = [{"suggest_credit", "escalate"}, {"low", "medium", "high"}]
        choices.append({"standard", "urgent"})
        known = all(word in choice for word, choice in zip(words, choices, strict=True))
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    if amount is None or not known or not all(isinstance(text, str) for text in texts):
        return None
    if not all(t.strip() and t.isprintable() and len(t) <= LONGEST_TEXT for t in texts):
        return None
    cents = int(amount[1]) * 100 + int((amount[2] or "").ljust(2, "0"))
    decision, confidence, priority = words
    return Response(decision, cents, confidence, priority, *texts)


def is_allowed(
    answer: Response, own: Response, case: Case, policy: ComplaintPolicy, words: Words
) -> bool:
    """Tell whether the policy, which says ``own``, allows an answer of a language model.

    A person may always be asked, and at once where the policy says so. A credit may be suggested
    where the policy suggests one: its amount is the policy's, but for food, which is worth any
    share between the two of the policy. No text may promise another amount.
    """
    for promised in words.promised(f"{answer.rationale} {answer.customer_response}"):
        digits = promised.replace(",", "")
        worth = (answer.credit_cents, case.revenue_cents, *(cents for _, cents in case.dishes))
        if not digits or Fraction(digits) * 100 not in worth:
            return False
    if answer.decision == "escalate":
        return answer.credit_cents == 0 and answer.priority in {own.priority, "urgent"}
    if own.decision != "suggest_credit" or answer.priority != "standard":
        return False
    if case.category != "food_quality":
        return answer.credit_cents == own.credit_cents
    shares = policy.quality_shares
    low, high = (_credit(shares[fault], case, policy) for fault in ("slight", "grave"))
    return answer.credit_cents in range(low, high + 1, policy.credit_step_cents)


def answer_or_policy(
    case: Case, outcome: str | None, answer: str | None, policy: ComplaintPolicy, words: Words
) -> tuple[Response, str]:
    """Return how a complaint is answered, and by whom: local, endpoint or fallback."""
    own = respond(case, policy, words)
    if outcome is None:
        return own, "local"
    given = read_answer(answer)
    if given is not None and is_allowed(given, own, case, policy, words):
        return given, "endpoint"
    return own, "fallback"


ANSWERED_FROM = (
    "order_id",
    "total_minutes",
    "p75_minutes",
    "p99_minutes",
    "history_deliveries",
    "cast(order_revenue * 100 as bigint) as revenue_cents",
    "basket",
    "agent_outcome",
    "agent_answer",
)
COMPLAINT = (
    "complaint_id",
    "order_id",
    "ts",
    "complaint_category",
    "complaint_text",
    "location_id",
    "delivered_day",
)
FIELDS = ("decision", "credit_cents", "confidence", "priority", "rationale", "customer_response")
# Multiplied, not divided: DuckDB divides decimals as floats.
CREDIT_AMOUNT = (
    "cast(cast(credit_cents as decimal(10, 0)) * cast(0.01 as decimal(2, 2)) as decimal(10, 2))"
)

# Columns of the model, made from those of ``with_responses``, in SQL.
COMPLAINT_RESPONSE = (
    "complaint_id",
    "order_id",
    "ts",
    "agent_response",
    "complaint_category",
    "decision",
    f"{CREDIT_AMOUNT} as credit_amount",
    "confidence",
    "priority",
    "rationale",
    "customer_response",
    "generated_by",
    "location_id",
    "delivered_day",
)


def with_responses(complaints: pa.Table, policy: ComplaintPolicy, words: Words) -> pa.Table:
    """Return complaints with the fields of their answers and the JSON object of the contract."""
    rows = complaints.select(
        [
            "order_id",
            "complaint_category",
            "complaint_text",
            "total_minutes",
            "p75_minutes",
            "p99_minutes",
            "history_deliveries",
            "revenue_cents",
            "basket",
            "agent_outcome",
            "agent_answer",
        ]
    ).to_pylist()
    answered = [
        answer_or_policy(_case(row), row["agent_outcome"], row["agent_answer"], policy, words)
        for row in rows
    ]
    responses = [response for response, _ in answered]
    for name in FIELDS:
        values = [getattr(response, name) for response in responses]
        kind = pa.int64() if name == "credit_cents" else pa.string()
        complaints = complaints.append_column(name, pa.array(values, kind))
    texts = [
        agent_response(row["order_id"], row["complaint_category"], response)
        for row, response in zip(rows, responses, strict=True)
    ]
    sources = [generated_by for _, generated_by in answered]
    return complaints.append_column("generated_by", pa.array(sources, pa.string())).append_column(
        "agent_response", pa.array(texts, pa.string())
    )


def agent_response(order_id: str, category: str, response: Response) -> str:
    """Render an answer as the JSON object of the contract."""
    return json.dumps(
        {
            "order_id": order_id,
            "complaint_category": category,
            "decision": response.decision,
            "credit_amount": response.credit_cents / 100,
            "confidence": response.confidence,
            "priority": response.priority,
            "rationale": response.rationale,
            "customer_response": response.customer_response,
        }
    )


def _case(row: dict[str, Any]) -> Case:
    """Return the case of a row."""

    def number(name: str) -> float | None:
        return None if row[name] is None else float(row[name])

    return Case(
        category=row["complaint_category"],
        text=row["complaint_text"],
        minutes=number("total_minutes"),
        p75_minutes=number("p75_minutes"),
        p99_minutes=number("p99_minutes"),
        history_deliveries=row["history_deliveries"],
        revenue_cents=row["revenue_cents"],
        dishes=tuple(
            (line["name"], line["price_cents"])
            for line in json.loads(row["basket"])
            if line["name"].strip()
        ),
    )


def is_spark(relation: Any) -> bool:
    """Tell a Spark data frame, of a cluster or of Spark Connect, from a DuckDB relation."""
    return hasattr(relation, "mapInArrow")


def affected(relations: Sequence[Any], pending: Any, name: str) -> list[Any]:
    """Return of each relation the rows of the days that have changed since ``name`` was built.

    ``pending`` is the relation ``increments.pending``: model, key_name, key_value.
    """
    changes = pending.filter(f"model = '{name}'")
    found = changes.collect() if is_spark(changes) else changes.fetchall()
    if any(key_name == "*" for _, key_name, _ in found):
        return list(relations)
    days = [f"date '{day}'" for _, _, day in sorted(found)]
    condition = f"delivered_day in ({', '.join(days)})" if days else "false"
    return [rows.filter(condition) for rows in relations]


def read_words(vocabulary: Any, phrases: Any) -> Words:
    """Return how the business speaks, from its two tables."""
    names, said = (
        relation.collect() if is_spark(relation) else relation.fetchall()
        for relation in (vocabulary, phrases)
    )
    faults: dict[str, tuple[str, ...]] = {}
    for _, kind, phrase in sorted(tuple(row) for row in said):
        if kind.startswith("fault_"):
            fault = kind.removeprefix("fault_")
            faults[fault] = (*faults.get(fault, ()), phrase)
    called = dict(names)
    return Words(
        customer=called["customer"],
        dish=called["dish"],
        food=called["food"],
        currency=called["currency"],
        money_name=called["money"],
        faults=faults,
    )


def answered_on_duckdb(
    complaints: Any, candidates: Any, session: Any, policy: ComplaintPolicy, words: Words
) -> Any:
    """Answer the complaints of two DuckDB relations."""
    cases = complaints.project(", ".join(COMPLAINT)).set_alias("complaints")
    orders = candidates.project(", ".join(ANSWERED_FROM)).set_alias("orders")
    answered = with_responses(cases.join(orders, "order_id").to_arrow_table(), policy, words)
    return session.from_arrow(answered).project(", ".join(COMPLAINT_RESPONSE))


def answered_on_spark(
    complaints: Any, candidates: Any, policy: ComplaintPolicy, words: Words
) -> Any:
    """Answer the complaints of two Spark data frames, batch by batch where their rows are."""
    cases = complaints.selectExpr(*COMPLAINT).join(
        candidates.selectExpr(*ANSWERED_FROM), "order_id"
    )

    def answered(batches: Any) -> Any:
        for batch in batches:
            yield from with_responses(pa.Table.from_batches([batch]), policy, words).to_batches()

    columns = ", ".join(f"{field.name} {field.dataType.simpleString()}" for field in cases.schema)
    fields = ", ".join(
        f"{name} {'bigint' if name == 'credit_cents' else 'string'}" for name in FIELDS
    )
    return cases.mapInArrow(
        answered, f"{columns}, {fields}, generated_by string, agent_response string"
    ).selectExpr(*COMPLAINT_RESPONSE)


def model(dbt: Any, session: Any) -> Any:
    """Answer the complaints of the affected days; the strategy replaces exactly those days."""
    policy = ComplaintPolicy(
        minimum_deliveries=int(dbt.config.meta_get("refund_minimum_deliveries")),
        delay_share_past_p75=float(dbt.config.meta_get("complaint_delay_share_past_p75")),
        delay_share_past_p99=float(dbt.config.meta_get("complaint_delay_share_past_p99")),
        quality_share_from=float(dbt.config.meta_get("complaint_quality_share_from")),
        quality_share_to=float(dbt.config.meta_get("complaint_quality_share_to")),
        credit_step_cents=int(dbt.config.meta_get("complaint_credit_step_cents")),
    )
    words = read_words(dbt.ref("vocabulary"), dbt.ref("complaint_phrases"))
    complaints, candidates = dbt.ref("raw_complaints"), dbt.ref("complaint_candidates")
    if dbt.is_incremental:
        pending = dbt.source("increments", "pending")
        complaints, candidates = affected([complaints, candidates], pending, dbt.this.identifier)

    if is_spark(complaints):
        return answered_on_spark(complaints, candidates, policy, words)
    return answered_on_duckdb(complaints, candidates, session, policy, words)
