"""Runs dbt commands on one of the engines that are compared with DuckDB.

``python -m tests.engines.engine_worker sail|spark|cluster FOLDER SHARED`` answers what
``dbt_worker`` answers, and

* {"export": folder} by writing every table there as ``schema.table.parquet``;
* {"query": sql} with its rows, as text; with "rows": false with none, for what has no such answer;
* {"stream": options, "table": path, "checkpoint": path} by reading the next batch of the source
  ``caspers`` into a Delta table;
* {"unneeded": 1} with the reasons of ``rewritten_statements.py`` that no statement has needed yet;
* {"tasks": 1} with how many tasks each executor of a cluster has done.

``sail`` and ``spark`` stand in for a Databricks workspace; ``cluster`` is a standalone cluster that
dbt-spark is pointed at, as a user would.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from common.errors import UserError
from flows.stream import StreamTarget, stream_batch
from tests.engines.adapter_without_workspace import (
    ENVIRONMENT,
    leave_out_where_flags_come_from,
    stand_in_for_the_workspace,
    tables_of,
)
from tests.engines.rewritten_statements import needed, reasons
from tests.engines.sessions import session_of
from tests.engines.standalone_cluster import StandaloneCluster, configuration
from tests.engines.stream_worker import BUSY
from tests.support.business import PROJECT
from tests.support.dbt_worker import Answer, Command, parse_project, run_command, serve

SCHEMAS = ("complaints", "increments", "lakeflow", "recommender", "simulator")


def export(session: Any, folder: Path) -> Answer:  # noqa: ANN401  (two kinds of session)
    """Write every table and view; return the types of their columns, as Spark spells them."""
    types: dict[str, dict[str, str]] = {}
    for schema in SCHEMAS:
        for name in tables_of(session, schema):
            frame = session.table(f"{schema}.{name}")
            types[f"{schema}.{name}"] = {
                field.name: field.dataType.simpleString() for field in frame.schema.fields
            }
            pq.write_table(_without_zones(frame.toArrow()), folder / f"{schema}.{name}.parquet")
    return {"types": types}


def _without_zones(table: pa.Table) -> pa.Table:
    """Return a table whose timestamps, all UTC, have no zone."""
    for position, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type) and field.type.tz is not None:
            naive = table.column(position).cast(pa.timestamp(field.type.unit))
            table = table.set_column(position, field.name, naive)
    return table


def query(session: Any, command: Command) -> Answer:  # noqa: ANN401  (two kinds of session)
    """Return the rows of a query, every value as text."""
    sql = command["query"]
    if not command.get("rows", True):
        session.sql(sql)
        return {"rows": []}
    rows = _without_zones(session.sql(sql).toArrow()).to_pylist()
    return {"rows": [[str(value) for value in row.values()] for row in rows]}


def stream(session: Any, command: Command) -> Answer:  # noqa: ANN401  (a session of Spark)
    """Read the next batch of a stream; return how many events it has."""
    target = StreamTarget(command["table"], command["checkpoint"])
    while True:
        try:
            return {"events": stream_batch(session, command["stream"], target).events}
        except UserError as error:
            if BUSY not in str(error):
                raise


def tasks_of_executors(session: Any) -> Answer:  # noqa: ANN401  (a session of a cluster)
    """Return the number of tasks that each executor has run."""
    executors = session.sparkContext._jsc.sc().statusStore().executorList(False)
    done = {}
    for position in range(executors.size()):
        executor = executors.apply(position)
        done[executor.id()] = executor.totalTasks()
    return {"tasks": {name: count for name, count in done.items() if name != "driver"}}


def session_for_databricks(engine: str, folder: Path) -> Callable[[], Any]:
    """Put a session of the engine behind the Databricks adapter; return how to get it."""
    os.environ.update(ENVIRONMENT)
    warehouse = folder / "warehouse"
    warehouse.mkdir(parents=True)
    session = session_of(engine, warehouse)  # type: ignore[arg-type]
    stand_in_for_the_workspace(engine, session)  # type: ignore[arg-type]
    return lambda: session


def session_of_cluster(master: str, folder: Path) -> Callable[[], Any]:
    """Let dbt-spark find the cluster; return how to get its session."""
    from pyspark.sql import SparkSession  # noqa: PLC0415  (reads the environment)

    os.environ.update(configuration(folder / "configuration", folder / "warehouse"))
    os.environ["SPARK_MASTER"] = master
    # Where the project is installed, the plugin is found without this.
    sys.path.append(str(PROJECT / "flows" / "plugins"))
    return SparkSession.builder.getOrCreate


def main() -> None:
    """Answer commands until standard input ends."""
    engine, folder = sys.argv[1], Path(sys.argv[2])
    cluster = StandaloneCluster(folder / "cluster")

    def make_handler() -> Callable[[Command], Answer]:
        if engine == "cluster":
            session = session_of_cluster(cluster.start(), folder)
        else:
            session = session_for_databricks(engine, folder)
        leave_out_where_flags_come_from()
        target = "spark" if engine == "cluster" else "databricks"
        manifest = parse_project(folder, folder, "--target", target)

        def handle(command: Command) -> Answer:
            if "export" in command:
                return export(session(), Path(command["export"]))
            if "query" in command:
                return query(session(), command)
            if "stream" in command:
                return stream(session(), command)
            if "tasks" in command:
                return tasks_of_executors(session())
            if "unneeded" in command:
                return {"unneeded": sorted(reasons(engine) - needed)}  # type: ignore[arg-type]
            os.environ["CASPERS_LANDING"] = f"{command['data']}/landing/events"
            # Only a volume may be absent, and a session in place of a workspace has none.
            for name in ("decisions", "agent_responses"):
                folder_of_source = Path(f"{command['data']}/landing/{name}")
                if target == "databricks" and folder_of_source.exists():
                    os.environ[f"CASPERS_{name.upper()}"] = str(folder_of_source)
            # No fork: the engine's session lives in this process. dbt writes into its manifest.
            return run_command(command, manifest.deepcopy())

        return handle

    try:
        serve(make_handler)
    finally:
        cluster.stop()


if __name__ == "__main__":
    main()
    os._exit(0)  # the engines' own threads do not end by themselves
