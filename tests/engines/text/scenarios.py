"""The scenarios of trace mode: which commands dbt runs, and what the warehouse then contains."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

VOLUMES = "/Volumes/caspersdev/simulator"
OBJECT_STORE = "s3://lake/landing"

FIRST = "window-000000000000000000-000006115800000000.jsonl"
NEXT = "window-000006115800000000-000006126600000000.jsonl"
FOLLOWING = "window-000006115800000001-000006126600000000.jsonl"
LATE = "a-late.jsonl"
DECIDED = "decisions-000000000000000001.jsonl"
TODAY, YESTERDAY = date(2026, 11, 20), date(2026, 11, 19)


@dataclass(frozen=True)
class Scenario:
    """One state of landing and warehouse, and the commands that are run in it.

    Attributes
    ----------
    name
        Its folder below ``golden/``.
    commands
        The dbt commands. What one creates is there for all that follow.
    landed, loaded
        Names of the files in the volume, and of those that the table ``landed_lines`` holds; where
        events are in a table, of its windows as if they were files.
    decided, decided_loaded
        The same of decisions: the volume of these, and the table ``landed_decisions``.
    judged_again
        Names of loaded files with later copies of what a late one holds.
    affected
        The days that have to be computed again, of every model whose rows are replaced by day.
    affected_orders
        The keys of the orders that have to be computed again.
    span
        First and last event of the affected orders.
    log_rows
        Rows of the log of changes: it is shortened once there are many.
    variables
        Environment variables of the commands.
    """

    name: str
    commands: tuple[tuple[str, ...], ...]
    landed: tuple[str, ...] = ()
    loaded: tuple[str, ...] = ()
    decided: tuple[str, ...] = ()
    decided_loaded: tuple[str, ...] = ()
    judged_again: tuple[str, ...] = ()
    affected: tuple[date, ...] = ()
    affected_orders: tuple[int, ...] = ()
    span: tuple[datetime | None, datetime | None] = (None, None)
    log_rows: int = 100
    variables: tuple[tuple[str, str], ...] = ()


SCENARIOS = (
    Scenario("first_build", (("seed",), ("run",), ("test",)), landed=(FIRST,)),
    Scenario(
        "next_window",
        (("run",),),
        landed=(FIRST, NEXT),
        loaded=(FIRST,),
        decided=(DECIDED,),
        affected=(TODAY,),
        affected_orders=(4611686018427387904,),
        span=(
            datetime(2026, 11, 20, 18, 2, 3, tzinfo=UTC),
            datetime(2026, 11, 20, 21, 29, tzinfo=UTC),
        ),
    ),
    Scenario(
        "nothing_new",
        (("run",),),
        landed=(FIRST, NEXT),
        loaded=(FIRST, NEXT),
        log_rows=100_000,
    ),
    Scenario(
        "late_file",
        (("run",),),
        landed=(LATE, FIRST, NEXT),
        loaded=(FIRST, NEXT),
        decided=(LATE, DECIDED),
        decided_loaded=(DECIDED,),
        judged_again=(FIRST,),
        affected=(YESTERDAY, TODAY),
        affected_orders=(77, 4611686018427387904),
        span=(
            datetime(2026, 11, 19, 11, 0, tzinfo=UTC),
            datetime(2026, 11, 20, 20, 15, tzinfo=UTC),
        ),
    ),
    Scenario(
        "tests_of_a_window",
        (("build", "--exclude", "path:models/_seeds.yml", "resource_type:unit_test"),),
        landed=(FIRST, NEXT),
        loaded=(FIRST,),
        affected=(TODAY,),
        affected_orders=(4611686018427387904,),
        span=(
            datetime(2026, 11, 20, 18, 2, 3, tzinfo=UTC),
            datetime(2026, 11, 20, 21, 29, tzinfo=UTC),
        ),
        variables=(("CASPERS_TESTS", "affected"),),
    ),
    Scenario(
        "full_refresh",
        (("run", "--full-refresh"),),
        landed=(LATE, FIRST, NEXT),
        loaded=(LATE, FIRST, NEXT),
    ),
    Scenario(
        "next_window_of_a_table",
        (("run",),),
        landed=(FIRST, FOLLOWING),
        loaded=(FIRST,),
        affected=(TODAY,),
        variables=(("CASPERS_LANDING", "delta:caspersdev.simulator.streamed_events"),),
    ),
    Scenario(
        "object_store",
        (("run", "--select", "landed_lines"),),
        landed=(FIRST, NEXT),
        loaded=(FIRST,),
        variables=(("CASPERS_LANDING", f"{OBJECT_STORE}/events"),),
    ),
    Scenario("teardown_dry", (("run-operation", "teardown"),)),
    Scenario("teardown", (("run-operation", "teardown", "--args", "{dry_run: false}"),)),
)
