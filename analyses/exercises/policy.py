"""Another refund policy: built in a copy of the warehouse, and compared with the business."""

from __future__ import annotations

import importlib.util
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import yaml

from analyses.exercises.exercise import Verdict
from analyses.exercises.published import compare, published_build
from analyses.exercises.queries import open_tables, read_query
from common.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from analyses.exercises.exercise import Exercise, Places

SHARE_FROM = 0.2
"""What a partial refund begins with in the policy that is asked about."""

_MODEL = "models/recommender/refund_recommendations.py"
_BUILD = (
    "build `refund_recommendations` in the copy with --full-refresh and "
    f"--vars '{{refund_partial_share_from: {SHARE_FROM}}}'"
)


def check_policy(exercise: Exercise, places: Places) -> Verdict:
    """Check the copy by the policy itself, and the query by what both tables hold."""
    file = exercise.file(places)
    query = read_query(file)
    with open_both(places) as connection:
        wrong = _wrong_verdicts(connection, places)
        if wrong:
            return Verdict(False, (wrong,))
        wrong_rows, expected = compare(exercise, query, file, connection)
    if wrong_rows:
        return Verdict(False, ("the copy is right, but the answer is not", *wrong_rows))
    return Verdict(
        True, (f"the copy has the other policy, and {len(expected.rows)} kitchens their bill",)
    )


@contextmanager
def open_both(places: Places) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the published tables, and beside them the copy's as ``policy``."""
    build = published_build(places)
    copy = places.lesson / "policy" / "caspers.duckdb"
    if not copy.is_file():
        raise UserError(f"{copy} is not there: copy the warehouse, then {_BUILD}.")
    beside = {"policy": (copy, ("recommender.refund_recommendations",))}
    with open_tables(build / "caspers.duckdb", build, beside=beside) as connection:
        yield connection


def _wrong_verdicts(connection: duckdb.DuckDBPyConnection, places: Places) -> str:
    """Say what is wrong with the copy; nothing where it has the verdicts of the policy."""
    only = connection.execute(
        """
        SELECT count(*) FROM recommender.refund_recommendations AS before
        FULL JOIN policy.refund_recommendations AS after USING (order_id)
        WHERE before.order_id IS NULL OR after.order_id IS NULL
        """
    ).fetchall()[0][0]
    if only:
        return (
            f"the copy is of another build than the tables that are published now ({only:,} orders "
            f"are in one of them only): stop `make live`, copy the warehouse again and {_BUILD}"
        )
    model = _load_model(places)
    columns = ", ".join(model.TO_BE_JUDGED)
    orders = connection.sql(f"SELECT {columns} FROM recommender.refund_candidates")
    judged = model.with_verdicts(orders.to_arrow_table(), _policy(model, places))
    right = dict(
        zip(judged["order_id"].to_pylist(), judged["refund_cents"].to_pylist(), strict=True)
    )
    after, before = (
        dict(
            connection.execute(
                f"SELECT order_id, CAST(refund_usd * 100 AS BIGINT) "
                f"FROM {schema}.refund_recommendations"
            ).fetchall()
        )
        for schema in ("policy", "recommender")
    )
    if after == right:
        return ""
    if after == before:
        return f"the copy still has the verdicts of the business: {_BUILD}"
    wrong = sum(cents != right.get(order) for order, cents in after.items())
    return f"the copy has other verdicts than the policy for {wrong:,} orders: {_BUILD}"


def _policy(model: Any, places: Places) -> Any:  # noqa: ANN401  (a class of the model's)
    project = yaml.safe_load((places.project / "dbt_project.yml").read_text(encoding="utf-8"))
    numbers = project["vars"]
    return model.RefundPolicy(
        history_days=numbers["refund_history_days"],
        minimum_deliveries=numbers["refund_minimum_deliveries"],
        partial_share_from=SHARE_FROM,
        partial_share_to=numbers["refund_partial_share_to"],
    )


def _load_model(places: Places) -> Any:  # noqa: ANN401  (a module that dbt runs)
    """Import the file of the model, which is in no package."""
    name = "refund_recommendations_of_the_lesson"
    spec = importlib.util.spec_from_file_location(name, places.project / _MODEL)
    if spec is None or spec.loader is None:
        raise UserError(f"{places.project / _MODEL} is not there.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where its data classes look for their names
    spec.loader.exec_module(module)
    return module
