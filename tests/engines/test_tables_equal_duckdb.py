"""What lands is built on DuckDB and on another engine; every table must be the same."""

import gzip
import json
import math
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from flows.replay import commands
from tests.engines.comparison import differences
from tests.engines.conftest import Pair
from tests.engines.standalone_cluster import WORKERS
from tests.engines.unavoidable_differences import STRANGE_LINES
from tests.oracle.adversarial import decision_files, order_ids_of
from tests.support.business import WAREHOUSE, Business, cancelled, event, item, order_life
from tests.support.metric_queries import MetricQueries, databricks_sql

FIRST_RUN = datetime(2026, 11, 20, 18, 30)
HOUR = timedelta(hours=1)


@dataclass
class Scenario:
    """Lands one window after the other, some of their lines late."""

    business: Business
    canonical: Path
    now: datetime = FIRST_RUN
    left_out: list[bytes] = field(default_factory=list)
    rng: random.Random = field(default_factory=lambda: random.Random(3))  # noqa: S311

    def window(self, later: timedelta) -> list[bytes]:
        """Land the replay's next window without some lines, and return the others."""
        self.now += later
        replay_options = commands.ReplayOptions(start_day=1, speed=1.0)
        report = commands.run(self.canonical, self.business.landing, self.now, replay_options)
        assert report.file is not None
        lines = report.file.read_bytes().splitlines(keepends=True)
        left_out = {line for line in lines if self.rng.random() < 0.03}
        self.left_out += left_out
        landed = [line for line in lines if line not in left_out]
        report.file.write_bytes(b"".join(landed))
        return landed

    def late(self, count: int) -> list[bytes]:
        """Return as many of the lines that were left out."""
        return [self.left_out.pop(self.rng.randrange(len(self.left_out))) for _ in range(count)]


def first_window(scenario: Scenario) -> None:
    scenario.window(timedelta())


def next_hours(scenario: Scenario) -> None:
    scenario.window(3 * HOUR)


def late_and_duplicate_lines(scenario: Scenario) -> None:
    landed = scenario.window(HOUR)
    lines = scenario.late(20) + scenario.rng.sample(landed, 20)
    scenario.business.land_bytes("zz-late.jsonl.gz", gzip.compress(b"".join(lines)))


def past_the_cycle(scenario: Scenario) -> None:
    scenario.window(50 * HOUR)


def out_of_order(scenario: Scenario) -> None:
    """Land a file whose name sorts before all others, with first copies of some of their lines."""
    windows = sorted(scenario.business.landing.glob("window-0*.jsonl"))
    repeated = windows[1].read_bytes().splitlines(keepends=True)[:30]
    scenario.business.land_bytes("a-first.jsonl", b"".join(scenario.late(10) + repeated))


def invalid_lines(scenario: Scenario) -> None:
    """Land lines that are not events, in every way that a line can be invalid, and broken files."""
    good = event("odd", 0, "order_created", FIRST_RUN, {"items": [item()]})
    basket = {"items": [item() | {"qty": 1.5}]}
    lines = [
        b"\xef\xbb\xbf" + json.dumps(good).encode(),
        b"",
        b"   ",
        b"not json",
        b"[]",
        b"{}",
        b'{"event_id": ',
        json.dumps(good).encode() + json.dumps(good).encode(),
        json.dumps(good).encode() + b" trailing",
        *(
            json.dumps(good | change).encode()
            for change in (
                {"event_id": None},
                {"event_id": "new-1", "location_id": "1"},
                {"event_id": "new-2", "location_id": 1.7},
                {"event_id": "new-3", "location_id": "1e0"},
                {"event_id": "new-4", "sequence": 10**12},
                {"event_id": "new-5", "ts": "2026-11-20"},
                {"event_id": "new-6", "ts": "2026-02-30 10:00:00.000"},
                {"event_id": "new-7", "ts": "1970-01-01 00:00:00.000"},
                {"event_id": "new-8", "body": "nothing"},
                {"event_id": "new-9", "body": {"items": [item()]}},
                {"event_id": "new-10", "body": json.dumps(basket)},
                {"event_id": "new-11", "body": json.dumps({"items": [item() | {"qty": "2"}]})},
                {"event_id": "new-12", "body": json.dumps({"items": [item() | {"price": "x"}]})},
                {"event_id": "new-13", "body": json.dumps({"items": [item() | {"price": 1.005}]})},
                {"event_id": "new-14", "body": json.dumps({"items": [item(item_id=99_999)]})},
                {"event_id": "new-15", "body": json.dumps({"items": item()})},
                {"event_id": "new-16", "order_id": ""},
                {"event_id": "new-17", "order_id": "Zoë's \u2603 order"},
            )
        ),
    ]
    scenario.business.land_bytes("zz-odd.jsonl", b"\r\n".join(lines[:6]) + b"\n".join(lines[6:]))
    life = order_life("no line end", FIRST_RUN + HOUR)
    scenario.business.land_bytes("zz-odd-2.jsonl", "\n".join(map(json.dumps, life)).encode())
    packed = gzip.compress(b"\n".join(lines))
    for name, content in {
        "cut": packed[:-9],
        "plain": lines[1] + b"\n" + lines[0],
        "followed": packed + b"garbage",
        "members": packed + gzip.compress(b"\n{}\r\rcaf\xe9\r\n"),
        "nothing": gzip.compress(b""),
    }.items():
        scenario.business.land_bytes(f"zz-odd-{name}.jsonl.gz", content)


