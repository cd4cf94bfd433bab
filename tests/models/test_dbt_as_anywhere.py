"""What dbt users are used to: an empty first build, selection, refresh, show, docs, retry."""

import os
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from tests.support.business import WAREHOUSE, Business, order_life
from tests.support.extended_project import ExtendedProject

NOON = datetime(2026, 11, 20, 12)
# The one table that is asked, and what it is made from.
HEADER = ("--select", "+gold_order_header")
TABLES = {
    "all_events",
    "rejected_events",
    "silver_order_items",
    "silver_order_timeline",
    "silver_driver_pings",
    "silver_courier_shifts",
    "gold_order_header",
    "gold_item_sales_day",
    "gold_brand_sales_day",
    "gold_kitchen_day",
    "gold_location_sales_hourly",
    "gold_delivery_times_day",
    "gold_refund_agreement_day",
    "landed_decisions",
    "refund_recommendations",
    "refund_decisions",
    "raw_complaints",
    "complaint_responses",
}
SCHEMAS = {
    "refund_recommendations": "recommender",
    "refund_decisions": "recommender",
    "raw_complaints": "complaints",
    "complaint_responses": "complaints",
}


@pytest.mark.thorough
def test_with_nothing_landed_tables_are_empty_and_typed_and_one_warning_says_what_to_do(
    business: Business,
) -> None:
    answer = business.dbt("build", "--exclude", "resource_type:unit_test")
    warnings = [m for m in answer["messages"] if "Nothing has landed" in m]
    assert len(warnings) == 1
    assert "make run" in warnings[0]
    assert "python -m flows.replay run" in warnings[0]
    found = {
        table: (rows, types)
        for table, rows, types in business.query(
            """
            select table_name, 0, list(data_type order by column_name)
            from information_schema.columns
            where table_schema in ('complaints', 'lakeflow', 'recommender')
            group by table_name
            """
        )
    }
    assert found.keys() >= TABLES
    for table in TABLES:
        schema = SCHEMAS.get(table, "lakeflow")
        assert business.query(f"select count(*) from {schema}.{table}") == [(0,)]
    empty_types = {table: types for table, (_, types) in found.items()}

    business.land("window-1.jsonl", order_life("first", NOON))
    business.build("--full-refresh")
    full_types = dict(
        business.query(
            """
            select table_name, list(data_type order by column_name)
            from information_schema.columns
            where table_schema in ('complaints', 'lakeflow', 'recommender')
            group by table_name
            """
        )
    )
    assert full_types == empty_types


def test_money_is_decimal_everywhere(business: Business) -> None:
    business.build()
    money = business.query(
        """
        select table_name, column_name, data_type
        from information_schema.columns
        where regexp_matches(column_name, 'price|revenue|usd') order by all
        """
    )
    assert len(money) >= 9
    assert [row for row in money if not row[2].startswith("DECIMAL")] == []


@pytest.mark.thorough
def test_refreshing_one_model_reads_everything_again(business: Business) -> None:
    business.land("window-1.jsonl", order_life("one", NOON))
    business.build()
    business.land("window-2.jsonl", order_life("two", NOON))
    business.build()
    for model in ("landed_lines", "silver_order_timeline", "refund_recommendations"):
        business.build("--full-refresh", "--select", model)
        schema = "recommender" if model.startswith("refund") else "lakeflow"
        assert business.query(f"select count(distinct order_id) from {schema}.{model}") == [(2,)]
    business.build()
    assert business.differences(business.rebuilt()) == {}


def test_what_lands_after_bronze_alone_was_refreshed_is_not_missed(business: Business) -> None:
    for number in (1, 2, 3):
        business.land(f"window-{number}.jsonl", order_life(f"order{number}", NOON))
        business.build(*HEADER)
    business.build("--full-refresh", "--select", "landed_lines")
    business.land("window-4.jsonl", order_life("order4", NOON))
    business.build(*HEADER)
    assert business.query("select count(*) from lakeflow.gold_order_header") == [(4,)]


