"""The examples in docs/extending.md, added to the project as they are printed there, are exact."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from tests.support.business import PROJECT, Business, order_life
from tests.support.extended_project import ExtendedProject

NOON = datetime(2026, 11, 20, 12)
# A block of code whose first line names its file.
EXAMPLE = re.compile(r"^```\w+\n(?:--|#) models/gold/(\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
MODELS = ["gold_customer", "gold_driver_waits_day", "gold_orders_day", "gold_orders_of_a_week"]


@pytest.mark.thorough
def test_the_recipe_gives_models_that_equal_a_full_refresh(
    new_business: Callable[[], Business], tmp_path: Path
) -> None:
    project = ExtendedProject(tmp_path / "project")
    recipe = (PROJECT / "docs" / "extending.md").read_text(encoding="utf-8")
    examples = EXAMPLE.findall(recipe)
    assert sorted({Path(name).stem.lstrip("_") for name, _ in examples}) == MODELS
    for name, text in examples:
        project.write(name, text)
    command = ["run", "--select", *MODELS, *project.arguments()]

    business = new_business()
    business.land("window-2.jsonl", order_life("a", NOON) + order_life("b", NOON.replace(day=23)))
    business.build()
    business.dbt(*command)
    # Sorts earlier, so the lines of the other file are judged again, those of the 23rd as well: an
    # order moves to another day and vanishes from its own.
    moved = [
        {**event, "ts": event["ts"].replace("-20 ", "-22 ")} for event in order_life("a", NOON)
    ]
    business.land("window-1.jsonl", moved + order_life("c", NOON.replace(day=21)))
    business.build()
    said = business.dbt(*command)["messages"]
    cases = [message for message in said if message.startswith("gold_")]
    assert "gold_orders_of_a_week: late data, 10 days from 2026-11-20 to 2026-11-29" in cases, cases

    def rows() -> dict[str, list[tuple[object, ...]]]:
        return {
            model: business.query(f"select * from lakeflow.{model} order by all")
            for model in MODELS
        }

    incremental = rows()
    assert [len(incremental[model]) for model in MODELS] == [1, 3, 3, 3]
    business.dbt(*command, "--full-refresh")
    assert rows() == incremental
