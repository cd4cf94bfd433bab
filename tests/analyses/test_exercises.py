"""Exercises: a right answer is right, and each wrong one that people give is said to be wrong."""

import hashlib
import json
import random
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from analyses.exercises.__main__ import main
from analyses.exercises.catalogue import EXERCISES
from analyses.exercises.comparison import Rows, differences
from analyses.exercises.exercise import Exercise, Places
from analyses.exercises.landings import ALTERED
from analyses.exercises.queries import has_window_function
from common.landed_files import window_file_name
from flows.replay.__main__ import main as replay
from generator.__main__ import main as generate
from generator.realism.catalogue import STATISTICS
from tests.support.business import Business, Event, cancelled, item, order_life
from tests.support.extended_project import ExtendedProject
from tests.support.faulty_landing import inject
from tests.support.publication import publish_business

pytestmark = pytest.mark.thorough

FIRST_DAY = datetime(2026, 10, 5)
DAYS = 43
KITCHENS = (1, 2)
CUSTOMERS = 160
OF_TABLES = [exercise for exercise in EXERCISES if exercise.number in (1, 2, 3, 4)]
WITH_QUERIES = [exercise for exercise in EXERCISES if exercise.tables is not None]
MODEL = EXERCISES[6]
RATES = {"duplicates": 0.02, "truncated": 0.01, "wrong_types": 0.01, "unknown_items": 0.02}


def made_up_orders() -> list[Event]:
    """Return six weeks of two kitchens: cancelled, late and open orders, tips and discounts."""
    rng = random.Random(11)  # noqa: S311  (not used for secrets)
    events: list[Event] = []
    for location_id in KITCHENS:
        for number in range(DAYS * 14):
            day = number // 14
            if day % 5 == 0 and number % 2:  # some days have half the orders, and dearer ones
                continue
            customer = f"customer-{location_id}-{rng.randrange(CUSTOMERS)}"
            life = order_life(
                f"order-{location_id}-{number}",
                FIRST_DAY + timedelta(days=day, hours=8 + number % 14, minutes=rng.uniform(0, 59)),
                minutes=rng.lognormvariate(3.4, 0.35),
                pings=0,
                items=[
                    item(brand, brand, price=(20.0 if day % 5 == 0 else 8.5) + brand)
                    for brand in rng.sample(range(1, 7), rng.choice((1, 1, 2, 3)))
                ],
                location_id=location_id,
                people=(customer, f"courier-{location_id}-{number % 3}"),
            )
            body = json.loads(life[0]["body"])
            body["payment"] |= {
                "tip": rng.choice(("0.00", "1.50", "2.25", "4.00")),
                "discount": rng.choice(("0.00", "0.00", "0.00", "2.50")),
            }
            life[0]["body"] = json.dumps(body)
            events += cancelled(life, 4, "no_courier") if rng.random() < 0.04 else life
        last = FIRST_DAY + timedelta(days=DAYS - 1, hours=23)
        events += order_life(f"open-{location_id}", last, location_id=location_id)[:4]
    return events


