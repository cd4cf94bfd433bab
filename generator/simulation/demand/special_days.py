"""Days of the calendar on which people order more or less than usual, and when."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from dateutil.easter import easter

from common.time_units import MINUTES_PER_DAY

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

_SUNDAY, _MONDAY, _THURSDAY = 6, 0, 3


@dataclass(frozen=True)
class SpecialDay:
    """A day with another number of orders in some of its hours.

    Attributes
    ----------
    name
        What people call it.
    factor
        Orders in these hours relative to those of a usual day of the same weekday.
    start_hour, end_hour
        The hours.
    """

    name: str
    factor: float
    start_hour: float = 0.0
    end_hour: float = 24.0


_BY_DATE = {
    (1, 1): SpecialDay("New Year's Day", 1.22, 10, 24),
    (2, 14): SpecialDay("Valentine's Day", 1.25, 17, 22),
    (3, 17): SpecialDay("St. Patrick's Day", 1.12, 16, 23),
    (7, 4): SpecialDay("Independence Day", 0.75),
    (10, 31): SpecialDay("Halloween", 1.20, 16, 21),
    (12, 24): SpecialDay("Christmas Eve", 0.70, 15, 24),
    (12, 25): SpecialDay("Christmas Day", 0.55),
    (12, 31): SpecialDay("New Year's Eve", 1.18, 16, 22),
}
# By month, weekday and which of the month; the last of a month is -1.
_BY_WEEKDAY = {
    (1, _MONDAY, 3): SpecialDay("Martin Luther King Jr. Day", 1.10, 11, 22),
    (2, _SUNDAY, 2): SpecialDay("Super Bowl Sunday", 1.45, 13, 20),
    (2, _MONDAY, 3): SpecialDay("Presidents' Day", 1.08, 11, 22),
    (5, _SUNDAY, 2): SpecialDay("Mother's Day", 1.15, 9, 14),
    (5, _MONDAY, -1): SpecialDay("Memorial Day", 0.90),
    (9, _MONDAY, 1): SpecialDay("Labor Day", 0.92),
    (11, _THURSDAY, 4): SpecialDay("Thanksgiving", 0.50),
}
_EASTER = SpecialDay("Easter Sunday", 0.82)


def special_day(on: date) -> SpecialDay | None:
    """Return what is special about a day, if anything is."""
    fixed = _BY_DATE.get((on.month, on.day))
    if fixed is not None:
        return fixed
    which = (on.day - 1) // 7 + 1
    moving = _BY_WEEKDAY.get((on.month, on.weekday(), which))
    if moving is None and _is_last_of_its_weekday(on):
        moving = _BY_WEEKDAY.get((on.month, on.weekday(), -1))
    if moving is None and on.weekday() == _SUNDAY and easter(on.year) == on:
        return _EASTER
    return moving


def special_day_factors(on: date) -> NDArray[np.float64]:
    """Return the orders of each minute of a day relative to a usual one, shape (1440,)."""
    return _factors(special_day(on))


@lru_cache(maxsize=32)
def _factors(special: SpecialDay | None) -> NDArray[np.float64]:
    factors = np.ones(MINUTES_PER_DAY)
    if special is not None:
        factors[int(special.start_hour * 60) : int(special.end_hour * 60)] = special.factor
    factors.flags.writeable = False
    return factors


def _is_last_of_its_weekday(on: date) -> bool:
    return on.month == 5 and on.day > 31 - 7  # noqa: PLR2004  # May, the only month asked for
