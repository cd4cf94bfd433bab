"""Moments as people write them: ``day 12 18:30``, or a date and time of the dataset."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from common.errors import UserError
from common.time_units import MICROSECONDS_PER_DAY, MICROSECONDS_PER_SECOND
from generator.simulation.orders.order_ids import LARGEST_DAY

_DAY = re.compile(r"day\s+(\d{1,9})(?:\s+(\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.IGNORECASE)
_HOURS, _SIXTY = 24, 60


def read_moment(text: str, start: date) -> int:
    """Return a moment in microseconds since midnight of day 0.

    Parameters
    ----------
    text
        ``day 12 18:30``, ``day 12 18:30:15``, ``day 12``, or ISO 8601 without a zone.
    start
        Date of day 0.

    Raises
    ------
    UserError
        If it is none of these, or before day 0, or beyond the last day that can be simulated.
    """
    moment = _read_day(text)
    if moment is None:
        moment = _read_date(text, start)
    if not 0 <= moment < LARGEST_DAY * MICROSECONDS_PER_DAY:
        last = start + timedelta(days=LARGEST_DAY - 1)
        raise UserError(
            f'--at "{text}" is no moment of this world: it begins on {start}, day 0, and ends '
            f"on {last}, day {LARGEST_DAY - 1:,}."
        )
    return moment


def _read_day(text: str) -> int | None:
    found = _DAY.fullmatch(text.strip())
    if found is None:
        return None
    day, hour, minute, second = (int(part or 0) for part in found.groups())
    if hour >= _HOURS or minute >= _SIXTY or second >= _SIXTY:
        return None
    seconds = (hour * _SIXTY + minute) * _SIXTY + second
    return day * MICROSECONDS_PER_DAY + seconds * MICROSECONDS_PER_SECOND


def _read_date(text: str, start: date) -> int:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None:
        raise UserError(
            f'--at "{text}" is not a moment: write "day 12 18:30", "day 12 18:30:15", or a time of '
            'the dataset without a zone, such as "2024-01-13 18:30".'
        )
    midnight = datetime(start.year, start.month, start.day)
    return (moment - midnight) // timedelta(microseconds=1)
