"""The page of the quality, and its charts as CSV."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Request, Response

from apps.desk.business_pages import answer_csv, with_drawings
from apps.desk.days import chosen_period, known_days
from apps.desk.filters import FirstDay, LastDay  # noqa: TC001  (FastAPI reads them)
from apps.desk.lags import read_stages
from apps.desk.published import NothingPublishedError
from apps.desk.quality import QualityByDay
from apps.desk.rendering import render
from apps.desk.services import Used  # noqa: TC001  (FastAPI reads it)
from common.paths import runs_directory
from flows.business.run_log import read_runs

_RUNS = 50

router = APIRouter(include_in_schema=False)


@router.get("/quality")
def show_quality(
    request: Request, used: Used, first: FirstDay = None, last: LastDay = None
) -> Response:
    """Show how well the business is known, and how old each stage is."""
    stages = read_stages(
        read_runs(runs_directory(), _RUNS),
        used.published.publication(),
        used.kept,
        used.database,
    )
    values: dict[str, object] = {"stages": stages, "first": first, "last": last}
    try:
        values |= _by_day(used, first, last)
    except NothingPublishedError as error:
        values["missing"] = str(error)
    return render(request, used, "quality.html", values)


@router.get("/quality/{name}.csv")
def download_chart(used: Used, name: str, first: FirstDay = None, last: LastDay = None) -> Response:
    """Answer the numbers of one chart, with the same filters."""
    known = known_days(used.kept)
    if known is not None:
        period = chosen_period(known, first, last)
        for chart in QualityByDay(used.kept, period, known).charts("", name):
            return answer_csv(chart, period)
    raise HTTPException(404, f"There is no chart {name}.")


def _by_day(used: Used, first: FirstDay, last: LastDay) -> dict[str, object]:
    known = known_days(used.kept)
    if known is None:
        return {"missing": "Nothing that landed has been published yet: `make run` lands some."}
    period = chosen_period(known, first, last)
    values: dict[str, object] = {"known": known, "period": period}
    if not period.days:
        return values | {"nothing": "No day is both published and in the period that you chose."}
    numbers = QualityByDay(used.kept, period, known)
    address = urlencode([("from", period.first), ("to", period.last)])
    return values | {
        "figures": numbers.figures(),
        "rejected": numbers.rejected(),
        "without_time": numbers.without_time(),
        "charts": with_drawings(numbers.charts(address)),
    }