def people(scenario: Scenario) -> None:
    """Land orders that tell of people after those that do not, cancelled, batched and broken."""
    noon = FIRST_RUN + HOUR
    told = ("c'1", "d1")
    lives = [
        order_life("first door", noon, minutes=50, people=told),
        order_life("second door", noon - HOUR / 2, minutes=100, people=told),
        cancelled(order_life("nobody there", noon, people=told), 8, "address_not_found"),
        cancelled(order_life("older form", noon), 9, "the dog ate it"),
    ]
    created = lives[0][0]
    payment = {**json.loads(created["body"])["payment"], "tip": 0.125, "tax": 1e2}
    broken = [
        {"customer_id": {"a": 1}},
        {"customer_id": [1, "x"]},
        {"customer_id": 7, "promised_mins": "31.5"},
        {"customer_id": True, "promised_mins": "soon"},
        {"customer_id": "", "payment": None},
        {"payment": "free"},
        {"payment": 5},
        {"payment": []},
        {"payment": {}},
        {"payment": payment},
        {"payment": payment | {"tip": "1.005"}},
        {"payment": payment | {"tip": "-0.01"}},
        {"payment": payment | {"tip": [1]}},
        {"payment": payment | {"total": "1000000000"}},
    ]
    odd = [
        created
        | {"event_id": f"told-{number}", "order_id": f"told-{number}"}
        | {"body": json.dumps(json.loads(created["body"]) | changes)}
        for number, changes in enumerate(broken)
    ]
    odd += [
        event(f"named-{number}", number, event_type, noon, body)
        for number, (event_type, body) in enumerate(
            [
                ("driver_arrived", {"driver_id": {"id": "d1"}}),
                ("driver_picked_up", {"driver_id": 12}),
                ("driver_ping", {"driver_id": ["d1"]}),
                ("delivered", {"driver_id": ""}),
                ("order_cancelled", {"reason": {}}),
                ("order_cancelled", {"reason": None}),
                ("order_cancelled", {}),
            ]
        )
    ]
    events = [*odd, *(one for life in lives for one in life)]
    scenario.business.land("zz-people.jsonl", events)


def decisions(scenario: Scenario) -> None:
    """Land decisions about orders that have landed, some of them revised, repeated or malformed."""
    window = max(scenario.business.landing.glob("window-0*.jsonl"))
    orders = order_ids_of([window.read_bytes()])
    # The files of the second time sort among those of the first.
    for name, content in decision_files(str(scenario.now), orders):
        scenario.business.land_decisions(name, content)


