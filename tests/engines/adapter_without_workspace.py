"""The unmodified dbt-databricks adapter over any Spark session, without a workspace.

The adapter reaches outside the process at three points; each is replaced by the session:

* ``databricks.sql.connect`` returns a connection whose cursor runs statements with ``spark.sql``;
* a Python model that would be submitted as a job is executed here, with the session as ``spark``;
* the question of which kind of host answers is not asked.

What an engine cannot run as it is written is rewritten by a list that is kept for all to see, in
``rewritten_statements.py``; nothing is rewritten anywhere else.
"""

import uuid
from collections.abc import Sequence
from typing import Any, Self

from tests.engines.rewritten_statements import Engine, answer_to, rewritten

# What the connector's GetTables and GetSchemas answer with.
TABLE_COLUMNS = ("TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME", "TABLE_TYPE", "REMARKS")

# The variables of profiles.yml. The path is that of a cluster, because the adapter asks a cluster
# for its runtime version and assumes the newest one for a warehouse.
ENVIRONMENT = {
    "DATABRICKS_HOST": "127.0.0.1",
    "DATABRICKS_HTTP_PATH": "sql/protocolv1/o/0/0000-000000-nowhere",
    "DATABRICKS_TOKEN": "none-is-needed",
    "CASPERS_CATALOG": "hive_metastore",
}


def leave_out_where_flags_come_from() -> None:
    """Do not look up who declares each of the adapter's behaviour flags.

    The adapter has more than thirty, and dbt walks through the whole stack for each of them, at
    each command: half of the time of a command that executes nothing. Only a warning would name it.
    """
    from dbt_common.behavior_flags import BehaviorFlagRendered  # noqa: PLC0415

    BehaviorFlagRendered._default_source = staticmethod(lambda: "dbt.adapters.databricks.impl")


def tables_of(session: Any, schema: str) -> dict[str, str]:  # noqa: ANN401  (two kinds of session)
    """Return the tables and views of a schema: TABLE or VIEW by name; none where it is missing."""
    if not session.catalog.databaseExists(schema):
        return {}
    return {
        table.name: "VIEW" if table.tableType == "VIEW" else "TABLE"
        for table in sorted(session.catalog.listTables(schema), key=lambda table: table.name)
        if not table.isTemporary
    }


def with_parameters(operation: str, parameters: Sequence[Any] | None) -> str:
    """Return a statement with its parameters written into it, as the connector does."""
    from databricks.sql.utils import ParamEscaper, inject_parameters  # noqa: PLC0415

    if not parameters:
        return operation
    written: str = inject_parameters(operation, ParamEscaper().escape_args(parameters))
    return written


class Cursor:
    """A cursor of the Python database interface over ``spark.sql``."""

    def __init__(self, connection: "Connection") -> None:
        self.connection = connection
        self.query_id = uuid.uuid4().hex
        self.description: list[tuple[Any, ...]] | None = None
        self.rows: list[tuple[Any, ...]] = []

    def execute(self, operation: str, parameters: Sequence[Any] | None = None) -> "Cursor":
        """Run one statement; its parameters are written into it, as the connector does."""
        operation = with_parameters(operation, parameters)
        engine = self.connection.engine
        answer = answer_to(engine, operation)
        if answer is not None:
            return self.keep_rows(answer.columns, answer.rows)
        frame = self.connection.session.sql(rewritten(engine, operation))
        table = frame.toArrow()
        names = [(field.name, field.dataType.simpleString()) for field in frame.schema.fields]
        self.keep_rows((), [tuple(row.values()) for row in table.to_pylist()])
        # Types as the connector names them: `decimal`, `array`, without precision or element.
        self.description = [
            (name, spelled.split("(")[0].split("<")[0], None, None, None, None, None)
            for name, spelled in names
        ]
        return self

    def keep_rows(self, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> "Cursor":
        """Keep rows to be fetched."""
        self.description = [(name, "string", None, None, None, None, None) for name in columns]
        self.rows = list(rows)
        return self

    def tables(self, catalog_name: str, schema_name: str) -> "Cursor":
        """Answer which tables and views a schema holds."""
        kinds = tables_of(self.connection.session, schema_name)
        rows = [(catalog_name, schema_name, name, kind, "") for name, kind in kinds.items()]
        return self.keep_rows(TABLE_COLUMNS, rows)

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return the rows that are left."""
        rows, self.rows = self.rows, []
        return rows

    def fetchmany(self, size: int) -> list[tuple[Any, ...]]:
        """Return the next rows."""
        rows, self.rows = self.rows[:size], self.rows[size:]
        return rows

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row."""
        return self.rows.pop(0) if self.rows else None

    def cancel(self) -> None:
        """Do nothing: no statement outlives ``execute``."""

    def close(self) -> None:
        """Discard the rows."""
        self.rows = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Connection:
    """A connection of the connector, of which the adapter uses little."""

    def __init__(self, engine: Engine, session: Any) -> None:  # noqa: ANN401  (two kinds of session)
        self.engine = engine
        self.session = session
        self.id = uuid.uuid4().hex

    def cursor(self) -> Cursor:
        """Return a new cursor."""
        return Cursor(self)

    def get_session_id_hex(self) -> str:
        """Return a name for the connection."""
        return self.id

    def close(self) -> None:
        """Leave the session open: its owner closes it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def stand_in_for_the_workspace(engine: Engine, session: Any) -> None:  # noqa: ANN401
    """Let the session replace what the adapter reaches outside, for the rest of this process."""
    import databricks.sql  # noqa: PLC0415
    from dbt.adapters.databricks.python_models import python_submissions  # noqa: PLC0415
    from dbt.adapters.databricks.spog import probe  # noqa: PLC0415

    class JobInThisProcess:
        """Runs a Python model as a serverless job would."""

        def __init__(self, *_: object) -> None:
            pass

        def submit(self, compiled_code: str) -> None:
            code = compile(rewritten(engine, compiled_code), "<python model>", "exec")
            exec(code, {"spark": session, "__name__": "__main__"})  # noqa: S102  (as a job does)

    def connect(**_: object) -> Connection:
        return Connection(engine, session)

    databricks.sql.connect = connect
    python_submissions.ServerlessClusterPythonJobHelper.__init__ = JobInThisProcess.__init__
    python_submissions.ServerlessClusterPythonJobHelper.submit = JobInThisProcess.submit
    probe.probe_host = lambda _: probe.HostMetadata(host_type=None)
