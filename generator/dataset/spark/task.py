"""What an executor runs: some days of one kitchen, from batches of day numbers to events."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from common.time_units import SECONDS_PER_DAY
from generator.simulation.kitchen_day import simulate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.simulation.kitchen_day import Handover, KitchenDay
    from generator.simulation.prepared_kitchen import Kitchen

PART = "part"
LONGEST_WAIT = "longest_wait"

# A worker gets the days of one kitchen after another; two are in memory while tasks overlap.
_CACHED_KITCHENS = 2


@dataclass(frozen=True)
class KitchenTask:
    """What executors need to make the days of one kitchen.

    Attributes
    ----------
    digest
        SHA-256 of ``pickled``, which tells tasks of different kitchens apart.
    pickled
        The kitchen, with its streets.
    epoch
        Midnight of day 0, Unix seconds.
    days_per_part
        How many days of events are in one file.
    last_part
        Number of the last file. It also holds the events that fall after the last day.
    """

    digest: str
    pickled: bytes = field(compare=False, repr=False)
    epoch: int
    days_per_part: int
    last_part: int


def pack_task(kitchen: Kitchen, epoch: int, days: int, days_per_part: int) -> KitchenTask:
    """Serialize a kitchen for the executors."""
    pickled = pickle.dumps(kitchen, pickle.HIGHEST_PROTOCOL)
    last_part = (days - 1) // days_per_part
    return KitchenTask(sha256(pickled).hexdigest(), pickled, epoch, days_per_part, last_part)


def make_days(task: KitchenTask, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Simulate the days of a kitchen that were assigned to a task.

    A kitchen-day is a pure function, so a task that is run again gives the same rows.

    Parameters
    ----------
    task
        The kitchen.
    batches
        Numbers of days, in their first column.

    Yields
    ------
    The events of one day after another, in the canonical schema and with two columns more: the
    number of the file they belong to, and the day's longest wait for a station,
    microseconds.
    """
    kitchen = _kitchen(task)
    day_before = None
    handover: Handover | None = None
    for batch in batches:
        for day in batch.column(0).to_pylist():
            # What the day before hands over need not be computed again, with the same result.
            made = simulate(kitchen, day, task.epoch, handover if day - 1 == day_before else None)
            day_before, handover = day, made.handover
            yield from _rows(made, task).to_batches()


@lru_cache(maxsize=_CACHED_KITCHENS)
def _kitchen(task: KitchenTask) -> Kitchen:
    """Deserialize a kitchen once per Python worker, so that it keeps its cache of routes."""
    kitchen: Kitchen = pickle.loads(task.pickled)  # noqa: S301  # serialized by this run
    return kitchen


def _rows(made: KitchenDay, task: KitchenTask) -> pa.Table:
    events = made.events
    seconds = events["ts_seconds"].to_numpy() - task.epoch
    part = np.minimum(seconds // (task.days_per_part * SECONDS_PER_DAY), task.last_part)
    waits = np.full(events.num_rows, made.longest_wait)
    return events.append_column(PART, pa.array(part.astype(np.int32))).append_column(
        LONGEST_WAIT, pa.array(waits.astype(np.int64))
    )
