"""Metrics as MetricFlow answers them, asked in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from metricflow.data_table.mf_table import MetricFlowDataTable
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.databricks import DatabricksSqlPlanRenderer
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantics.model.dbt_manifest_parser import (
    parse_manifest_from_dbt_generated_manifest,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb
    from metricflow.sql.render.sql_plan_renderer import SqlPlanRenderer


class _Dialect:
    """What MetricFlow asks where it writes SQL and runs none."""

    sql_engine_type = SqlEngine.DATABRICKS
    sql_plan_renderer: SqlPlanRenderer = DatabricksSqlPlanRenderer()


def databricks_sql(semantic_manifest: Path, metrics: Sequence[str], group_by: Sequence[str]) -> str:
    """Return the SQL that answers a query of metrics on Databricks."""
    dialect: Any = _Dialect()
    engine = MetricFlowEngine(SemanticManifestLookup(_parsed(semantic_manifest)), dialect)
    request = MetricFlowQueryRequest.create(metric_names=metrics, group_by_names=group_by)
    return engine.explain(request).sql_statement.without_descriptions.sql


def _parsed(semantic_manifest: Path) -> Any:  # noqa: ANN401  (of MetricFlow)
    return parse_manifest_from_dbt_generated_manifest(
        manifest_json_string=semantic_manifest.read_text(encoding="utf-8")
    )


class _Client:
    """What MetricFlow asks: a connection, without the seconds in which dbt would open one."""

    sql_engine_type = SqlEngine.DUCKDB
    sql_plan_renderer: SqlPlanRenderer = DuckDbSqlPlanRenderer()

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def query(self, stmt: str, *_: object, **__: object) -> MetricFlowDataTable:
        result = self.connection.execute(stmt)
        columns = [column[0] for column in result.description or []]
        return MetricFlowDataTable.create_from_rows(columns, result.fetchall())


class MetricQueries:
    """Metrics over the tables of one warehouse.

    Parameters
    ----------
    semantic_manifest
        The file ``semantic_manifest.json`` that ``dbt parse`` writes.
    connection
        Where the tables are.
    """

    def __init__(self, semantic_manifest: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.manifest = _parsed(semantic_manifest)
        client: Any = _Client(connection)
        self._engine = MetricFlowEngine(SemanticManifestLookup(self.manifest), client)

    def ask(
        self, metrics: Sequence[str], group_by: Sequence[str], where: Sequence[str] = ()
    ) -> list[dict[str, Any]]:
        """Return metrics over dimensions, a row for each of their combinations."""
        return self._answer(
            MetricFlowQueryRequest.create(
                metric_names=metrics, group_by_names=group_by, where_constraints=where or None
            )
        )

    def ask_saved(self, saved_query: str) -> list[dict[str, Any]]:
        """Return what a saved query answers."""
        return self._answer(MetricFlowQueryRequest.create(saved_query_name=saved_query))

    def dimensions_of(self, metrics: Sequence[str]) -> set[str]:
        """Return the dimensions that all of these metrics have."""
        dimensions = self._engine.simple_dimensions_for_metrics(list(metrics))
        return {dimension.granularity_free_dunder_name for dimension in dimensions}

    def _answer(self, request: MetricFlowQueryRequest) -> list[dict[str, Any]]:
        table = self._engine.query(request).result_df
        assert table is not None
        return [dict(zip(table.column_names, row, strict=True)) for row in table.rows]
