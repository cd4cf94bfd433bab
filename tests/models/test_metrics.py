"""Each metric of models/metrics equals SQL written by hand, over dimensions of every kind."""

import argparse
import csv
import json
import math
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.replay import commands
from tests.support.business import PROJECT, WAREHOUSE, Business, Event, order_life
from tests.support.metric_queries import MetricQueries
from tests.support.publication import publish_business

NOW = datetime(2026, 11, 27, 9)
DAYS = 17  # so that a week has one before it, and customers come again

DOCUMENT = (PROJECT / "docs" / "metrics.md").read_text(encoding="utf-8")
SEMANTIC_MANIFEST = "semantic_manifest.json"

# The command `mf`, but it does not look for a newer version of itself.
MF = """
from update_checker import UpdateChecker
UpdateChecker.check = lambda *_: None
from dbt_metricflow.cli.main import cli
cli()
"""

Rows = dict[tuple[Any, ...], dict[str, Any]]


@dataclass(frozen=True)
class Comparison:
    """What SQL answers that somebody wrote by hand.

    Attributes
    ----------
    group_by
        Dimensions, each a column of the answer.
    sql
        The query. Its other columns have the names of metrics.
    """

    group_by: tuple[str, ...]
    sql: str


COMPARISONS = {
    "orders by kitchen and week": Comparison(
        ("kitchen__name", "metric_time__week"),
        """
        select
            name as kitchen__name,
            date_trunc('week', order_day) as metric_time__week,
            count(*) as orders,
            count(delivered_day) as orders_delivered,
            count(*) filter (status = 'cancelled') as orders_cancelled,
            avg(if(status = 'cancelled', 1, 0)) as cancellation_rate,
            count(order_revenue) as orders_with_basket,
            sum(order_revenue) as gross_revenue,
            sum(net_revenue) as net_revenue,
            avg(order_revenue) as average_basket,
            sum(delivery_fee) as delivery_fees,
            sum(service_fee) as service_fees,
            sum(tax) as taxes,
            sum(tip) as tips,
            sum(discount) as discounts,
            sum(order_revenue + delivery_fee + service_fee + tax + tip - discount) as charges,
            sum(discount)::double / sum(order_revenue)::double as discount_share,
            sum(total_qty) as items_sold,
            avg(total_qty) as items_per_order
        from lakeflow.fct_orders inner join simulator.locations using (location_id)
        group by all
        """,
    ),
    "minutes by kitchen and week": Comparison(
        ("kitchen__name", "metric_time__week"),
        """
        select
            name as kitchen__name,
            date_trunc('week', order_day) as metric_time__week,
            quantile_cont(total_minutes, 0.50) as p50_minutes,
            quantile_cont(total_minutes, 0.75) as p75_minutes,
            quantile_cont(total_minutes, 0.99) as p99_minutes,
            avg(total_minutes) as average_minutes,
            avg(queue_minutes) as average_queue_minutes,
            avg((epoch_ms(ready_ts) - epoch_ms(created_ts)) / 60000)
                filter (ready_ts >= created_ts) as average_kitchen_minutes,
            avg(pickup_wait_minutes) as average_pickup_wait_minutes,
            avg(driver_wait_minutes) as average_driver_wait_minutes,
            avg(drive_minutes) as average_drive_minutes
        from lakeflow.silver_order_timeline inner join simulator.locations using (location_id)
        group by all
        """,
    ),
    "lateness and promises by hour": Comparison(
        ("order_id__order_hour",),
        """
        select
            extract(hour from created_ts) as order_id__order_hour,
            count(*) filter (judged.total_minutes > p75_minutes) as late_orders,
            count(p75_minutes) as judged_orders,
            count(*) filter (judged.total_minutes <= p75_minutes) as on_time_orders,
            avg(if(judged.total_minutes <= p75_minutes, 1, 0))
                filter (p75_minutes is not null) as on_time_share,
            count(*) filter (timeline.total_minutes is not null and promised_minutes is not null)
                as promised_orders,
            count(*) filter (timeline.total_minutes <= promised_minutes) as kept_promises,
            avg(if(timeline.total_minutes <= promised_minutes, 1, 0))
                filter (timeline.total_minutes is not null and promised_minutes is not null)
                as promise_kept_share
        from lakeflow.silver_order_timeline as timeline
        left join recommender.refund_candidates as judged using (order_id)
        group by all
        """,
    ),
    "late orders by hour and cause": Comparison(
        ("order_id__order_hour", "order_id__late_cause"),
        """
        select
            order_hour as order_id__order_hour,
            late_cause as order_id__late_cause,
            count(*) filter (is_late) as late_orders
        from lakeflow.fct_orders group by all
        """,
    ),
    "customers by weekday": Comparison(
        ("calendar__weekday_name",),
        """
        with ranked as (
            select
                *,
                row_number() over (partition by customer_id order by created_ts, order_id) as number
            from lakeflow.silver_order_timeline
        )
        select
            dayname(order_day) as calendar__weekday_name,
            count(distinct customer_id) as customers,
            count(*) filter (customer_id is not null and number > 1) as repeat_orders,
            count(customer_id) as orders_of_known_customers,
            avg(if(number > 1, 1, 0)) filter (customer_id is not null) as repeat_order_share
        from ranked group by all
        """,
    ),
    "customers by cohort": Comparison(
        ("customer__cohort_week__week",),
        """
        with customers as (
            select customer_id, min(order_day) as day, count(*) as orders
            from lakeflow.silver_order_timeline where customer_id is not null group by all
        )
        select
            date_trunc('week', day) as customer__cohort_week__week,
            count(*) as new_customers,
            count(*) filter (orders > 1) as repeat_customers,
            avg(if(orders > 1, 1, 0)) as repeat_customer_rate
        from customers group by all
        """,
    ),
    "orders by cohort and status": Comparison(
        ("customer__cohort_week__week", "order_id__status"),
        """
        select
            date_trunc('week', first_day) as customer__cohort_week__week,
            status as order_id__status,
            count(*) as orders,
            count(distinct customer_id) as customers
        from lakeflow.silver_order_timeline
        left join (
            select customer_id, min(order_day) as first_day
            from lakeflow.silver_order_timeline group by all
        ) using (customer_id)
        group by all
        """,
    ),
    "refunds by kitchen and day": Comparison(
        ("kitchen__location_code", "metric_time__day"),
        """
        select
            location_code as kitchen__location_code,
            order_day as metric_time__day,
            count(verdicts.order_id) as scored_orders,
            count(*) filter (refund_usd > 0) as refunds_recommended,
            avg(if(refund_usd > 0, 1, 0)) filter (verdicts.order_id is not null) as refund_rate,
            sum(refund_usd) as refund_recommended_usd,
            count(*) filter (amount_usd > 0) as refunds_decided,
            sum(amount_usd) as refund_decided_usd
        from lakeflow.silver_order_timeline as timeline
        inner join simulator.locations using (location_id)
        left join recommender.refund_recommendations as verdicts using (order_id)
        left join recommender.refund_decisions as decisions
            on timeline.order_id = decisions.order_id and is_current
        group by all
        """,
    ),
    "agreement by kitchen and weekend": Comparison(
        ("kitchen__name", "calendar__is_weekend"),
        """
        with compared as (
            select
                decisions.amount_usd - verdicts.refund_usd as more_usd,
                decisions.refund_class = verdicts.refund_class as is_same_class,
                locations.name,
                isodow(verdicts.delivered_day) > 5 as is_weekend
            from recommender.refund_recommendations as verdicts
            inner join simulator.locations using (location_id)
            left join recommender.refund_decisions as decisions using (order_id)
        )
        select
            name as kitchen__name,
            is_weekend as calendar__is_weekend,
            count(more_usd) as decisions,
            count(*) filter (more_usd = 0 and is_same_class) as decisions_agreed,
            count(*) filter (more_usd > 0) as decisions_up,
            count(*) filter (more_usd < 0) as decisions_down,
            count(*) filter (more_usd = 0 and is_same_class) / count(more_usd) as agreement_rate
        from compared group by all
        """,
    ),
    "complaints by category": Comparison(
        ("order_id__complaint_category",),
        """
        select
            complaint_category as order_id__complaint_category,
            count(complaint_id) as complaints,
            sum(credit_amount) as complaint_credit_usd
        from lakeflow.silver_order_timeline
        left join complaints.complaint_responses using (order_id)
        group by all
        """,
    ),
    "complaints by weather": Comparison(
        ("kitchen_day__is_wet",),
        """
        select
            starts_hour is not null as kitchen_day__is_wet,
            count(*) as orders,
            avg(pickup_wait_minutes) as average_pickup_wait_minutes,
            count(complaint_id) / count(timeline.delivered_day) as complaint_rate
        from lakeflow.silver_order_timeline as timeline
        left join complaints.raw_complaints using (order_id)
        left join simulator.weather
            on timeline.location_id = weather.location_id
            and timeline.order_day
            = (select min(order_day) from lakeflow.silver_order_timeline) + day_number
        group by all
        """,
    ),
    "items by brand": Comparison(
        ("brand__name",),
        """
        select
            brands.name as brand__name,
            sum(qty) as items_sold,
            sum(qty * price) as item_revenue,
            count(distinct order_id) as orders_with_item
        from lakeflow.silver_order_items left join simulator.brands using (brand_id)
        group by all
        """,
    ),
    "items by cuisine, category and kitchen": Comparison(
        ("brand__cuisine_group", "item__category", "kitchen__name"),
        """
        select
            dim_brand.cuisine_group as brand__cuisine_group,
            category as item__category,
            locations.name as kitchen__name,
            sum(qty) as items_sold,
            sum(extended_price) as item_revenue,
            count(distinct order_id) as orders_with_item
        from lakeflow.silver_order_items as lines
        left join lakeflow.dim_brand using (brand_id)
        left join lakeflow.dim_item using (item_id)
        left join simulator.locations using (location_id)
        group by all
        """,
    ),
    "items by status": Comparison(
        ("order_id__status",),
        """
        select
            status as order_id__status,
            sum(qty) as items_sold,
            sum(qty) / count(distinct order_id) as items_per_order
        from lakeflow.silver_order_items left join lakeflow.silver_order_timeline using (order_id)
        group by all
        """,
    ),
    "couriers by kitchen and week": Comparison(
        ("kitchen__name", "metric_time__week"),
        """
        select
            name as kitchen__name,
            date_trunc('week', shift_day) as metric_time__week,
            count(*) as courier_shifts,
            sum(worked_minutes) as worked_minutes,
            sum(worked_minutes - idle_minutes) as busy_minutes,
            sum(driving_minutes) as driving_minutes,
            1 - sum(idle_minutes) / sum(worked_minutes) as courier_utilisation,
            sum(orders_delivered) as courier_deliveries,
            sum(orders_delivered) / (sum(worked_minutes) / 60) as deliveries_per_hour,
            sum(orders) as courier_orders,
            sum(orders_batched) as batched_orders,
            sum(orders_batched) / sum(orders) as batched_share
        from lakeflow.silver_courier_shifts inner join simulator.locations using (location_id)
        group by all
        """,
    ),
    "deliveries by the courier's first day": Comparison(
        ("courier__first_shift_day__day",),
        """
        select
            first_day as courier__first_shift_day__day,
            count(*) as orders,
            avg(drive_minutes) as average_drive_minutes
        from lakeflow.silver_order_timeline
        left join (
            select driver_id, min(shift_day) as first_day
            from lakeflow.silver_courier_shifts group by all
        ) using (driver_id)
        group by all
        """,
    ),
    "orders over time": Comparison(
        ("metric_time__day",),
        """
        with days as (
            select order_day as day, count(*) as orders, sum(order_revenue) as revenue
            from lakeflow.fct_orders group by all
        )
        select
            dates.date_day as metric_time__day,
            (
                select sum(orders) from days
                where day between dates.date_day - 6 and dates.date_day
            ) as orders_7_days,
            (
                select sum(revenue) from days
                where day between date_trunc('month', dates.date_day) and dates.date_day
            ) as gross_revenue_month_to_date,
            today.orders / before.orders - 1 as orders_growth
        from lakeflow.dim_date as dates
        left join days as today on today.day = dates.date_day
        left join days as before on before.day = dates.date_day - 7
        """,
    ),
    "quality by kitchen": Comparison(
        ("kitchen__name",),
        """
        select
            name as kitchen__name,
            count(*) as lines_landed,
            count(rejection_code) as lines_rejected,
            count(rejection_code) / count(*) as rejection_rate
        from lakeflow.landed_lines left join simulator.locations using (location_id)
        group by all
        """,
    ),
}


