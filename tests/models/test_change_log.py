"""What changed is recorded: nothing that lands, goes or is left out of a run is forgotten."""

from collections.abc import Callable
from datetime import datetime, timedelta

import duckdb
import pytest

from tests.support.business import WAREHOUSE, Business, event, item, order_life
from tests.support.dbt_worker import RUN
from tests.support.extended_project import ExtendedProject
from tests.support.publication import assert_published_equals, publish_business

NOON = datetime(2026, 11, 20, 12)
DAY = timedelta(days=1)
# What the model below is made from.
UPSTREAM = ("--select", "+silver_order_timeline")
MINE = """
{{ config(
    materialized='incremental', incremental_strategy='replace_partitions', meta={'increment': {
    'partition_column': 'order_day',
    'affected_by': [{'model': 'silver_order_timeline', 'partition': 'DAY'}]
}}) }}
select order_day, count(*) as orders
from {{ ref('silver_order_timeline') }}
where {{ is_affected('order_day') }}
group by order_day
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ExtendedProject:
    return ExtendedProject(tmp_path_factory.mktemp("project"))


def warnings(business: Business) -> list[str]:
    """Build, and return what it says of the files in the landing."""
    reported = ("landed_lines", "silver_order_timeline")
    messages = business.dbt(*RUN, "--select", *reported)["messages"]
    return [" ".join(message.split()) for message in messages if "files" in message]


@pytest.mark.thorough
def test_what_is_left_to_do_outlives_a_log_that_is_shortened(business: Business) -> None:
    business.land("window-1.jsonl", order_life("first", NOON))
    business.build()
    business.land("window-2.jsonl", order_life("second", NOON + DAY))
    shorten = ("--vars", "{change_log_rows: 0}")
    business.build("--select", "landed_lines", *shorten)
    business.build("--select", "silver_order_timeline", *shorten)
    assert business.query("select count(distinct model) from increments.pending") != [(0,)]
    business.build(*shorten)
    assert business.differences(business.rebuilt()) == {}
    assert business.query("select count(*) from increments.pending where model <> ''") == [(0,)]
    rows = business.query("select count(*) from increments.changes")
    business.land("window-3.jsonl", order_life("third", NOON + 2 * DAY))
    business.build(*shorten)
    assert business.differences(business.rebuilt()) == {}
    assert business.query("select count(*) from increments.changes") == rows


@pytest.mark.thorough
def test_readers_are_published_what_a_shortened_log_has_announced(business: Business) -> None:
    shorten = ("--vars", "{change_log_rows: 0}")
    business.land("window-1.jsonl", order_life("first", NOON))
    business.build(*shorten)
    publish_business(business)
    for number in (2, 3):
        business.land(f"window-{number}.jsonl", order_life(f"order{number}", NOON + number * DAY))
        business.build(*shorten)
    publish_business(business)
    assert_published_equals(business)
    assert business.query("select count(*) from increments.pending where model <> ''") == [(0,)]
    business.build(*shorten)
    assert publish_business(business).files_written == 0
    # Of what is worked off, only the number of the latest change has to stay.
    older = """
        select count(*) from increments.changes where starts_with(affected_model, 'published:')
        and (model, change_number) not in (
            select (model, max(change_number)) from increments.changes group by model
        )
    """
    assert business.query(older) == [(0,)]


@pytest.mark.thorough
def test_a_build_without_a_model_keeps_account_for_it(
    business: Business, project: ExtendedProject
) -> None:
    """A model of one branch, and windows that are built from another branch in between."""
    project.write("mine.sql", MINE.replace("DAY", "order_day"))
    mine = (*RUN, "--select", "mine", *project.arguments())
    business.land("window-1.jsonl", order_life("first", NOON))
    business.build()
    business.dbt(*mine)
    for number in (2, 3):
        business.land(f"window-{number}.jsonl", order_life(f"order{number}", NOON + number * DAY))
        business.build(*UPSTREAM)
    business.dbt(*mine)
    assert business.query("select count(*), sum(orders) from lakeflow.mine") == [(3, 3)]


def test_a_changed_declaration_computes_everything_again(
    business: Business, project: ExtendedProject
) -> None:
    project.write("mine.sql", MINE.replace("DAY", "order_day - 30"))
    mine = (*RUN, "--select", "mine", *project.arguments())
    business.land("window-1.jsonl", order_life("first", NOON))
    business.build()
    business.dbt(*mine)
    business.land("window-2.jsonl", order_life("second", NOON + DAY))
    business.build(*UPSTREAM)
    business.dbt(*mine)
    assert business.query("select count(*) from lakeflow.mine") == [(1,)]  # declared wrongly
    project.write("mine.sql", MINE.replace("DAY", "order_day"))
    business.dbt(*mine)
    assert business.query("select count(*) from lakeflow.mine") == [(2,)]


@pytest.mark.thorough
def test_files_that_changed_after_they_were_loaded_are_named(business: Business) -> None:
    business.land("window-1.jsonl", order_life("first", NOON))
    business.land("window-2.jsonl", order_life("second", NOON))
    business.build()
    assert [said for said in warnings(business) if "loaded" in said] == []
    business.land(
        "window-1.jsonl", [*order_life("first", NOON), event("late", 0, "gk_ready", NOON)]
    )
    (business.landing / "window-2.jsonl").rename(business.landing / "renamed.jsonl")
    said = " ".join(warnings(business))
    assert "1 loaded files are no longer in the landing (window-2.jsonl)" in said
    assert "1 landed files have another size than when they were loaded (window-1.jsonl)" in said
    assert business.query("select count(*) from lakeflow.silver_order_timeline") == [(2,)]
    business.build("--full-refresh")
    assert [said for said in warnings(business) if "loaded" in said] == []
    assert business.query("select count(*) from lakeflow.silver_order_timeline") == [(3,)]


@pytest.mark.thorough
def test_a_change_of_the_seeds_is_followed(business: Business) -> None:
    """An item comes back to the menu: lines that were judged without it are judged again."""
    business.land("window-1.jsonl", order_life("one", NOON, items=[item(2)]))
    business.land("window-2.jsonl", order_life("two", NOON, items=[item(3)]))
    business.build()

    def menu(statement: str) -> None:
        with duckdb.connect(str(business.data / WAREHOUSE)) as connection:
            connection.execute(statement)

    revenue = "select count(order_revenue) from recommender.refund_candidates"
    assert business.query(revenue) == [(2,)]
    menu("create table kept as from simulator.items where id = 2")
    menu("delete from simulator.items where id = 2")
    business.build()
    assert business.query(revenue) == [(1,)]
    menu("insert into simulator.items from kept")
    menu("drop table kept")
    business.build()
    assert business.query(revenue) == [(2,)]
    assert business.differences(business.rebuilt()) == {}


@pytest.mark.thorough
def test_upstream_rebuilt_alone_is_followed(
    new_business: Callable[[], Business],
) -> None:
    """Whichever model is refreshed by itself, the next plain run makes all of them right."""
    business = new_business()
    business.land("window-1.jsonl", order_life("first", NOON) + order_life("gone", NOON + DAY))
    business.land("window-2.jsonl", order_life("second", NOON + 2 * DAY))
    business.build()
    (business.landing / "window-2.jsonl").unlink()
    for model in ("landed_lines", "silver_order_timeline", "gold_order_header"):
        business.build("--full-refresh", "--select", model)
        business.build()
        assert business.differences(business.rebuilt()) == {}, model


@pytest.mark.thorough
def test_a_build_that_reads_nothing_changes_and_records_nothing(business: Business) -> None:
    """`--empty` on a new warehouse, on one that is up to date, and with a window to build."""
    business.land("window-1.jsonl", order_life("first", NOON))
    business.build("--empty")
    assert business.query("select count(*) from lakeflow.landed_lines") == [(0,)]
    business.build()
    assert business.differences(business.rebuilt()) == {}
    business.land("window-2.jsonl", order_life("second", NOON + DAY))
    business.build("--select", "landed_lines")
    business.build("--empty")
    assert business.query("select count(*) from lakeflow.silver_order_timeline") == [(1,)]
    business.build()
    assert business.differences(business.rebuilt()) == {}
