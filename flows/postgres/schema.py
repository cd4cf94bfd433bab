"""The database: schemas, tables, roles and what each role may do; safe to repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

from common.postgres import DATABASE, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psycopg import Connection

_DECISIONS = """
create schema if not exists refunds;

create table if not exists refunds.refund_decisions (
  id bigserial primary key,
  order_id text not null,
  decided_ts timestamptz not null default now(),
  amount_usd numeric(10,2) not null check (amount_usd >= 0),
  refund_class text not null check (refund_class in ('none', 'partial', 'full')),
  reason text not null,
  decided_by text,
  source_suggestion jsonb,
  revises bigint unique references refunds.refund_decisions,
  constraint refund_decisions_class_fits_amount check ((refund_class = 'none') = (amount_usd = 0)));
create unique index if not exists refund_decisions_first_of_an_order
  on refunds.refund_decisions (order_id) where revises is null;
create index if not exists refund_decisions_order_id on refunds.refund_decisions (order_id, id);
"""

_COMPLAINTS = """
create schema if not exists complaints;

create table if not exists complaints.pg_complaint_responses (
  complaint_id text primary key, order_id text, ts timestamp, agent_response jsonb,
  complaint_category text, decision text, credit_amount numeric(10,2), confidence text,
  priority text, rationale text, customer_response text, generated_by text,
  location_id integer, delivered_day date);
"""

_TABLES = """
create schema if not exists recommender;
create schema if not exists sync;

create table if not exists recommender.pg_recommendations (
  order_id text primary key, ts timestamp, order_ts timestamp, agent_response jsonb,
  refund_usd numeric(10,2), refund_class text, reason text, location_id integer,
  delivered_day date, total_minutes double precision, order_revenue numeric(18,2),
  p50_minutes numeric(12,3), p75_minutes numeric(12,3), p99_minutes numeric(12,3));
-- Of a database that an earlier version has made.
alter table recommender.pg_recommendations add column if not exists generated_by text;

create table if not exists sync.state (
  single boolean primary key default true check (single),
  build bigint not null, token text not null, synced_ts timestamptz not null default now());
create table if not exists sync.files (
  mirror text, partition text not null, name text, size bigint not null,
  modified_ns bigint not null, primary key (mirror, name));

-- What the desk sorts by, with the key that makes the order of a list definite.
create index if not exists pg_recommendations_order_ts
  on recommender.pg_recommendations (order_ts, order_id);
create index if not exists pg_recommendations_refund_usd
  on recommender.pg_recommendations (refund_usd, order_id);
create index if not exists pg_recommendations_total_minutes
  on recommender.pg_recommendations (coalesce(total_minutes, 0), order_id);
create index if not exists pg_complaint_responses_order_id
  on complaints.pg_complaint_responses (order_id);
create index if not exists pg_complaint_responses_ts
  on complaints.pg_complaint_responses (ts, complaint_id);

-- What a sync compares.
create index if not exists pg_recommendations_delivered_day
  on recommender.pg_recommendations (delivered_day);
create index if not exists pg_complaint_responses_delivered_day
  on complaints.pg_complaint_responses (delivered_day);
"""

# Stated at every start: a right that somebody has added to these roles by hand is gone afterwards.
_RIGHTS = """
revoke all on database {database} from public;
revoke all on schema public from public;
revoke all on schema sync from caspers_sync;
revoke all on all tables in schema recommender, complaints, refunds, sync
  from caspers_sync, caspers_desk, caspers_export;
grant connect on database {database} to caspers_sync, caspers_desk, caspers_export;
grant temporary on database {database} to caspers_sync;

grant usage on schema recommender, complaints to caspers_sync;
grant usage on schema sync to caspers_sync;

grant select, insert, update, delete
  on recommender.pg_recommendations, complaints.pg_complaint_responses to caspers_sync;
grant select, insert, update, delete on sync.state, sync.files to caspers_sync;
-- How old the mirrored tables are is shown at the desk.
revoke all on schema sync from caspers_desk;
grant usage on schema sync to caspers_desk;
grant select on sync.state to caspers_desk;
"""

_RIGHTS_OF_READERS = """
grant usage on schema recommender, complaints to caspers_desk;
grant usage on schema refunds to caspers_desk, caspers_export;
grant select on recommender.pg_recommendations, complaints.pg_complaint_responses to caspers_desk;
grant select, insert on refunds.refund_decisions to caspers_desk;
grant usage on sequence refunds.refund_decisions_id_seq to caspers_desk;
grant select on refunds.refund_decisions to caspers_export;
"""


def create_database(connection: Connection) -> None:
    """Create the database and keep the roles out of the others of the same server.

    Parameters
    ----------
    connection
        A superuser's, in autocommit mode.
    """
    found = connection.execute("select from pg_database where datname = %s", [DATABASE])
    if found.fetchone() is None:
        connection.execute(f"create database {DATABASE}")
    connection.execute("revoke all on database postgres, template1 from public")


def set_up(connection: Connection, passwords: Mapping[str, str] | None) -> None:
    """Create what is missing, in one transaction, and state the rights again.

    Parameters
    ----------
    connection
        Of the owner of the database, who may create roles.
    passwords
        The password of each role. ``None`` on a server of somebody else: a role that is there
        stays as it is, and one that is missing is created without a password.
    """
    with connection.transaction():
        for role in Role:
            _set_up_role(connection, role, passwords[role] if passwords else None)
        connection.execute(_COMPLAINTS + _DECISIONS + _TABLES)
        database = sql.Identifier(connection.info.dbname)
        connection.execute(sql.SQL(_RIGHTS).format(database=database))
        connection.execute(_RIGHTS_OF_READERS)


def set_up_beside_synced_table(connection: Connection, desk: str) -> None:
    """Create what Lakebase does not: decisions, and who may read and write them.

    The synced table of recommendations is there already and belongs to Lakebase, which alone
    writes it: nobody needs the role ``caspers_sync``. Complaints are synced to another instance;
    the desk finds an empty table of them here.

    Parameters
    ----------
    connection
        Of somebody who may create roles.
    desk
        The role in which the desk logs in; it may do what ``caspers_desk`` may, and no more.
    """
    with connection.transaction():
        for role in (Role.DESK, Role.EXPORT):
            _set_up_role(connection, role, None)
        connection.execute(_COMPLAINTS + _DECISIONS)
        connection.execute(_RIGHTS_OF_READERS)
        connection.execute(
            sql.SQL("grant {} to {}").format(sql.Identifier(Role.DESK), sql.Identifier(desk))
        )


def _set_up_role(connection: Connection, role: Role, password: str | None) -> None:
    found = connection.execute("select from pg_roles where rolname = %s", [role])
    is_missing = found.fetchone() is None
    name = sql.Identifier(role)
    if password is not None:
        statement = sql.SQL(
            "{} role {} login nosuperuser nocreatedb nocreaterole noreplication password {}"
        ).format(sql.SQL("create" if is_missing else "alter"), name, sql.Literal(password))
        connection.execute(statement)
    elif is_missing:
        connection.execute(sql.SQL("create role {} login").format(name))
