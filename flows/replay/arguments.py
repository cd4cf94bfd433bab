"""How values on the command line are read, of the replay and of what lands with it."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime


def moment(text: str) -> datetime:
    """Read a time in ISO form as naive UTC; without an offset it is UTC already."""
    read = datetime.fromisoformat(text)
    return read.astimezone(UTC).replace(tzinfo=None) if read.tzinfo else read


def number_of_days(text: str) -> int:
    """Read a whole number of days, at least one."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days from 1")
    return int(text)
