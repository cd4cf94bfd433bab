"""Published tables of ten weeks and a day of invented orders, for the pages that look at days."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import duckdb

FIRST, LAST = date(2026, 9, 18), date(2026, 11, 27)
DAYS = (LAST - FIRST).days + 1
KITCHENS = {1: "San Francisco", 2: "Silicon Valley", 3: "Bellevue", 4: "<b>Chicago</b>"}
LAUNCH, EXIT = 45, 60
HEALTHY, LATE_SNACKS, PASTA, BURGERS = 1, 24, 20, 6

# hash() gives each order its own numbers, always the same.
_TABLES = f"""
create schema lakeflow; create schema simulator; create schema recommender;
create table simulator.locations as select * from (values
  (1, 'sf', 'San Francisco', 'San Francisco grows.'),
  (2, 'sv', 'Silicon Valley', 'Silicon Valley explodes.'),
  (3, 'bellevue', 'Bellevue', 'Bellevue is flat.'),
  (4, 'chicago', '{KITCHENS[4]}', 'Chicago <i>declines</i>.'))
  as locations (location_id, location_code, name, narrative);
create table lakeflow.dim_location as select * from simulator.locations;
create table lakeflow.dim_date as select date '{FIRST}' + cast(range as integer) as date_day,
  cast(range as integer) as day_number, cast(range % 90 as integer) as day_of_story
  from range({DAYS});
create table lakeflow.dim_brand as select * from (values
  ({HEALTHY}, 'Salads', 'Healthy'), ({BURGERS}, 'Burgers', 'American'),
  ({PASTA}, 'Pasta', 'Italian'), ({LATE_SNACKS}, 'Late Snacks', 'American'))
  as brands (brand_id, name, cuisine_group);
create table lakeflow.dim_brand_location as
select brand_id, location_id, date '{FIRST}' + start_day as launch_date,
  date '{FIRST}' + end_day as exit_date from (values
  ({HEALTHY}, 1, 0, null), ({BURGERS}, 1, 0, null), ({LATE_SNACKS}, 2, {LAUNCH}, null),
  ({PASTA}, 4, 0, {EXIT})) as careers (brand_id, location_id, start_day, end_day);
