"""A small business for the desk: recommendations, complaints, and published tables."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import psycopg

from flows.postgres.server import Server
from tests.support.postgres import owner_url

HOSTILE = "<script>document.title='run'</script>"
HOSTILE_ORDER = "<img src=x onerror=alert(1)>"
FIRST = datetime(2026, 11, 20, 10, 0)
ORDERS = 120
REVENUE = "40.00"
STORY = "order0100"


def order_ids() -> list[str]:
    return [f"order{number:04}" for number in range(ORDERS)]


def fill_postgres(server: Server) -> None:
    """Insert recommendations: two of three above $0, kitchens in turn, an hour between orders."""
    rows = []
    for number, order_id in enumerate([*order_ids(), HOSTILE_ORDER]):
        refund_class = ("none", "partial", "full")[number % 3]
        refund = {"none": "0.00", "partial": f"{number / 10 + 1:.2f}", "full": REVENUE}
        moment = FIRST + timedelta(hours=number)
        reason = HOSTILE if order_id == HOSTILE_ORDER else f"Delivered in {30 + number} minutes"
        rows.append(
            (
                *(order_id, moment, moment, refund[refund_class], refund_class, reason),
                *(1 + number % 4, moment.date(), 30.0 + number, REVENUE, 25, 35, 60),
            )
        )
    complaints = [
        (
            *(f"complaint{number}", order_id, FIRST, "food_quality", "suggest_credit", "8.00"),
            *("high", "standard", HOSTILE, "We are sorry.", "local", 1, FIRST.date()),
        )
        for number, order_id in enumerate([STORY, HOSTILE_ORDER])
    ]
    with psycopg.connect(owner_url(server)) as connection, connection.cursor() as cursor:
        cursor.executemany(
            """insert into recommender.pg_recommendations
            (order_id, ts, order_ts, refund_usd, refund_class, reason, location_id, delivered_day,
             total_minutes, order_revenue, p50_minutes, p75_minutes, p99_minutes)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)""",
            rows,
        )
        cursor.executemany(
            """insert into complaints.pg_complaint_responses
            (complaint_id, order_id, ts, complaint_category, decision, credit_amount, confidence,
             priority, rationale, customer_response, generated_by, location_id, delivered_day)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)""",
            complaints,
        )


def publish(data: Path) -> None:
    """Write published tables with the orders of a customer: the story's and an earlier one."""
    published = data / "published"
    published.mkdir(parents=True)
    inventory = {"build": 7, "token": "a", "tables": []}
    (published / "publication.json").write_text(json.dumps(inventory))
    created = FIRST + timedelta(hours=100)
    stages = ", ".join(
        f"created_ts + interval {minutes} minute as {name}"
        for name, minutes in {
            "started_ts": 3,
            "finished_ts": 12,
            "ready_ts": 14,
            "driver_arrived_ts": 13,
            "picked_up_ts": 20,
            "delivered_ts": 45,
        }.items()
    )
    with duckdb.connect(str(published / "caspers.duckdb")) as connection:
        connection.execute(
            f"""create schema lakeflow; create schema simulator; create schema complaints;
            create table complaints.raw_complaints as select 'complaint0' as complaint_id,
              '{STORY}' as order_id, date '{created:%Y-%m-%d}' as delivered_day,
              $$Cold soup! {HOSTILE}$$ as complaint_text;
            create table lakeflow.silver_order_timeline as
            select *, created_ts::date as order_day,
              created_ts::date as delivered_day, {stages}, 'delivered' as status,
              null::timestamp as cancelled_ts, null::varchar as cancellation_reason,
              'customer' as customer_id, 45::double as total_minutes,
              40.00::decimal(12,2) as subtotal, 37.79::double as customer_lat,
              -122.40::double as customer_lon, $${HOSTILE}$$ as customer_addr, 1 as location_id
            from (values ('{STORY}', timestamp '{created}'),
              ('order0004', timestamp '{created}' - interval 4 day))
              as orders (order_id, created_ts);
            create table lakeflow.silver_order_items as
            select '{STORY}' as order_id, date '{created:%Y-%m-%d}' as order_day, 1 as line_number,
              $${HOSTILE}$$ as item_name, 2 as qty, 20.00::decimal(10,2) as price,
              40.00::decimal(12,2) as extended_price, 1 as brand_id;
            create table lakeflow.silver_driver_pings as
            select '{STORY}' as order_id, date '{created:%Y-%m-%d}' as ping_day,
              timestamp '{created}' + (21 + range) * interval 1 minute as ping_ts,
              (37.78 + range / 1000)::double as lat, (-122.39 - range / 1000)::double as lon,
              (range * 5)::double as progress_pct from range(10);
            create table simulator.locations as
            select range as location_id, 'k' || range as location_code, 'Kitchen ' || range as name,
              37.78::double as lat, -122.39::double as lon, 4::double as radius_mi from range(1, 5);
            create table simulator.brands as select 1 as brand_id, 'A brand' as name"""
        )
