# Grain: one row per complaint of a delivered order (contract, section 8).
"""What customers complain of, in their own words.

The words, ``complaint_text``, are a pure function of the order's own facts and its id, and of the
phrases of the business; ``model`` only carries rows in and out.
"""

import hashlib
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

Phrases = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Complaint:
    """What a customer knows who complains.

    Attributes
    ----------
    order_id
        The order; everything that is drawn depends on it alone.
    category
        delivery_delay, missing_items, food_quality, service_issue or other.
    minutes, promised_minutes
        From order to door, and as promised; ``None`` where unknown.
    dishes
        Names of the dishes in the basket, in its order.
    """

    order_id: str
    category: str
    minutes: float | None
    promised_minutes: float | None
    dishes: tuple[str, ...]


# How many of a hundred complaints are of each kind.
FOOD_QUALITIES = (
    (32, "food_slight"),
    (36, "food_usual"),
    (19, "food_grave"),
    (9, "food_vague"),
    (4, "food_health"),
)
SERVICE = ((88, "service"), (12, "service_urgent"))
OTHER = ((82, "other"), (18, "other_urgent"))
# No word that the answer depends on is among them.
MISSPELLINGS = {
    "the": "teh",
    "promised": "promissed",
    "really": "realy",
    "waiting": "waitng",
    "delivery": "delivary",
    "disappointed": "dissapointed",
    "disappointing": "dissapointing",
    "although": "altough",
    "because": "becuase",
    "courier": "currier",
    "receipt": "reciept",
    "arrived": "arived",
    "minutes": "minuts",
    "answer": "anwser",
    "order": "oder",
    "please": "plese",
}
_WORDS = re.compile(r"[A-Za-z]+")
_PLACE = re.compile(r"(\{[a-z]+\})")


class Draws:
    """Numbers that depend on a text alone, the same on every machine."""

    def __init__(self, text: str) -> None:
        digest = hashlib.blake2b(text.encode(), digest_size=48).digest()
        self._number = int.from_bytes(digest, "big")

    def below(self, count: int) -> int:
        """Return a number from 0, below ``count``."""
        self._number, drawn = divmod(self._number, count)
        return drawn

    def chance(self, percent: int) -> bool:
        """Return whether something happens that happens so often."""
        return self.below(100) < percent

    def choice(self, texts: Sequence[str]) -> str:
        """Return one of several texts."""
        return texts[self.below(len(texts))]


def complaint_text(complaint: Complaint, phrases: Phrases) -> str:
    """Write what a customer says; nothing in it contradicts the order.

    Parameters
    ----------
    complaint
        What the customer knows.
    phrases
        What people say, by its kind: the rows of ``complaint_phrases``.
    """
    draws = Draws(complaint.order_id)
    words = {}
    if complaint.category == "delivery_delay":
        sentence, words = _of_delay(complaint, phrases, draws)
    elif complaint.category == "missing_items":
        sentence, words = _of_missing_dish(complaint, phrases, draws)
    elif complaint.category == "food_quality":
        sentence = draws.choice(phrases[_of_weight(draws, FOOD_QUALITIES)])
        words = {"dish": draws.choice(complaint.dishes or phrases["unnamed_dish"])}
    elif complaint.category == "service_issue":
        sentence = draws.choice(phrases[_of_weight(draws, SERVICE)])
    else:
        sentence = draws.choice(phrases[_of_weight(draws, OTHER)])
    if draws.chance(40):
        sentence = _opened(draws.choice(phrases["opening"]), sentence)
    if draws.chance(45):
        sentence = f"{sentence} {draws.choice(phrases['closing'])}"
    return _spoken(sentence, words, draws)


def _opened(opening: str, sentence: str) -> str:
    """Put an opening before a sentence, which goes on in lower case after a comma or a word."""
    goes_on = opening[-1] not in ".?:" and not sentence.startswith(("I ", "I'"))
    return f"{opening} {sentence[0].lower() + sentence[1:] if goes_on else sentence}"


def _of_weight(draws: Draws, weighted: Sequence[tuple[int, Any]]) -> Any:
    """Draw one of several things, whose weights add up to 100."""
    drawn = draws.below(100)
    for weight, thing in weighted:
        if drawn < weight:
            return thing
        drawn -= weight
    raise AssertionError("the weights do not add up to 100")


def _of_delay(complaint: Complaint, phrases: Phrases, draws: Draws) -> tuple[str, dict[str, str]]:
    """Return a sentence about minutes, and the minutes."""
    if complaint.minutes is None:
        return draws.choice(phrases["untimed"]), {}
    minutes = math.floor(complaint.minutes + 0.5)
    if complaint.promised_minutes is not None:
        promised = math.floor(complaint.promised_minutes + 0.5)
        if minutes > promised > 0:
            words = {"minutes": minutes, "promised": promised, "late": minutes - promised}
            return draws.choice(phrases["late"]), {
                name: str(number) for name, number in words.items()
            }
    return draws.choice(phrases["slow"]), {"minutes": str(minutes)}


