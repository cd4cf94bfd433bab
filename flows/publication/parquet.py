"""The Parquet files of one table in one build: written where rows changed, linked elsewhere."""

from __future__ import annotations

import errno
import filecmp
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.storage.local import flush_file, flush_folder
from flows.publication.change_log import day_of_row
from flows.publication.inventory import PublishedFile
from flows.publication.partitions import (
    NO_DAY,
    days_of,
    is_day,
    is_replaced,
    month_of,
    old_months,
    partitions_to_write,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    import duckdb

    from flows.publication.inventory import Column, TableFiles
    from flows.publication.tables import PublishedTable

# Partitions that are no days.
WHOLE = "all"
EMPTY = "none"

_OPTIONS = "FORMAT parquet, COMPRESSION zstd, RETURN_STATS"
_PARTITION = "published_partition"
_MONTH_DIGITS = len("202611")
_READ_ONLY = 0o444
# A file system without hard links, or one that allows no more of them to a file.
_NO_LINK = (errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.EXDEV)


@dataclass(frozen=True, slots=True)
class Written:
    """The files of a table in a new build.

    Attributes
    ----------
    files
        All of them.
    new
        How many of them are not those of the build before.
    """

    files: tuple[PublishedFile, ...]
    new: int


class TableWriter:
    """Writes the files of one table.

    Parameters
    ----------
    cursor
        A connection to the warehouse, in the transaction whose rows are published.
    table
        The table.
    columns
        Its columns.
    folder
        The new folder of its files.
    build
        Number of the build; a part of the files' names.
    """

    def __init__(
        self,
        cursor: duckdb.DuckDBPyConnection,
        table: PublishedTable,
        columns: Sequence[Column],
        folder: Path,
        build: int,
    ) -> None:
        self.cursor = cursor
        self.table = table
        self.columns = columns
        self.folder = folder
        self.build = build

    def write(
        self, days: Collection[str | None] | None, before: TableFiles | None, old_folder: Path
    ) -> Written:
        """Write what has changed and link what has not.

        Parameters
        ----------
        days
            The days whose rows have changed; everything is written where that is ``None``, or
            where one of them is no day.
        before
            The table in the build before, if that can be continued.
        old_folder
            Where its files are.
        """
        self.folder.mkdir(parents=True)
        written = self._write(days, before, old_folder)
        if not written.files:
            written = self._write_empty(before, old_folder)
        flush_folder(self.folder)
        return written

    def _write_empty(self, before: TableFiles | None, old_folder: Path) -> Written:
        """Give a table without rows a file that has its columns: the old one, if there is one."""
        old = before.files if before else ()
        if [file.partition for file in old] == [EMPTY] and _link_all(old, old_folder, self.folder):
            return Written(old, 0)
        return Written((self._write_one(EMPTY, "LIMIT 0"),), 1)

    def _write(
        self, days: Collection[str | None] | None, before: TableFiles | None, old_folder: Path
    ) -> Written:
        if self.table.partition is None:
            return self._write_whole(before, old_folder)
        if days is None or before is None or not all(map(is_day, days)):
            return self._write_all_days()
        touched = [day for day in days if day is not None]
        existing = {file.partition for file in before.files} - {EMPTY}
        partitions = partitions_to_write(existing, touched)
        kept = [
            file
            for file in before.files
            if file.partition != EMPTY and not is_replaced(file.partition, partitions)
        ]
        if not _link_all(kept, old_folder, self.folder):
            return self._write_all_days()
        new = self._write_partitions(partitions, everything=False) if partitions else ()
        return Written((*kept, *new), len(new))

    def _write_whole(self, before: TableFiles | None, old_folder: Path) -> Written:
        """Write one file, and take the old one instead if it is the same: seeds seldom change."""
        file = self._write_one(WHOLE, "")
        old = before.files if before else ()
        if len(old) == 1 and old[0].rows == file.rows:
            path, old_path = self.folder / file.name, old_folder / old[0].name
            if old_path.exists() and filecmp.cmp(path, old_path, shallow=False):
                path.unlink()
                if _link_all(old, old_folder, self.folder):
                    return Written((old[0],), 0)
        return Written((file,), 1)

    def _write_all_days(self) -> Written:
        for linked in self.folder.iterdir():
            linked.unlink()
        day = day_of_row(self.table.partition or "")
        days = [
            str(found)
            for (found,) in self.cursor.execute(
                f"SELECT DISTINCT {day} FROM {self._relation}"
            ).fetchall()
        ]
        old = old_months(days)
        partitions = old | {found for found in days if month_of(found) not in old}
        files = self._write_partitions(partitions, everything=True) if partitions else ()
        return Written(files, len(files))

    def _write_one(self, partition: str, rest: str) -> PublishedFile:
        path = self.folder / self._file_name(partition)
        ((_, rows, *_),) = self.cursor.execute(
            f"COPY (SELECT {self._selected} FROM {self._relation} {rest}) "
            f"TO {quote(path)} ({_OPTIONS})"
        ).fetchall()
        return self._finish(path, partition, rows)

    def _write_partitions(
        self, partitions: Collection[str], *, everything: bool
    ) -> tuple[PublishedFile, ...]:
        """Write files of the rows on some days, a file or more for each partition, in one pass."""
        day = day_of_row(self.table.partition or "")
        # Numbers, because making a text of each row's day would take longer than to write the row.
        month_number = f"(year({day}) * 100 + month({day}))"
        months = [month.replace("-", "") for month in partitions if not is_day(month)]
        number = f"{month_number} * 100 + day({day})"
        if months:
            of_month = f"{month_number} IN ({', '.join(sorted(months))})"
            number = f"CASE WHEN {of_month} THEN {month_number} ELSE {number} END"
        where = "" if everything else f"WHERE {self._is_on([*days_of(partitions)])}"
        aside = self.folder / ".unfinished"
        files = self.cursor.execute(
            f"COPY (SELECT {self._selected}, {number} AS {_PARTITION} "
            f"FROM {self._relation} {where}) TO {quote(aside)} "
            f"({_OPTIONS}, PARTITION_BY ({_PARTITION}))"
        ).fetchall()
        finished, seen = [], dict[str, int]()
        for name, rows, *_, keys, _ in files:
            digits = str(keys[_PARTITION])
            partition = f"{digits[:4]}-{digits[4:6]}"
            if len(digits) > _MONTH_DIGITS:
                partition += f"-{digits[6:]}"
            seen[partition] = seen.get(partition, -1) + 1
            path = self.folder / self._file_name(partition, seen[partition])
            os.rename(name, path)  # noqa: PTH104  # on the path as DuckDB gives it
            finished.append(self._finish(path, partition, rows))
        shutil.rmtree(aside, ignore_errors=True)
        return tuple(finished)

    def _is_on(self, days: Sequence[str]) -> str:
        """Return the condition for rows on some days, by the column itself: that is indexed."""
        expression = self.table.partition
        literals = ", ".join(f"date '{day}'" for day in sorted(days))
        condition = f"{expression} IN ({literals})"
        return f"({condition} OR {expression} IS NULL)" if NO_DAY in days else condition

    def _finish(self, path: Path, partition: str, rows: int) -> PublishedFile:
        path.chmod(_READ_ONLY)
        flush_file(path)
        return PublishedFile(name=path.name, partition=partition, rows=rows)

    def _file_name(self, partition: str, number: int = 0) -> str:
        return f"{partition}-{self.build:09}" + (f"-{number}" if number else "") + ".parquet"

    @property
    def _relation(self) -> str:
        return f"{identifier(self.table.schema)}.{identifier(self.table.name)}"

    @property
    def _selected(self) -> str:
        return ", ".join(
            f"{identifier(column.name)}::{STORED_AS[column.type]} AS {identifier(column.name)}"
            if column.type in STORED_AS
            else identifier(column.name)
            for column in self.columns
        )


STORED_AS = {"HUGEINT": "DECIMAL(38, 0)", "UHUGEINT": "DECIMAL(38, 0)"}
"""Types that Parquet does not have, which DuckDB would write as floating point."""


def identifier(name: str) -> str:
    """Return a name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def quote(text: object) -> str:
    """Return a text as SQL writes it."""
    return "'" + str(text).replace("'", "''") + "'"


def _link_all(files: Iterable[PublishedFile], old_folder: Path, folder: Path) -> bool:
    """Give files of the build before a second name; return whether all were there."""
    for file in files:
        old, new = old_folder / file.name, folder / file.name
        try:
            new.hardlink_to(old)
        except FileNotFoundError:
            return False
        except OSError as error:
            if error.errno not in _NO_LINK:
                raise
            shutil.copy2(old, new)
            flush_file(new)
    return True