def decisions_about(business: Business) -> bytes:
    """Return decisions about two of three orders: as suggested, denied, or for a dollar more."""
    verdicts = business.query(
        """
        select order_id, refund_usd, refund_class
        from recommender.refund_recommendations order by order_id
        """
    )
    decided = []
    for number, (order_id, usd, refund_class) in enumerate(verdicts):
        amounts = {0: (usd, refund_class), 1: (Decimal(0), "none"), 2: (usd + 1, "partial")}
        if number % 5 in amounts:
            amount, decided_class = amounts[number % 5]
            decided.append(
                {
                    "decision_id": number + 1,
                    "order_id": order_id,
                    "decided_ts": "2026-11-27 12:00:00.000",
                    "amount_usd": f"{amount:.2f}",
                    "refund_class": decided_class,
                    "reason": "as always",
                }
            )
    return "".join(json.dumps(one) + "\n" for one in decided).encode()


def rejected_lines() -> list[Event]:
    """Return lines of one kitchen that no table takes."""
    return [event | {"event_type": "eaten"} for event in order_life("strange", NOW)]


@pytest.fixture(scope="module")
def business(
    new_business: Callable[[], Business], tmp_path_factory: pytest.TempPathFactory
) -> Business:
    """Days of two kitchens as the generator makes them, built, with people's decisions."""
    canonical: Path = tmp_path_factory.mktemp("dataset") / "canonical"
    options = ["--days", str(DAYS), "--locations", "sf,sv", "--out", str(canonical)]
    subprocess.run(
        [sys.executable, "-m", "generator", "canonical", *options],
        cwd=PROJECT,
        check=True,
        capture_output=True,
    )
    business = new_business()
    commands.run(
        canonical, business.landing, NOW, commands.ReplayOptions(start_day=DAYS - 1, speed=1.0)
    )
    business.land("strange.jsonl", rejected_lines())
    business.build()
    business.land_decisions("decisions-1.jsonl", decisions_about(business))
    business.build()
    publish_business(business)
    return business