def test_a_model_that_was_left_out_catches_up(business: Business) -> None:
    for number in (1, 2, 3):
        business.land(f"window-{number}.jsonl", order_life(f"order{number}", NOON))
        business.build(*HEADER, *(["--exclude", "silver_order_items+"] if number < 3 else []))
    assert business.query("select count(*) from lakeflow.gold_order_header") == [(3,)]


def test_an_empty_run_then_a_full_one(business: Business) -> None:
    business.land("window-1.jsonl", order_life("one", NOON))
    business.build("--empty", *HEADER)
    business.build("--full-refresh", *HEADER)
    assert business.query("select count(*) from lakeflow.gold_order_header") == [(1,)]


def test_approximate_counts_are_one_variable_away(business: Business) -> None:
    business.land("window-1.jsonl", order_life("one", NOON))
    models = ("gold_brand_sales_day", "gold_location_sales_hourly")
    upstream = [f"+{model}" for model in models]
    business.build("--vars", "{approximate_distinct_orders: true}", "--select", *upstream)
    compiled = business.worker.target / "compiled" / "caspers_kitchens" / "models" / "gold"
    for model in models:
        assert "approx_count_distinct(order_id)" in (compiled / f"{model}.sql").read_text()
        assert business.query(f"select sum(orders) from lakeflow.{model}") == [(1,)]


@pytest.mark.thorough
def test_show_docs_and_retry(business: Business) -> None:
    business.land("window-1.jsonl", order_life("one", NOON))
    without = ("--exclude", "resource_type:unit_test")
    business.dbt("build", *without, "--vars", "{refund_minimum_deliveries: 0}", succeeds=False)
    assert business.query("select count(*) from lakeflow.gold_order_header") == [(1,)]
    business.dbt("retry", "--vars", "{refund_minimum_deliveries: 50}")
    assert business.query("select count(*) from recommender.refund_recommendations") == [(1,)]
    answer = business.dbt("show", "--select", "gold_order_header")
    assert any("| one " in message for message in answer["messages"])
    answer = business.dbt("show", "--inline", "select * from {{ ref('gold_order_header') }}")
    assert any("one" in message for message in answer["messages"])
    business.dbt("docs", "generate", "--static")
    assert (business.worker.target / "static_index.html").stat().st_size > 100_000


@pytest.mark.thorough
def test_from_another_folder_the_data_is_that_of_the_project(
    business: Business, tmp_path: Path
) -> None:
    """`dbt run --project-dir P --profiles-dir P`, without CASPERS_DATA."""
    project = ExtendedProject(tmp_path / "a project")
    data = project.folder / "data"
    Business(data, business.worker).land("window-1.jsonl", order_life("one", NOON))
    shutil.copy(business.worker.seeded_warehouse(), data / WAREHOUSE)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folders = ["--project-dir", str(project.folder), "--profiles-dir", str(project.folder)]
    subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", "run", "--select", "+all_events", *folders],
        cwd=elsewhere,
        env={name: value for name, value in os.environ.items() if name != "CASPERS_DATA"},
        check=True,
    )
    assert list(elsewhere.iterdir()) == []
    with duckdb.connect(str(data / WAREHOUSE), read_only=True) as connection:
        assert connection.sql("select count(*) from lakeflow.all_events").fetchall() == [(9,)]


def test_a_missing_value_is_found_in_whichever_column_it_is(business: Business) -> None:
    business.land("window-1.jsonl", order_life("one", NOON))
    business.build("--select", "+gold_order_header")
    with duckdb.connect(str(business.data / WAREHOUSE)) as connection:
        connection.execute(
            "update lakeflow.gold_order_header set order_day = null, total_items = null"
        )
    answer = business.dbt(
        "test", "--select", "gold_order_header,test_name:not_null_columns", succeeds=False
    )
    assert [said for said in answer["messages"] if "Got 2 results" in said]
