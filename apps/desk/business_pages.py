"""The page of the business, and its charts as CSV."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date  # noqa: TC003  (FastAPI reads it)
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response

from apps.desk.api import LocationId  # noqa: TC001  (FastAPI reads it)
from apps.desk.business import CURVES, TITLES, BusinessByDay, Curve, Measure
from apps.desk.charts import Chart, Missing, draw
from apps.desk.csv_files import chart_response
from apps.desk.days import Period, chosen_period, known_days
from apps.desk.filters import NOTHING, FirstDay, LastDay
from apps.desk.orders import kitchens
from apps.desk.published import NothingPublishedError
from apps.desk.rendering import render
from apps.desk.services import Services, Used  # noqa: TC001  (FastAPI reads them)
from apps.desk.stories import Stories

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apps.desk.days import Known

_MOST_KITCHENS = 100

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Wanted:
    """What an address asks for; nothing of a kind for all of it."""

    kitchens: tuple[int, ...]
    first: date | None
    last: date | None
    measure: Measure | None
    curve: Curve


def _wanted(
    kitchen: Annotated[list[LocationId], Query(max_length=_MOST_KITCHENS)] = [],  # noqa: B006  (FastAPI copies it)
    first: FirstDay = None,
    last: LastDay = None,
    measure: Annotated[Measure | None, NOTHING] = None,
    curve: Curve = Curve.WEEK,
) -> Wanted:
    return Wanted(tuple(kitchen), first, last, measure, curve)


Filters = Annotated[Wanted, Depends(_wanted)]


@router.get("/business")
def show_business(request: Request, used: Used, wanted: Filters) -> Response:
    """Show the stories, and the business by day and kitchen."""
    values: dict[str, object] = {"wanted": wanted, "titles": TITLES, "curves": CURVES}
    try:
        known = known_days(used.kept)
        if known is None:
            values["missing"] = "No order has been published yet: `make run` lands some."
        else:
            values |= _by_day(used, known, wanted)
            stories = [chart for chart, _ in Stories(used.kept).charts()]
            values["stories"] = with_drawings(stories)
    except NothingPublishedError as error:
        values["missing"] = str(error)
    return render(request, used, "business.html", values)


@router.get("/business/{name}.csv")
def download_chart(used: Used, wanted: Filters, name: str) -> Response:
    """Answer the numbers of one chart, with the same filters."""
    known = known_days(used.kept)
    if known is not None and name in {*Measure}:
        period, shown = chosen_period(known, wanted.first, wanted.last), _shown(used, wanted)
        numbers = BusinessByDay(used.kept, kitchens(used.kept), shown, period, known, wanted.curve)
        return answer_csv(numbers.chart(Measure(name), ""), period)
    for chart, period in Stories(used.kept).charts(name):
        return answer_csv(chart, period)
    raise HTTPException(404, f"There is no chart {name}.")


def with_drawings(charts: Sequence[Chart | Missing]) -> list[tuple[Chart | Missing, object]]:
    """Return charts with their drawings; ``None`` where there is nothing to draw."""
    return [
        (chart, draw(chart) if isinstance(chart, Chart) and not chart.is_empty else None)
        for chart in charts
    ]


def answer_csv(chart: Chart | Missing, period: Period) -> Response:
    """Return a chart over days as a file to download, or say why it cannot be.

    Raises
    ------
    HTTPException
        If its table is not published.
    """
    if isinstance(chart, Missing):
        raise HTTPException(503, chart.reason)
    return chart_response(chart, period.days)


def _by_day(used: Services, known: Known, wanted: Wanted) -> dict[str, object]:
    names, shown = kitchens(used.kept), _shown(used, wanted)
    period = chosen_period(known, wanted.first, wanted.last)
    address = urlencode(
        [("kitchen", each) for each in shown if wanted.kitchens]
        + [("from", period.first), ("to", period.last), ("curve", wanted.curve)]
    )
    values: dict[str, object] = {
        "known": known,
        "period": period,
        "kitchens": names,
        "shown": shown,
        "so_far": period.last == known.last,
    }
    if not period.days:
        return values | {"nothing": "No day is both published and in the period that you chose."}
    numbers = BusinessByDay(used.kept, names, shown, period, known, wanted.curve)
    measures = [wanted.measure] if wanted.measure else [*Measure]
    charts = [numbers.chart(measure, f"/business/{measure}.csv?{address}") for measure in measures]
    return values | {"totals": numbers.totals(), "charts": with_drawings(charts)}


def _shown(used: Services, wanted: Wanted) -> list[int]:
    """Return the kitchens that are chosen; all of them where none is."""
    names = kitchens(used.kept)
    return [each for each in names if each in wanted.kitchens] or [*names]
