"""How numbers and days are written on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common.vocabulary import vocabulary
from reports.page.figures import Unit

if TYPE_CHECKING:
    from datetime import date, datetime

_WITH_CENTS = 1_000

NOTHING = "-"
"""What stands where there is no number: nothing was counted yet, which is not zero."""


def format_value(value: Any, unit: Unit) -> str:  # noqa: ANN401  (a number of any engine)
    """Return a number as the page prints it."""
    if value is None:
        return NOTHING
    match unit:
        case Unit.COUNT:
            return f"{value:,.0f}"
        case Unit.DOLLARS:
            # Cents of an order say something, cents of a business do not.
            return vocabulary().amount(value, 2 if abs(value) < _WITH_CENTS else 0)
        case Unit.PERCENT:
            return f"{value:.1%}"
        case Unit.MINUTES | Unit.RATE:
            return f"{value:,.1f}"


def format_share(part: float, whole: float) -> str:
    """Return a part in percent."""
    return format_value(part / whole if whole else None, Unit.PERCENT)


def format_day(day: date) -> str:
    """Return a day, in the way that no country takes for another one."""
    return f"{day.day} {day:%b %Y}"


def format_moment(moment: datetime) -> str:
    """Return a moment, to the minute."""
    return f"{format_day(moment)}, {moment:%H:%M}"


def format_growth(part: float, digits: int) -> str:
    """Return a change in percent, which is never a negative zero."""
    return f"{round(part, digits + 2) + 0.0:+.{digits}%}"


def format_change(after: Any, before: Any, unit: Unit) -> str:  # noqa: ANN401  (numbers of any engine)
    """Return how a number has changed: shares in points, everything else in percent."""
    if after is None or before is None:
        return "nothing to compare with"
    if unit is Unit.PERCENT:
        return f"{round(100 * (after - before), 1) + 0.0:+.1f} points"
    return format_growth(float(after) / float(before) - 1, 1) if before else "from nothing"