def answers(scenario: Scenario) -> None:
    """Land answers of a language model about late orders, usable and not, and broken lines."""
    late = scenario.business.query(
        """
        select order_id, refund_class, (order_revenue * 0.3)::decimal(10, 2)::varchar
        from recommender.refund_recommendations where refund_class <> 'none'
        order by refund_class desc, order_id limit 8
        """
    )
    assert len(late) == 8
    forms: list[dict[str, object]] = [
        {},
        {"refund_usd": "10000.00"},
        {"reason": 'Zo\u00eb\'s \u2603 "order" \\ was late'},
        {"refund_usd": 3.5},
        {"refund_usd": None},
        {"more": {"a": [1, {"b": None}], "c": True, "d": 1.0}},
        {"reason": ["late"]},
        {"refund_class": "full"},
    ]
    lines = []
    for number, ((order_id, refund_class, usd), form) in enumerate(zip(late, forms, strict=True)):
        answer = {"refund_class": refund_class, "refund_usd": usd, "reason": "Late."} | form
        line = {
            "response_id": f"r{number}", "agent": "refund", "subject_id": order_id,
            "asked_ts": "2026-11-27 10:00:00.000", "model": "m", "outcome": "answered",
            "answer": answer,
        }  # fmt: skip
        changes: tuple[dict[str, object], ...] = (
            {},
            {"asked_ts": "2026-11-27 11:00:00.000", "outcome": "timeout", "answer": None},
            {"agent": "complaint"},
            {"answer": "text"},
            {"answer": []},
            {"asked_ts": "soon"},
            {"outcome": 1},
            {"subject_id": None},
        )
        lines += [json.dumps(line | change, separators=(",", ":")) for change in changes]
    folder = scenario.business.data / "landing" / "agent_responses"
    folder.mkdir()
    (folder / "responses-1.jsonl").write_text("\n".join([*lines, "", "no json", "{}"]))


def nothing_new(scenario: Scenario) -> None:
    """Land nothing."""


# What lands before each build.
BUILDS: list[list[Callable[[Scenario], None]]] = [
    [first_window],
    [next_hours, late_and_duplicate_lines, decisions],
    [past_the_cycle],
    [out_of_order, invalid_lines, decisions],
    [people, answers],
    [nothing_new],
]


def test_every_table_equals_duckdbs_after_every_build(
    pair: Pair, canonical: Path, tmp_path: Path
) -> None:
    scenario = Scenario(pair.duckdb, canonical)
    pair.duckdb.dbt("seed")
    pair.engine.dbt("seed")
    for number, steps in enumerate(BUILDS):
        for step in steps:
            step(scenario)
        logs = [side.dbt("run")["messages"] for side in (pair.duckdb, pair.engine)]
        cases = [
            [line for line in messages if line.startswith(("landed_lines:", "silver_", "gold_"))]
            for messages in logs
        ]
        assert sorted(cases[0]) == sorted(cases[1])
        found = differences(pair.duckdb, pair.engine, tmp_path / str(number))
        assert found == {}, f"after {steps[-1].__name__}"
    assert pair.duckdb.query("select count(*) > 5 from recommender.refund_decisions") == [(True,)]
    assert pair.duckdb.query("select count(*) > 15 from lakeflow.rejected_events") == [(True,)]


def test_every_test_of_the_project_has_the_same_outcome(pair: Pair) -> None:
    outcomes = [side.dbt("build")["results"] for side in (pair.duckdb, pair.engine)]
    assert outcomes[0] == outcomes[1]


def test_a_full_refresh_makes_the_same_tables(pair: Pair, tmp_path: Path) -> None:
    for side in (pair.duckdb, pair.engine):
        side.dbt("run", "--full-refresh")
    assert differences(pair.duckdb, pair.engine, tmp_path) == {}


def test_every_metric_is_the_same(pair: Pair) -> None:
    group_by = ["kitchen__name", "metric_time__week"]
    here, there = (
        side.worker.target / "semantic_manifest.json" for side in (pair.duckdb, pair.engine)
    )
    with duckdb.connect(str(pair.duckdb.data / WAREHOUSE), read_only=True) as connection:
        metrics = MetricQueries(here, connection)
        names = [metric.name for metric in metrics.manifest.metrics]
        expected = metrics.ask(names, group_by)
    sql = re.sub(r"`?hive_metastore`?\.", "", databricks_sql(there, names, group_by))
    columns = list(expected[0])
    answered = [dict(zip(columns, row, strict=True)) for row in pair.engine.rows(sql)]
    both = [
        {tuple(str(row[name]) for name in group_by): row for row in rows}
        for rows in (expected, answered)
    ]
    assert both[0].keys() == both[1].keys()
    assert len(both[0]) > 1
    different = [
        (group, name, row[name], both[1][group][name])
        for group, row in both[0].items()
        for name in columns
        if not is_same(row[name], both[1][group][name])
    ]
    assert different == []


