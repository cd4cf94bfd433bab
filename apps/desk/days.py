"""Periods of days: what is chosen, what there is, and how days are written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from apps.desk.charts import Number
    from apps.desk.kept import KeptQueries

USUAL_DAYS = 91
"""What is shown where nothing is chosen: thirteen weeks."""

MOST_DAYS = 400
"""What is shown at most: a page does not grow with the age of the business."""

_WEEKLY_FROM = 15
T = TypeVar("T")


@dataclass(frozen=True)
class Period:
    """Days from ``first`` to ``last``, both included; none if they are the other way round."""

    first: date
    last: date

    @property
    def days(self) -> list[date]:
        """All its days."""
        return [
            self.first + timedelta(days=number)
            for number in range((self.last - self.first).days + 1)
        ]

    @property
    def with_week_before(self) -> Period:
        """The same with the six days before, which the mean of the first week needs."""
        return Period(self.first - timedelta(days=6), self.last)

    @property
    def values(self) -> dict[str, object]:
        """Its ends, as queries take them."""
        return {"first": self.first, "last": self.last}


@dataclass(frozen=True)
class Known:
    """What is published: the first day, and the hour that the newest order is in."""

    first: date
    until: datetime

    @property
    def last(self) -> date:
        """The newest day, which is not over."""
        return self.until.date()

    @property
    def last_whole(self) -> date:
        """The newest day that is over."""
        return self.last - timedelta(days=1)


def known_days(kept: KeptQueries) -> Known | None:
    """Return which days are published; ``None`` before the first order."""
    (row,) = kept.query(
        """select min(hour_ts) as first_ts, max(hour_ts) as last_ts
        from lakeflow.gold_location_sales_hourly"""
    )
    if row["first_ts"] is None:
        return None
    return Known(row["first_ts"].date(), row["last_ts"] + timedelta(hours=1, seconds=-1))


def chosen_period(known: Known, first: date | None, last: date | None) -> Period:
    """Return the days to show: those that are chosen, as far as they are known.

    Parameters
    ----------
    known
        What is published.
    first, last
        What is chosen; ``None`` for what is usual.
    """
    end = min(last or known.last, known.last)
    usual = end - timedelta(days=USUAL_DAYS - 1)
    earliest = max(known.first, end - timedelta(days=MOST_DAYS - 1))
    return Period(max(first or usual, earliest), end)


def day_name(day: date) -> str:
    """Return a day as it is written in tables."""
    return f"{day:%a %b} {day.day}"


def day_labels(days: Sequence[date]) -> tuple[tuple[int, str], ...]:
    """Return the days that are written at a scale: Mondays, or all of few."""
    return tuple(
        (point, f"{day:%b} {day.day}")
        for point, day in enumerate(days)
        if len(days) < _WEEKLY_FROM or day.weekday() == 0
    )


def along(days: Sequence[date], found: Mapping[date, T], otherwise: T) -> list[T]:
    """Return what was found day by day, and something else where nothing was."""
    return [found.get(day, otherwise) for day in days]


def mean_of_week(values: Sequence[Number | None]) -> list[float | None]:
    """Return the mean of each value and the six before it; ``None`` where one is not known."""
    means: list[float | None] = []
    for point in range(len(values)):
        week = [value for value in values[max(0, point - 6) : point + 1] if value is not None]
        means.append(float(sum(week)) / 7 if len(week) == 7 else None)  # noqa: PLR2004
    return means
