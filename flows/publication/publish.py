"""Publish the tables of a warehouse for readers, all of one build and at once."""

from __future__ import annotations

import shutil
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from common.errors import UserError
from common.storage.local import flush_file, flush_folder
from common.system_errors import to_user_error
from flows.publication.builds import Builds
from flows.publication.change_log import ChangeLog
from flows.publication.inventory import INVENTORY, Column, Inventory, TableFiles
from flows.publication.parquet import TableWriter
from flows.publication.views import write_views

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from flows.publication.tables import PublishedTable

VIEWS = "caspers.duckdb"
PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Publication:
    """What was published.

    Attributes
    ----------
    build
        Its number.
    rows
        Number of rows by ``schema.table``.
    files_written
        Parquet files that are new in it.
    files
        All its Parquet files.
    seconds
        How long it took.
    """

    build: int
    rows: Mapping[str, int]
    files_written: int
    files: int
    seconds: float


def publish(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[PublishedTable], published: Path
) -> Publication:
    """Publish tables of a warehouse, of which only what has changed is written.

    Readers see the build before until the last step, and then this one. Killed at any moment, the
    next publication has all that this one had to publish.

    Parameters
    ----------
    connection
        A connection to the warehouse that may write, with no build running beside it.
    tables
        The tables; those that are not built yet are left out.
    published
        The link that readers follow.

    Raises
    ------
    UserError
        If the warehouse was never built, something else is where the link belongs, or a file cannot
        be read or written. What was published before stays.
    """
    try:
        return _publish(connection, tables, published)
    except OSError as error:
        raise to_user_error(error, "publish the tables in", "CASPERS_DATA") from error
    except duckdb.Error as error:
        reason = " ".join(str(error).split("\n", maxsplit=1)[0].split())
        raise UserError(
            f"The tables could not be published in {published}, where readers keep those before "
            f"({reason}): see that there is space, then build again."
        ) from error


def _publish(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[PublishedTable], published: Path
) -> Publication:
    begun = time.perf_counter()
    builds = Builds(published)
    with connection.cursor() as cursor:
        log = ChangeLog(cursor)
        if not log.exists():
            raise UserError("There is nothing to publish yet: build the tables with `make run`.")
        builds.prepare()
        last_build, tokens = log.known_builds()
        before = builds.current()
        if before is not None and before.token not in tokens:
            before = None  # of another warehouse, or of this one before it was restored
        build = 1 + max(last_build, builds.last_number())
        token = uuid.uuid4().hex
        log.announce(build, *([before.token] if before else []), token)
        cursor.begin()
        try:
            inventory, written = _write_build(cursor, log, tables, builds, before, build, token)
            builds.show(build)
            log.announce(build, token)
            cursor.commit()
        except BaseException:
            with suppress(duckdb.Error):  # the error that counts is the first
                cursor.rollback()
            raise
    builds.remove_old()
    files = sum(len(table.files) for table in inventory.tables)
    return Publication(build, inventory.rows, written, files, time.perf_counter() - begun)


def _write_build(
    cursor: duckdb.DuckDBPyConnection,
    log: ChangeLog,
    tables: Sequence[PublishedTable],
    builds: Builds,
    before: Inventory | None,
    build: int,
    token: str,
) -> tuple[Inventory, int]:
    """Write the folder of a build, and record in the log what it holds; nobody sees it yet."""
    folder = builds.path(build)
    old_folder = builds.path(before.build) if before else folder
    old_tables = {table.full_name: table for table in before.tables} if before else {}
    changes = log.changes(tables)
    finished, written = [], 0
    try:
        for table, form in _built_tables(cursor, tables):
            old = old_tables.get(table.full_name)
            place = f"{PARQUET}/{table.schema}/{table.name}"
            writer = TableWriter(cursor, table, form.columns, folder / place, build)
            files = writer.write(
                changes[table.full_name].days,
                old if old and old.same_form(form) else None,
                old_folder / place,
            )
            finished.append(form.model_copy(update={"files": files.files}))
            written += files.new
            if table.partition is not None:
                log.record(table, changes[table.full_name])
        write_views(folder / VIEWS, folder / PARQUET, finished)
        inventory = Inventory(build=build, token=token, tables=tuple(finished))
        # Without it the folder is not complete, so it comes last.
        schemas = {folder / PARQUET / table.table_schema for table in finished}
        _flush_folders(*schemas, folder / PARQUET, folder)
        (folder / INVENTORY).write_text(inventory.model_dump_json(), encoding="utf-8")
        flush_file(folder / INVENTORY)
        _flush_folders(builds.folder, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return inventory, written


def _built_tables(
    cursor: duckdb.DuckDBPyConnection, tables: Sequence[PublishedTable]
) -> Iterator[tuple[PublishedTable, TableFiles]]:
    """Yield the tables that are in the warehouse, with their columns and comments."""
    comments = {
        (schema, name): comment
        for schema, name, comment in cursor.execute(
            "SELECT schema_name, table_name, comment FROM duckdb_tables() "
            "WHERE database_name = current_database() UNION ALL "
            "SELECT schema_name, view_name, comment FROM duckdb_views() "
            "WHERE database_name = current_database() AND NOT internal"
        ).fetchall()
    }
    columns: dict[tuple[str, str], list[Column]] = {}
    for schema, name, column, column_type, comment in cursor.execute(
        "SELECT schema_name, table_name, column_name, data_type, comment FROM duckdb_columns() "
        "WHERE database_name = current_database() AND NOT internal ORDER BY column_index"
    ).fetchall():
        columns.setdefault((schema, name), []).append(
            Column(name=column, type=column_type, comment=comment)
        )
    for table in tables:
        place = (table.schema, table.name)
        if place in comments:
            yield (
                table,
                TableFiles(
                    table_schema=table.schema,
                    name=table.name,
                    comment=comments[place],
                    columns=tuple(columns[place]),
                    partition=table.partition,
                    files=(),
                ),
            )


def _flush_folders(*folders: Path) -> None:
    for folder in folders:
        flush_folder(folder)
