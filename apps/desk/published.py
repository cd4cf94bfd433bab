"""The published tables: what happened to an order. Never the file that builds write."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import duckdb

from common.errors import BusyError
from common.paths import published_file
from flows.publication.inventory import INVENTORY, read_inventory

if TYPE_CHECKING:
    from pathlib import Path

Row = dict[str, Any]


class NothingPublishedError(BusyError):
    """There is no published build yet."""

    def __init__(self) -> None:
        super().__init__("Nothing is published yet: `make run` builds and publishes the tables.")


class MissingTableError(NothingPublishedError):
    """The published build is older than what a page asks it for."""

    def __init__(self, table: str) -> None:
        BusyError.__init__(
            self,
            f"The published build has no {table}: it was made by an earlier version. `make run` "
            "builds and publishes what is missing.",
        )


@dataclass(frozen=True)
class Publication:
    """A published build.

    Attributes
    ----------
    build
        Its number.
    published_ts
        When it was published, UTC.
    """

    build: int
    published_ts: datetime


class PublishedTables:
    """Reads the latest published build; another is opened when it has been published."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._file: Path | None = None
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._latest: tuple[tuple[Path, float] | None, Publication | None] = (None, None)

    def query(self, statement: str, values: dict[str, object] | None = None) -> list[Row]:
        """Return the rows of a query, whose values are bound.

        Raises
        ------
        NothingPublishedError
            If nothing is published.
        MissingTableError
            If the published build has no such table or column.
        """
        try:
            with self._cursor() as cursor:
                cursor.execute(statement, values)
                names = [column[0] for column in cursor.description or ()]
                return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        except duckdb.IOException as error:
            # A build goes an hour after the next has come.
            self.close()
            raise NothingPublishedError from error
        except duckdb.CatalogException as error:
            raise MissingTableError(_name_in(str(error))) from error
        except duckdb.BinderException as error:
            if "not found" not in str(error):
                raise
            raise MissingTableError(_name_in(str(error))) from error

    def build(self) -> int | None:
        """Return the number of the latest published build."""
        publication = self.publication()
        return publication.build if publication else None

    def publication(self) -> Publication | None:
        """Return the latest published build; ``None`` before the first."""
        folder = published_file().resolve().parent
        try:
            written = (folder / INVENTORY).stat().st_mtime  # it is written last
        except FileNotFoundError:
            return None
        with self._lock:
            # An inventory lists all files: it is not read for every page. A data folder that was
            # removed begins again with the same numbers, at another time.
            if (folder, written) != self._latest[0]:
                inventory = read_inventory(folder)
                if inventory is None:
                    return None
                published_ts = datetime.fromtimestamp(written, UTC)
                self._latest = ((folder, written), Publication(inventory.build, published_ts))
            return self._latest[1]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = self._file = None

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        file = published_file().resolve()
        with self._lock:
            if self._connection is None or file != self._file:
                if not file.exists():
                    raise NothingPublishedError
                # A request that still reads the build before keeps its cursor, so its file.
                self._connection = duckdb.connect(str(file), read_only=True)
                self._connection.execute("set threads = 2; set parquet_metadata_cache = true")
                self._file = file
            return self._connection.cursor()


def _name_in(message: str) -> str:
    """Return the table or column that an error of DuckDB is about."""
    found = re.search(r'Table with name (\w+)|column "(\w+)"', message)
    return next((name for name in found.groups() if name), "") if found else "such table"
