"""The data source ``caspers`` of Spark 4: a dataset as a stream of landed events.

``spark.readStream.format("caspers").option("datasetPath", …)``. Where the project is installed,
Spark finds it by itself (``generator/plugins``); elsewhere `register` makes it known to a session.

Sources: ``pyspark.sql.datasource`` and ``pyspark.sql.streaming.python_streaming_source_runner``.
Spark 4.0 does not say to `CaspersStream.latestOffset` where the stream stands. After a restart it
asks for the partitions between the last offset and itself first
(``PythonMicroBatchStream.setLatestSeenOffset``); that is where it is learned from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyspark.sql.datasource import (
    DataSource,
    DataSourceReader,
    DataSourceStreamReader,
    InputPartition,
)

from common.clock import utc_now
from generator.dataset.stream.offsets import (
    StreamOffset,
    batch_window,
    check_options,
    dump_offset,
    latest_offset,
    open_same_dataset,
    parse_offset,
)
from generator.dataset.stream.options import StreamOptions, parse_options
from generator.dataset.stream.row_groups import LANDED_WINDOW_COLUMN, read_slice, slices_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    import pyarrow as pa
    from pyspark.sql import SparkSession
    from pyspark.sql.types import StructType

    from common.landing.window import Window
    from generator.dataset.stream.row_groups import EventSlice

_COLUMNS = (
    "event_id string, event_type string, ts string, location_id int, order_id string, "
    "sequence int, body string"
)


class SlicePartition(InputPartition):
    """What one task reads."""

    value: EventSlice


class CasperSource(DataSource):
    """A canonical dataset as landed events, in a stream or once."""

    @classmethod
    def name(cls) -> str:
        """Return the name of the format."""
        return "caspers"

    def schema(self) -> str:
        """Return the columns: those of a landed line, and its window where that is asked for."""
        options = parse_options(self.options)
        return f"{_COLUMNS}, {LANDED_WINDOW_COLUMN} string" if options.landed_window else _COLUMNS

    def streamReader(self, schema: StructType) -> CaspersStream:  # noqa: ARG002, N802  # Spark's
        """Return what reads the stream."""
        return CaspersStream(parse_options(self.options))

    def reader(self, schema: StructType) -> CaspersBatch:  # noqa: ARG002  # Spark's
        """Return what reads once."""
        return CaspersBatch(parse_options(self.options))


class CaspersStream(DataSourceStreamReader):
    """Reads the stream, batch by batch.

    Parameters
    ----------
    options
        What the stream was asked for.
    clock
        Tells real time, naive UTC.
    """

    def __init__(self, options: StreamOptions, clock: Callable[[], datetime] | None = None) -> None:
        self._options = options
        self._clock = clock or utc_now
        self._known = StreamOffset()

    def initialOffset(self) -> dict[str, Any]:  # noqa: N802  # Spark's
        """Return the offset before the first batch."""
        return dump_offset(StreamOffset())

    def latestOffset(self) -> dict[str, Any]:  # noqa: N802  # Spark's
        """Return the end of the batch that can be read now."""
        self._known = latest_offset(self._options, self._known, self._clock())
        return dump_offset(self._known)

    def partitions(self, start: dict[str, Any], end: dict[str, Any]) -> Sequence[SlicePartition]:
        """Divide a batch among tasks; learn how far the stream has come."""
        before, after = parse_offset(start), parse_offset(end)
        if after.settings is not None:
            check_options(self._options, after.settings)
        if after.position >= self._known.position:
            self._known = after
        window = batch_window(before, after)
        return [] if window is None else _partitions(self._options, after, window)

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        """Read what one task reads, as Arrow."""
        return read_slice(partition.value)


class CaspersBatch(DataSourceReader):
    """Reads once what the first batch of a stream that begins now would read.

    Parameters
    ----------
    options
        What was asked for.
    clock
        Tells real time, naive UTC.
    """

    def __init__(self, options: StreamOptions, clock: Callable[[], datetime] | None = None) -> None:
        self._options = options
        self._clock = clock or utc_now

    def partitions(self) -> Sequence[SlicePartition]:
        """Divide the events among tasks."""
        end = latest_offset(self._options, StreamOffset(), self._clock())
        window = batch_window(StreamOffset(), end)
        return [] if window is None else _partitions(self._options, end, window)

    def read(self, partition: InputPartition | None) -> Iterator[pa.RecordBatch]:
        """Read what one task reads, as Arrow; nothing where Spark has found no partition."""
        return iter(()) if partition is None else read_slice(partition.value)


def register(session: SparkSession) -> None:
    """Make the format known to a session.

    Only needed where the project is not installed, and where a session reaches Spark by Spark
    Connect. The machines of a cluster must be able to import the project.
    """
    session.dataSource.register(CasperSource)


def _partitions(
    options: StreamOptions, end: StreamOffset, window: Window
) -> Sequence[SlicePartition]:
    settings = end.settings
    assert settings is not None  # noqa: S101  # a window ends with an offset that has them
    slices = slices_of(
        open_same_dataset(options, settings),
        settings.profile,
        window,
        settings.shift_days,
        with_window=options.landed_window,
    )
    return [SlicePartition(each) for each in slices]
