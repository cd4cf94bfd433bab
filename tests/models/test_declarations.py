"""A wrong declaration of an increment stops the first build and says what to do."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from tests.support.business import Business, order_life
from tests.support.dbt_worker import RUN
from tests.support.extended_project import ExtendedProject

NOON = datetime(2026, 11, 20, 12)

# What the models below are made from.
UPSTREAM = ("--select", "+silver_order_timeline")
TIMELINE = "{'model': 'silver_order_timeline', 'partition': 'order_day'}"
BODY = """
    select order_day, count(*) as orders
    from {{ ref('silver_order_timeline') }}
    group by order_day
"""
BY_DAY_OF_DELIVERY = BODY.replace("order_day", "delivered_day")
FROM_A_VIEW = """
    select cast(event_ts as date) as order_day, count(*) as events
    from {{ ref('all_events') }}
    group by 1
"""
WITH_A_SEED = BODY.replace(
    "group by", "inner join {{ ref('locations') }} using (location_id) group by"
)
WITH_TWO_MODELS = BODY.replace(
    "group by", "inner join {{ ref('silver_order_items') }} using (order_day) group by"
)
FROM_A_PLAIN_TABLE = "select * from {{ ref('plain_table') }}"
PLAIN_TABLE = "{{ config(materialized='table') }}\nselect date '2026-11-20' as order_day\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ExtendedProject:
    return ExtendedProject(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def built(new_business: Callable[[], Business]) -> Business:
    """A business of one order, built."""
    business = new_business()
    business.land("window-1.jsonl", order_life("a", NOON))
    business.build()
    return business


def incremental(increment: str, body: str) -> str:
    """Return a model with this ``meta``."""
    config = "materialized='incremental', incremental_strategy='replace_partitions'"
    return f"{{{{ config({config}, meta={increment}) }}}}\n{body}\n"


@pytest.fixture
def one_model(project: ExtendedProject) -> Iterator[Callable[[str, str], list[str]]]:
    """Return a function that writes the model ``mine`` and says how dbt builds it."""

    def write(increment: str, body: str) -> list[str]:
        project.write("mine.sql", incremental(increment, body))
        return [*RUN, "--select", "mine", *project.arguments()]

    yield write
    for file in project.extra.iterdir():
        file.unlink()


def declared(*entries: str) -> str:
    """Return the ``meta`` of a model that is replaced by order_day."""
    affected_by = ", ".join(entries)
    return f"{{'increment': {{'partition_column': 'order_day', 'affected_by': [{affected_by}]}}}}"


def everything_said(answer: dict[str, Any]) -> str:
    """Return what dbt printed and its error, without line breaks."""
    return " ".join(" ".join([str(answer["error"]), *answer["messages"]]).split())


WRONG = [
    ("{}", BODY, "there is no meta.increment"),
    (
        "{'increment': {'partition_column': 'order_day', 'afected_by': [" + TIMELINE + "]}}",
        BODY,
        (
            "unknown key 'afected_by'; use partition_column, key_column, affected_by, "
            "finds_its_partitions (did you mean affected_by?)"
        ),
    ),
    ("{'increment': {'partition_column': 'order_day'}}", BODY, "lacks 'affected_by'"),
    (
        "{'increment': {'affected_by': [" + TIMELINE + "]}}",
        BODY,
        "either 'partition_column' or 'key_column'",
    ),
    (
        declared("{'model': 'silver_order_timeline', 'partitions': 'order_day'}"),
        BODY,
        (
            "affected_by silver_order_timeline: unknown key 'partitions'; "
            "use model, partition, key, days_after, when_changed (did you mean partition?)"
        ),
    ),
    (
        declared("{'model': 'silver_order_timelin', 'partition': 'order_day'}"),
        BODY,
        (
            "affected_by silver_order_timelin: the model does not read it; "
            "use silver_order_timeline (did you mean silver_order_timeline?)"
        ),
    ),
    (declared("{'partition': 'order_day'}"), BODY, "an entry of affected_by has no 'model'"),
    (
        declared("{'model': 'silver_order_timeline'}"),
        BODY,
        "affected_by silver_order_timeline: either 'partition' or 'key' is needed",
    ),
    (
        declared("{'model': 'silver_order_timeline', 'partition': 'order_day', 'days_after': 'x'}"),
        BODY,
        "days_after is 'x'; write a whole number of days",
    ),
    (
        declared(
            "{'model': 'silver_order_timeline', 'partition': 'order_day', 'when_changed': 'no'}"
        ),
        BODY,
        "when_changed is 'no'; write true, without days_after, or leave it out",
    ),
    (
        "{'increment': {'partition_column': 'delivered_day', 'affected_by': [" + TIMELINE + "]}}",
        BY_DAY_OF_DELIVERY,
        (
            "it has the column delivered_day, by which rows are replaced here, "
            "but partition is 'order_day'; write partition: delivered_day"
        ),
    ),
    (
        declared("{'model': 'all_events', 'partition': 'cast(event_ts as date)'}"),
        FROM_A_VIEW,
        (
            "affected_by all_events: it is a view, and a view cannot say what changed; "
            "name what it selects from: landed_lines"
        ),
    ),
    (
        declared(TIMELINE, "{'model': 'locations', 'partition': 'location_id'}"),
        WITH_A_SEED,
        "affected_by locations: it is a seed; leave it out",
    ),
    (
        declared("{'model': 'plain_table', 'partition': 'order_day'}"),
        FROM_A_PLAIN_TABLE,
        "affected_by plain_table: it cannot say what changed",
    ),
    (
        declared(TIMELINE),
        FROM_A_VIEW,
        "affected_by silver_order_timeline: the model does not read it",
    ),
    (
        declared(TIMELINE),
        WITH_TWO_MODELS,
        (
            "it reads silver_order_items, which affected_by does not name; "
            "add {'model': 'silver_order_items', 'partition': ...}"
        ),
    ),
]


@pytest.fixture(scope="module")
def first_build(project: ExtendedProject, built: Business) -> dict[str, Any]:
    """What dbt answers to the first build of models that are declared wrongly, all in one run."""
    project.write("plain_table.sql", PLAIN_TABLE)
    names = [f"wrong_{number}" for number in range(len(WRONG))]
    for name, (increment, body, _) in zip(names, WRONG, strict=True):
        project.write(f"{name}.sql", incremental(increment, body))
    answer = built.dbt(*RUN, "--select", *names, *project.arguments(), succeeds=False)
    for file in project.extra.iterdir():
        file.unlink()
    return answer


@pytest.mark.parametrize(("number", "says"), [(n, says) for n, (_, _, says) in enumerate(WRONG)])
def test_a_wrong_declaration_stops_the_first_build(
    built: Business, first_build: dict[str, Any], number: int, says: str
) -> None:
    name = f"wrong_{number}"
    assert first_build["results"][f"model.caspers_kitchens.{name}"] == "error"
    reported = [
        said
        for said in (" ".join(message.split()) for message in first_build["messages"])
        if f"The increment of {name} (models/extra/{name}.sql) is declared wrongly" in said
    ]
    assert any(says in said for said in reported), first_build["messages"]
    assert built.query(
        f"select count(*) from information_schema.tables where table_name = '{name}'"
    ) == [(0,)]


def test_rows_outside_of_what_changed_stop_the_build(
    new_business: Callable[[], Business], one_model: Callable[[str, str], list[str]]
) -> None:
    """The filter of what is read was forgotten: days that nothing has affected are computed too."""
    business = new_business()
    business.land("window-1.jsonl", order_life("a", NOON))
    command = one_model(declared(TIMELINE), BODY)
    business.build(*UPSTREAM)
    business.dbt(*command)
    before = business.query("select * from lakeflow.mine")
    business.land("window-2.jsonl", order_life("b", NOON.replace(day=22)))
    business.build(*UPSTREAM)
    answer = business.dbt(*command, succeeds=False)
    assert "1 of its rows have no order_day that a change upstream has affected" in everything_said(
        answer
    )
    assert business.query("select * from lakeflow.mine") == before


def test_a_model_that_is_declared_rightly_follows_what_changes(
    new_business: Callable[[], Business], one_model: Callable[[str, str], list[str]]
) -> None:
    business = new_business()
    the_day_before = NOON.replace(day=19)
    business.land("window-1.jsonl", order_life("a", NOON) + order_life("gone", the_day_before))
    filtered = BODY.replace("group by", "where {{ is_affected('order_day') }} group by")
    command = one_model(declared(TIMELINE), filtered)
    business.build(*UPSTREAM)
    business.dbt(*command)
    # A file that sorts earlier gives all events of the order to another one, four days later.
    taken_over = [
        {**event, "order_id": "other", "ts": event["ts"].replace("-19 ", "-23 ")}
        for event in order_life("gone", the_day_before)
    ]
    business.land("window-0.jsonl", taken_over)
    business.build(*UPSTREAM)
    business.dbt(*command)
    assert business.query(
        "select cast(order_day as varchar), orders from lakeflow.mine order by 1"
    ) == [
        ("2026-11-20", 1),
        ("2026-11-23", 1),
    ]
