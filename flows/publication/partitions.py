"""Which files of a table are written again: a file a day, and a file a month for what is older.

A partition is named by its day (``2026-11-20``) or its month (``2026-10``).
"""

from __future__ import annotations

import calendar
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

NO_DAY = "1970-01-01"
"""The day of rows that have none."""

RECENT_DAYS = 31
"""So many of the latest days always have a file of their own: windows touch these."""


def month_of(day: str) -> str:
    """Return the month of a day."""
    return day[:7]


def old_months(days: Collection[str]) -> frozenset[str]:
    """Return the months that lie wholly before the latest days.

    Days that are there are counted, not days of the calendar: an event with a day far in the future
    makes nothing else old.
    """
    if not days:
        return frozenset()
    recent = sorted(days)[-RECENT_DAYS:]
    return frozenset(month for month in map(month_of, days) if month < month_of(recent[0]))


def partitions_to_write(existing: Collection[str], touched: Iterable[str]) -> frozenset[str]:
    """Return the partitions that are written again after a change.

    Parameters
    ----------
    existing
        The partitions that are published.
    touched
        The days whose rows have changed.
    """
    months = {partition for partition in existing if not _is_day(partition)}
    days = {day for day in touched if month_of(day) not in months}
    late = {month_of(day) for day in touched} & months
    known = days | {partition for partition in existing if _is_day(partition)}
    old = old_months(known)
    return frozenset(late | old | {day for day in days if month_of(day) not in old})


def is_replaced(partition: str, written: Collection[str]) -> bool:
    """Whether the rows of a partition are in those that are written again."""
    return partition in written or month_of(partition) in written


def days_of(partitions: Iterable[str]) -> Iterator[str]:
    """Yield all days of some partitions."""
    for partition in partitions:
        if _is_day(partition):
            yield partition
            continue
        year, month = map(int, partition.split("-"))
        for day in range(1, calendar.monthrange(year, month)[1] + 1):
            yield date(year, month, day).isoformat()


def is_day(text: str | None) -> bool:
    """Whether a text is a day as the log of changes writes it."""
    try:
        return text is not None and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_day(partition: str) -> bool:
    return len(partition) > len("2026-11")