def _of_missing_dish(
    complaint: Complaint, phrases: Phrases, draws: Draws
) -> tuple[str, dict[str, str]]:
    """Return a sentence about what is missing, and the names of it."""
    names = list(dict.fromkeys(complaint.dishes))
    if not names or draws.chance(8):
        return draws.choice(phrases["missing_unnamed"]), {}
    dish = names.pop(draws.below(len(names)))
    if names and draws.chance(8):
        return draws.choice(phrases["missing_two"]), {"dish": dish, "other": draws.choice(names)}
    return draws.choice(phrases["missing"]), {"dish": dish}


def _spoken(sentence: str, words: dict[str, str], draws: Draws) -> str:
    """Put words into a sentence, as different people type: most with care, some without.

    Facts, which the answer depends on, keep their spelling; their case may change.
    """
    shape = _of_weight(draws, ((76, str), (20, str.lower), (4, str.upper)))
    is_misspelled, is_hasty = draws.chance(8), draws.chance(8)
    if draws.chance(18):
        sentence = sentence.rstrip(".")
    elif draws.chance(5):
        sentence = re.sub(r"[.!]$", "!!!", sentence)

    def typed(part: str) -> str:
        if _PLACE.fullmatch(part):
            return _shaped(words[part[1:-1]], shape)
        if is_misspelled:
            part = _WORDS.sub(lambda found: MISSPELLINGS.get(found[0], found[0]), part)
        if is_hasty:
            part = part.replace("'", "").replace(",", "")
        return shape(part)

    return "".join(map(typed, _PLACE.split(sentence)))


def _shaped(word: str, shape: Callable[[str], str]) -> str:
    """Change the case of a word, unless that would make another word of it."""
    changed = shape(word)
    return changed if changed.casefold() == word.casefold() else word


WRITTEN_FROM = (
    "order_id",
    "location_id",
    "delivered_day",
    "complained_ts",
    "complaint_category",
    "total_minutes",
    "promised_minutes",
    "basket",
)

# Columns of the model, made from those of ``with_texts``, in SQL.
RAW_COMPLAINT = (
    "concat('complaint-', order_id) as complaint_id",
    "order_id",
    "complained_ts as ts",
    "complaint_category",
    "complaint_text",
    "'local' as generated_by",
    "location_id",
    "delivered_day",
)


def with_texts(orders: pa.Table, phrases: Phrases) -> pa.Table:
    """Return orders (columns as in ``WRITTEN_FROM``) with what their customers write."""
    texts = [
        complaint_text(Complaint(order_id, category, minutes, promised, _dishes(basket)), phrases)
        for order_id, category, minutes, promised, basket in zip(
            *(
                orders[name].to_pylist()
                for name in (
                    "order_id",
                    "complaint_category",
                    "total_minutes",
                    "promised_minutes",
                    "basket",
                )
            ),
            strict=True,
        )
    ]
    return orders.append_column("complaint_text", pa.array(texts, pa.string()))


def _dishes(basket: str) -> tuple[str, ...]:
    return tuple(line["name"] for line in json.loads(basket) if line["name"].strip())


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


def read_phrases(relation: Any) -> dict[str, tuple[str, ...]]:
    """Return the rows of ``complaint_phrases`` by kind, in their order."""
    rows = relation.collect() if is_spark(relation) else relation.fetchall()
    phrases: dict[str, tuple[str, ...]] = {}
    for _, kind, phrase in sorted(tuple(row) for row in rows):
        phrases[kind] = (*phrases.get(kind, ()), phrase)
    return phrases


def written_on_duckdb(candidates: Any, session: Any, phrases: Phrases) -> Any:
    """Write the complaints of a DuckDB relation."""
    orders = candidates.project(", ".join(WRITTEN_FROM)).to_arrow_table()
    return session.from_arrow(with_texts(orders, phrases)).project(", ".join(RAW_COMPLAINT))


def written_on_spark(candidates: Any, phrases: Phrases) -> Any:
    """Write the complaints of a Spark data frame, batch by batch where its rows are."""
    orders = candidates.selectExpr(*WRITTEN_FROM)

    def written(batches: Any) -> Any:
        for batch in batches:
            yield from with_texts(pa.Table.from_batches([batch]), phrases).to_batches()

    columns = ", ".join(f"{field.name} {field.dataType.simpleString()}" for field in orders.schema)
    with_text = orders.mapInArrow(written, f"{columns}, complaint_text string")
    return with_text.selectExpr(*RAW_COMPLAINT)


def model(dbt: Any, session: Any) -> Any:
    """Write the complaints of the affected days; the strategy replaces exactly those days."""
    candidates = dbt.ref("complaint_candidates")
    phrases = read_phrases(dbt.ref("complaint_phrases"))
    if dbt.is_incremental:
        pending = dbt.source("increments", "pending")
        candidates = affected(candidates, pending, dbt.this.identifier)

    if is_spark(candidates):
        return written_on_spark(candidates, phrases)
    return written_on_duckdb(candidates, session, phrases)
