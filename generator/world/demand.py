"""When people order: ``demand.json`` of a world."""

# Annotations are evaluated here, not postponed: pydantic reads them.
import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Annotated, Literal, Self

import numpy as np
from dateutil.easter import easter
from numpy.typing import NDArray
from pydantic import Field, model_validator

from common.did_you_mean import did_you_mean
from common.json_file import Strict
from generator.world.by_kitchen import DEFAULT, check_default
from generator.world.minute_weights import FULL_HOURS, Peak, week_weights

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS_A_WEEK = 7

STORY_BEGINS = date(2024, 1, 1)
"""Day 0 of a dataset unless a person says otherwise; the days of tables count from it."""

_Hour = Annotated[float, Field(ge=0, le=24)]
_Rate = Annotated[float, Field(ge=0, le=1_000_000)]


class SpecialDay(Strict):
    """A day with another number of orders in some of its hours.

    Either ``month`` and ``day``; or ``month``, ``weekday`` and ``which`` of them in the month, the
    last being -1; or ``easter``, days after Easter Sunday.
    """

    name: Annotated[str, Field(min_length=1)]
    factor: Annotated[float, Field(ge=0, le=100)]
    start_hour: _Hour = 0.0
    end_hour: _Hour = 24.0
    month: Annotated[int, Field(ge=1, le=12)] | None = None
    day: Annotated[int, Field(ge=1, le=31)] | None = None
    weekday: (
        Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] | None
    ) = None
    which: Literal[-1, 1, 2, 3, 4, 5] | None = None
    easter: Annotated[int, Field(ge=-100, le=100)] | None = None

    @model_validator(mode="after")
    def _has_one_rule(self) -> Self:
        given = {
            name
            for name in ("month", "day", "weekday", "which", "easter")
            if getattr(self, name) is not None
        }
        if given not in ({"month", "day"}, {"month", "weekday", "which"}, {"easter"}):
            raise ValueError(
                f'"{self.name}" falls on no day; give month and day, or month, weekday and which, '
                "or easter"
            )
        if self.start_hour >= self.end_hour:
            raise ValueError(
                f'"{self.name}" ends before it starts; raise end_hour or lower start_hour'
            )
        return self

    def falls_on(self, on: date) -> bool:
        """Return whether a day is this one."""
        if self.easter is not None:
            sunday = on - timedelta(days=self.easter)
            return bool(sunday == easter(sunday.year))
        if on.month != self.month:
            return False
        if self.day is not None:
            return on.day == self.day
        if WEEKDAYS[on.weekday()] != self.weekday:
            return False
        if self.which == -1:
            days = calendar.monthrange(on.year, on.month)[1]
            return on.day > days - _DAYS_A_WEEK
        return (on.day - 1) // _DAYS_A_WEEK + 1 == self.which


class _PeakOfFile(Strict):
    start_hour: Annotated[float, Field(ge=0, lt=24)]
    end_hour: Annotated[float, Field(gt=0, le=48)]
    multiplier: Annotated[float, Field(ge=0, le=1_000)]

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if not 0 < self.end_hour - self.start_hour < 24:  # noqa: PLR2004  # a day
            raise ValueError("a peak lasts more than 0 and less than 24 hours; change end_hour")
        return self


class _KitchenOfFile(Strict):
    peaks: dict[str, tuple[_PeakOfFile, ...]]
    weekly_rhythm: bool = True

    @model_validator(mode="after")
    def _names_weekdays(self) -> Self:
        for name in self.peaks:
            if name not in (*WEEKDAYS, DEFAULT):
                raise ValueError(
                    f'peaks: unknown weekday "{name}"{did_you_mean(name, (*WEEKDAYS, DEFAULT))}'
                )
        check_default(self.peaks, "peaks", needed=len(WEEKDAYS))
        return self

    def week(self) -> tuple[tuple[Peak, ...], ...]:
        """Return the peaks of each weekday, Monday first."""
        days = (self.peaks[name if name in self.peaks else DEFAULT] for name in WEEKDAYS)
        return tuple(
            tuple(Peak(peak.start_hour, peak.end_hour, peak.multiplier) for peak in peaks)
            for peaks in days
        )


@dataclass(frozen=True)
class Demand:
    """When the customers of a kitchen order.

    Attributes
    ----------
    week
        The peaks of each weekday, Monday first.
    off_peak_rates
        Rate at each full hour without peaks, 25 of them.
    weekday_factors
        How busy each weekday is relative to others, Monday first.
    weekly_rhythm
        Whether they count here.
    special_days
        Days on which more or fewer people order; the first that fits counts.
    """

    week: tuple[tuple[Peak, ...], ...]
    off_peak_rates: tuple[float, ...]
    weekday_factors: tuple[float, ...]
    weekly_rhythm: bool
    special_days: tuple[SpecialDay, ...]

    @cached_property
    def week_weights(self) -> NDArray[np.float64]:
        """Return the share of a day's orders in each minute of each weekday, shape (7, 1440)."""
        return week_weights(self.week, self.off_peak_rates)

    @property
    def busiest_weekday(self) -> float:
        """Return the orders of the busiest weekday for each of a Monday, or of a usual day."""
        factors = self.weekday_factors
        return max(factors) / (factors[0] or sum(factors) / len(factors))

    def weekday_factor(self, on: date, *, of_a_monday: bool = False) -> float:
        """Return how busy a weekday is relative to the mean of its week, or to its Monday."""
        if not self.weekly_rhythm:
            return 1.0
        factors = self.weekday_factors
        if of_a_monday and factors[0]:
            return factors[on.weekday()] / factors[0]
        return factors[on.weekday()] * len(factors) / sum(factors)

    def special_day(self, on: date) -> SpecialDay | None:
        """Return what is special about a day, if anything is."""
        return _special_day(self.special_days, on)


@lru_cache(maxsize=1024)
def _special_day(special_days: tuple[SpecialDay, ...], on: date) -> SpecialDay | None:
    return next((special for special in special_days if special.falls_on(on)), None)


class DemandFile(Strict):
    """``demand.json``, with every key."""

    off_peak_rates: Annotated[
        tuple[_Rate, ...], Field(min_length=FULL_HOURS, max_length=FULL_HOURS)
    ]
    weekday_factors: Annotated[
        tuple[_Rate, ...], Field(min_length=_DAYS_A_WEEK, max_length=_DAYS_A_WEEK)
    ]
    kitchens: dict[str, _KitchenOfFile]
    special_days: tuple[SpecialDay, ...]

    @model_validator(mode="after")
    def _somebody_orders(self) -> Self:
        check_default(self.kitchens, "kitchens")
        if not any(self.weekday_factors):
            raise ValueError("weekday_factors: all are 0, so nobody could order; raise one")
        for code in self.kitchens:
            try:
                _ = self.of(code).week_weights
            except ValueError as error:
                raise ValueError(f"kitchens.{code}: {error}") from error
        return self

    def of(self, location_code: str) -> Demand:
        """Return the demand of one kitchen."""
        kitchen = self.kitchens.get(location_code) or self.kitchens[DEFAULT]
        return Demand(
            kitchen.week(),
            self.off_peak_rates,
            self.weekday_factors,
            kitchen.weekly_rhythm,
            self.special_days,
        )
