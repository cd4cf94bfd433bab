"""The page of the windows, and their log as CSV."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from apps.desk.business_pages import with_drawings
from apps.desk.csv_files import csv_response
from apps.desk.rendering import render
from apps.desk.runs import STEPS, charts, csv_rows, figures
from apps.desk.services import Used  # noqa: TC001  (FastAPI reads it)
from common.paths import runs_directory
from flows.business.run_log import KEPT_RUNS, read_runs

USUAL_WINDOWS = 40
CHOICES = (USUAL_WINDOWS, 200, KEPT_RUNS)

Windows = Annotated[int, Query(ge=1, le=KEPT_RUNS)]

router = APIRouter(include_in_schema=False)


@router.get("/runs")
def show_runs(request: Request, used: Used, windows: Windows = USUAL_WINDOWS) -> Response:
    """Show the newest windows: what each did and cost."""
    runs = read_runs(runs_directory(), windows)
    values: dict[str, object] = {
        "runs": runs,
        "windows": windows,
        "choices": CHOICES,
        "kept": KEPT_RUNS,
        "steps": STEPS,
        "figures": figures(runs),
        "charts": with_drawings(charts(runs, f"/runs.csv?windows={windows}")),
    }
    return render(request, used, "runs.html", values)


@router.get("/runs.csv")
def download_runs(windows: Windows = USUAL_WINDOWS) -> Response:
    """Answer all that is known of the newest windows."""
    return csv_response("runs", *csv_rows(read_runs(runs_directory(), windows)))
