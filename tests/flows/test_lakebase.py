"""What jobs create in Lakebase, against a workspace that is played and a Postgres that is real."""

from types import SimpleNamespace

import psycopg
import pytest
from databricks.sdk.errors import NotFound
from databricks.sdk.service.database import SyncedDatabaseTable, SyncedTableState
from psycopg.errors import InsufficientPrivilege

from common.errors import BusyError, UserError
from common.postgres import own_url, read_credentials
from flows.databricks import lakebase, remove_lakebase, set_up_decisions
from flows.lakebase import REFUNDS, owner_url
from flows.postgres.server import OWNER, Server

ODD_TEXT = "a/b+c"


class Workspace:
    """Keeps synced tables as the service does, in the state that a test says."""

    def __init__(self, state: str = "SYNCED_TABLE_ONLINE_CONTINUOUS_UPDATE") -> None:
        self.state = state
        self.tables: dict[str, SimpleNamespace] = {}
        self.database = self
        self.current_user = SimpleNamespace(me=lambda: SimpleNamespace(user_name="a@b.example"))

    def get_synced_database_table(self, name: str) -> SimpleNamespace:
        if name not in self.tables:
            raise NotFound(name)
        return self.tables[name]

    def create_synced_database_table(self, table: SyncedDatabaseTable) -> SimpleNamespace:
        status = SimpleNamespace(detailed_state=SyncedTableState(self.state), message="no feed")
        self.tables[table.name] = SimpleNamespace(
            asked=table.as_dict(), data_synchronization_status=status
        )
        return self.tables[table.name]

    def delete_synced_database_table(self, name: str, *, purge_data: bool) -> None:
        assert purge_data
        if self.tables.pop(name, None) is None:
            raise NotFound(name)

    def get_database_instance(self, name: str) -> SimpleNamespace:
        return SimpleNamespace(read_write_dns="host.example" if name else "")

    def generate_database_credential(
        self, *, instance_names: list[str], request_id: str
    ) -> SimpleNamespace:
        assert instance_names == ["crefundmanager"]
        assert request_id
        return SimpleNamespace(token=ODD_TEXT)


def test_a_synced_table_is_created_once_and_removed() -> None:
    workspace = Workspace()
    for _ in range(2):
        lakebase(["--MIRROR=complaints"], workspace=workspace)
    (table,) = workspace.tables.values()
    assert table.asked == {
        "name": "caspersdev.complaints.pg_complaint_responses",
        "database_instance_name": "caspersdevcomplaintmanager",
        "logical_database_name": "caspers_complaints",
        "spec": {
            "create_database_objects_if_missing": True,
            "primary_key_columns": ["complaint_id"],
            "scheduling_policy": "CONTINUOUS",
            "source_table_full_name": "caspersdev.complaints.complaint_responses",
        },
    }
    for _ in range(2):
        remove_lakebase([], workspace=workspace)
    assert not workspace.tables


@pytest.mark.parametrize("state", SyncedTableState)
def test_a_table_that_is_not_online_is_an_error(state: SyncedTableState) -> None:
    workspace = Workspace(state.value)
    expect = None
    if "FAILED" in state.value:
        expect = UserError
    elif "_ONLINE" not in state.value:
        expect = BusyError
    if expect is None:
        lakebase(["--MIRROR=complaints"], workspace=workspace)
    else:
        with pytest.raises(expect):
            lakebase(["--MIRROR=complaints"], workspace=workspace)


def test_names_are_quoted_or_refused() -> None:
    assert owner_url(Workspace(), "c", REFUNDS) == (
        "postgresql://a%40b.example:a%2Fb%2Bc@host.example:5432/caspers"
        "?sslmode=require&connect_timeout=30"
    )
    for bad in ("my-catalog", "my_catalog", "1a", "a.b"):
        with pytest.raises(UserError):
            lakebase([f"--CATALOG={bad}", "--MIRROR=complaints"], workspace=Workspace())
    with pytest.raises(UserError, match="--DESK"):
        lakebase(["--MIRROR=refunds"], workspace=Workspace())


@pytest.mark.parametrize("owner_attributes", ["superuser", "createrole"])
def test_the_desk_may_decide_and_no_more(own_postgres: Server, owner_attributes: str) -> None:
    port, passwords = read_credentials(own_postgres.directory)
    admin = own_url(OWNER, passwords[OWNER], port, "postgres")
    database = f"lake_{owner_attributes}"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"create database {database}")
        connection.execute(f"create role job_{database} login password 'p' {owner_attributes}")
        connection.execute(f"create role \"12-ab-{database}\" login password 'p'")
        connection.execute(f"create role writer_{database}")
        connection.execute(f"grant create, connect on database {database} to job_{database}")
        connection.execute(f'grant connect on database {database} to "12-ab-{database}"')
    with psycopg.connect(
        own_url(OWNER, passwords[OWNER], port, database), autocommit=True
    ) as connection:
        connection.execute(f"create schema recommender authorization writer_{database}")
        connection.execute(
            "create table recommender.pg_recommendations (order_id text primary key)"
        )
        connection.execute(f"alter table recommender.pg_recommendations owner to writer_{database}")
        if owner_attributes == "createrole":
            connection.execute(
                f"grant usage on schema recommender to job_{database} with grant option"
            )
            granted = "select on recommender.pg_recommendations"
            connection.execute(f"grant {granted} to job_{database} with grant option")
            # The roles of this cluster exist already; a real Lakebase has none
            for role in ("caspers_desk", "caspers_export"):
                connection.execute(f"grant {role} to job_{database} with admin option")
    url = own_url(f"job_{database}", "p", port, database)
    for _ in range(2):
        set_up_decisions(url, f"12-ab-{database}")
    with psycopg.connect(
        own_url(f"12-ab-{database}", "p", port, database), autocommit=True
    ) as desk:
        desk.execute("select * from recommender.pg_recommendations")
        desk.execute("select * from complaints.pg_complaint_responses")
        desk.execute(
            """insert into refunds.refund_decisions (order_id, amount_usd, refund_class, reason)
            values ('a', 1, 'partial', 'late')"""
        )
        for statement in (
            "delete from refunds.refund_decisions",
            "update refunds.refund_decisions set reason = ''",
            "insert into recommender.pg_recommendations values ('x')",
            "drop table refunds.refund_decisions",
        ):
            with pytest.raises(InsufficientPrivilege):
                desk.execute(statement)
    with pytest.raises(UserError, match="cannot be set up"):
        set_up_decisions(url, "nobody-there")
