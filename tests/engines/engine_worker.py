"""Runs dbt commands on one of the engines that stand in for a Databricks cluster.

``python -m tests.engines.engine_worker sail|spark WAREHOUSE`` answers what ``dbt_worker`` answers,
{"export": folder} by writing every table there as ``schema.table.parquet``, and {"unneeded": 1}
with the reasons of ``rewritten_statements.py`` that no statement has needed yet.
"""

import os
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.engines.adapter_without_workspace import (
    ENVIRONMENT,
    stand_in_for_the_workspace,
    tables_of,
)
from tests.engines.rewritten_statements import needed, reasons
from tests.engines.sessions import session_of
from tests.models.dbt_worker import Command, answer_each_line, runner_of_dbt

SCHEMAS = ("lakeflow", "recommender", "simulator")


def export(session: Any, folder: Path) -> Command:  # noqa: ANN401  (two kinds of session)
    """Write every table and view; answer with the types of their columns, as Spark spells them."""
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
    """Return a table whose timestamps, all UTC, do not say so."""
    for position, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type) and field.type.tz is not None:
            naive = table.column(position).cast(pa.timestamp(field.type.unit))
            table = table.set_column(position, field.name, naive)
    return table


def main() -> None:
    """Answer commands until standard input ends."""
    engine, warehouse = sys.argv[1], Path(sys.argv[2])
    os.environ.update(ENVIRONMENT)

    def answerer() -> Any:  # noqa: ANN401
        session = session_of(engine, warehouse)  # type: ignore[arg-type]
        stand_in_for_the_workspace(engine, session)  # type: ignore[arg-type]
        run = runner_of_dbt()

        def answer(command: Command) -> Command:
            if "export" in command:
                return export(session, Path(command["export"]))
            if "unneeded" in command:
                return {"unneeded": sorted(reasons(engine) - needed)}  # type: ignore[arg-type]
            os.environ["CASPERS_LANDING"] = f"{command['data']}/landing/events"
            return run(command)

        return answer

    answer_each_line(answerer)


if __name__ == "__main__":
    main()
    os._exit(0)  # the engines' own threads do not end by themselves
