"""The page as a file: whole, small, the same for the same build, and honest about what it is."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from common.errors import UserError
from common.paths import PROJECT
from reports.page.business import read_business
from reports.page.charts.parts import CONFIG
from reports.page.page import render_page, sections_of
from reports.page.source import published_source
from reports.page.write import MOST_BYTES, write_report
from tests.reports.page.conftest import Reported
from tests.reports.page.reading import read_page
from tests.reports.page.small_business import BUILD, HOSTILE, publish

LOADING = {"src", "srcset", "data", "poster", "background", "action", "xlink:href", "manifest"}


def report_of(published: Path) -> str:
    with published_source(published) as source:
        return render_page(read_business(source))


def run(data: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "reports.page", *arguments],
        cwd=PROJECT,
        env={**os.environ, "CASPERS_DATA": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_nothing_in_it_is_loaded_from_anywhere(reported: Reported) -> None:
    page = read_page(reported.html)
    for tag, attributes in page.tags:
        assert tag not in {"link", "iframe", "object", "embed", "base", "img"}, tag
        assert not (attributes.keys() & LOADING), (tag, attributes)
        assert (attributes.get("href") or "#").startswith("#"), attributes
    style = reported.html[reported.html.index("<style>") : reported.html.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    policies = [
        attributes["content"] for tag, attributes in page.tags if "http-equiv" in attributes
    ]
    assert len(policies) == 1
    assert str(policies[0]).startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in str(policies[0])


def test_libraries_are_in_it_once_and_it_can_be_mailed(reported: Reported) -> None:
    size = reported.file.stat().st_size
    assert 900_000 < size < MOST_BYTES == 3_000_000
    assert len(re.findall(r"window\.vegaEmbed\s*=", reported.html)) == 1


def test_two_years_of_eight_kitchens_can_be_mailed_too(tmp_path: Path) -> None:
    published = publish(tmp_path, days=730, orders=5)
    with duckdb.connect(str(published / "caspers.duckdb")) as connection:
        for table in ("fct_orders", "dim_location", "silver_order_items", "silver_courier_shifts"):
            connection.execute(
                f"insert into lakeflow.{table} select * replace (location_id + 4 as location_id) "
                f"from lakeflow.{table}"
            )
    html = report_of(published)
    assert len(html.encode()) < MOST_BYTES
    page = read_page(html)
    weeks = len(page.tables["San Francisco by week"])
    assert 100 < weeks < 110
    charts = chart_data(html)["charts"]
    longest = max(
        len(values)
        for panels in charts.values()
        for panel in panels
        for values in panel["datasets"].values()
    )
    assert longest <= 8 * weeks


@pytest.mark.thorough
def test_the_same_build_has_the_same_page_in_any_zone_and_language(
    reported: Reported, tmp_path: Path
) -> None:
    for number, (zone, seed) in enumerate((("Asia/Tokyo", "1"), ("America/New_York", "2"))):
        out = tmp_path / f"{number}.html"
        subprocess.run(
            [sys.executable, "-m", "reports.page", "--out", out],
            cwd=PROJECT,
            env={
                **os.environ,
                "CASPERS_DATA": str(reported.published.parent),
                "TZ": zone,
                "PYTHONHASHSEED": seed,
                "LC_ALL": "C.UTF-8",
            },
            check=True,
            capture_output=True,
        )
        assert out.read_bytes() == reported.file.read_bytes()


def test_it_says_of_which_build_it_is_and_how_far_it_goes(reported: Reported) -> None:
    words = read_page(reported.html).words
    assert f"Made from published build {BUILD}." in words
    assert "It knows what happened until 28 Jan 2026, 01:25 , by the clock of the business" in words


def test_texts_of_the_business_stay_texts(reported: Reported) -> None:
    assert HOSTILE not in reported.html
    page = read_page(reported.html)
    assert HOSTILE in page.words  # a kitchen and a brand are called so, and shown
    assert [tag for tag, _ in page.tags].count("script") == 3
    (data,) = re.findall(r'id="chart-data">(.*?)</script>', reported.html, re.DOTALL)
    assert "<" not in data
    assert HOSTILE in json.dumps(json.loads(data))


def test_each_chart_has_words_a_picture_and_a_table(reported: Reported) -> None:
    with published_source(reported.published) as source:
        sections = sections_of(read_business(source))
    drawings = [drawing for section in sections for drawing in section.drawings]
    assert len(drawings) == 16
    page = read_page(reported.html)
    panels = sum(len(drawing.panels) for drawing in drawings)
    assert [tag for tag, _ in page.tags].count("svg") == panels
    for drawing in drawings:
        assert drawing.title in page.words
        assert len(drawing.units) > 10
        assert len(drawing.description) > 20
        assert drawing.table.rows
        assert {len(row) for row in drawing.table.rows} == {len(drawing.table.columns)}
        assert drawing.table.caption in page.tables
        for panel in drawing.panels:
            assert "tooltip" in json.dumps(panel)


def test_charts_have_no_colour_of_their_own(reported: Reported) -> None:
    """A colour that the style sheet does not define would be the same in light and dark."""
    drawn = json.dumps(chart_data(reported.html)["charts"]) + json.dumps(CONFIG)
    defined = set(re.findall(r"(--[\w-]+):", reported.html))
    assert set(re.findall(r"var\((--[\w-]+)\)", drawn)) <= defined
    assert not re.search(r'"#[0-9a-fA-F]{3,8}"', drawn)


def test_without_decisions_and_faults_it_says_so(tmp_path: Path) -> None:
    page = read_page(report_of(publish(tmp_path, decided=False, faults=False)))
    assert "nobody has decided about any yet" in page.words
    assert "lines was rejected" in page.words
    assert page.figures["agreement_share"] == "-"
    assert page.figures["decided_usd"] == "$0.00"


@pytest.mark.parametrize("days", [1, 2])
def test_the_first_day_of_a_business_can_be_reported(tmp_path: Path, days: int) -> None:
    page = read_page(report_of(publish(tmp_path, days=days)))
    assert int(page.figures["orders"]) > 0
    assert page.figures["late_share"] == "-"  # nothing is judged without history


def test_nothing_published_no_order_and_a_missing_table_are_reported(tmp_path: Path) -> None:
    for missing in (tmp_path / "published", tmp_path / "nowhere"):
        with pytest.raises(UserError, match="make run"), published_source(missing):
            pass
    asked = run(tmp_path)
    assert (asked.returncode, asked.stdout) == (1, "")
    assert asked.stderr.startswith("error: Nothing is published in ")
    assert not (tmp_path / "report.html").exists()

    published = publish(tmp_path / "empty")
    with duckdb.connect(str(published / "caspers.duckdb")) as connection:
        connection.execute("delete from lakeflow.fct_orders")
    with pytest.raises(UserError, match="no order yet in published build 7"):
        report_of(published)
    with duckdb.connect(str(published / "caspers.duckdb")) as connection:
        connection.execute("drop table lakeflow.fct_orders")
    with pytest.raises(UserError, match=r"misses a table in published build 7 .*fct_orders"):
        report_of(published)


def test_a_file_that_cannot_be_written_is_reported_and_the_old_one_stays(
    reported: Reported, tmp_path: Path
) -> None:
    out = tmp_path / "report.html"
    out.mkdir()
    (out / "kept").touch()
    with (
        published_source(reported.published) as source,
        pytest.raises(UserError, match="Could not write the report"),
    ):
        write_report(source, out)
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


@pytest.mark.thorough
def test_the_command_says_what_it_wrote(reported: Reported, tmp_path: Path) -> None:
    data = reported.published.parent
    told = run(data, "--out", str(tmp_path / "new" / "page.html"))
    assert told.returncode == 0, told.stderr
    assert re.fullmatch(r".*new/page\.html: \d\.\d MB, until 28 Jan 2026, 01:25\n", told.stdout)
    told = run(data, "--out", str(tmp_path / "page.html"), "--json")
    written = json.loads(told.stdout)
    assert written["origin"] == f"published build {BUILD}"
    assert written["size"] == (tmp_path / "page.html").stat().st_size
    assert written["figures"]["Orders"] == read_page(reported.html).figures["orders"]


def chart_data(html: str) -> dict[str, dict[str, list[dict[str, dict[str, list[object]]]]]]:
    (data,) = re.findall(r'id="chart-data">(.*?)</script>', html, re.DOTALL)
    found: dict[str, dict[str, list[dict[str, dict[str, list[object]]]]]] = json.loads(data)
    return found
