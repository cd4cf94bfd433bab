"""Events of many kitchens and days as one file in time order, written day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from common.event_schema import EVENT_COLUMNS, SORT_ORDER
from common.time_units import MICROSECONDS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

# About four fifths of a day of the default dataset: a window of three hours reads one or two.
ROWS_PER_GROUP = 8_192

# Minimum and maximum are worth their bytes only in columns that readers filter by.
_STATISTICS_COLUMNS = ["location_id", "event_type_id", "ts_seconds", "ts_micros", "sequence"]
_DICTIONARY_COLUMNS = [
    *("order_id", "location_id", "event_type_id", "sequence", "customer_addr"),
    *("driver_id", "reason"),
]


def in_time_order(days: Iterable[tuple[int, Sequence[pa.Table]]]) -> Iterator[pa.Table]:
    """Merge kitchen-days into one sequence of events.

    Parameters
    ----------
    days
        For each day in turn: its end in Unix seconds, and the events of the orders placed on it,
        one table per kitchen. Events after the end of their day are yielded with the next day.

    Yields
    ------
    Sorted tables, each later than the one before; the events after the last day come last.
    """
    waiting: list[pa.Table] = []
    for end_seconds, tables in days:
        events = pa.concat_tables([*waiting, *tables]).combine_chunks()
        events = events.take(_sorting(events))
        complete = pc.sum(pc.less(events["ts_seconds"], end_seconds)).as_py() or 0
        yield events.slice(0, complete)
        waiting = [events.slice(complete)]
    yield from waiting


def _sorting(events: pa.Table) -> pa.Array:
    """Return the positions of events in the order of a dataset.

    Few events share their moment: only those are compared by more than their time.
    """
    seconds, micros = (events[column].to_numpy() for column in SORT_ORDER[:2])
    at = seconds * MICROSECONDS_PER_SECOND + micros
    order = np.argsort(at, kind="stable")
    same = np.diff(at[order]) == 0
    tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
    among = events.select(SORT_ORDER).take(pa.array(order[tied]))
    keys = [(key, "ascending") for key in SORT_ORDER]
    order[tied] = order[tied][pc.sort_indices(among, keys).to_numpy()]
    return pa.array(order)


def write_events(file: Path, tables: Iterable[pa.Table], columns: pa.Schema = EVENT_COLUMNS) -> int:
    """Write sorted events as Parquet with row groups of equal size; return the number of rows.

    Memory use is one row group and one table, however many there are. All tables have
    the named columns.
    """
    rows = 0
    pending = columns.empty_table()
    with pq.ParquetWriter(
        file,
        columns,
        compression="zstd",
        use_dictionary=[name for name in _DICTIONARY_COLUMNS if name in columns.names],
        write_statistics=_STATISTICS_COLUMNS,
        store_schema=False,
    ) as writer:
        for table in tables:
            rows += table.num_rows
            pending = pa.concat_tables([pending, table])
            full = pending.num_rows - pending.num_rows % ROWS_PER_GROUP
            if full:
                writer.write_table(pending.slice(0, full), row_group_size=ROWS_PER_GROUP)
                pending = pending.slice(full)
        if pending.num_rows:
            writer.write_table(pending, row_group_size=ROWS_PER_GROUP)
    return rows
