# Grain: one row per line of a landed file that is streamed; one for a file as a whole without any.
"""The lines of landed files that are compressed, or too large to be read whole.

No SQL can go on after a compressed file that is broken, and the readers that unpack let more than a
line feed end a line. Here a file is read as a stream of bytes, twice where it is compressed: once
to see that it is whole, once for its lines. What is in memory does not grow with the file.
"""

import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import Any, BinaryIO

import pyarrow as pa

# What has to be read, as JSON: `file`, `path` and `bytes` of each. The materialization says it.
UNREAD_FILES = "[]"

ROWS = pa.schema(
    [
        ("file", pa.string()),
        ("file_bytes", pa.int64()),
        ("line_number", pa.int64()),
        ("line", pa.string()),
        ("rejection_code", pa.string()),
    ]
)
ROWS_ON_SPARK = (
    "file string, file_bytes bigint, line_number bigint, line string, rejection_code string"
)
LINES_PER_BATCH = 65_536
BYTES_PER_BATCH = 1 << 24
BYTES_PER_READ = 1 << 20

GZIP = b"\x1f\x8b"
PRINTABLE = range(32, 127)
# Lines are counted from 1.
THE_FILE_ITSELF = 0

Row = tuple[str, int, int, str | None, str | None]


def fault_of(packed: BinaryIO) -> str | None:
    """Read a compressed file to its end; return the rejection code of what is wrong with it.

    What follows the last gzip member is a fault as well: it may have been a member, and what it
    held would be lost without a word.
    """
    magic = packed.read(2)
    if not GZIP.startswith(magic):
        return "file_not_gzip"
    packed.seek(0)
    try:
        with gzip.open(packed) as unpacked:
            while unpacked.read(BYTES_PER_READ):
                pass
    except EOFError:
        return "file_cut_off"
    except (OSError, zlib.error):
        return "file_cut_off" if magic == GZIP[:1] else "file_damaged"
    return None


def text_of(line: bytes) -> str:
    """Return a line as text; where it is none, its bytes that are not text are shown."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return "".join(chr(byte) if byte in PRINTABLE else f"\\x{byte:02X}" for byte in line)


def lines_of(content: Iterable[bytes]) -> Iterator[str | None]:
    """Return the lines of a file, ``None`` for a blank one; only a line feed ends a line."""
    for number, ended in enumerate(content):
        line = ended.removesuffix(b"\n").removesuffix(b"\r")
        if number == 0:
            line = line.removeprefix(b"\xef\xbb\xbf")
        yield text_of(line) or None


def rows_of(file: str, size: int, opened: Callable[[], BinaryIO]) -> Iterator[Row]:
    """Return the rows of one file, which ``opened`` opens from its beginning."""
    is_compressed = file.endswith(".gz")
    if is_compressed:
        with closing(opened()) as packed:
            fault = fault_of(packed)
        if fault is not None:
            yield file, size, THE_FILE_ITSELF, None, fault
            return
    number = 0
    with closing(opened()) as source:
        content = gzip.GzipFile(fileobj=source) if is_compressed else source
        for number, line in enumerate(lines_of(content), start=1):
            yield file, size, number, line, None
    if number == 0:
        yield file, size, THE_FILE_ITSELF, None, None


def batches_of(rows: Iterable[Row]) -> Iterator[pa.RecordBatch]:
    """Return rows as record batches that fit into memory."""
    batch: list[Row] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += len(row[3] or "")
        if len(batch) >= LINES_PER_BATCH or size >= BYTES_PER_BATCH:
            yield _batch(batch)
            batch, size = [], 0
    if batch:
        yield _batch(batch)


def _batch(rows: list[Row]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    arrays = [pa.array(values, field.type) for values, field in zip(columns, ROWS, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=ROWS)


def read_here(session: Any, files: list[dict[str, Any]]) -> Any:
    """Read files for DuckDB, while it asks for their rows."""

    def opening(path: str) -> Callable[[], BinaryIO]:
        if "://" in path:
            from common.storage import place  # noqa: PLC0415  (in an object store)

            return lambda: place(path).open("rb")
        return lambda: open(path, "rb")  # noqa: PTH123  (closed by whoever reads)

    rows = (
        row for one in files for row in rows_of(one["file"], one["bytes"], opening(one["path"]))
    )
    return session.from_arrow(pa.RecordBatchReader.from_batches(ROWS, batches_of(rows)))


def read_on_spark(session: Any, files: list[dict[str, Any]]) -> Any:
    """Read files where Spark has them: only what is compressed comes into memory as a whole."""
    found = session.read.format("binaryFile").load([one["path"] for one in files])

    def unpacked(batches: Any) -> Any:
        for batch in batches:
            for path, size, content in zip(*batch.columns, strict=True):
                packed = content.as_py()
                rows = rows_of(
                    path.as_py().rsplit("/", 1)[-1], size.as_py(), lambda c=packed: io.BytesIO(c)
                )
                yield from batches_of(rows)

    return found.select("path", "length", "content").mapInArrow(unpacked, ROWS_ON_SPARK)


def landing(dbt: Any) -> Any:
    """Name the landing, so that dbt knows what is upstream; it is a folder and no table."""
    return dbt.source("landing", "events")


def model(dbt: Any, session: Any) -> Any:  # noqa: ARG001  (dbt calls it so)
    """Read the files that are not in the table yet."""
    files = json.loads(UNREAD_FILES)
    if hasattr(session, "from_arrow"):
        return read_here(session, files)
    return read_on_spark(session, files)
