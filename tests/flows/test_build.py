"""A build: what it asks of dbt, what it reports, and how it fails."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from common.errors import BusyError, UserError
from common.paths import PROJECT
from flows.build import Builder
from flows.build_results import Node, format_build
from flows.dbt.log_events import LogEvent
from flows.dbt.warm import DbtResult
from tests.support.duckdb_messages import LOCK_MESSAGE


def node(unique_id: str, status: str = "success", failures: int = 0, message: str = "OK") -> Node:
    return Node(unique_id, '"caspers"."lakeflow"."all_events"', status, 0.5, failures, message)


GOOD = (node("model.c.good"),)


class FakeDbt:
    """Answers every command alike, and remembers what it was asked."""

    project = PROJECT

    def __init__(
        self,
        *nodes: Node,
        success: bool = True,
        error: str = "",
        says: Sequence[LogEvent] = (),
        meanwhile: Callable[[], None] = lambda: None,
    ) -> None:
        self.result = DbtResult(success, error, nodes, 1.5, tuple(says))
        self.asked: list[tuple[list[str], dict[str, Any]]] = []
        self.meanwhile = meanwhile

    def run(self, arguments: list[str], **options: Any) -> DbtResult:  # noqa: ANN401
        self.asked.append((arguments, options))
        for event in self.result.events:
            options["on_event"](event)
        self.meanwhile()
        return self.result


def builder(*nodes: Node, **options: Any) -> Builder:  # noqa: ANN401
    return Builder(FakeDbt(*nodes, **options))  # type: ignore[arg-type]


def event(message: str, level: str = "info") -> LogEvent:
    return LogEvent("Event", level, message, {})


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def test_a_build_reports_what_it_built() -> None:
    nodes = (
        node("model.caspers_kitchens.all_events"),
        node("seed.caspers_kitchens.items"),
        node("test.caspers_kitchens.unique_x.0a1b", "pass"),
        node("test.caspers_kitchens.late_x.0a1c", "warn", 2, "Got 2 rows"),
    )
    events: list[LogEvent] = []
    built = builder(*nodes, says=[event("Completed")]).build_window(events.append)
    assert [each.message for each in events] == ["Completed"]
    assert [each.name for each in built.built] == ["all_events", "items"]
    assert [each.name for each in built.tested] == ["unique_x"]
    assert built.cpu_seconds == 1.5
    assert format_build(built)[0].startswith("Built 2 tables and passed 1 tests in ")
    assert format_build(built)[1:] == ["Warning: late_x: Got 2 rows"]


def test_a_window_has_no_unit_tests_and_loads_seeds_when_a_file_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "items.csv").write_text("id\n1\n")
    monkeypatch.setattr("flows.dbt.project_files.seeds_directory", lambda: seeds)
    dbt = FakeDbt(*GOOD)
    built = Builder(dbt)  # type: ignore[arg-type]
    loaded = []
    for changed in (None, None, "id\n2\n3\n", None):
        if changed:
            (seeds / "items.csv").write_text(changed)
        built.build_window()
        arguments, options = dbt.asked[-1]
        assert arguments[0] == "build"
        assert "unit_test" in arguments
        assert options["variables"] == {"CASPERS_TESTS": "affected"}
        assert options["publish"]
        loaded.append("seed" not in arguments)
        assert ("config.materialized:table_function" in arguments) is not loaded[-1]
    assert loaded == [True, False, True, False]

    dbt.result = DbtResult(success=False, error="no", nodes=(), cpu_seconds=0, events=())
    (seeds / "items.csv").write_text("id\n")
    with pytest.raises(UserError):
        built.build_window()
    dbt.result = FakeDbt(*GOOD).result
    built.build_window()
    assert "seed" not in dbt.asked[-1][0], "seeds that were not loaded are loaded the next time"


def test_the_check_tests_all_of_history() -> None:
    dbt = FakeDbt(node("test.c.unique_x.0a", "pass"))
    assert len(Builder(dbt).test_everything().tested) == 1  # type: ignore[arg-type]
    arguments, options = dbt.asked[0]
    assert (arguments[0], options["variables"]) == ("test", {"CASPERS_TESTS": "all"})
    assert not options["publish"], "it builds nothing"


def test_a_failed_node_is_reported_with_what_to_do() -> None:
    nodes = [node("model.c.good")]
    nodes += [node(f"test.c.bad{n}.0a", "fail", n, f"Got {n} rows") for n in range(7)]
    nodes += [node("model.c.after", "skipped")]
    with pytest.raises(UserError, match="could not build or test 7 of 9 nodes") as error:
        builder(*nodes, success=False).build_window()
    assert not isinstance(error.value, BusyError)
    assert "bad4: Got 4 rows\n  … and 2 more" in str(error.value)
    assert "dbt retry" in str(error.value)


def test_what_stopped_dbt_is_quoted_errors_before_last_lines() -> None:
    with pytest.raises(UserError, match=r"last words:\n  Parsing Error in models/x.yml$"):
        builder(success=False, error="Parsing Error in models/x.yml").build_window()
    said = [event("Running"), event("Parsing Error\n  in models/x.yml", "error"), event("Ended")]
    with pytest.raises(UserError, match=r"last words:\n  Parsing Error\n    in models/x.yml$"):
        builder(success=False, says=said).build_window()
    with pytest.raises(UserError, match=r"last words:\n  did nothing$"):
        builder(says=[event("did nothing")]).build_window()


def test_tables_that_cannot_be_published_are_an_error() -> None:
    failed = builder(*GOOD, success=False, error="The disk is full.", says=[event("Done")])
    with pytest.raises(UserError, match=r"^The tables are built, but not published: The disk is"):
        failed.build_window()


def test_a_locked_file_is_reported_as_such() -> None:
    with pytest.raises(BusyError, match="process 4711"):
        builder(success=False, error=LOCK_MESSAGE).build_window()
    with pytest.raises(BusyError, match="process 4711"):
        builder(success=False, says=[event(LOCK_MESSAGE, "error")]).build_window()


def test_a_second_build_stops_at_once() -> None:
    def build_another() -> None:
        with pytest.raises(BusyError, match="Another build"):
            builder(*GOOD).build_window()

    assert builder(*GOOD, meanwhile=build_another).build_window().built
    assert builder(*GOOD).build_window().built
