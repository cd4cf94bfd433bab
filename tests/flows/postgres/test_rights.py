"""What each role may do, and every right that it does not have."""

from itertools import product

import psycopg
import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege, UniqueViolation

from common.postgres import Role, connection_string
from flows.postgres.server import Server

RECOMMENDATIONS = "recommender.pg_recommendations"
COMPLAINTS = "complaints.pg_complaint_responses"
DECISIONS = "refunds.refund_decisions"
STATE = "sync.state"

STATEMENTS = {
    ("select", RECOMMENDATIONS): f"select * from {RECOMMENDATIONS}",
    ("insert", RECOMMENDATIONS): f"insert into {RECOMMENDATIONS} (order_id) values ('a')",
    ("update", RECOMMENDATIONS): f"update {RECOMMENDATIONS} set reason = ''",
    ("select", COMPLAINTS): f"select * from {COMPLAINTS}",
    ("insert", COMPLAINTS): f"insert into {COMPLAINTS} (complaint_id) values ('a')",
    ("update", COMPLAINTS): f"update {COMPLAINTS} set rationale = ''",
    ("select", DECISIONS): f"select * from {DECISIONS}",
    ("insert", DECISIONS): f"""insert into {DECISIONS} (order_id, amount_usd, refund_class, reason)
        values ('a', 1, 'partial', 'late')""",
    ("update", DECISIONS): f"update {DECISIONS} set reason = ''",
    ("select", STATE): f"select * from {STATE}",
    ("insert", STATE): f"insert into {STATE} (build, token) values (1, 'a')",
    ("update", STATE): f"update {STATE} set build = 1",
    **{
        (verb, table): statement.format(table)
        for table in (RECOMMENDATIONS, COMPLAINTS, DECISIONS, STATE)
        for verb, statement in {
            "delete": "delete from {}",
            "truncate": "truncate {}",
            "alter": "alter table {} add column extra text",
            "drop": "drop table {}",
            "index": "create index on {} ((1))",
            "trigger": """create trigger added before insert on {}
                for each row execute function suppress_redundant_updates_trigger()""",
        }.items()
    },
    ("create", "public"): "create table public.extra (id integer)",
    ("create", "recommender"): "create table recommender.extra (id integer)",
    ("create", "complaints"): "create table complaints.extra (id integer)",
    ("create", "refunds"): "create table refunds.extra (id integer)",
    ("create", "sync"): "create table sync.extra (id integer)",
    ("create", "schema"): "create schema extra",
    ("create", "temporary"): "create temporary table extra (id integer)",
    ("create", "role"): "create role extra",
    ("read", "passwords"): "select * from pg_authid",
    ("read", "server files"): "select pg_read_file('postgresql.conf')",
    ("run", "program"): "copy (select 1) to program 'true'",
    ("set", "sequence"): "select setval('refunds.refund_decisions_id_seq', 1)",
    ("become", "owner"): "set role postgres",
}

ALLOWED = {
    Role.SYNC: {
        *product(("select", "insert", "update", "delete"), (RECOMMENDATIONS, COMPLAINTS)),
        *product(("select", "insert", "update", "delete"), (STATE,)),
        ("create", "temporary"),
    },
    Role.DESK: {
        *product(("select",), (RECOMMENDATIONS, COMPLAINTS, DECISIONS, STATE)),
        ("insert", DECISIONS),
    },
    Role.EXPORT: {("select", DECISIONS)},
}


@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_what_is_listed_and_nothing_else(postgres: Server, role: Role) -> None:
    may = set()
    with psycopg.connect(connection_string(role, postgres.directory)) as connection:
        for right, statement in STATEMENTS.items():
            try:
                connection.execute(statement)
                may.add(right)
            except InsufficientPrivilege:
                pass
            finally:
                connection.rollback()
    assert may == ALLOWED[role]


@pytest.mark.parametrize("role", Role)
def test_a_role_reaches_no_other_database(postgres: Server, role: Role) -> None:
    url = connection_string(role, postgres.directory)
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(url, dbname="postgres")


def test_an_order_has_one_first_decision_and_each_is_revised_once(postgres: Server) -> None:
    insert = f"""insert into {DECISIONS} (order_id, amount_usd, refund_class, reason, revises)
        values ('order', %s, %s, 'late', %s) returning id"""
    url = connection_string(Role.DESK, postgres.directory)
    with psycopg.connect(url, autocommit=True) as connection:
        first = connection.execute(insert, [1, "partial", None]).fetchone()
        assert first is not None
        with pytest.raises(UniqueViolation):
            connection.execute(insert, [1, "partial", None])
        connection.execute(insert, [0, "none", first[0]])
        with pytest.raises(UniqueViolation):
            connection.execute(insert, [2, "full", first[0]])
        for amount, refund_class in [(-1, "full"), (1, "none"), (0, "full"), (1, "half")]:
            with pytest.raises(CheckViolation):
                connection.execute(insert, [amount, refund_class, None])
