"""With CASPERS_TESTS=affected a build finds what it has broken itself, and reads nothing else."""

import json
import re
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import duckdb
import pytest

from tests.support.business import WAREHOUSE, Business, order_life
from tests.support.dbt_worker import DATA
from tests.support.planting import Planted

OLD, NEW = datetime(2026, 11, 20, 12), datetime(2026, 11, 21, 12)
# By order, day and person: what the second window replaces, and what not. Both orders complain.
TOUCHED = {
    "order_id": "'new k'",
    "day": f"date '{NEW:%Y-%m-%d}'",
    "customer_id": "'c1'",
    "driver_id": "'d1'",
}
UNTOUCHED = {
    "order_id": "'old k'",
    "day": f"date '{OLD:%Y-%m-%d}'",
    "customer_id": "'c2'",
    "driver_id": "'d2'",
}
AFFECTED = {"CASPERS_TESTS": "affected"}
# A test that compares with a seed runs, although the seed is not loaded again.
WINDOW = [
    *("--indirect-selection", "empty"),
    *(*DATA, "tag:whole_history", "path:models/_seeds.yml"),
]
FOUND = {"fail", "warn"}

SINGULAR = {
    "test_deliveries_are_the_same_in_every_table": Planted(
        table="lakeflow.gold_delivery_times_day",
        statement="update {table} set orders_delivered = 99 where day = {day}",
    ),
    "test_no_order_is_lost_or_doubled": Planted(
        table="lakeflow.silver_order_timeline",
        statement="delete from {table} where order_id = {order_id}",
    ),
    "test_pings_are_the_same_in_every_table": Planted(
        table="lakeflow.silver_driver_pings",
        statement="delete from {table} where order_id = {order_id}",
    ),
    "test_quality_counts_what_landed": Planted(
        table="lakeflow.gold_data_quality_day",
        statement="update {table} set events = 0 where day = {day}",
    ),
    "test_revenue_is_the_same_in_every_table": Planted(
        table="lakeflow.gold_item_sales_day",
        statement="update {table} set gross_revenue = 0 where day = {day}",
    ),
}
DAMAGED = {
    "decisions_add_up": "decided = decided + 1",
    "every_line_and_order_is_counted_once": "lines = lines + 1",
    "every_line_has_one_fate": "is_duplicate = true",
    "refunds_follow_the_policy": "refund_usd = -1",
    "responses_follow_the_policy": "credit_amount = -1",
    "stages_follow_each_other": "delivered_ts = created_ts - interval 1 hour",
    "payments_add_up": "total = total + 0.01",
    "shifts_add_up": "idle_minutes = -1",
}
# Replaced by file or by order, not by day.
LANDED = ("landed_lines", "landed_decisions", "landed_agent_responses", "refund_decisions")
VIEWS = ("all_events", "rejected_events")
PEOPLE = {"dim_customer": "customer_id", "dim_driver": "driver_id"}
# Nothing is rejected here, so that there is no row to damage.
REJECTED = {
    "unique_combination_of_columns": "(1, {day}, 'blank_line', 1), (1, {day}, 'blank_line', 1)",
    "not_null_columns": "(1, {day}, 'blank_line', null)",
    "relationships": "(1, {day}, 'lost', 1)",
}


def rows_of(model: dict[str, Any], where: dict[str, str]) -> str:
    """Return the condition for the rows of an order, or where there are none of a day."""
    day = model["config"]["meta"].get("increment", {}).get("partition_column")
    if "subject_id" in model["columns"]:
        return f"subject_id = {where['order_id']}"
    if model["name"] in PEOPLE:
        person = PEOPLE[model["name"]]
        return f"{person} = {where[person]}"
    return (
        f"order_id = {where['order_id']}"
        if "order_id" in model["columns"] or model["name"] == "rejected_events"
        else f"{day} = {where['day']}"
    )


