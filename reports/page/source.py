"""Where the report reads: the published build, or the tables of a Spark session (Databricks)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import duckdb

from common.errors import UserError
from flows.publication.inventory import read_inventory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Row = dict[str, Any]


class Source(Protocol):
    """Tables to read, with SQL that every engine understands."""

    @property
    def origin(self) -> str:
        """Of which build the tables are, as the page says it."""

    def rows(self, statement: str) -> list[Row]:
        """Return the rows of a query.

        Raises
        ------
        UserError
            If a table is missing.
        """


class PublishedSource:
    """Reads a published build.

    Parameters
    ----------
    connection
        A read-only connection to its file.
    origin
        Which build it is.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, origin: str) -> None:
        self._connection = connection
        self.origin = origin

    def rows(self, statement: str) -> list[Row]:
        """Return the rows of a query."""
        try:
            found = self._connection.execute(statement)
        except duckdb.CatalogException as error:
            raise _lacks_a_table(self.origin, error) from error
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


class SparkSource:
    """Reads tables of a catalog in a Spark session, as a job on Databricks has one.

    Parameters
    ----------
    session
        The session.
    catalog
        The catalog; that of the session where it is empty.
    """

    def __init__(self, session: Any, catalog: str = "") -> None:  # noqa: ANN401  (two kinds of session)
        self._session = session
        if catalog:
            # Names of catalogs may hold any character but a backtick.
            session.sql(f"use catalog `{catalog}`")
        self.origin = f"catalog {catalog}" if catalog else "the tables of a Spark session"

    def rows(self, statement: str) -> list[Row]:
        """Return the rows of a query."""
        try:
            return [row.asDict() for row in self._session.sql(statement).collect()]
        except Exception as error:
            # Sessions in this process and remote ones share no class of errors but this name.
            if type(error).__name__ != "AnalysisException":
                raise
            raise _lacks_a_table(self.origin, error) from error


@contextmanager
def published_source(published: Path) -> Iterator[PublishedSource]:
    """Open the latest published build.

    Parameters
    ----------
    published
        The link to it.

    Raises
    ------
    UserError
        If nothing is published, or it cannot be read.
    """
    # Followed once: every figure is then of one and the same build.
    folder = published.resolve()
    inventory = read_inventory(folder)
    if inventory is None:
        raise UserError(
            f"Nothing is published in {published} yet: `make run` builds and publishes the tables."
        )
    try:
        with duckdb.connect(str(folder / "caspers.duckdb"), read_only=True) as connection:
            yield PublishedSource(connection, f"published build {inventory.build}")
    except duckdb.IOException as error:
        reason = str(error).split("\n", maxsplit=1)[0]
        raise UserError(
            f"{folder} cannot be read ({reason}): `make run` publishes the tables again."
        ) from error


def _lacks_a_table(origin: str, error: Exception) -> UserError:
    reason = " ".join(str(error).split("\n", maxsplit=1)[0].split())
    return UserError(f"The report misses a table in {origin} ({reason}): build all of them.")
