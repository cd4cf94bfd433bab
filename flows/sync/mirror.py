"""Makes the mirrored tables in Postgres equal to the published build, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import psycopg
from psycopg import sql

from common.errors import BusyError, UserError
from common.paths import published_directory
from common.postgres import Role, connection_string
from flows.publication.inventory import read_inventory

if TYPE_CHECKING:
    from pathlib import Path

    from flows.publication.inventory import TableFiles

_ADVISORY_LOCK = 1_466_270_001
_STATE = """create table if not exists sync.state (
  single boolean primary key default true check (single), build bigint, token text)"""


@dataclass(frozen=True)
class Mirror:
    """A published table, its table in Postgres, and the key of both."""

    published: str
    table: tuple[str, str]
    key: str


MIRRORS = (
    Mirror("recommender.refund_recommendations", ("recommender", "pg_recommendations"), "order_id"),
    Mirror(
        "complaints.complaint_responses", ("complaints", "pg_complaint_responses"), "complaint_id"
    ),
)


@dataclass(frozen=True)
class Synced:
    """What a sync did: the build, and how many rows it wrote and deleted."""

    build: int
    written: int
    deleted: int


def synchronize(url: str | None = None, *, full: bool = False) -> Synced:
    """Make Postgres equal to the published build; a build that is synced already costs nothing.

    Parameters
    ----------
    url
        Where Postgres is; the connection of ``caspers_sync`` otherwise.
    full
        Compare even if this build was synced: somebody may have changed the tables by hand.

    Raises
    ------
    BusyError
        If Postgres cannot be reached, or ends the transaction; nothing has changed then.
    UserError
        If nothing is published, or a table does not have the columns of its mirror.
    """
    build = published_directory().resolve()  # one build, even if the next is published meanwhile
    inventory = read_inventory(build)
    if inventory is None:
        raise UserError(f"{build}: no build is published there: run `make run` first.")
    tables = {table.full_name: table for table in inventory.tables}
    url = url or connection_string(Role.SYNC)
    try:
        with psycopg.connect(url) as connection:
            connection.execute("set time zone 'UTC'")
            connection.execute("select pg_advisory_xact_lock(%s)", [_ADVISORY_LOCK])
            connection.execute(_STATE)
            state = connection.execute("select token, build from sync.state").fetchone()
            if state and (state[0] == inventory.token) and not full:
                return Synced(inventory.build, 0, 0)
            written = deleted = 0
            for mirror in MIRRORS:
                if table := tables.get(mirror.published):
                    counts = _mirror(connection, mirror, table, build)
                    written, deleted = written + counts[0], deleted + counts[1]
            connection.execute(
                """insert into sync.state (build, token) values (%s, %s)
                on conflict (single)
                do update set build = excluded.build, token = excluded.token""",
                [inventory.build, inventory.token],
            )
    except psycopg.OperationalError as error:
        raise BusyError(
            f"Postgres cannot be reached ({' '.join(str(error).split())}): nothing was changed; "
            "start it and run `python -m flows.sync run` again."
        ) from error
    return Synced(inventory.build, written, deleted)


def _mirror(
    connection: psycopg.Connection, mirror: Mirror, table: TableFiles, build: Path
) -> tuple[int, int]:
    """Compare one table with its mirror; return how many rows were written and deleted."""
    target = sql.Identifier(*mirror.table)
    names = [column.name for column in table.columns]
    description = connection.execute(sql.SQL("select * from {} limit 0").format(target)).description
    if {column.name for column in description or ()} != set(names):
        raise UserError(
            f"{'.'.join(mirror.table)} does not have the columns of {mirror.published}: "
            "correct flows/postgres/schema.py."
        )
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    staging = sql.Identifier(f"staging_{mirror.table[1]}")
    parts = {"target": target, "staging": staging, "columns": columns}
    parts["key"] = sql.Identifier(mirror.key)
    connection.execute(
        sql.SQL("create temporary table {staging} (like {target}) on commit drop").format(**parts)
    )
    folder = build / "parquet" / table.table_schema / table.name
    files = [str(folder / file.name) for file in table.files]
    if files:
        listed = ", ".join(f'"{name}"::text' for name in names)
        with (
            duckdb.connect() as reader,
            connection.cursor() as cursor,
            cursor.copy(
                sql.SQL("copy {staging} ({columns}) from stdin").format(**parts)
            ) as copying,
        ):
            rows = reader.execute(f"select {listed} from read_parquet($1)", [files])
            while batch := rows.fetchmany(10_000):
                for row in batch:
                    copying.write_row(row)
    written = connection.execute(
        sql.SQL(
            """insert into {target} as stored ({columns}) select {columns} from {staging}
            on conflict ({key}) do update set ({columns}) = row({excluded})
            where ({stored}) is distinct from ({excluded})"""
        ).format(
            **parts,
            excluded=sql.SQL(", ").join(sql.Identifier("excluded", name) for name in names),
            stored=sql.SQL(", ").join(sql.Identifier("stored", name) for name in names),
        )
    ).rowcount
    deleted = connection.execute(
        sql.SQL(
            """delete from {target} as stored where not exists
            (select from {staging} as wanted where wanted.{key} = stored.{key})"""
        ).format(**parts)
    ).rowcount
    return written, deleted
