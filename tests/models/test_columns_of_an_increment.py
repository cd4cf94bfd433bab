"""An increment whose columns are not those of its contract or of its table is refused."""

from datetime import datetime
from pathlib import Path

import pytest

from tests.support.business import Business, order_life
from tests.support.dbt_worker import RUN
from tests.support.extended_project import ExtendedProject

NOON = datetime(2026, 11, 20, 12)
MODEL = """
{{ config(
    materialized='incremental', incremental_strategy='replace_partitions', meta={'increment': {
    'partition_column': 'order_day',
    'affected_by': [{'model': 'silver_order_timeline', 'partition': 'order_day'}]
}}) }}
select order_day, COLUMNS
from {{ ref('silver_order_timeline') }}
where {{ is_affected('order_day') }}
group by order_day
"""
YAML = """
models:
  - name: MODEL
    config: {contract: {enforced: CONTRACT}}
    columns:
      - {name: order_day, data_type: date}
      - {name: orders, data_type: bigint}
"""
# By model: whether it has a contract, what it computes at first and then, and what is said of that.
CHANGED = {
    "other_type": ("true", "cast(count(*) as integer) as orders", "has an enforced contract"),
    "other_name": ("true", "count(*) as number", "has an enforced contract"),
    "retyped": (
        "false",
        "cast(count(*) as integer) as orders",
        "schemas on this incremental model",
    ),
    "with_more": ("false", "count(*) as orders, 1 as more", "schemas on this incremental model"),
}


@pytest.mark.thorough
def test_columns_that_changed_stop_the_build_and_the_table_stays(
    business: Business, tmp_path: Path
) -> None:
    project = ExtendedProject(tmp_path)
    for name, (contract, _, _) in CHANGED.items():
        project.write(f"{name}.sql", MODEL.replace("COLUMNS", "count(*) as orders"))
        project.write(f"{name}.yml", YAML.replace("MODEL", name).replace("CONTRACT", contract))
    mine = (*RUN, "--select", "path:models/extra", *project.arguments())
    business.land("window-1.jsonl", order_life("first", NOON))
    business.build()
    business.dbt(*mine)
    business.dbt(*mine)
    for name, (_, columns, _) in CHANGED.items():
        project.write(f"{name}.sql", MODEL.replace("COLUMNS", columns))
    answer = business.dbt(*mine, succeeds=False)
    messages = answer["messages"]
    for name, (_, _, said) in CHANGED.items():
        assert answer["results"][f"model.caspers_kitchens.{name}"] == "error"
        headings = (n for n, text in enumerate(messages) if f"in model {name} " in text)
        assert said in " ".join(messages[next(headings) + 1].split())
        assert business.query(f"select orders from lakeflow.{name}") == [(1,)]
