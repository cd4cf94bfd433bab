"""Lakebase, the Postgres of Databricks: synced tables, and a token to log in with.

::

    python -m flows.lakebase token     prints an app's token, for CASPERS_POSTGRES_TOKEN_COMMAND

Databases and their instances are resources of the bundle. A synced table is not, because its source
has to be there first, and that is made by the first build: a job creates it (`mirror`) and another
removes it (`remove`). docs/decisions/0033-the-bundle-and-what-jobs-create.md says more.
"""

from __future__ import annotations

import argparse
import re
import sys
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from common.errors import BusyError, UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from databricks.sdk import WorkspaceClient

_PORT = 5432

# Instances have no underscore in their names and catalogs no hyphen: both are named after CATALOG.
_NAME_OF_BOTH = re.compile(r"[A-Za-z][A-Za-z0-9]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Mirror:
    """A table of the warehouse, and its copy in Lakebase.

    Attributes
    ----------
    instance
        What follows the catalog's name in that of the database instance.
    database
        The database in Postgres.
    source, table
        Schema and name in the warehouse; schema and name of the synced table, which are those in
        Postgres too.
    primary_key
        Its column.
    """

    instance: str
    database: str
    source: str
    table: str
    primary_key: str

    def instance_name(self, catalog: str) -> str:
        """Return the name of the database instance.

        Raises
        ------
        UserError
            If the catalog's name cannot be part of it.
        """
        if not _NAME_OF_BOTH.fullmatch(catalog):
            raise UserError(
                f"CATALOG={catalog!r}: Lakebase is named after it, so it has to consist of letters "
                "and digits; choose another catalog, or the target `free`, which has no Lakebase."
            )
        return f"{catalog}{self.instance}"


REFUNDS = Mirror(
    instance="refundmanager",
    database="caspers",
    source="recommender.refund_recommendations",
    table="recommender.pg_recommendations",
    primary_key="order_id",
)
COMPLAINTS = Mirror(
    instance="complaintmanager",
    database="caspers_complaints",
    source="complaints.complaint_responses",
    table="complaints.pg_complaint_responses",
    primary_key="complaint_id",
)
MIRRORS = {"refunds": REFUNDS, "complaints": COMPLAINTS}
"""All that jobs create beyond the bundle, by name."""


def workspace_client() -> WorkspaceClient:
    """Return a client of the workspace; on Databricks that needs no credentials.

    Raises
    ------
    UserError
        If Databricks' package is not installed, or no workspace is known.
    """
    try:
        from databricks.sdk import WorkspaceClient  # noqa: PLC0415  (there on Databricks)

        return WorkspaceClient()
    except ImportError:
        raise UserError(
            "The package databricks-sdk is not installed: install it with `pip install "
            "databricks-sdk`."
        ) from None
    except ValueError as error:
        raise UserError(
            f"No workspace is known ({' '.join(str(error).split())}): log in with `databricks auth "
            "login`."
        ) from None


def mirror(workspace: WorkspaceClient, catalog: str, what: Mirror) -> bool:
    """Create a synced table, if it is missing; return whether it was.

    Raises
    ------
    BusyError
        If its first copy is still under way.
    UserError
        If its synchronization has failed.
    """
    from databricks.sdk.errors import NotFound  # noqa: PLC0415
    from databricks.sdk.service import database  # noqa: PLC0415

    name = f"{catalog}.{what.table}"
    was_missing = False
    try:
        table = workspace.database.get_synced_database_table(name)
    except NotFound:
        was_missing = True
        table = workspace.database.create_synced_database_table(
            database.SyncedDatabaseTable(
                name=name,
                database_instance_name=what.instance_name(catalog),
                logical_database_name=what.database,
                spec=database.SyncedTableSpec(
                    source_table_full_name=f"{catalog}.{what.source}",
                    primary_key_columns=[what.primary_key],
                    scheduling_policy=database.SyncedTableSchedulingPolicy.CONTINUOUS,
                    create_database_objects_if_missing=True,
                ),
            )
        )
    _check_online(name, table.data_synchronization_status)
    return was_missing


def remove(workspace: WorkspaceClient, catalog: str) -> list[str]:
    """Remove all synced tables, with their copies in Postgres; return their names.

    In Unity Catalog they would outlive their instance, and stop their schemas from being dropped.
    """
    from databricks.sdk.errors import NotFound  # noqa: PLC0415

    removed = []
    for what in MIRRORS.values():
        name = f"{catalog}.{what.table}"
        try:
            workspace.database.delete_synced_database_table(name, purge_data=True)
        except NotFound:
            continue
        removed.append(name)
    return removed


def owner_url(workspace: WorkspaceClient, catalog: str, what: Mirror) -> str:
    """Return the URL with which whoever runs a job connects; its token is valid for an hour.

    Raises
    ------
    BusyError
        If the instance is not available yet.
    """
    name = what.instance_name(catalog)
    host = workspace.database.get_database_instance(name).read_write_dns
    if not host:
        raise BusyError(f"The database instance {name} is not available yet: run the job again.")
    token = workspace.database.generate_database_credential(
        instance_names=[name], request_id=str(uuid.uuid4())
    ).token
    user = workspace.current_user.me().user_name
    login = f"{quote(user or '', safe='')}:{quote(token or '', safe='')}"
    return f"postgresql://{login}@{host}:{_PORT}/{what.database}?sslmode=require&connect_timeout=30"


def _check_online(name: str, status: Any) -> None:  # noqa: ANN401  (the SDK may be missing)
    state = status.detailed_state.value if status and status.detailed_state else ""
    if "FAILED" in state:
        raise UserError(
            f"{name}: {state} ({status.message or 'without a message'}): see its pipeline in "
            "Catalog Explorer; its source needs a change data feed."
        )
    if "_ONLINE" not in state:
        raise BusyError(
            f"{name} is not online yet ({state or 'no state'}): this task repeats itself; by hand, "
            "run the job again."
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a token and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m flows.lakebase", description="Log in to Lakebase from an app."
    )
    parser.add_argument("command", choices=["token"])
    parser.parse_args(arguments)
    try:
        print(workspace_client().config.oauth_token().access_token)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