@pytest.fixture(scope="module")
def connection(business: Business) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(business.data / WAREHOUSE), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def metrics(business: Business, connection: duckdb.DuckDBPyConnection) -> MetricQueries:
    return MetricQueries(business.worker.target / SEMANTIC_MANIFEST, connection)


def answer_of(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    """Return the rows of a query."""
    result = connection.execute(sql)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def by_group(rows: Iterable[Mapping[str, Any]], group_by: tuple[str, ...]) -> Rows:
    """Return the metrics of each group; groups of which nothing is known are left out."""
    found: Rows = {}
    for row in rows:
        group = tuple(_day(row[name]) for name in group_by)
        assert group not in found
        values = {name: value for name, value in row.items() if name not in group_by}
        if any(value is not None for value in values.values()):
            found[group] = values
    return found


def _day(value: object) -> object:
    """Return a date of what one side calls a date and the other one a timestamp."""
    return value.date() if isinstance(value, datetime) else value


def differences(here: Rows, there: Rows) -> list[tuple[object, ...]]:
    """Return where two answers differ: counts and money exactly, quotients to nine digits."""
    found: list[tuple[object, ...]] = []
    for group in sorted(here.keys() | there.keys(), key=repr):
        one, other = here.get(group), there.get(group)
        if one is None or other is None or one.keys() != other.keys():
            found.append((group, one, other))
            continue
        found += [
            (group, name, one[name], other[name])
            for name in one
            if not _is_same(one[name], other[name])
        ]
    return found


def _is_same(one: object, other: object) -> bool:
    if isinstance(one, float) or isinstance(other, float):
        known = one is not None and other is not None
        return known and math.isclose(float(one), float(other), rel_tol=1e-9)  # type: ignore[arg-type]
    return one == other


@pytest.mark.parametrize("name", COMPARISONS)
def test_metrics_equal_sql_written_by_hand(
    name: str, metrics: MetricQueries, connection: duckdb.DuckDBPyConnection
) -> None:
    comparison = COMPARISONS[name]
    expected = by_group(answer_of(connection, comparison.sql), comparison.group_by)
    names = list(next(iter(expected.values())))
    answered = by_group(metrics.ask(names, comparison.group_by), comparison.group_by)
    assert len(expected) > 1
    assert differences(answered, expected) == []
    # What is nothing in every group would be equal whatever the definition.
    assert [name for name in names if not any(row[name] for row in expected.values())] == []


def test_every_metric_is_compared(
    metrics: MetricQueries, connection: duckdb.DuckDBPyConnection
) -> None:
    compared = {
        column[0]
        for comparison in COMPARISONS.values()
        for column in connection.execute(f"describe {comparison.sql}").fetchall()
        if column[0] not in comparison.group_by
    }
    names = {metric.name for metric in metrics.manifest.metrics}
    assert names - compared == set()
    assert len(names) >= 25


def test_each_measure_is_used(metrics: MetricQueries) -> None:
    measures = {
        measure.name for model in metrics.manifest.semantic_models for measure in model.measures
    }
    used = {
        metric.type_params.measure.name
        for metric in metrics.manifest.metrics
        if metric.type_params.measure
    }
    assert measures == used


def test_dashboards_take_their_numbers_from_the_same_definitions(
    metrics: MetricQueries, connection: duckdb.DuckDBPyConnection
) -> None:
    group_by = ("kitchen", "metric_time__day")
    table = answer_of(
        connection,
        "select * rename (location_id as kitchen, day as metric_time__day) "
        "from lakeflow.gold_kitchen_day",
    )
    known = {metric.name for metric in metrics.manifest.metrics}
    names = sorted(known & table[0].keys())
    assert len(names) >= 25
    here = by_group(({name: row[name] for name in (*group_by, *names)} for row in table), group_by)
    assert differences(by_group(metrics.ask(names, group_by), group_by), here) == []

    # Minutes come with the number of orders that they are of, to be averaged over any days.
    averages = {
        "average_minutes": "total_minutes",
        "average_kitchen_minutes": "kitchen_minutes",
        "average_pickup_wait_minutes": "pickup_wait_minutes",
        "average_drive_minutes": "drive_minutes",
    }
    (answered,) = metrics.ask(list(averages), [])
    for average, minutes in averages.items():
        total = sum(row[minutes] or 0 for row in table)
        orders = sum(row[f"orders_with_{minutes}"] for row in table)
        assert float(total / orders) == pytest.approx(answered[average], abs=0.001)

    # What is neither is the late orders of a cause.
    causes = metrics.ask(["late_orders"], ["order_id__late_cause"])
    for row in causes:
        cause = row["order_id__late_cause"]
        if cause is not None:
            assert sum(day[f"late_orders_{cause}"] for day in table) == row["late_orders"] > 0
    assert sum(row["late_orders"] for row in causes) == sum(row["late_orders"] for row in table)


def test_saved_queries_answer_what_they_promise(metrics: MetricQueries) -> None:
    saved = metrics.manifest.saved_queries
    assert len(saved) >= 4
    for query in saved:
        rows = metrics.ask_saved(query.name)
        assert rows
        assert {*query.query_params.metrics} <= rows[0].keys()
        assert len(rows[0]) == len(query.query_params.metrics) + len(query.query_params.group_by)
    (everything,) = metrics.ask(["late_orders"], [])
    late = metrics.ask_saved("lateness_by_hour_and_cause")
    assert sum(row["late_orders"] for row in late) == everything["late_orders"]
    assert all(row["order_id__late_cause"] for row in late)


def test_mf_answers_from_the_published_tables(business: Business, tmp_path: Path) -> None:
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PROJECT / name, tmp_path)
    (tmp_path / "target").mkdir()
    shutil.copy(business.worker.target / SEMANTIC_MANIFEST, tmp_path / "target")
    question = ["--metrics", "orders,gross_revenue", "--group-by", "kitchen__name"]
    answer = tmp_path / "answer.csv"
    ended = subprocess.run(
        [sys.executable, "-c", MF, "query", *question, "--csv", str(answer), "--quiet"],
        cwd=tmp_path,
        env={**os.environ, "DBT_TARGET": "published", "CASPERS_DATA": str(business.data)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    with answer.open(encoding="utf-8") as file:
        answered = {row["kitchen__name"]: row for row in csv.DictReader(file)}
    with duckdb.connect(str(business.data / "published" / WAREHOUSE), read_only=True) as connection:
        expected = connection.execute(
            """
            select name, count(*), sum(order_revenue)
            from lakeflow.gold_order_header inner join simulator.locations using (location_id)
            group by all
            """
        ).fetchall()
    assert len(expected) == 2
    assert {
        kitchen: (int(row["orders"]), Decimal(row["gross_revenue"]))
        for kitchen, row in answered.items()
    } == {kitchen: (orders, revenue) for kitchen, orders, revenue in expected}


def documented_queries() -> list[argparse.Namespace]:
    """Return the queries that docs/metrics.md shows."""
    parser = argparse.ArgumentParser(exit_on_error=False)
    for option in ("--metrics", "--group-by"):
        parser.add_argument(option, type=lambda names: names.split(","), default=[])
    for option in ("--saved-query", "--where", "--order", "--start-time", "--csv"):
        parser.add_argument(option)
    commands_shown = re.findall(r"^mf query (.+)$", DOCUMENT, re.MULTILINE)
    return [parser.parse_args(shlex.split(command)) for command in commands_shown]


def test_the_queries_of_the_documentation_answer(metrics: MetricQueries) -> None:
    shown = documented_queries()
    assert len(shown) >= 4
    for query in shown:
        if query.saved_query:
            assert metrics.ask_saved(query.saved_query)
        else:
            assert metrics.ask(query.metrics, query.group_by, [query.where] if query.where else [])


def test_the_documentation_lists_every_metric_dimension_and_saved_query(
    metrics: MetricQueries,
) -> None:
    lines = set(DOCUMENT.splitlines())
    expected = [
        f"| `{metric.name}` | {metric.config.meta['unit']} | {metric.description} |"
        for metric in metrics.manifest.metrics
    ]
    expected += [
        f"| `{query.name}` | {query.description} |" for query in metrics.manifest.saved_queries
    ]
    assert [line for line in expected if line not in lines] == []
    dimensions = {
        f"{model.primary_entity or primary_entity(model)}__{dimension.name}"
        for model in metrics.manifest.semantic_models
        for dimension in model.dimensions
    }
    named = set(re.findall(r"`(\w+__\w+)`", DOCUMENT))
    granularities = {f"__{each}" for each in ("day", "week", "month", "quarter", "year")}
    assert named - granularities == dimensions


def primary_entity(model: Any) -> str:  # noqa: ANN401  (of MetricFlow)
    """Return the entity of which a semantic model has a row each."""
    (name,) = [entity.name for entity in model.entities if entity.type.value == "primary"]
    return str(name)


def test_every_metric_can_be_had_by_kitchen_and_calendar(metrics: MetricQueries) -> None:
    common = metrics.dimensions_of([metric.name for metric in metrics.manifest.metrics])
    (line,) = [line for line in DOCUMENT.splitlines() if line.startswith("| any |")]
    assert {"metric_time", *re.findall(r"`(\w+)`", line)} == common