def fault_of(test: dict[str, Any], model: dict[str, Any], *, touched: bool) -> Planted:
    """Return a fault that a generic test has to find."""
    kind, arguments = test["test_metadata"]["name"], test["test_metadata"]["kwargs"]
    is_view = model["name"] in VIEWS
    table = f"{model['schema']}.{'landed_lines' if is_view else model['name']}"
    where = TOUCHED if touched else UNTOUCHED
    rows = rows_of(model, where)
    if model["name"] == "gold_rejected_lines_day":
        values = REJECTED[kind].format(**where)
        return Planted(table=table, statement=f"insert into {table} values {values}")
    if kind.startswith("unique") or (kind == "every_line_has_one_fate" and touched):
        columns = arguments.get("columns") or [arguments.get("column_name", "event_id")]
        columns += (
            ["event_key"] if columns == ["event_id"] and "event_key" in model["columns"] else []
        )
        if touched and "order_id" in model["columns"] and model["name"] not in LANDED:
            # A new row that has the key of an old one, on a day that was not touched.
            values = ", ".join(
                f"{column} = (select {column} from {table} where {rows_of(model, UNTOUCHED)} "
                "order by rowid limit 1)"
                for column in columns
            )
            first = f"rowid = (select min(rowid) from {table} where {rows})"
            return Planted(table=table, statement=f"update {table} set {values} where {first}")
        return Planted(table=table, statement=f"insert into {table} from {table} where {rows}")
    nonsense = arguments.get("column_name")
    if model["name"] == "rejected_events":
        nonsense = "rejection_code"  # that has no reason
    if nonsense:
        kind_of_value = model["columns"][nonsense]["data_type"]
        is_number = kind_of_value in ("integer", "bigint")
        change = f"{nonsense} = {9999 if is_number else chr(39) + 'lost' + chr(39)}"
    elif kind == "not_null_columns":
        # A build refuses rows without the day by which they are replaced; those without the number
        # of their load belong to none that a build has touched.
        own = [
            column
            for column in arguments["columns"]
            if not column.endswith("day") and column != "load_number"
        ]
        change = f"{own[-2 if is_view else -1]} = null"
    else:
        change = DAMAGED[kind]
    return Planted(table=table, statement=f"update {table} set {change} where {rows}")


def faults(nodes: dict[str, Any], *, touched: bool) -> dict[str, Planted]:
    """Return a fault for every data test of a model that is not about all of history."""
    found = {}
    for unique_id, test in nodes.items():
        if test["resource_type"] != "test" or "whole_history" in test["tags"]:
            continue
        if "test_metadata" not in test:
            fault = SINGULAR[test["name"]]
            where = (TOUCHED if touched else UNTOUCHED) | {"table": fault["table"]}
            statement = fault["statement"].format(**where)
            found[unique_id] = Planted(table=fault["table"], statement=statement)
        elif nodes[test["attached_node"]]["resource_type"] == "model":
            found[unique_id] = fault_of(test, nodes[test["attached_node"]], touched=touched)
    return found


def land_what_follows(business: Business, order_id: str, number: int) -> None:
    """Land a decision about an order, and an answer of a language model."""
    decision = {
        "decision_id": str(number),
        "order_id": order_id,
        "decided_ts": f"{NEW:%Y-%m-%d} 12:00:00.000",
        "amount_usd": "1.00",
        "refund_class": "partial",
        "reason": "late",
    }
    response = {
        "response_id": str(number),
        "agent": "refund",
        "subject_id": order_id,
        "asked_ts": f"{NEW:%Y-%m-%d} 12:00:00.000",
        "model": "m",
        "outcome": "answered",
        "answer": {},
    }
    for folder, line in (("decisions", decision), ("agent_responses", response)):
        file = business.data / "landing" / folder / f"{folder}-{number:018}.jsonl"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(line) + "\n")


@pytest.fixture(scope="module")
def nodes(new_business: Callable[[], Business]) -> dict[str, Any]:
    manifest = new_business().worker.target / "manifest.json"
    nodes: dict[str, Any] = json.loads(manifest.read_text())["nodes"]
    return nodes


