"""Makes the mirrored tables in Postgres equal to the published build, in one transaction.

A file of a published table that did not change keeps its name and its time. Which files are in
Postgres is kept there, in the same transaction: only partitions whose files changed are compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb
import psycopg
from psycopg import sql

from common.errors import BusyError, UserError
from common.paths import published_directory
from common.postgres import Role, connection_string
from flows.publication.inventory import INVENTORY, read_inventory
from flows.publication.partitions import NO_DAY, days_of, is_replaced

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from flows.publication.inventory import Inventory, TableFiles

_ADVISORY_LOCK = 1_466_270_001
_LOCK_TIMEOUT = "60s"
_ROWS = 10_000


@dataclass(frozen=True)
class Mirror:
    """A published table, its table in Postgres, the key of both, and the day of a row."""

    published: str
    table: tuple[str, str]
    key: str
    day: str

    @property
    def name(self) -> str:
        """Schema and table in Postgres."""
        return ".".join(self.table)


MIRRORS = (
    Mirror(
        "recommender.refund_recommendations",
        ("recommender", "pg_recommendations"),
        "order_id",
        "delivered_day",
    ),
    Mirror(
        "complaints.complaint_responses",
        ("complaints", "pg_complaint_responses"),
        "complaint_id",
        "delivered_day",
    ),
)


@dataclass(frozen=True)
class Synced:
    """What a sync did: the build, and how many rows it wrote and deleted."""

    build: int
    written: int
    deleted: int


@dataclass(frozen=True)
class Lag:
    """How far Postgres is behind what is published.

    Attributes
    ----------
    published, published_at
        The published build and when it was published.
    synced, synced_at
        The build in Postgres and when it was synced; ``None`` before the first sync.
    is_equal
        Whether they are the same build of the same warehouse.
    """

    published: int
    published_at: datetime
    synced: int | None
    synced_at: datetime | None
    is_equal: bool


@dataclass(frozen=True)
class _StoredFile:
    """A file of a published table, as Postgres knows it.

    The number of a build begins at one again in another data folder. Its files have other times.
    """

    partition: str
    name: str
    size: int
    modified_ns: int


def synchronize(url: str | None = None, *, full: bool = False) -> Synced:
    """Make Postgres equal to the published build; a build that is synced already costs nothing.

    Parameters
    ----------
    url
        Where Postgres is; the connection of ``caspers_sync`` otherwise.
    full
        Compare all rows: somebody may have changed the tables by hand.

    Raises
    ------
    BusyError
        If Postgres cannot be used now, or ends the transaction; nothing has changed then.
    UserError
        If nothing is published, a table does not have the columns of its mirror, or Postgres
        refuses a statement.
    """
    build, inventory = _published()
    tables = {table.full_name: table for table in inventory.tables}
    try:
        with psycopg.connect(url or connection_string(Role.SYNC)) as connection:
            connection.execute("set time zone 'UTC'")
            connection.execute(sql.SQL("set local lock_timeout = {}").format(_LOCK_TIMEOUT))
            connection.execute("select pg_advisory_xact_lock(%s)", [_ADVISORY_LOCK])
            state = connection.execute("select token from sync.state").fetchone()
            if state and (state[0] == inventory.token) and not full:
                return Synced(inventory.build, 0, 0)
            written = deleted = 0
            for mirror in MIRRORS:
                if table := tables.get(mirror.published):
                    counts = _synchronize_table(connection, mirror, table, build, full=full)
                    written, deleted = written + counts[0], deleted + counts[1]
            connection.execute(
                """insert into sync.state (build, token) values (%s, %s)
                on conflict (single) do update
                set build = excluded.build, token = excluded.token, synced_ts = now()""",
                [inventory.build, inventory.token],
            )
    except psycopg.OperationalError as error:
        raise BusyError(
            f"Postgres cannot be used now ({_words(error)}): nothing was changed; see that it runs "
            "and lets this role in, then run `python -m flows.sync run` again."
        ) from error
    except psycopg.Error as error:
        raise UserError(
            f"Postgres refused the sync ({_words(error)}): nothing was changed; "
            "`python -m flows.postgres setup` makes what is missing there."
        ) from error
    return Synced(inventory.build, written, deleted)


def read_lag(url: str | None = None) -> Lag:
    """Return how far Postgres is behind. Raises as `synchronize` does."""
    build, inventory = _published()
    try:
        with psycopg.connect(url or connection_string(Role.SYNC)) as connection:
            state = connection.execute("select build, token, synced_ts from sync.state").fetchone()
    except psycopg.Error as error:
        raise BusyError(f"Postgres cannot be used now ({_words(error)}).") from error
    synced, token, synced_ts = state or (None, None, None)
    published_at = datetime.fromtimestamp((build / INVENTORY).stat().st_mtime, UTC)
    return Lag(inventory.build, published_at, synced, synced_ts, token == inventory.token)


def _published() -> tuple[Path, Inventory]:
    build = published_directory().resolve()  # one build, even if the next is published meanwhile
    inventory = read_inventory(build)
    if inventory is None:
        raise UserError(f"{build}: no build is published there: run `make run` first.")
    return build, inventory


def _synchronize_table(
    connection: psycopg.Connection,
    mirror: Mirror,
    table: TableFiles,
    build: Path,
    *,
    full: bool,
) -> tuple[int, int]:
    """Make one table equal to its files; return how many rows were written and deleted."""
    _check_columns(connection, mirror, table)
    folder = build / "parquet" / table.table_schema / table.name
    wanted = _files_of(table, folder)
    found = connection.execute(
        "select partition, name, size, modified_ns from sync.files where mirror = %s",
        [mirror.name],
    )
    stored = {_StoredFile(*row) for row in found}
    everything = full or not stored or table.partition != mirror.day
    if everything:
        touched, files = set[str](), wanted
    else:
        touched = {file.partition for file in wanted ^ stored}
        files = {file for file in wanted if is_replaced(file.partition, touched)}
        if not touched:
            return 0, 0
    days = None if everything else [*days_of(touched)]
    paths = sorted(str(folder / file.name) for file in files)
    counts = _compare(connection, mirror, [column.name for column in table.columns], paths, days)
    _remember(connection, mirror, wanted - stored, stored - wanted)
    return counts


def _check_columns(connection: psycopg.Connection, mirror: Mirror, table: TableFiles) -> None:
    target = sql.Identifier(*mirror.table)
    description = connection.execute(sql.SQL("select * from {} limit 0").format(target)).description
    here = {column.name for column in table.columns}
    there = {column.name for column in description or ()}
    if here != there:
        raise UserError(
            f"{mirror.name} in Postgres does not have the columns of {mirror.published} "
            f"({', '.join(sorted(here ^ there))}): correct flows/postgres/schema.py, and the table."
        )


def _files_of(table: TableFiles, folder: Path) -> set[_StoredFile]:
    files = set()
    for file in table.files:
        status = (folder / file.name).stat()
        files.add(_StoredFile(file.partition, file.name, status.st_size, status.st_mtime_ns))
    return files


def _compare(
    connection: psycopg.Connection,
    mirror: Mirror,
    names: list[str],
    paths: list[str],
    days: list[str] | None,
) -> tuple[int, int]:
    """Write rows that differ and delete those that are gone, of some days or of all."""
    parts = {
        "target": sql.Identifier(*mirror.table),
        "staging": sql.Identifier(f"staging_{mirror.table[1]}"),
        "columns": sql.SQL(", ").join(map(sql.Identifier, names)),
        "key": sql.Identifier(mirror.key),
        "day": sql.Identifier(mirror.day),
        "excluded": sql.SQL(", ").join(sql.Identifier("excluded", name) for name in names),
        "stored": sql.SQL(", ").join(sql.Identifier("stored", name) for name in names),
    }
    connection.execute(
        sql.SQL("create temporary table {staging} (like {target}) on commit drop").format(**parts)
    )
    _copy(
        connection, sql.SQL("copy {staging} ({columns}) from stdin").format(**parts), names, paths
    )
    written = connection.execute(
        sql.SQL(
            """insert into {target} as stored ({columns}) select {columns} from {staging}
            on conflict ({key}) do update set ({columns}) = row({excluded})
            where ({stored}) is distinct from ({excluded})"""
        ).format(**parts)
    ).rowcount
    condition: sql.Composable = sql.SQL("true")
    if days is not None:
        condition = sql.SQL("stored.{day} = any({days}::date[])").format(**parts, days=days)
        if NO_DAY in days:
            condition = sql.SQL("({} or stored.{} is null)").format(condition, parts["day"])
    deleted = connection.execute(
        sql.SQL(
            """delete from {target} as stored where {condition} and not exists
            (select from {staging} as wanted where wanted.{key} = stored.{key})"""
        ).format(**parts, condition=condition)
    ).rowcount
    return written, deleted


def _copy(
    connection: psycopg.Connection, statement: sql.Composed, names: list[str], paths: list[str]
) -> None:
    if not paths:
        return
    listed = ", ".join(f'"{name}"::text' for name in names)
    with (
        duckdb.connect() as reader,
        connection.cursor() as cursor,
        cursor.copy(statement) as copying,
    ):
        rows = reader.execute(f"select {listed} from read_parquet($1)", [paths])
        while batch := rows.fetchmany(_ROWS):
            for row in batch:
                copying.write_row(row)


def _remember(
    connection: psycopg.Connection,
    mirror: Mirror,
    added: Collection[_StoredFile],
    gone: Collection[_StoredFile],
) -> None:
    rows = [(mirror.name, file.partition, file.name, file.size, file.modified_ns) for file in added]
    with connection.cursor() as cursor:
        if gone:
            cursor.execute(
                "delete from sync.files where mirror = %s and name = any(%s)",
                [mirror.name, [file.name for file in gone]],
            )
        cursor.executemany(
            """insert into sync.files (mirror, partition, name, size, modified_ns)
            values (%s, %s, %s, %s, %s)""",
            rows,
        )


def _words(error: psycopg.Error) -> str:
    return " ".join(str(error).split())
