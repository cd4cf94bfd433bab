"""What holds for every business, tried with those that are shipped: not one row is Casper's."""

import csv
import html
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import httpx
import numpy as np
import psycopg
import pytest

from apps.desk.application import create_application
from apps.desk.settings import DeskSettings
from common.paths import PROJECT, SEEDS
from common.postgres import Role, connection_string
from common.vocabulary import Vocabulary, read_vocabulary
from flows.postgres.server import Server
from flows.replay.commands import ReplayOptions, run
from flows.summary import as_markdown, read_kitchens
from generator.__main__ import main
from generator.catalogue.seed_files import load_catalogue
from generator.world.trade import usual_trade
from reports.page.source import published_source
from reports.page.write import write_report
from tests.support.business import Business
from tests.support.postgres import owner_url
from tests.support.publication import publish_business, published_of
from tests.support.served_desk import served

FIRST = datetime(2026, 11, 21, 10, 30)
LEFT_OUT = ("path:models/ai", "resource_type:unit_test")
PAGES = ("/", "/business", "/quality", "/queue", "/decisions", "/complaints", "/runs")


@dataclass(frozen=True)
class Played:
    """A business of a shipped world: two days and a window have landed and are built."""

    world: str
    business: Business

    @property
    def folder(self) -> Path:
        return PROJECT / self.world

    @property
    def words(self) -> Vocabulary:
        return read_vocabulary(self.folder)

    def rows(self, table: str) -> list[dict[str, str]]:
        with (self.folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture(
    scope="module",
    params=[
        "worlds/pharmacy",
        pytest.param("worlds/london-amsterdam", marks=pytest.mark.long),
    ],
)
def played(
    request: pytest.FixtureRequest, new_business: Callable[[], Business]
) -> Iterator[Played]:
    """Play two days and one more window of a world, with all that a window does."""
    world: str = request.param
    business = replace(new_business(), world=world)
    canonical = business.data / "canonical"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CASPERS_WORLD", world)
        patch.setenv("CASPERS_DATA", str(business.data))
        assert main(["canonical", "--days", "3", "--out", str(canonical)]) == 0
        options = ReplayOptions(start_day=1, speed=1.0)
        for hours, tested in ((0, ("resource_type:test",)), (26, ())):
            run(canonical, business.landing, FIRST + timedelta(hours=hours), options)
            answer = business.dbt("build", "--exclude", *LEFT_OUT, *tested)
            assert set(answer["results"].values()) <= {"success", "pass", "no-op"}, answer
        publish_business(business)
        yield Played(world, business)


def visible(page: str) -> str:
    """Return the text of a page as a person reads it."""
    body = page[page.index("<body") :]
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", body, flags=re.DOTALL)
    shown = re.findall(r'(?:aria-label|title|placeholder)="([^"]*)"', body)
    return html.unescape(" ".join([re.sub(r"<[^>]*>", " ", body), *shown]))


def words_of_casper(text: str, words: Vocabulary) -> set[str]:
    """Return Casper's words in a text that the business calls by others."""
    usual, own = asdict(read_vocabulary(SEEDS)), asdict(words)
    others = {word for name, word in usual.items() if own[name] != word} - {*own.values()}
    found = set()
    for word in others:
        edges = (r"(?<!\w)", r"(?!\w)") if word[0].isalpha() else ("", r"(?=\d)")
        if re.search(edges[0] + re.escape(word) + edges[1], text, re.IGNORECASE):
            found.add(word)
    return found


def test_every_event_is_accepted_and_every_item_is_the_worlds(played: Played) -> None:
    query = played.business.query
    assert query("select count(*) from lakeflow.rejected_events") == [(0,)]
    names = {int(row["id"]): row["name"] for row in played.rows("items")}
    sold = query("select distinct item_id, item_name from lakeflow.silver_order_items")
    assert len(sold) > len(names) / 2
    assert all(names[item_id] == name for item_id, name in sold)
    kitchens = query("select name from lakeflow.gold_kitchen_summary where orders > 20 order by 1")
    assert kitchens == sorted((row["name"],) for row in played.rows("locations"))
    stations = dict(
        query("select location_id, stations from simulator.locations order by location_id")
    )
    most = query(
        """select location_id, max(cooking) from (
             select location_id, sum(change) over (
               partition by location_id order by ts, change) as cooking
             from (select location_id, started_ts as ts, 1 as change
                   from lakeflow.silver_order_timeline where finished_ts > started_ts
                   union all select location_id, finished_ts, -1
                   from lakeflow.silver_order_timeline where finished_ts > started_ts))
           group by 1"""
    )
    assert most
    assert all(cooking <= stations[location_id] for location_id, cooking in most)


def test_windows_give_what_a_full_refresh_gives(played: Played) -> None:
    business = played.business
    data = business.data.with_name(f"{business.data.name}_rebuilt")
    shutil.copytree(business.landing.parent, data / "landing")
    rebuilt = replace(business, data=data)
    rebuilt.dbt("build", "--exclude", *LEFT_OUT, "resource_type:test")
    assert business.differences(rebuilt) == {}


def test_people_order_when_the_world_says(played: Played) -> None:
    trade = load_catalogue(played.folder).trade
    for row in played.rows("locations"):
        found = played.business.query(
            "select hour(created_ts), count(*) from lakeflow.silver_order_timeline "
            f"where location_id = {row['location_id']} group by 1"
        )
        counted = np.zeros(24)
        for hour, orders in found:
            counted[hour] = orders
        # Days 0 to 2 are Monday to Wednesday; the last one is not over.
        expected = trade.demand.of(row["location_code"]).week_weights[0].reshape(24, 60).sum(axis=1)
        assert counted[expected == 0].sum() == 0
        usual = usual_trade().demand.of("elsewhere").week_weights[0].reshape(24, 60).sum(axis=1)
        share = counted / counted.sum()
        assert np.abs(share - expected).sum() < np.abs(share - usual).sum()


def test_complaints_are_in_the_words_of_the_world(played: Played) -> None:
    complaints = played.business.query(
        "select complaint_text, rationale, customer_response, decision "
        "from complaints.raw_complaints join complaints.complaint_responses using (complaint_id)"
    )
    assert len(complaints) > 20
    for texts in complaints:
        assert words_of_casper(" ".join(texts[1:3]), played.words) == set(), texts
    assert {decision for *_, decision in complaints} == {"suggest_credit", "escalate"}
    phrases = {
        row["phrase"].split("{")[0].strip().lower() for row in played.rows("complaint_phrases")
    }
    for said, *_ in complaints:
        known = re.sub(r"[^a-z0-9 ]", "", said.lower())
        assert any(re.sub(r"[^a-z0-9 ]", "", part)[:12] in known for part in phrases if part), said


def test_days_have_the_holidays_of_the_world_and_items_its_categories(played: Played) -> None:
    written = {int(row["day_of_story"]): row["holiday"] for row in played.rows("holidays")}
    days = played.business.query("select day_of_story, holiday from lakeflow.dim_date")
    assert days
    assert all(written.get(day) == holiday for day, holiday in days)
    own = {row["name"] for row in played.rows("categories")}
    common = {row["conformed_name"] for row in played.rows("conformed_names")}
    named = {name for (name,) in played.business.query("select category from lakeflow.dim_item")}
    assert named <= own | common
    assert common <= named | {"Small plates"}


@pytest.fixture
def desk(played: Played, postgres: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The desk of the business, with its recommendations and complaints in Postgres."""
    rows = played.business.query(
        "select order_id, ts, order_ts, refund_usd, refund_class, reason, location_id, "
        "delivered_day, total_minutes, order_revenue, p50_minutes, p75_minutes, p99_minutes "
        "from recommender.refund_recommendations where refund_class <> 'none' or random() < 0.1"
    )
    answers = played.business.query(
        "select complaint_id, order_id, ts, complaint_category, decision, credit_amount, "
        "confidence, priority, rationale, customer_response, generated_by, location_id, "
        "delivered_day from complaints.complaint_responses"
    )
    with psycopg.connect(owner_url(postgres)) as connection, connection.cursor() as cursor:
        cursor.execute("truncate recommender.pg_recommendations, complaints.pg_complaint_responses")
        cursor.executemany(
            "insert into recommender.pg_recommendations (order_id, ts, order_ts, refund_usd, "
            "refund_class, reason, location_id, delivered_day, total_minutes, order_revenue, "
            f"p50_minutes, p75_minutes, p99_minutes) values ({', '.join(['%s'] * 13)})",
            rows,
        )
        cursor.executemany(
            "insert into complaints.pg_complaint_responses (complaint_id, order_id, ts, "
            "complaint_category, decision, credit_amount, confidence, priority, rationale, "
            "customer_response, generated_by, location_id, delivered_day) "
            f"values ({', '.join(['%s'] * 13)})",
            answers,
        )
    monkeypatch.setenv("CASPERS_POSTGRES", connection_string(Role.DESK, postgres.directory))
    with served(create_application(DeskSettings())) as address:
        yield address


def test_pages_of_the_desk_answer_in_the_words_of_the_world(played: Played, desk: str) -> None:
    [(order,)] = played.business.query(
        "select order_id from complaints.complaint_responses "
        "where complaint_category = 'food_quality' order by 1 limit 1"
    )
    for path in (*PAGES, f"/orders/{order}"):
        answer = httpx.get(desk + path, trust_env=False, timeout=60)
        assert answer.status_code == 200, (path, answer.text)
        text = visible(answer.text)
        assert played.words.business in text, path
        assert words_of_casper(text, played.words) == set(), path
    assert played.words.food_quality in text
    assert played.words.currency in text
    charts = httpx.get(f"{desk}/business", trust_env=False, timeout=60).text
    for row in played.rows("locations"):
        assert html.escape(row["narrative"], quote=False)[:30] in html.unescape(charts)


def test_report_and_summary_are_in_the_words_of_the_world(played: Played, tmp_path: Path) -> None:
    with published_source(published_of(played.business)) as source:
        write_report(source, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert f"<title>{played.words.business} to" in html.unescape(page)
    assert words_of_casper(visible(page), played.words) == set()
    [charts] = re.findall(
        r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL
    )
    titles = " ".join(re.findall(r'"(?:title|text)":"([^"]*)"', charts))
    assert titles
    assert words_of_casper(titles, played.words) == set()
    summary = as_markdown(read_kitchens(published_of(played.business) / "caspers.duckdb"))
    assert f"| {played.words.kitchen} |" in summary
    assert played.words.currency in summary


def test_a_year_has_the_days_that_the_world_says(played: Played) -> None:
    demand = load_catalogue(played.folder).trade.demand.of("elsewhere")
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(366)]
    known = {special.name for day in days if (special := demand.special_day(day))}
    assert known == {special.name for special in demand.special_days}
