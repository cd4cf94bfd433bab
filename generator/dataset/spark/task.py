"""What an executor does: some days of one kitchen, from batches of day numbers to events."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from generator.simulation.kitchen_day import simulate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.simulation.kitchen_day import Kitchen, KitchenDay

PART = "part"
LONGEST_WAIT = "longest_wait"

_SECONDS_PER_DAY = 86_400
# A worker has the days of one kitchen after another; two are at hand where tasks overlap.
_KITCHENS_KEPT = 2


@dataclass(frozen=True)
class Work:
    """What executors must know to make the days of one kitchen.

    Attributes
    ----------
    digest
        SHA-256 of ``pickled``, by which pieces of work are told apart.
    pickled
        The kitchen, with its streets.
    epoch
        Midnight of day 0, Unix seconds.
    days_per_part
        How many days of events are in one file.
    last_part
        Number of the last file. It has what falls behind the last day, too.
    """

    digest: str
    pickled: bytes = field(compare=False, repr=False)
    epoch: int
    days_per_part: int
    last_part: int


def work_of(kitchen: Kitchen, epoch: int, days: int, days_per_part: int) -> Work:
    """Pack a kitchen up for its way to the executors."""
    pickled = pickle.dumps(kitchen, pickle.HIGHEST_PROTOCOL)
    last_part = (days - 1) // days_per_part
    return Work(sha256(pickled).hexdigest(), pickled, epoch, days_per_part, last_part)


def make_days(work: Work, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Make the days of a kitchen that a task was given.

    A kitchen-day is a pure function, so a task that is run again gives the same rows.

    Parameters
    ----------
    work
        The kitchen.
    batches
        Numbers of days, in their first column.

    Yields
    ------
    The events of one day after another, in the canonical schema and with two columns more: the
    number of the file in which they belong, and the day's longest wait for a station,
    microseconds.
    """
    kitchen = _kitchen(work)
    day_before = None
    stations: list[int] | None = None
    for batch in batches:
        for day in batch.column(0).to_pylist():
            # What the day before has left saves working it out, with the same result.
            made = simulate(kitchen, day, work.epoch, stations if day - 1 == day_before else None)
            day_before, stations = day, made.stations_free_at
            yield from _rows(made, work).to_batches()


@lru_cache(maxsize=_KITCHENS_KEPT)
def _kitchen(work: Work) -> Kitchen:
    """Unpack a kitchen once for all tasks of a Python worker, so that it keeps its route texts."""
    kitchen: Kitchen = pickle.loads(work.pickled)  # noqa: S301  # packed by this very run
    return kitchen


def _rows(made: KitchenDay, work: Work) -> pa.Table:
    events = made.events
    seconds = events["ts_seconds"].to_numpy() - work.epoch
    part = np.minimum(seconds // (work.days_per_part * _SECONDS_PER_DAY), work.last_part)
    waits = np.full(events.num_rows, made.longest_wait)
    return events.append_column(PART, pa.array(part.astype(np.int32))).append_column(
        LONGEST_WAIT, pa.array(waits.astype(np.int64))
    )
