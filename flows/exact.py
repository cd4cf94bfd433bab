"""Compare a table with a full refresh of it: ``python -m flows.exact NAME``.

The full refresh is built in a copy of the DuckDB file, from the same upstream tables and the same
landed files, so the warehouse itself is not touched. Only load metadata may differ, the columns
that have ``load_metadata: true`` in the YAML of the models.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from common.did_you_mean import did_you_mean
from common.errors import UserError
from common.paths import PROJECT, landing_directory, warehouse_file
from common.system_errors import to_user_error
from flows.dbt.command_line import dbt_arguments, run_dbt
from flows.dbt.log_events import last_words
from flows.warehouse_lock import build_lock, wait_until_closed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LAST_LINES = 12
_EXAMPLES = 5
_TABLES = ("incremental", "table")
_NOT_BUILT = "build it first with `make run` or `dbt build`."


@dataclass(frozen=True, slots=True)
class Table:
    """The table of a model.

    Attributes
    ----------
    model
        Name of the model.
    relation
        Schema and table, quoted.
    load_metadata
        Columns that depend on how and when the table was built.
    """

    model: str
    relation: str
    load_metadata: frozenset[str]


@dataclass(frozen=True, slots=True)
class Side:
    """What only one of the two tables holds.

    Attributes
    ----------
    rows
        Number of rows.
    examples
        The first of them, a text each.
    """

    rows: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A table compared with a full refresh of it.

    Attributes
    ----------
    model
        Name of the model.
    rows
        Number of rows in the warehouse.
    warehouse, full_refresh
        What only one of the two holds.
    """

    model: str
    rows: int
    warehouse: Side
    full_refresh: Side

    @property
    def equal(self) -> bool:
        """Whether both hold the same rows, each the same number of times."""
        return not self.warehouse.rows and not self.full_refresh.rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, print the result and return the exit code: 0 where both tables are equal."""
    options = _parser().parse_args(arguments)
    try:
        comparison = compare(options.model)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {to_user_error(error, 'compare', 'TMPDIR')}", file=sys.stderr)
        return 1
    print("\n".join(format_comparison(comparison)))
    return 0 if comparison.equal else 1


def compare(name: str, project: Path = PROJECT) -> Comparison:
    """Build the table of a model in a copy of the warehouse and compare the two.

    Parameters
    ----------
    name
        Name of the model.
    project
        As in `dbt_arguments`.

    Raises
    ------
    BusyError
        If a build runs, or another program has the DuckDB file open.
    UserError
        If there is no such table, or the full refresh fails.
    """
    if not warehouse_file().exists():
        raise UserError(f"{warehouse_file()} does not exist: {_NOT_BUILT}")
    with tempfile.TemporaryDirectory(prefix="caspers-exact-") as temporary:
        folder = Path(temporary)
        aside = _Aside(folder, project)
        aside.dbt("parse")
        manifest = json.loads((folder / "target" / "manifest.json").read_text(encoding="utf-8"))
        table = find_table(manifest, name)
        copy = folder / warehouse_file().name
        with build_lock():
            wait_until_closed(warehouse_file())
            shutil.copyfile(warehouse_file(), copy)
        before = folder / "before.duckdb"
        set_aside(table, copy, before)
        aside.dbt("run", "--full-refresh", select=[name])
        return compare_tables(table, before, copy)


def find_table(manifest: Mapping[str, Any], name: str) -> Table:
    """Return the table of a model.

    Parameters
    ----------
    manifest
        dbt's manifest of the project.
    name
        Name of the model.

    Raises
    ------
    UserError
        If there is no such model, or it is no table.
    """
    models = {
        node["name"]: node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }
    tables = sorted(
        known for known, node in models.items() if node["config"]["materialized"] in _TABLES
    )
    if name not in models:
        raise UserError(f"There is no model {name}{did_you_mean(name, tables)}.")
    node = models[name]
    if name not in tables:
        kind = node["config"]["materialized"].replace("_", " ")
        raise UserError(
            f"{name} is a {kind} and holds no rows of its own, so there is nothing to compare: "
            f"name one of {', '.join(tables)}."
        )
    load_metadata = frozenset(
        column["name"]
        for column in node["columns"].values()
        if column["config"]["meta"].get("load_metadata")
    )
    return Table(name, f'"{node["schema"]}"."{node["alias"]}"', load_metadata)


def set_aside(table: Table, warehouse: Path, file: Path) -> None:
    """Copy a table into a file of its own, before the full refresh replaces it.

    Parameters
    ----------
    table
        The table.
    warehouse
        The DuckDB file that holds it.
    file
        The new DuckDB file.

    Raises
    ------
    UserError
        If the table is not there.
    """
    schema = table.relation.partition(".")[0]
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"ATTACH '{_quoted(warehouse)}' AS warehouse (READ_ONLY)")
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        try:
            connection.execute(f"CREATE TABLE {table.relation} AS FROM warehouse.{table.relation}")
        except duckdb.CatalogException as error:
            raise UserError(f"{table.model} is not in {warehouse_file()}: {_NOT_BUILT}") from error


def compare_tables(table: Table, before: Path, after: Path) -> Comparison:
    """Compare a table in two DuckDB files, both ways.

    Parameters
    ----------
    table
        The table.
    before
        File with the table of the warehouse.
    after
        File with the full refresh.

    Raises
    ------
    UserError
        If the columns differ.
    """
    with duckdb.connect() as connection:
        for alias, file in (("before", before), ("after", after)):
            connection.execute(f"ATTACH '{_quoted(file)}' AS {alias} (READ_ONLY)")
        columns = [
            connection.execute(
                f"SELECT column_name, column_type FROM (DESCRIBE {side}.{table.relation})"
            ).fetchall()
            for side in ("before", "after")
        ]
        if sorted(columns[0]) != sorted(columns[1]):
            changed = sorted({column for column, _ in {*columns[0]} ^ {*columns[1]}})
            raise UserError(
                f"{table.model} has other columns than its model ({', '.join(changed)}): "
                f"build it with `dbt build --full-refresh --select {table.model}`."
            )
        compared = ", ".join(
            f'"{column}"' for column, _ in columns[0] if column not in table.load_metadata
        )
        queries = [
            f"SELECT {compared} FROM {side}.{table.relation}" for side in ("before", "after")
        ]
        counted = connection.execute(f"SELECT count(*) FROM before.{table.relation}").fetchall()
        return Comparison(
            table.model,
            counted[0][0],
            _only_in(connection, queries[0], queries[1]),
            _only_in(connection, queries[1], queries[0]),
        )


def format_comparison(comparison: Comparison) -> list[str]:
    """Return the lines that report a comparison."""
    if comparison.equal:
        return [f"{comparison.model}: {comparison.rows} rows, equal"]
    warehouse, full_refresh = comparison.warehouse, comparison.full_refresh
    counts = f"{warehouse.rows} are only there, {full_refresh.rows} only in the full refresh"
    lines = [f"{comparison.model}: {comparison.rows} rows in the warehouse; {counts}"]
    for title, side in (
        ("Only in the warehouse:", warehouse),
        ("Only in the full refresh:", full_refresh),
    ):
        if side.rows:
            lines += [title, *(f"  {example}" for example in side.examples)]
            if side.rows > len(side.examples):
                lines.append(f"  … and {side.rows - len(side.examples)} more")
    return lines


class _Aside:
    """dbt on the data folder ``folder``, with the landed files of the real one."""

    def __init__(self, folder: Path, project: Path) -> None:
        self.folder = folder
        self.project = project

    def dbt(self, command: str, *options: str, select: Sequence[str] = ()) -> None:
        folders = ["--target-path", str(self.folder / "target")]
        folders += ["--log-path", str(self.folder / "logs"), "--target", "duckdb"]
        arguments = dbt_arguments(command, *options, *folders, select=select, project=self.project)
        landing = os.environ.get("CASPERS_LANDING") or str(landing_directory())
        places = {"CASPERS_DATA": str(self.folder), "CASPERS_LANDING": landing}
        code, events = run_dbt(arguments, self.project, variables=places)
        if code:
            raise UserError(
                f"`dbt {command}` failed, so nothing was compared; its last words:\n"
                f"  {last_words(events, _LAST_LINES)}"
            )


def _only_in(connection: duckdb.DuckDBPyConnection, query: str, other: str) -> Side:
    difference = f"FROM ({query} EXCEPT ALL {other})"
    rows = connection.execute(f"SELECT count(*) {difference}").fetchall()[0][0]
    found = connection.execute(f"{difference} ORDER BY ALL LIMIT {_EXAMPLES}")
    names = [column[0] for column in found.description or ()]
    examples = (
        ", ".join(f"{name}={value}" for name, value in zip(names, row, strict=True))
        for row in found.fetchall()
    )
    return Side(rows, tuple(examples))


def _quoted(file: Path) -> str:
    return str(file).replace("'", "''")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m flows.exact",
        description="Compare a table with a full refresh of it, which is built in a copy.",
    )
    parser.add_argument("model", metavar="NAME", help="model whose table is compared")
    return parser


if __name__ == "__main__":
    sys.exit(main())
