"""Charts as CSV that a spreadsheet opens as text and numbers, never as a formula."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from fastapi import Response

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from apps.desk.charts import Chart

# A cell that begins with one of these is run by a spreadsheet.
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def safe_cell(value: object) -> object:
    """Return a value as it may stand in a cell: text that looks like a formula gets a ``'``."""
    if isinstance(value, str) and value.lstrip(" ").startswith(_BEGINS_A_FORMULA):
        return f"'{value}"
    return value


def csv_response(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Return rows as a file to download.

    Parameters
    ----------
    name
        The name of the file, without what tells its kind.
    heads
        The names of the columns.
    rows
        Their values; ``None`` is an empty cell.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for row in (heads, *rows):
        writer.writerow([safe_cell(value) for value in row])
    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def chart_response(chart: Chart, keys: Sequence[object]) -> Response:
    """Return the numbers of a chart as a file to download.

    Parameters
    ----------
    chart
        What is shown.
    keys
        What stands for each of its points, instead of its name for people.
    """
    columns = [series for _, series in chart.columns]
    heads = [
        chart.along,
        *(f"{series.name} ({_unit(unit.name, unit.before)})" for unit, series in chart.columns),
    ]
    rows = ([key, *(series.values[point] for series in columns)] for point, key in enumerate(keys))
    return csv_response(chart.name, heads, rows)


def _unit(name: str, before: str) -> str:
    return f"{name}, {before}" if before else name
