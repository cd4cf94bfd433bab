"""A warehouse of three tables without dbt, which records its changes as the macros do."""

import json
from collections.abc import Iterable
from pathlib import Path

import duckdb

from flows.publication.publish import Publication, publish
from flows.publication.tables import PublishedTable

SALES = PublishedTable("lakeflow", "sales", "sales", "day")
HOURS = PublishedTable("lakeflow", "hours", "hours", "cast(hour_ts as date)")
ITEMS = PublishedTable("simulator", "items", "items")
TOTALS = PublishedTable("lakeflow", "totals", "totals")
TABLES = (HOURS, SALES, TOTALS, ITEMS)

CHANGE_LOG = """
    CREATE SCHEMA increments;
    CREATE TABLE increments.changes (
        model VARCHAR, change_number BIGINT, affected_model VARCHAR, key_name VARCHAR,
        key_value VARCHAR
    );
    CREATE TABLE increments.progress (
        model VARCHAR, upstream VARCHAR, step BIGINT, change_number BIGINT, fingerprint VARCHAR
    );
    CREATE VIEW increments.pending AS
        SELECT DISTINCT affected_model AS model, key_name, key_value
        FROM increments.changes AS changes
        LEFT JOIN (
            SELECT model, upstream, max(change_number) AS change_number
            FROM increments.progress GROUP BY model, upstream
        ) AS progress
            ON changes.affected_model = progress.model AND changes.model = progress.upstream
        WHERE changes.change_number > coalesce(progress.change_number, 0);
"""
"""What macros/increments/change_log.sql makes."""

_CREATED = """
    CREATE SCHEMA lakeflow;
    CREATE SCHEMA simulator;
    CREATE TABLE lakeflow.sales (
        day DATE, brand_id INTEGER, revenue DECIMAL(18, 2), brands INTEGER[], note VARCHAR
    );
    CREATE TABLE lakeflow.hours (hour_ts TIMESTAMP, orders BIGINT);
    CREATE VIEW lakeflow.totals AS
        SELECT brand_id, sum(brand_id) AS added, sum(revenue) AS revenue
        FROM lakeflow.sales GROUP BY brand_id;
    CREATE TABLE simulator.items AS SELECT 1 AS id, 'It''s "soup"' AS name;
    COMMENT ON TABLE lakeflow.sales IS 'A brand''s day.';
    COMMENT ON COLUMN lakeflow.sales.revenue IS 'In dollars.';
"""


class SmallWarehouse:
    """A warehouse in a data folder.

    Parameters
    ----------
    data
        The folder.
    """

    def __init__(self, data: Path) -> None:
        self.file = data / "caspers.duckdb"
        self.published = data / "published"
        if not self.file.exists():
            data.mkdir(parents=True, exist_ok=True)
            self.execute(CHANGE_LOG + _CREATED)

    def execute(self, sql: str) -> list[tuple[object, ...]]:
        """Run statements and return the rows of the last."""
        with duckdb.connect(str(self.file)) as connection:
            return connection.execute(sql).fetchall()

    def publish(self, tables: tuple[PublishedTable, ...] = TABLES) -> Publication:
        """Publish."""
        with duckdb.connect(str(self.file)) as connection:
            return publish(connection, tables, self.published)

    def sell(self, days: Iterable[str], revenue: float = 10, rows: int = 2) -> None:
        """Replace the rows of some days in both tables; with no rows, the days are gone."""
        days = tuple(days)
        for day in days:
            self.execute(
                f"DELETE FROM lakeflow.sales WHERE day = '{day}';"
                f"DELETE FROM lakeflow.hours WHERE cast(hour_ts AS DATE) = '{day}';"
                f"INSERT INTO lakeflow.sales "
                f"SELECT '{day}', b, {revenue} + b, [b, b + 1], 'x' || b "
                f"FROM range({rows}) AS brands(b);"
                f"INSERT INTO lakeflow.hours (hour_ts, orders) "
                f"SELECT '{day} 12:00:00', {revenue} FROM range({rows}) AS hours(h)"
            )
        self.record(*days)

    def sell_on_all(self, days: Iterable[str]) -> None:
        """Add rows on many days at once."""
        listed = ", ".join(f"DATE '{day}'" for day in days)
        self.execute(
            "INSERT INTO lakeflow.sales SELECT unnest(["
            + listed
            + "]), 1, 12.5, [1], 'old';"
            + "INSERT INTO lakeflow.hours SELECT unnest(["
            + listed
            + "])::TIMESTAMP, 1"
        )
        self.record(None)

    def record(self, *days: str | None) -> None:
        """Record a change of days, or of everything, in both tables for all who follow them."""
        for table in ("sales", "hours"):
            self.execute(
                f"""
                INSERT INTO increments.changes
                SELECT '{table}', 1 + coalesce(
                    (SELECT max(change_number) FROM increments.changes WHERE model = '{table}'), 0
                ), affected.model, changed.key_name, changed.day
                FROM (
                    SELECT DISTINCT model FROM increments.progress WHERE upstream = '{table}'
                    UNION ALL SELECT ''
                ) AS affected
                CROSS JOIN (VALUES {", ".join(map(_row, days))}) AS changed(key_name, day)
                """
            )


def _row(day: str | None) -> str:
    return "('*', NULL)" if day is None else f"('partition', '{day}')"


def declared(table: PublishedTable) -> str:
    """Return what the log says of how a table affects what is published."""
    return json.dumps([{"partition": f"coalesce({table.partition}, date '1970-01-01')"}])