@pytest.fixture(scope="module")
def business(new_business: Callable[[], Business]) -> Business:
    """The business, built and published, with another policy and a faulty landing beside it."""
    business = new_business()
    last = DAYS * 86_400_000_000
    business.land(window_file_name(0, last), made_up_orders())
    business.build()
    publish_business(business)
    policy = business.data / "lesson" / "policy"
    policy.mkdir(parents=True)
    shutil.copy(business.data / "caspers.duckdb", policy)
    other = ["--vars", "{refund_partial_share_from: 0.2}"]
    answer = business.worker.run(
        policy,
        ["run", "--full-refresh", "--select", "refund_recommendations", *other],
        variables={"CASPERS_LANDING": str(business.landing)},
    )
    assert answer["success"], answer["messages"]
    faulty = Business(business.data / "lesson" / "faulty", business.worker)
    rates = business.data / "rates.json"
    rates.write_text(json.dumps(RATES))
    assert inject(business.landing, faulty.landing, "--rates", str(rates)) == 0
    faulty.build("--select", "+landed_lines")
    return business


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a dataset of four days."""
    data: Path = tmp_path_factory.mktemp("dataset")
    options = ["--days", "4", "--locations", "sv", "--out", str(data / "canonical")]
    assert generate(["canonical", *options]) == 0
    return data


@pytest.fixture(scope="module")
def landed(dataset: Path) -> Path:
    """The same with a replay of the lesson, of which a file has landed twice."""
    landing = dataset / "lesson" / "replay" / "landing" / "events"
    places = ["--canonical", str(dataset / "canonical"), "--landing", str(landing)]
    for moment in ("2026-11-20T06:00", "2026-11-20T06:07"):
        assert replay(["run", *places, "--start-day", "1", "--now", moment]) == 0
    shutil.copy(next(landing.glob("window-*")), landing / "again.jsonl")
    return dataset


@pytest.fixture
def places(business: Business, landed: Path, tmp_path: Path) -> Iterator[Places]:
    """Everything that checks need, and no answer yet."""
    (business.data / "canonical").symlink_to(landed / "canonical")
    (business.data / "lesson" / "replay").symlink_to(landed / "lesson" / "replay")
    yield Places(tmp_path, business.data)
    (business.data / "canonical").unlink()
    (business.data / "lesson" / "replay").unlink()


def check(exercise: Exercise, answer: str, places: Places) -> int:
    """Check an answer as the command line does."""
    exercise.file(places).parent.mkdir(parents=True, exist_ok=True)
    exercise.file(places).write_text(answer)
    return main(["check", str(exercise.number)], places)


@pytest.mark.parametrize("exercise", WITH_QUERIES, ids=lambda e: e.number)
def test_a_right_answer_is_right_whatever_the_order(
    exercise: Exercise, places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    solution = exercise.solution_text().rstrip().removesuffix("select * from final")
    with exercise.tables(places) as connection:  # type: ignore[misc]  # each of these has tables
        columns = [column[0] for column in connection.execute(exercise.solution_text()).description]
    backwards = f"{solution}select {', '.join(reversed(columns))} from final order by 1 desc;"
    for answer in (exercise.solution_text(), backwards):
        assert check(exercise, answer, places) == 0, capsys.readouterr()
        assert capsys.readouterr().out.startswith(f"{exercise.number}. {exercise.title} right\n")


@pytest.mark.parametrize(
    ("exercise", "number"),
    [
        pytest.param(exercise, number, id=f"{exercise.number}-{number}")
        for exercise in WITH_QUERIES
        for number in range(len(exercise.mistakes))
    ],
)
def test_a_mistake_is_wrong_and_called_by_its_name(
    exercise: Exercise, number: int, places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    mistake = exercise.mistakes[number]
    assert check(exercise, mistake.answer(exercise.solution_text()), places) == 1
    said = capsys.readouterr().out
    assert "WRONG" in said
    assert f"  This is what comes out where {mistake.says}." in said


def test_every_exercise_knows_two_mistakes_at_least() -> None:
    assert [e.number for e in EXERCISES] == list(range(1, 9))
    assert all(len(e.mistakes) >= 2 for e in WITH_QUERIES)
    assert all(not e.alterations or e in OF_TABLES for e in EXERCISES)


@pytest.mark.parametrize("exercise", WITH_QUERIES, ids=lambda e: e.number)
def test_a_number_beside_the_right_one_is_wrong(
    exercise: Exercise, places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    """One row of all, one column after the other."""
    with exercise.tables(places) as connection:  # type: ignore[misc]  # each of these has tables
        result = connection.execute(exercise.solution_text())
        columns = [column[0] for column in result.description]
        types = [str(column[1]) for column in result.description]
    numbers = [
        name
        for name, kind in zip(columns, types, strict=True)
        if name not in exercise.key and kind not in ("VARCHAR", "STRING")
    ]
    assert numbers
    for name in numbers:
        changed = ", ".join(
            f"case when row_number() over () = 1 then {each} + 0.01 else {each} end as {each}"
            if each == name
            else each
            for each in columns
        )
        answer = exercise.solution_text().rstrip().removesuffix("* from final")
        answer += f"{changed} from (from final order by all)"
        if exercise.windowless:
            answer = answer.replace("row_number() over () = 1", "kitchen = 'Silicon Valley'")
        assert check(exercise, answer, places) == 1, name
        said = capsys.readouterr().out
        assert f"{name} is " in said
        assert "too high" in said


def test_what_is_right_by_luck_is_wrong_on_another_copy(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    """Answers that write down what they saw."""
    for exercise in (EXERCISES[0], EXERCISES[3], EXERCISES[7]):
        with exercise.tables(places) as connection:  # type: ignore[misc]
            found = connection.execute(exercise.solution_text())
            columns = [column[0] for column in found.description]
            rows = found.fetchall()
        values = ", ".join(
            "(" + ", ".join(f"'{v}'" if isinstance(v, str) else str(v) for v in row) + ")"
            for row in rows
        )
        answer = f"select * from (values {values}) as seen ({', '.join(columns)})"
        assert check(exercise, answer, places) == 1
        assert re.search(r"right on your \w+, but not on a copy ", capsys.readouterr().out)


def test_lines_that_hide_each_other_are_told_apart(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    """Right where nothing is lost, and where nothing is repeated; never where both happen."""
    exercise = EXERCISES[7]
    answer = exercise.solution_text().replace(
        "(select sum(events_to_expect - events) from orders) as missing",
        "greatest(0, (select sum(events_to_expect) from orders) - (select count(*) from lines)) "
        "as missing",
    )
    assert check(exercise, answer, places) == 1
    assert list(ALTERED)[-1] in capsys.readouterr().out


REFUSED = {
    "no file": (None, "is not there: write your answer into it"),
    "nothing": ("-- later\n", "is empty: write a query"),
    "no SQL": ("selct 1", "is not SQL"),
    "unknown column": ("select\n    kitchenn\nfrom simulator.locations", "LINE 2"),
    "two statements": ("select 1; select 2", "has to hold one query"),
    "a change": ("drop table lakeflow.gold_order_header", "has to hold one query"),
    "a file": ("select * from read_csv('/etc/passwd')", "file system"),
    "endless rows": ("select * from range(200000)", "far more than were asked for"),
}


@pytest.mark.parametrize(("answer", "says"), REFUSED.values(), ids=list(REFUSED))
def test_what_cannot_be_checked_is_said(
    answer: str | None, says: str, places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    if answer is not None:
        EXERCISES[0].file(places).write_text(answer)
    assert main(["check", "1"], places) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: {places.answers / '1.sql'} ")
    assert says in said


@pytest.mark.parametrize("number", [1, 5, 6, 7, 8])
def test_without_data_the_command_that_makes_them_is_named(
    number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exercise = EXERCISES[number - 1]
    places = Places(tmp_path / "answers", tmp_path / "data", tmp_path / "project")
    exercise.file(places).parent.mkdir(parents=True)
    exercise.file(places).write_text(exercise.solution_text())
    assert main(["check", str(number)], places) == 2
    words = {1: "make run", 5: "make run", 6: "flows.faults", 7: "canonical", 8: "--landing"}
    assert words[number] in capsys.readouterr().err


@pytest.mark.parametrize("number", ["0", "9"])
def test_an_exercise_that_is_not_there(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", number]) == 2
    assert "choose one from 1 to 8" in capsys.readouterr().err


def test_columns_and_rows_that_are_wrong_are_named(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    exercise = EXERCISES[0]
    assert check(exercise, "select name as kitchen, 1 as sold from simulator.locations", places)
    said = capsys.readouterr().out
    assert "columns that are missing: orders, revenue, average_basket" in said
    assert "columns that nobody asked for: sold" in said
    rows = "select name as kitchen, 1 as orders, 2 as revenue, 2 as average_basket"
    assert check(exercise, f"{rows} from simulator.locations where location_id <> 1", places)
    said = capsys.readouterr().out
    assert "1 row is missing:\n    kitchen San Francisco" in said
    assert "2 rows are not right to be there:\n    kitchen Bellevue\n    kitchen Chicago" in said
    assert check(exercise, f"{rows} from simulator.locations, range(2)", places)
    assert "2 rows for kitchen Bellevue, where one is asked for" in capsys.readouterr().out


def test_a_window_function_is_found_where_none_is_allowed(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    exercise = EXERCISES[1]
    assert check(exercise, exercise.solution_text() + " qualify rank() over () = 1", places) == 1
    assert "window function" in capsys.readouterr().out
    assert not has_window_function("select 'sum(x) over ()' as text")


def test_a_copy_with_the_old_policy_or_of_another_build_is_found(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    exercise = EXERCISES[4]
    copy = places.lesson / "policy" / "caspers.duckdb"
    kept = copy.with_suffix(".kept")
    copy.rename(kept)
    try:
        shutil.copy(places.data / "caspers.duckdb", copy)
        assert check(exercise, exercise.solution_text(), places) == 1
        assert "still has the verdicts of the business" in capsys.readouterr().out
        with duckdb.connect(str(copy)) as connection:
            connection.execute(
                "update recommender.refund_recommendations set refund_usd = 1 "
                "where refund_class = 'full'"
            )
        assert check(exercise, exercise.solution_text(), places) == 1
        assert "other verdicts than the policy" in capsys.readouterr().out
        with duckdb.connect(str(copy)) as connection:
            connection.execute(
                "delete from recommender.refund_recommendations where location_id = 1"
            )
        assert check(exercise, exercise.solution_text(), places) == 1
        assert "of another build" in capsys.readouterr().out
    finally:
        kept.replace(copy)


def test_a_landing_without_a_repetition_or_with_a_gap_is_found(
    landed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exercise = EXERCISES[7]
    places = Places(tmp_path / "answers", tmp_path / "data")
    landing = places.lesson / "replay" / "landing" / "events"
    shutil.copytree(landed / "lesson" / "replay" / "landing" / "events", landing)
    (places.data / "canonical").symlink_to(landed / "canonical")
    (landing / "again.jsonl").unlink()
    assert check(exercise, exercise.solution_text(), places) == 1
    assert "each event has landed once" in capsys.readouterr().out
    window = next(landing.glob("window-*"))
    window.write_text("".join(window.read_text().splitlines(keepends=True)[:-1]))
    assert check(exercise, exercise.solution_text(), places) == 1
    assert re.search(r"events have landed, where the dataset has", capsys.readouterr().out)


def test_faults_that_were_injected_after_the_build_are_noticed(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    faulty = places.lesson / "faulty" / "landing" / "events"
    more = faulty / "more.jsonl"
    more.write_text("{}\n")
    assert check(EXERCISES[5], EXERCISES[5].solution_text(), places) == 2
    assert "built of other files than the faulty ones" in capsys.readouterr().err
    more.unlink()


def test_checks_and_tries_change_nothing(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(places.data)
    for exercise in WITH_QUERIES:
        assert check(exercise, exercise.solution_text(), places) == 0
        assert main(["try", str(exercise.number)], places) == 0
    assert contents(places.data) == before
    assert "average_basket" in capsys.readouterr().out


def contents(folder: Path) -> dict[str, str]:
    """Return a digest of each file."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }


def models_of_learners() -> dict[str, tuple[str, int, str]]:
    """Return models by what they are: their text, the exit code and what is said of them."""
    right = MODEL.solution_text()
    affected = "and {{ is_affected('order_day') }}"
    config = right[right.index("{{ config") : right.index(") }}") + len(") }}")]
    later = (
        "{{% if is_incremental() %}} and order_day {} (select max(order_day) from {{{{ this }}}})"
    )
    later += "{{% endif %}}"
    return {
        "right": (right, 0, "right after every window"),
        "forgets late data": (
            right.replace(affected, f"{affected} {later.format('>=')}"),
            1,
            "with what came late of the days before",
        ),
        "adds days to days": (
            right.replace(
                config, "{{ config(materialized='incremental', incremental_strategy='append') }}"
            ).replace(affected, later.format(">=")),
            1,
            "a window that ends after midnight",
        ),
        "a view": (
            right.replace(config, "").replace(affected, ""),
            1,
            "it is a view: make it an incremental table",
        ),
        "does not build": (right.replace("total_minutes", "all_minutes"), 2, "all_minutes"),
    }


# Each builds three windows of a project of its own.
@pytest.mark.parametrize("kind", models_of_learners())
def test_a_model_is_built_window_by_window(
    kind: str,
    dataset: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CASPERS_LANDING", raising=False)
    project = ExtendedProject(tmp_path)
    places = Places(tmp_path / "answers", dataset, project.folder)
    text, code, says = models_of_learners()[kind]
    before = contents(dataset)
    assert check(MODEL, text, places) == code
    said: Any = capsys.readouterr()
    assert says in said.out + said.err
    assert contents(dataset) == before


def test_bands_are_those_of_the_page_on_realism() -> None:
    solution = EXERCISES[3].solution_text()
    bands = re.findall(r"\('([^']+)', ([\d.]+), ([\d.]+)\)", solution)
    known = {(each.name, each.low, each.high) for each in STATISTICS}
    assert len(bands) == 5
    assert {(name, float(low), float(high)) for name, low, high in bands} <= known


def test_the_page_has_every_task_with_the_columns_that_are_checked(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    for exercise in EXERCISES:
        assert main(["show", str(exercise.number)], places) == 0
        task = capsys.readouterr().out
        table = task[task.index("| column of") : task.index("<details>")]
        named = {
            name
            for row in table.splitlines()[2:]
            if row.startswith("|")
            for name in re.findall(r"`(\w+)`", row.split("|")[1])
        }
        if exercise.tables is None:
            right = exercise.solution_text()
            checked = {"location_id", "order_day", *re.findall(r" as (\w+)[,\n]", right)}
        else:
            with exercise.tables(places) as connection:
                result = connection.execute(exercise.solution_text())
                checked = {column[0] for column in result.description}
        assert named == checked - {"orders"} | (named & {"orders"})
        assert f", {exercise.minutes} minutes." in task
        assert f"`{exercise.file(Places(Path('answers'), Path(), Path()))}`" in task
        assert f"`python -m analyses.exercises check {exercise.number}`" in task
        assert main(["solution", str(exercise.number)], places) == 0
        assert capsys.readouterr().out.strip() == exercise.solution_text().strip()
    assert main(["list"], places) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(EXERCISES)


def test_values_are_compared_as_they_are_meant() -> None:
    expected = Rows(("key", "value"), (("a", 2), ("b", None), ("c", 0.125)))
    right = Rows(("value", "key"), ((2.0, "a"), (None, "b"), (0.12500000000001, "c")))
    assert differences(right, expected, ["key"]) == []
    assert differences(Rows(("key", "value"), (("a", 2), ("b", 0), ("c", 0.13))), expected, ["key"])
    text = Rows(("key", "value"), (("a", "2"), ("b", None), ("c", 0.125)))
    assert differences(text, expected, ["key"]) == [
        "wrong in 1 of 3 rows:",
        "  key a: value is 2, and is to be a number",
    ]
    truth = Rows(("key", "value"), (("a", 1),))
    assert differences(Rows(("key", "value"), (("a", True),)), truth, ["key"])
    assert differences(Rows(("key", "value"), (("a", float("nan")),)), truth, ["key"])
    assert differences(Rows(("key", "value"), ()), truth, ["key"]) == [
        "no rows at all, where 1 are right"
    ]