def is_same(value: object, text: str) -> bool:
    """Return whether a text is this value; of a quotient, to nine digits."""
    if isinstance(value, float):
        return text != "None" and math.isclose(value, float(text), rel_tol=1e-9)
    return str(value) == text


def test_engines_judge_only_the_declared_lines_differently(pair: Pair) -> None:
    strange = []
    for number, declared in enumerate(STRANGE_LINES):
        kind = "order_created" if "items" in declared.line else "gk_ready"
        fields = event(f"strange-{number}", 0, kind, FIRST_RUN + HOUR, {})
        without_body = json.dumps({name: fields[name] for name in fields if name != "body"})
        strange.append(declared.line.replace("EVENT", without_body[1:-1]))
    # Together with events of every type: Sail fails on a load that lacks one.
    strange += map(json.dumps, order_life("beside", FIRST_RUN + HOUR))
    pair.duckdb.land_bytes("zzz-strange.jsonl", "\n".join(strange).encode())
    codes = (
        "select rejection_code from lakeflow.landed_lines "
        f"where landed_window = 'zzz-strange' and line_number <= {len(STRANGE_LINES)} "
        "order by line_number"
    )
    for side in (pair.duckdb, pair.engine):
        side.dbt("run", "--select", "landed_lines")
    here = [code for (code,) in pair.duckdb.query(codes)]
    there = [code for (code,) in pair.engine.rows(codes)]
    assert here == [declared.on_duckdb for declared in STRANGE_LINES]
    assert there == [str(declared.elsewhere) for declared in STRANGE_LINES]


ORDERS = "select max(order_id) from lakeflow.silver_order_timeline where status = 'delivered'"


def test_every_function_returns_the_same_rows(pair: Pair) -> None:
    if pair.engine.engine == "sail":
        pytest.skip("Sail has no functions written in SQL")
    ((order,),) = pair.duckdb.query(ORDERS)
    calls = [
        *(f"get_order_{name}('{order}')" for name in ("overview", "timing", "delivery_time")),
        f"get_order_details('{order}')",
        "get_location_timings(1)",
    ]
    # Open-source Spark takes no schema before the name of a function in `from`; Databricks does.
    pair.engine.rows("use ai")
    for call in calls:
        here = pair.duckdb.query(f"select * from ai.{call}")
        there = pair.engine.rows(f"select * from {call}")
        assert here
        assert sorted([str(value) for value in row] for row in here) == sorted(there), call
    pair.engine.rows("use default")


def test_all_executors_ran_tasks(pair: Pair) -> None:
    if pair.engine.engine != "cluster":
        pytest.skip("only a cluster has several executors")
    tasks = pair.engine.worker.ask({"tasks": 1})["tasks"]
    assert len(tasks) == WORKERS
    assert min(tasks.values()) > 100


def test_teardown_removes_the_same_things_and_nothing_else(pair: Pair) -> None:
    if pair.engine.engine == "sail":
        pytest.skip("Sail has no functions written in SQL")
    pair.engine.rows("create table lakeflow.my_notes using delta as select 1 as one")
    planned = removed_by_teardown(pair.engine, dry_run=True)
    assert planned | {("schema", "lakeflow")} == removed_by_teardown(pair.duckdb, dry_run=True)
    assert removed_by_teardown(pair.engine, dry_run=False) == planned
    assert removed_by_teardown(pair.engine, dry_run=False) == set()
    assert pair.engine.rows("select one from lakeflow.my_notes") == [["1"]]


def removed_by_teardown(business: Business, *, dry_run: bool) -> set[tuple[str, str]]:
    """Return the kind and the name, without its catalog, of what a teardown removes."""
    options = ["--args", json.dumps({"dry_run": dry_run})]
    messages = business.dbt("run-operation", "teardown", *options)["messages"]
    steps = [json.loads(line) for line in messages if line.startswith("{")]
    return {(step["kind"], without_catalog(step["name"])) for step in steps}


def without_catalog(name: str) -> str:
    """Return the name of a relation or schema without what differs between engines."""
    return re.sub(r"^(caspers|hive_metastore)\.", "", re.sub('[`"]', "", name))


def test_nothing_is_rewritten_without_need(pair: Pair) -> None:
    assert pair.engine.worker.ask({"unneeded": 1}) == {"unneeded": []}
