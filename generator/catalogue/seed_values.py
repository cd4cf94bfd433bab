"""Values of seeds as people write them: checks that are stricter than pydantic's own parsing."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticCustomError, PydanticKnownError

if TYPE_CHECKING:
    from pydantic import ValidationInfo

SEED_VALUE_ERROR = "seed_value"
"""Type of an error that brings its own problem and remedy."""


def strip(text: str) -> str:
    """Remove spaces around a value."""
    return text.strip()


def blank_to_none(text: str) -> str | None:
    """Read an empty value as no value."""
    return text if text.strip() else None


def check_digits(text: str) -> str:
    """Refuse a whole number with separators, a point or anything else but digits and a sign."""
    text = text.strip()
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        raise PydanticKnownError("int_parsing")
    return text


def check_decimal_number(text: str) -> str:
    """Refuse a number with separators, which Python would accept."""
    text = text.strip()
    if "_" in text:
        raise PydanticKnownError("float_parsing")
    return text


def check_price(text: str) -> Decimal:
    """Read dollars and cents, exact."""
    text = text.strip()
    if text.startswith("-"):
        raise _error(f"{text} is a negative price", "write 0.00 or more")
    if not re.fullmatch(r"[0-9]{1,8}(\.[0-9]{1,2})?", text):
        raise _error(f'"{text}" is not a price', "write dollars and cents, for example 12.95")
    return Decimal(text).quantize(Decimal("0.01"))


def check_after_start(end_day: int | None, info: ValidationInfo) -> int | None:
    """Refuse a brand that leaves before it comes."""
    start_day: Any = info.data.get("start_day")
    if end_day is not None and start_day is not None and end_day <= start_day:
        raise _error(
            f"day {end_day} is not after start_day {start_day}",
            "write the first day on which the brand no longer cooks, or leave it empty",
        )
    return end_day


def _error(problem: str, remedy: str) -> PydanticCustomError:
    return PydanticCustomError(
        SEED_VALUE_ERROR, "{problem}; {remedy}", {"problem": problem, "remedy": remedy}
    )
