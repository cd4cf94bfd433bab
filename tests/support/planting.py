"""Plants faults into tables while a dbt command runs, each for one data test and no longer."""

import os
import sys
import traceback
from collections.abc import Callable
from typing import Any, TypedDict


class Planted(TypedDict):
    """A fault that is in a table while one test runs.

    Attributes
    ----------
    table
        The table with its schema. It is as it was when the test has ended.
    statement
        What damages it.
    """

    table: str
    statement: str


def plant(faults: dict[str, Planted]) -> Callable[[Any], None]:
    """Return a callback for dbt's events that plants a fault for each test named.

    A test that fails keeps nothing from being built: its fault is gone by then.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415
    from dbt.artifacts.schemas.results import NodeStatus  # noqa: PLC0415
    from dbt.task.build import BuildTask  # noqa: PLC0415

    BuildTask.MARK_DEPENDENT_ERRORS_STATUSES = [NodeStatus.Error, NodeStatus.Skipped]

    def statements(event: str, fault: Planted) -> list[str]:
        if event == "NodeStart":
            return [f"create temp table kept as from {fault['table']}", fault["statement"]]
        return [
            f"delete from {fault['table']}",
            f"insert into {fault['table']} from kept",
            "drop table kept",
        ]

    cursors: list[Any] = []

    def on_event(event: Any) -> None:  # noqa: ANN401  (a protobuf message of dbt's)
        if event.info.name not in ("NodeStart", "NodeFinished"):
            return
        fault = faults.get(event.data.node_info.unique_id)
        if fault is None:
            return
        if not cursors:
            environment: Any = DuckDBConnectionManager._ENV
            cursors.append(environment.conn.cursor())
        try:
            for statement in statements(event.info.name, fault):
                cursors[0].execute(statement)
        except Exception:
            # dbt would wait forever for the thread in which this is raised.
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)

    return on_event
