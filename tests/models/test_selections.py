"""Whatever is selected or left out: nothing is judged by missing seeds, nothing is called lost."""

import gzip
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.support.business import PROJECT, WAREHOUSE, Business, event, item, order_life
from tests.support.dbt_worker import DATA, RUN

NOON = datetime(2026, 11, 20, 12)


def test_a_build_without_seeds_stores_nothing_and_says_what_to_do(
    new_business: Callable[[], Business],
) -> None:
    business = new_business()
    business.land("window-1.jsonl", order_life("order", NOON))
    answer = business.dbt(*RUN, succeeds=False)
    assert "Run `dbt seed`, or `dbt build`" in " ".join(" ".join(answer["messages"]).split())
    business.dbt("seed")
    with duckdb.connect(str(business.data / WAREHOUSE)) as connection:
        connection.execute("create table kept as from simulator.items; truncate simulator.items")
    answer = business.dbt(*RUN, "--select", "landed_lines", succeeds=False)
    message = " ".join(" ".join(answer["messages"]).split())
    assert "items is missing or empty" in message
    with duckdb.connect(str(business.data / WAREHOUSE)) as connection:
        connection.execute("insert into simulator.items from kept; drop table kept")
    business.build("--select", "landed_lines+1")
    assert business.query("select count(*) from lakeflow.all_events") == [(9,)]
    assert business.query("select count(*) from lakeflow.rejected_events") == [(0,)]


@pytest.mark.thorough
def test_tables_that_lag_behind_have_lost_nothing(business: Business) -> None:
    business.land("window-1.jsonl", order_life("first", NOON))
    business.build()
    business.land("window-2.jsonl", order_life("second", NOON + timedelta(days=1)))
    business.dbt("build", *DATA, "--select", "bronze")
    business.dbt("test", *DATA)
    business.dbt("build", *DATA, "--exclude", "refund_candidates")
    business.dbt("build", *DATA, "--sample", "1 day")
    business.dbt("build", *DATA)
    assert business.differences(business.rebuilt()) == {}


def test_a_selection_on_an_empty_warehouse_runs_only_tests_of_tables_that_are_there(
    new_business: Callable[[], Business],
) -> None:
    business = new_business()
    business.land("window-1.jsonl", order_life("order", NOON))
    business.dbt("build", "--select", "+silver_order_items")


def test_what_bronze_lets_in_no_test_forbids(business: Business) -> None:
    """What stands in an event, but in no table of the seeds or in no line of a basket."""
    lines = [
        item() | {key: value}
        for key in ("brand_id", "menu_id", "category_id", "name")
        for value in (None, 999, "x")
    ]
    business.land("window-1.jsonl", order_life("order", NOON, items=lines))
    business.land("window-2.jsonl", [event("alone", 0, "delivered", NOON)])
    business.build()
    business.dbt("test", *DATA)
    assert business.query("select count(*) from lakeflow.silver_order_items") == [(len(lines),)]


def profile_with(production: Path, folder: Path) -> list[str]:
    """Return options for a profile in which another warehouse is attached as `production`."""
    profile = (PROJECT / "profiles.yml").read_text()
    attached = f"      attach: [{{path: '{production}', alias: production, read_only: true}}]\n"
    marker = "      schema: lakeflow\n"
    folder.mkdir()
    (folder / "profiles.yml").write_text(profile.replace(marker, marker + attached, 1))
    return ["--profiles-dir", str(folder)]


@pytest.mark.thorough
def test_what_is_deferred_or_cloned_is_built_from_what_has_landed_all_the_same(
    new_business: Callable[[], Business], tmp_path: Path
) -> None:
    """A warehouse of one's own beside the one of production, as analysts work on a change."""
    production, own = new_business(), new_business()
    for business in (production, own):
        business.land("window-1.jsonl", order_life("first", NOON))
        packed = "".join(json.dumps(one) + "\n" for one in order_life("packed", NOON))
        business.land_bytes("window-2.jsonl.gz", gzip.compress(packed.encode()))
    production.build()
    state = tmp_path / "state"
    state.mkdir()
    manifest = json.loads((production.worker.target / "manifest.json").read_text())
    for node in manifest["nodes"].values():
        node["database"] = "production"
        node["relation_name"] = (node["relation_name"] or "").replace("caspers", "production")
    (state / "manifest.json").write_text(json.dumps(manifest))
    options = profile_with(production.data / WAREHOUSE, tmp_path / "profile")
    options += ["--state", str(state)]

    own.land("window-3.jsonl", order_life("new", NOON + timedelta(days=1)))
    own.dbt("run", "--select", "silver_order_timeline", "silver_order_items", "--defer", *options)
    assert own.query("select order_id from lakeflow.silver_order_timeline order by all") == [
        ("first",),
        ("packed",),
    ]
    # The seeds are deferred too: nobody has judged here yet, and nobody can.
    own.dbt("run", "--select", "landed_lines", "--defer", *options, succeeds=False)
    # In an attached file a view of DuckDB still reads from the name that the file had.
    own.dbt("clone", "--exclude", "path:models/ai", "config.materialized:view", *options)
    own.dbt("seed", *options)
    own.dbt("run", "--select", "landed_lines", "--defer", *options)
    own.build()
    assert own.query("select count(*) from lakeflow.gold_order_header") == [(3,)]
    assert own.differences(own.rebuilt()) == {}
    assert production.differences(production.rebuilt()) == {}


@pytest.mark.thorough
def test_what_was_cloned_over_itself_is_built_again(business: Business, tmp_path: Path) -> None:
    """`dbt clone --full-refresh` with the state of the same target replaces tables by views."""
    business.land("window-1.jsonl", order_life("first", NOON))
    business.build()
    (tmp_path / "manifest.json").write_bytes(
        (business.worker.target / "manifest.json").read_bytes()
    )
    state = ["--state", str(tmp_path)]
    business.dbt("clone", "--full-refresh", "--exclude", "path:models/ai", *state, succeeds=False)
    business.land("window-2.jsonl", order_life("second", NOON))
    business.build()
    assert business.differences(business.rebuilt()) == {}


@pytest.mark.thorough
def test_a_retry_of_an_empty_build_loses_nothing(business: Business) -> None:
    business.land("window-1.jsonl", order_life("first", NOON))
    business.build()
    business.land("window-2.jsonl", order_life("second", NOON))
    wrong = ["--vars", "{refund_minimum_deliveries: 0}"]
    business.dbt("run", "--empty", "--exclude", "path:models/ai", *wrong, succeeds=False)
    business.dbt("retry", "--vars", "{refund_minimum_deliveries: 50}")
    business.build()
    assert business.query("select count(*) from recommender.refund_recommendations") == [(2,)]
    assert business.differences(business.rebuilt()) == {}
