"""Which tables are published, from what the models declare."""

import json
from typing import Any

import pytest

from common.errors import UserError
from flows.publication.tables import published_tables
from tests.support.business import DbtWorker
from tests.support.publication import declared_tables

SEEDS = (
    "brand_locations brands cancellation_reasons categories complaint_phrases conformed_names "
    "event_types holidays items locations menus rejection_reasons vocabulary weather"
)
DIMENSIONS = "brand brand_location customer date driver item location weather"


def test_the_project_publishes_its_tables_by_day_and_not_its_bronze(dbt_worker: DbtWorker) -> None:
    tables = declared_tables(dbt_worker)
    by_day = {table.full_name: table.partition for table in tables if table.partition}
    assert by_day == {
        "complaints.complaint_candidates": "delivered_day",
        "complaints.complaint_responses": "delivered_day",
        "complaints.raw_complaints": "delivered_day",
        "lakeflow.fct_orders": "order_day",
        "lakeflow.gold_brand_sales_day": "day",
        "lakeflow.gold_data_quality_day": "day",
        "lakeflow.gold_delivery_times_day": "day",
        "lakeflow.gold_item_sales_day": "day",
        "lakeflow.gold_kitchen_day": "day",
        "lakeflow.gold_location_sales_hourly": "cast(hour_ts as date)",
        "lakeflow.gold_order_header": "order_day",
        "lakeflow.gold_refund_agreement_day": "day",
        "lakeflow.gold_rejected_lines_day": "day",
        "lakeflow.silver_courier_shifts": "shift_day",
        "lakeflow.silver_driver_pings": "ping_day",
        "lakeflow.silver_order_items": "order_day",
        "lakeflow.silver_order_timeline": "order_day",
        "recommender.delivery_percentiles_trailing": "day",
        "recommender.refund_candidates": "delivered_day",
        "recommender.refund_decisions": "delivered_day",
        "recommender.refund_recommendations": "delivered_day",
    }
    whole = [table.full_name for table in tables if not table.partition]
    assert whole == [
        *(f"lakeflow.dim_{dimension}" for dimension in DIMENSIONS.split()),
        "lakeflow.gold_kitchen_summary",
        *(f"simulator.{seed}" for seed in SEEDS.split()),
    ]


def test_the_manifest_as_a_file_says_the_same(dbt_worker: DbtWorker) -> None:
    in_memory = declared_tables(dbt_worker)
    manifest = json.loads((dbt_worker.target / "manifest.json").read_text())
    assert published_tables(manifest) == in_memory


def node(**config: Any) -> dict[str, Any]:  # noqa: ANN401  (whatever a model may be configured as)
    """Return a model as the manifest has it, replaced by the column ``key``."""
    kind = {"materialized": "incremental", "incremental_strategy": "replace_partitions"}
    return {
        "resource_type": "model",
        "name": "mine",
        "alias": "my_table",
        "schema": "lakeflow",
        "original_file_path": "models/mine.sql",
        "columns": {"key": {"data_type": "bigint"}, "day": {"data_type": "DATE"}},
        "config": {**kind, "meta": {"increment": {"partition_column": "key"}}, **config},
    }


def published(model: dict[str, Any]) -> list[str | None]:
    return [table.partition for table in published_tables({"nodes": {"mine": model}})]


def test_a_table_without_a_day_is_published_whole_and_others_not_at_all() -> None:
    increment = {"increment": {"partition_column": "key"}}
    assert published(node()) == []
    assert published(node(meta={"published": False})) == []
    assert published(node(meta=increment | {"published": True})) == [None]
    by_day = increment | {"published": {"partition": "day"}}
    assert published(node(meta=by_day)) == ["day"]
    # What does not record its changes cannot be followed day by day.
    assert published(node(meta=by_day, materialized="table")) == [None]
    assert published(node(meta=by_day, incremental_strategy="append")) == [None]
    assert published(node(meta=by_day, materialized="ephemeral")) == []
    for column, partition in (("day", "day"), ("CAST(ts AS DATE)", "CAST(ts AS DATE)")):
        declared = {"increment": {"partition_column": column}, "published": True}
        assert published(node(meta=declared)) == [partition]


@pytest.mark.parametrize("wrong", ["day", {"partition": "day", "file": "x"}, 1, None])
def test_a_wrong_declaration_is_refused_by_name(wrong: object) -> None:
    with pytest.raises(UserError, match=r"meta\.published of mine \(models/mine\.sql\) is"):
        published(node(meta={"published": wrong}))
