"""Runs the scenarios in trace mode and prints what was recorded.

``python -m tests.engines.text.trace_worker TARGET`` prints one JSON object: per scenario the
recorded statements and jobs, in their order. Only the nodes listed in ``golden_nodes.txt`` are
built, so that a model which is not listed changes nothing here.
"""

import json
import os
import re
import sys
from collections.abc import Sequence
from typing import Any

from flows.dbt.in_process import reserve_standard_output
from tests.engines.adapter_without_workspace import leave_out_where_flags_come_from
from tests.engines.text.golden_files import listed_nodes
from tests.engines.text.recording_cursor import ENVIRONMENT, Recorder, record_instead_of_executing
from tests.engines.text.scenarios import SCENARIOS
from tests.engines.text.scripted_answers import Columns, Warehouse


def columns_of(manifest: Any) -> dict[str, Columns]:  # noqa: ANN401  (an object of dbt's)
    """Return the columns that the project declares, by node and by name of the relation."""
    columns: dict[str, Columns] = {}
    for node in manifest.nodes.values():
        if node.resource_type in ("model", "seed"):
            promised = {column.name: column.data_type for column in node.columns.values()}
            columns[node.name] = columns[node.unique_id] = (
                promised if node.resource_type == "model" else dict(node.config.column_types)
            )
    for test in manifest.unit_tests.values():
        columns[test.name] = columns[test.unique_id] = columns[test.model]
    return columns


def selection(command: Sequence[str], nodes: Sequence[str]) -> list[str]:
    """Return the options that limit a dbt command to the listed nodes and their tests."""
    if command[0] == "run-operation" or "--select" in command:
        return []
    cautious = ["--indirect-selection", "cautious"] if command[0] in ("test", "build") else []
    return ["--select", *nodes, "source:*", *cautious]


def unlisted_schemas(manifest: Any, nodes: Sequence[str]) -> set[str]:  # noqa: ANN401
    """Return the schemas without a listed node."""
    built = [n for n in manifest.nodes.values() if n.resource_type in ("model", "seed")]
    return {n.schema for n in built} - {n.schema for n in built if n.name in nodes}


def main() -> None:
    """Run every scenario; the tables of one are there in the next."""
    answers = reserve_standard_output()
    os.environ.update(ENVIRONMENT)
    os.environ.pop("CASPERS_LANDING", None)
    options = ["--target", "databricks", "--threads", "1"]
    options += ["--target-path", sys.argv[1], "--log-path", sys.argv[1]]
    options += ["--no-write-json", "--log-level-file", "none"]  # nobody reads them
    leave_out_where_flags_come_from()

    from dbt.cli.main import dbtRunner  # noqa: PLC0415  (standard output has to be moved first)

    manifest: Any = dbtRunner().invoke(["parse", *options]).result
    nodes = listed_nodes(
        n.name for n in manifest.nodes.values() if n.resource_type in ("model", "seed")
    )
    unlisted = unlisted_schemas(manifest, nodes)
    warehouse = Warehouse(columns_of(manifest), SCENARIOS[0])
    recorder = Recorder(warehouse.answer, warehouse.remember_table)
    record_instead_of_executing(recorder)
    runner = dbtRunner(manifest=manifest)
    found = {}
    for scenario in SCENARIOS:
        warehouse.scenario = scenario
        os.environ.update(scenario.variables)
        for command in scenario.commands:
            outcome = runner.invoke([*command, *selection(command, nodes), *options])
            if not outcome.success:
                raise SystemExit(
                    f"{scenario.name}: dbt {' '.join(command)} failed: {outcome.exception}"
                )
        for variable, _ in scenario.variables:
            del os.environ[variable]
        found[scenario.name] = recorder.recorded()
        if unlisted:
            mentioned = re.compile(rf"\b({'|'.join(sorted(unlisted))})\b")
            found[scenario.name]["statements"] = [
                statement
                for statement in found[scenario.name]["statements"]
                if statement["node"] or not mentioned.search(statement["text"])
            ]
    if warehouse.unused_patterns():
        raise SystemExit(
            f"no statement asks for these scripted answers: {warehouse.unused_patterns()}"
        )
    json.dump(found, answers)
    answers.flush()


if __name__ == "__main__":
    main()
