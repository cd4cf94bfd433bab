"""Run the business once: ``make run``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from common.errors import UserError
from flows.build import Builder
from flows.build_results import format_build
from flows.business.display import PlainDisplay
from flows.business.resources import Resources, using
from flows.business.startup import started
from flows.replay.messages import format_report
from flows.summary import as_table, what_next

if TYPE_CHECKING:
    from flows.business.flow import Outcome


def run_once() -> None:
    """Run the business once and print the result.

    Raises
    ------
    UserError
        If a step fails.
    """
    with started() as (_, dbt, postgres):
        from flows.business.flow import casper_kitchens  # noqa: PLC0415  (imports Prefect)

        with using(Resources(Builder(dbt), PlainDisplay(), postgres)):
            state = casper_kitchens(return_state=True)
    outcome = outcome_of(state)
    console = Console(highlight=False, soft_wrap=True)
    for line in (*format_report(outcome.report), *format_build(outcome.built)):
        console.print(line, markup=False)
    console.print(as_table(outcome.kitchens), soft_wrap=False)
    console.print(f"What next:\n{what_next()}", markup=False)


def outcome_of(state: object) -> Outcome:
    """Return what a run of the flow did, or raise why it did not.

    Parameters
    ----------
    state
        The final state of the run.

    Raises
    ------
    UserError
        As the run did, or with the words of Prefect.
    """
    from flows.business.flow import Outcome  # noqa: PLC0415  (imports Prefect)

    outcome = state.result(raise_on_failure=False)  # type: ignore[attr-defined]
    if isinstance(outcome, UserError):
        raise outcome
    if not isinstance(outcome, Outcome):
        cause = outcome if isinstance(outcome, BaseException) else None
        raise UserError(f"The flow ended as {state.name}: {state.message}") from cause  # type: ignore[attr-defined]
    return outcome
