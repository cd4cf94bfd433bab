"""The windows: what each did and what it cost, from the log that the flow keeps."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from apps.desk.charts import Chart, Panel, Series, Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.business.run_log import RunRecord

SECONDS = Unit("seconds", after=" s", decimals=1)
EVENTS = Unit("events")

STEPS = {
    "landing": "landing",
    "snapshot": "state of the world",
    "decisions": "landing decisions",
    "build": "build and tests",
    "publication": "publication",
    "sync": "sync to Postgres",
    "agents": "language model",
    "report": "report",
    "page": "report as a page",
}
"""The steps of a window, as pages name them."""

_STYLES = (3, 4, 5, 1, 4, 2, 6, 6, 5)
_FIRST_RUN = "first run"


def figures(runs: Sequence[RunRecord]) -> list[tuple[str, str]]:
    """Return numbers over windows."""
    done = [run for run in runs if run.outcome == "done"]
    failed = sum(run.outcome == "failed" for run in runs)
    return [
        ("windows shown", f"{len(runs):,}"),
        ("failed", f"{failed:,}"),
        ("events landed", f"{sum(run.events for run in runs):,}"),
        (
            "seconds, half at most",
            f"{median(run.seconds for run in done):,.1f}" if done else "-",
        ),
    ]


def charts(runs: Sequence[RunRecord], address: str) -> list[Chart]:
    """Return the charts of windows.

    Parameters
    ----------
    runs
        The windows, the newest first.
    address
        Where they are as CSV.
    """
    if not runs:
        return []
    oldest_first = [*reversed(runs)]
    points = tuple(f"{run.began:%b %d, %H:%M:%S}" for run in oldest_first)
    labels = tuple((point, f"{run.began:%H:%M}") for point, run in enumerate(oldest_first))
    steps = tuple(
        Series(name, style, [run.seconds_of(step) for run in oldest_first])
        for (step, name), style in zip(STEPS.items(), _STYLES, strict=True)
        if any(run.seconds_of(step) for run in oldest_first)
    )
    events = Series(
        "events", 1, [None if run.case == _FIRST_RUN else run.events for run in oldest_first]
    )
    longest = max(runs, key=lambda run: run.seconds)
    cost = Chart(
        name="cost",
        title="What windows cost",
        summary=(
            f"The longest took {longest.seconds:,.1f} s, at {longest.began:%b %d, %H:%M}. A window "
            "that failed has the steps up to there."
        ),
        points=points,
        panels=(Panel(SECONDS, steps, stacked=True),),
        along="window",
        labels=labels,
        note="Each step with its retries",
        download=address,
    )
    landed = Chart(
        name="landed",
        title="What windows landed",
        summary="Events of each window. The first run lands all days before it and is left out.",
        points=points,
        panels=(Panel(EVENTS, (events,), stacked=True),),
        along="window",
        labels=labels,
        download=address,
    )
    return [cost, landed]


def csv_rows(runs: Sequence[RunRecord]) -> tuple[list[str], list[list[object]]]:
    """Return all that is known of windows as a table: its head, and its rows."""
    columns = [name for name in type(runs[0]).model_fields if name != "steps"] if runs else []
    heads = [*columns, *(f"{step}_seconds" for step in STEPS)] if runs else ["began"]
    rows = [
        [*(getattr(run, name) for name in columns), *(run.seconds_of(step) for step in STEPS)]
        for run in runs
    ]
    return heads, rows