@pytest.fixture(scope="module")
def second_window(new_business: Callable[[], Business]) -> Callable[[], Business]:
    """Return a function that opens a business whose second window has landed and is not built."""
    first = new_business()
    people = ("c1", "d1")
    orders = [("old k", OLD, ("c2", "d2")), ("earlier", NEW, people)]
    first.land(
        "window-1.jsonl",
        [
            one
            for order_id, ordered, who in orders
            for one in order_life(order_id, ordered, people=who)
        ],
    )
    land_what_follows(first, "old k", 1)
    first.build()

    def open_business() -> Business:
        business = new_business()
        shutil.copytree(first.data, business.data, dirs_exist_ok=True)
        new = order_life("new k", NEW + timedelta(hours=1), people=people)
        business.land("window-2.jsonl", new)
        land_what_follows(business, "new k", 2)
        return business

    return open_business


def run_with(business: Business, planted: dict[str, Planted], *arguments: str) -> dict[str, Any]:
    """Run a command in which each test meets its fault, and return the answer."""
    worker = business.worker
    one_by_one = [*arguments, "--threads", "1"]
    return worker.run(business.data, one_by_one, variables=AFFECTED, planted=planted)


def rows_read(connection: duckdb.DuckDBPyConnection, text: str) -> int:
    """Return how many rows of its model a compiled test reads."""
    relation = re.search(r"\(select \* from .*\) dbt_subquery", text)
    assert relation, text
    return int(connection.execute(f"select count(*) from {relation[0]}").fetchall()[0][0])


def rows_replaced(connection: duckdb.DuckDBPyConnection, model: dict[str, Any]) -> int:
    """Return how many rows of a model the second window replaces."""
    rows = rows_of(model, TOUCHED)
    if model["name"] == "rejected_events":
        rows = "true"  # nothing was rejected
    elif "partition_column" in model["config"]["meta"].get("increment", {}):
        rows = rows.replace("order_id = 'new k'", "order_id in ('new k', 'earlier')")  # of one day
    if model["name"] in LANDED:
        rows = rows_of(model, TOUCHED)
    query = f"select count(*) from {model['relation_name']} where {rows}"
    return int(connection.execute(query).fetchall()[0][0])


@pytest.mark.thorough
def test_a_fault_is_found_where_the_build_has_touched_rows_and_nothing_else_is_read(
    second_window: Callable[[], Business], nodes: dict[str, Any]
) -> None:
    in_touched, in_untouched = faults(nodes, touched=True), faults(nodes, touched=False)
    assert len(in_touched) > 45

    found = run_with(second_window(), in_touched, "build", *WINDOW)["results"]
    assert {test: found[test] for test in in_touched if found[test] not in FOUND} == {}

    limited = second_window()
    answer = run_with(limited, in_untouched, "build", *WINDOW)
    found = answer["results"]
    assert {test: found[test] for test in in_untouched if found[test] != "pass"} == {}
    with duckdb.connect(str(limited.data / WAREHOUSE), read_only=True) as connection:
        for test, text in answer["compiled"].items():
            model = nodes.get(nodes.get(test, {}).get("attached_node"))
            if model is not None and model["resource_type"] == "model":
                read, replaced = rows_read(connection, text), rows_replaced(connection, model)
                assert read == replaced, text

    # `dbt test` tests all of history, whatever the variable says.
    found = run_with(limited, in_untouched, "test", *DATA)["results"]
    assert {test: found[test] for test in in_untouched if found[test] not in FOUND} == {}


def test_what_was_not_built_or_not_replaced(second_window: Callable[[], Business]) -> None:
    business = second_window()
    business.build()
    header = "gold_order_header"

    def compiled(*selection: str) -> list[str]:
        texts: dict[str, str] = run_with(business, {}, "build", *DATA, "--select", *selection)[
            "compiled"
        ]
        return [text for name, text in texts.items() if f".unique_{header}" in name]

    assert "where (false)) dbt_subquery" in compiled(header)[0]
    (text,) = compiled(f"{header},test_type:data")
    assert "dbt_subquery" not in text
    (text,) = compiled(header, "--full-refresh")
    assert "dbt_subquery" not in text


def test_another_word_is_refused_before_anything_is_built(business: Business) -> None:
    answer = business.worker.run(
        business.data,
        ["build", *DATA, "--select", "locations"],
        variables={"CASPERS_TESTS": "some"},
    )
    assert not answer["success"]
    message = " ".join(" ".join(answer["messages"]).split())
    assert "CASPERS_TESTS is 'some': set it to affected, " in message
    assert business.query("select count(*) from information_schema.tables") == [(0,)]
