"""Days without end, as lines that can land: one after another, made before they are needed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Self

import duckdb
import numpy as np
import pyarrow as pa

from common.canonical_dataset import EventRows
from common.errors import UserError
from common.landing.event_lines import landed_events
from common.landing.window import Window, WindowPart
from common.time_units import MICROSECONDS_PER_DAY, MICROSECONDS_PER_SECOND, SECONDS_PER_DAY
from generator.dataset.event_file import in_time_order
from generator.simulation.kitchen_day import simulate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from common.canonical_dataset import DatasetProfile
    from generator.dataset.plan import DatasetPlan
    from generator.simulation.kitchen_day import Handover
    from generator.simulation.prepared_kitchen import Kitchen

LATEST_DELIVERY_DAYS = 2
"""At most so many days after an order was placed it has its last event.

So what happens on a day is known from the orders of that day and of so many days before it.
"""


@dataclass(frozen=True)
class DayLines:
    """What happens on one day in all kitchens, in the form in which it lands.

    Attributes
    ----------
    day
        Days since day 0.
    positions
        Virtual time of each event, ascending, microseconds since day 0, shape (N,).
    offsets
        Where the line of each event begins in ``text``, and the end of the last, shape (N + 1,).
    text
        The lines, each with its end, as UTF-8.
    """

    day: int
    positions: NDArray[np.int64]
    offsets: NDArray[np.int64]
    text: memoryview

    @property
    def ends(self) -> int:
        """Position of the last moment of the day."""
        return (self.day + 1) * MICROSECONDS_PER_DAY - 1

    def index_after(self, position: int) -> int:
        """Return how many of the events are at a position or before it."""
        return int(np.searchsorted(self.positions, position, side="right"))

    def lines(self, first: int, end: int) -> memoryview:
        """Return the lines from one event to before another."""
        return self.text[self.offsets[first] : self.offsets[end]]


class DayLinesInBackground:
    """The lines of day after day; the next day is made while one is in use.

    Parameters
    ----------
    kitchens, plan
        What happens; ``plan.days`` is where it ends.
    profile, shift_days
        How positions become times, as in `landed_events`.
    first_day
        The day to begin with.
    """

    def __init__(
        self,
        kitchens: Sequence[Kitchen],
        plan: DatasetPlan,
        profile: DatasetProfile,
        shift_days: int,
        first_day: int,
    ) -> None:
        self._days = _day_lines(kitchens, plan, profile, shift_days, first_day)
        self._maker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="days")
        self._next = self._maker.submit(next, self._days, None)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """End the thread; a day that is being made is finished first."""
        self._maker.shutdown(cancel_futures=True)

    def take(self) -> DayLines | None:
        """Return the next day, ``None`` after the last one; begin to make the one behind it.

        Raises
        ------
        UserError
            If an order of that day takes longer than `LATEST_DELIVERY_DAYS`.
        """
        made = self._next.result()
        self._next = self._maker.submit(next, self._days, None)
        return made


def _day_lines(
    kitchens: Sequence[Kitchen],
    plan: DatasetPlan,
    profile: DatasetProfile,
    shift_days: int,
    first_day: int,
) -> Iterator[DayLines]:
    begin = max(0, first_day - LATEST_DELIVERY_DAYS)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET preserve_insertion_order = true")
        # There is time: the next day is needed when this one has passed.
        connection.execute("SET threads = 1")
        days = in_time_order(_simulated_days(kitchens, plan, begin))
        for day, events in zip(range(begin, plan.days + LATEST_DELIVERY_DAYS), days, strict=False):
            if day >= first_day:
                yield _as_lines(connection, day, events, profile, shift_days)


def _simulated_days(
    kitchens: Sequence[Kitchen], plan: DatasetPlan, begin: int
) -> Iterator[tuple[int, list[pa.Table]]]:
    """Yield the end of each day in Unix seconds and the events of its orders, without end."""
    handovers: list[Handover | None] = [None] * len(kitchens)
    for day in count(begin):
        tables = [plan.columns.empty_table()]
        for number, kitchen in enumerate(kitchens if day < plan.days else ()):
            made = simulate(kitchen, day, plan.epoch, handovers[number])
            handovers[number] = made.handover
            _check_delivered(kitchen, day, made.events, plan.epoch)
            tables.append(made.events)
        yield plan.epoch + (day + 1) * SECONDS_PER_DAY, tables


def _check_delivered(kitchen: Kitchen, day: int, events: pa.Table, epoch: int) -> None:
    latest = epoch + (day + LATEST_DELIVERY_DAYS + 1) * SECONDS_PER_DAY
    if events.num_rows and events["ts_seconds"].to_numpy().max() >= latest:
        raise UserError(
            f"An order of day {day} in {kitchen.settings.location.location_code} is delivered more "
            f"than {LATEST_DELIVERY_DAYS} days later: give this kitchen more stations, or shorter "
            "service times (svc), in its configuration."
        )


def _as_lines(
    connection: duckdb.DuckDBPyConnection,
    day: int,
    events: pa.Table,
    profile: DatasetProfile,
    shift_days: int,
) -> DayLines:
    first = day * MICROSECONDS_PER_DAY
    part = WindowPart(Window(first, first + MICROSECONDS_PER_DAY - 1), (0,))
    connection.register("events_of_day", events)
    query = landed_events(
        EventRows("events_of_day", events.column_names), profile, part, shift_days
    )
    # As COPY writes them: a test compares both.
    lines = connection.sql(
        f"SELECT to_json(line)::VARCHAR || chr(10) AS line FROM ({query}) AS line"
    ).to_arrow_table()["line"]
    connection.unregister("events_of_day")
    moments = events["ts_seconds"].to_numpy() * MICROSECONDS_PER_SECOND
    moments = moments + events["ts_micros"].to_numpy()
    return _packed(day, moments - profile.epoch_microseconds, lines)


def _packed(day: int, positions: NDArray[np.int64], lines: pa.ChunkedArray) -> DayLines:
    whole = lines.cast(pa.large_string()).combine_chunks()
    _, offsets, text = whole.buffers()
    places = np.frombuffer(offsets, dtype=np.int64, count=len(whole) + 1, offset=whole.offset * 8)
    return DayLines(day, positions, places, memoryview(text))
