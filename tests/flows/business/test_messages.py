"""What a window is reported as."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from common.landing.window import Case
from flows.build_results import Build, Node
from flows.business.messages import Exchanged, format_window, table_rows, window_row
from flows.publication.publish import Publication
from flows.replay.commands import ReplayOptions, Report, run
from flows.sync.mirror import Synced
from tests.support.sample_datasets import Small

NODES = (
    Node("model.c.all_events", '"caspers"."lakeflow"."all_events"', "success", 0.512, 0, "OK"),
    Node("model.c.a_view", '"caspers"."lakeflow"."a_view"', "success", 0.1, 0, "OK"),
    Node("test.c.unique_x.0a", None, "pass", 0.1, 0, ""),
)
BUILT = Build(12.34, NODES)
FOLLOWING = datetime(2026, 11, 21, 10, 33, tzinfo=UTC)


@pytest.fixture
def report(small: Small, landing: Path) -> Report:
    return run(small.folder, landing, datetime(2026, 11, 21, 10, 30), ReplayOptions(start_day=1))


def test_the_row_of_a_window_has_bounds_events_tables_and_times(report: Report) -> None:
    row = window_row(report, BUILT, Exchanged(2, Synced(3, 7, 1)))
    assert row["from"] == "2026-11-20 00:00:00.000"
    assert row["to"] == "2026-11-21 10:30:00.000"
    assert row["virtual"] == "day 0 00:00:00 - day 1 10:30:00"
    assert (row["case"], row["events"]) == ("first run", report.events)
    assert (row["tables built"], row["tests passed"], row["build seconds"]) == (2, 1, 12.3)
    assert row["decisions landed"] == 2
    assert row["rows written to Postgres"] == 7
    assert (
        window_row(report, BUILT, Exchanged(0, None))["rows written to Postgres"]
        == "none: it is away"
    )
    nothing = replace(report, case=Case.PAUSED, window=None, file=None, events=0)
    assert window_row(nothing, BUILT, Exchanged(2, Synced(3, 7, 1))) | {
        "landing seconds": 0
    } == row | {
        "case": "paused",
        "from": "",
        "to": "",
        "virtual": "",
        "events": 0,
        "landing seconds": 0,
    }
    assert json.loads(json.dumps(row)) == row


def test_a_window_is_told_in_two_lines_with_the_next(report: Report) -> None:
    landed, built = format_window(report, BUILT, 15.2, FOLLOWING)
    assert landed.startswith(f"Landed {report.events:,} events (first run), day 0 00:00:00 to ")
    assert re.fullmatch(
        r"Built 2 tables and passed 1 tests in 12\.3 s\. 15\.2 s in all\. "
        r"The next window comes at \d\d:33:00\.",
        built,
    )
    publication = Publication(3, {"lakeflow.all_events": 7}, 2, 40, 0.34)
    _, built = format_window(report, replace(BUILT, publication=publication), 15.2, FOLLOWING)
    assert "passed 1 tests in 12.0 s, published 2 files in 0.3 s. 15.2 s in all." in built
    warned = Build(1.0, (*NODES, Node("test.c.late_x.0b", None, "warn", 0.1, 2, "Got 2 rows")))
    assert format_window(report, warned, 1, FOLLOWING)[2:] == ["Warning: late_x: Got 2 rows"]


def test_tables_are_listed_with_their_rows_and_views_are_not() -> None:
    rows = table_rows(BUILT, {"lakeflow.all_events": 7, "lakeflow.other": 1})
    assert rows == [{"table": "lakeflow.all_events", "rows": 7, "seconds": 0.51}]
