"""Compares every table of an engine with DuckDB's."""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from tests.engines.unavoidable_differences import UNAVOIDABLE
from tests.support.business import LOAD_METADATA, Business, DbtWorker

SPARK_TYPES = {
    "VARCHAR": "string",
    "INTEGER": "int",
    "BIGINT": "bigint",
    "DOUBLE": "double",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
}


@dataclass(frozen=True)
class Difference:
    """How one table differs: rows that only one side has, and columns of other types."""

    rows_only_on_duckdb: int = 0
    rows_only_on_engine: int = 0
    columns: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    example: list[tuple[Any, ...]] = field(default_factory=list)


@dataclass
class EngineBusiness(Business):
    """The same landing folder, built on another engine by its target."""

    engine: str

    def dbt(self, *arguments: str, succeeds: bool = True) -> dict[str, Any]:
        """Run a dbt command on the target of the engine."""
        target = "spark" if self.engine == "cluster" else "databricks"
        return super().dbt(*arguments, "--target", target, succeeds=succeeds)

    def rows(self, sql: str) -> list[list[str]]:
        """Return the rows of a query on the engine, every value as text."""
        rows: list[list[str]] = self.worker.ask({"query": sql})["rows"]
        return rows

    def export(self, folder: Path) -> dict[str, dict[str, str]]:
        """Write all tables into a folder and return the types of their columns."""
        folder.mkdir(parents=True, exist_ok=True)
        answer: dict[str, dict[str, dict[str, str]]] = self.worker.ask({"export": str(folder)})
        return answer["types"]


def engine_worker(engine: str, target: Path) -> DbtWorker:
    """Start a process that runs dbt on an engine, which parses the project for itself."""
    return DbtWorker(target, target, "-m", "tests.engines.engine_worker", engine)


def spark_type(duckdb_type: str) -> str:
    """Return the Spark spelling of a DuckDB type."""
    if duckdb_type.endswith("[]"):
        return f"array<{spark_type(duckdb_type[:-2])}>"
    return SPARK_TYPES.get(duckdb_type, duckdb_type.lower())


def differences(
    here: Business,
    there: EngineBusiness,
    folder: Path,
    ignored: Collection[tuple[str, str]] = (),
) -> dict[str, Difference]:
    """Compare all tables by rows (EXCEPT ALL both ways) and by types; return those that differ.

    Parameters
    ----------
    here, there
        The same business on DuckDB and on the engine.
    folder
        Where the engine's tables are written.
    ignored
        Columns whose values are not compared, each with its table.
    """
    types = there.export(folder)
    found = {}
    with duckdb.connect() as connection:
        connection.execute(f"attach '{here.data / 'caspers.duckdb'}' as here (read_only)")
        tables = [
            f"{schema}.{table}"
            for schema, table in connection.execute(
                """
                select table_schema, table_name
                from information_schema.tables
                where table_catalog = 'here'
                order by all
                """
            ).fetchall()
        ]
        assert len(tables) >= 21, tables
        assert tables == sorted(types), "the engine has other tables than DuckDB"
        for table in tables:
            difference = _difference(connection, table, types[table], folder, ignored)
            if difference != Difference():
                found[table] = difference
    return found


def _difference(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    types: dict[str, str],
    folder: Path,
    ignored: Collection[tuple[str, str]],
) -> Difference:
    here = {
        name: spark_type(type_)
        for name, type_ in connection.execute(
            f"select column_name, column_type from (describe here.{table})"
        ).fetchall()
    }
    columns = {
        name: (here.get(name), types.get(name))
        for name in sorted({*here, *types})
        if here.get(name) != types.get(name)
    }
    name = table.split(".")[1]
    compared = ", ".join(
        f'"{column}"'
        for column in here
        if not {(name, column)} & {*LOAD_METADATA, *UNAVOIDABLE, *ignored}
    )
    sides = (f"here.{table}", f"'{folder}/{table}.parquet'")
    only, example = [], []
    for left, right in (sides, sides[::-1]):
        except_all = f"select {compared} from {left} except all select {compared} from {right}"
        only.append(connection.execute(f"select count(*) from ({except_all})").fetchall()[0][0])
        example += connection.execute(f"from ({except_all}) order by all limit 2").fetchall()
    return Difference(only[0], only[1], columns, example)