create table lakeflow.fct_orders as
with numbered as (
  select location_id, day_number, number,
    cast(hash(location_id, day_number, number) // 2 as bigint) as chance
  from range(1, 5) as kitchens (location_id), range({DAYS}) as days (day_number),
    range(60) as orders (number)
  where number < case location_id when 1 then 20 + day_number / 4 when 2 then 10 + day_number / 2
    when 3 then 30 else 50 - day_number / 4 end),
timed as (
  select *, cast(chance % 24 as integer) as order_hour,
    case when chance % 97 = 0 then null else chance % 4 = 0 end as is_late
  from numbered)
select location_id, date '{FIRST}' + cast(day_number as integer) as order_day, order_hour, is_late,
  case when is_late then ['kitchen', 'pickup', 'drive'][1 + chance % 3] end as late_cause,
  cast(10 + chance % 4000 / 100.0 as decimal(18, 2)) as order_revenue,
  case when location_id = 1 then [[{HEALTHY}], [{BURGERS}], [{HEALTHY}, {BURGERS}]][1 + chance % 3]
    when location_id = 2 and day_number >= {LAUNCH} then [{LATE_SNACKS}]
    when location_id = 4 and day_number < {EXIT} then [{PASTA}]
    else [{BURGERS}] end as brands_in_order,
  cast(20 + chance % 300 / 10.0 + if(location_id = 4, day_number / 10.0, 0) as double)
    as total_minutes,
  cast(if(is_late, 5.25, 0) as decimal(10, 2)) as refund_recommended_usd,
  cast(if(is_late and chance % 8 = 0, 4.00, 0) as decimal(10, 2)) as refund_decided_usd
from timed where not (day_number = {DAYS - 1} and order_hour > 14);
create table lakeflow.gold_location_sales_hourly as
select location_id, order_day + order_hour * interval 1 hour as hour_ts, count(*) as orders,
  cast(sum(order_revenue) as decimal(18, 2)) as revenue
from lakeflow.fct_orders group by all;
create table lakeflow.gold_delivery_times_day as
select location_id, order_day as day, count(*) as orders_delivered,
  cast(quantile_cont(total_minutes, 0.75) as decimal(12, 3)) as p75_minutes
from lakeflow.fct_orders group by all;
create table lakeflow.gold_refund_agreement_day as
select location_id, order_day as day,
  cast(sum(refund_recommended_usd) as decimal(18, 2)) as recommended_usd,
  cast(sum(refund_decided_usd) as decimal(18, 2)) as decided_usd
from lakeflow.fct_orders group by all;
create table lakeflow.gold_data_quality_day as
with counted as (
  select location_id, order_day as day, count(*) as orders,
    count(*) filter (hash(order_day) % 5 = 0) as missing,
    cast(hash(location_id, order_day) // 2 as bigint) as chance
  from lakeflow.fct_orders group by all)
select location_id, day, orders * 15 as lines, orders * 14 as events,
  orders - (chance % 5) as duplicates, chance % 5 as rejected,
  chance % 5 // 2 as rejected_unreadable, chance % 5 - chance % 5 // 2 as rejected_incomplete,
  0 as rejected_wrong_type, 0 as rejected_unknown, 0 as rejected_impossible,
  chance % 3 as late_events, orders, orders - missing as orders_complete, 0 as orders_cancelled,
  0 as orders_in_progress, missing as orders_missing_steps,
  0 as orders_delivered_before_created, 0 as orders_created_twice from counted
union all by name
select 0 as location_id, date '1970-01-01' as day, 3 as lines, 0 as events, 0 as duplicates,
  3 as rejected, 3 as rejected_unreadable, 0 as rejected_incomplete, 0 as rejected_wrong_type,
  0 as rejected_unknown, 0 as rejected_impossible, 0 as late_events, 0 as orders,
  0 as orders_complete, 0 as orders_cancelled, 0 as orders_in_progress, 0 as orders_missing_steps,
  0 as orders_delivered_before_created, 0 as orders_created_twice;
create table lakeflow.gold_rejected_lines_day as
select location_id, day, 'blank_line' as rejection_code, rejected_unreadable as lines
  from lakeflow.gold_data_quality_day where rejected_unreadable > 0
union all
select location_id, day, 'ts_missing' as rejection_code, rejected_incomplete as lines
  from lakeflow.gold_data_quality_day where rejected_incomplete > 0;
create table simulator.rejection_reasons as select * from (values
  ('blank_line', 'unreadable', 'blank line'), ('ts_missing', 'incomplete', 'ts is missing'))
  as reasons (rejection_code, fault_group, reason);
create table recommender.refund_decisions as select 1::bigint as decision_id where false;
"""


def publish_days(data: Path, *, without: tuple[str, ...] = (), build: int = 7) -> None:
    """Write a published build.

    Parameters
    ----------
    data
        The data folder.
    without
        Tables that it does not have, as one of an earlier version.
    build
        Its number; it becomes the latest.
    """
    folder = data / "publications" / f"{build:09}"
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "caspers.duckdb")) as connection:
        connection.execute(_TABLES)
        for table in without:
            connection.execute(f"drop table {table}")
    inventory = {"build": build, "token": "a", "tables": []}
    (folder / "publication.json").write_text(json.dumps(inventory))
    aside = data / "publications" / ".link"
    aside.symlink_to(Path("publications") / folder.name)
    aside.replace(data / "published")


def days() -> Iterator[date]:
    for number in range(DAYS):
        yield FIRST + timedelta(days=number)


class PageTables(HTMLParser):
    """The tables of a page: rows of texts, by the id of the figure or section they are in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self._places: list[str] = []
        self._in_cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in {"figure", "section"}:
            self._places.append(dict(attributes).get("id") or "")
        if tag == "tr" and self._places:
            self.tables.setdefault(self._places[-1], []).append([])
        if tag in {"td", "th"} and self._places:
            self.tables[self._places[-1]][-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"figure", "section"}:
            self._places.pop()
        if tag in {"td", "th"}:
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.tables[self._places[-1]][-1][-1] += " ".join(data.split())
