"""How well the business is known: what became of landed lines, and of the orders in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from apps.desk.charts import Chart, Missing, Panel, Series, Unit
from apps.desk.days import day_labels, day_name
from apps.desk.published import NothingPublishedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from apps.desk.days import Known, Period
    from apps.desk.kept import KeptQueries
    from apps.desk.published import Row

LINES = Unit("lines a day")
ORDERS = Unit("orders a day")
EVENTS = Unit("events a day")

GROUPS = {
    "unreadable": "unreadable",
    "incomplete": "incomplete",
    "wrong type": "of a wrong type",
    "unknown": "unknown",
    "impossible": "impossible",
}
"""How groups of ``rejection_reasons`` are named in charts."""

# A line of which not even the file says when it was.
_NO_TIME = date(1970, 1, 1)

_DAYS = """select day, sum(lines) as lines, sum(events) as events, sum(duplicates) as duplicates,
    sum(rejected) as rejected, sum(rejected_unreadable) as unreadable,
    sum(rejected_incomplete) as incomplete, sum(rejected_wrong_type) as "wrong type",
    sum(rejected_unknown) as unknown, sum(rejected_impossible) as impossible,
    sum(late_events) as late_events, sum(orders) as orders,
    sum(orders_complete) as complete, sum(orders_cancelled) as cancelled,
    sum(orders_in_progress) as in_progress, sum(orders_missing_steps) as missing_steps,
    sum(orders_delivered_before_created) as backwards, sum(orders_created_twice) as twice
  from lakeflow.gold_data_quality_day
  where day between $first and $last or day = $no_time group by day"""
_REASONS = """select reasons.fault_group, reasons.rejection_code, reasons.reason,
    coalesce(sum(rejected.lines), 0) as lines
  from simulator.rejection_reasons as reasons
  left join lakeflow.gold_rejected_lines_day as rejected
    on reasons.rejection_code = rejected.rejection_code
    and (rejected.day between $first and $last or rejected.day = $no_time)
  group by reasons.fault_group, reasons.rejection_code, reasons.reason
  order by lines desc, reasons.fault_group, reasons.rejection_code"""


@dataclass(frozen=True)
class Figure:
    """One number over the period."""

    name: str
    text: str


@dataclass(frozen=True)
class Rejected:
    """Lines that were rejected for a reason of a group."""

    group: str
    code: str
    reason: str
    lines: int


class QualityByDay:
    """How well a period is known.

    Parameters
    ----------
    kept
        Where the numbers come from.
    period
        The days to show.
    known
        What is published.
    """

    def __init__(self, kept: KeptQueries, period: Period, known: Known) -> None:
        self._kept = kept
        self._period = period
        self._so_far = period.last == known.last

    def figures(self) -> list[Figure]:
        """Return the numbers over the period.

        Raises
        ------
        NothingPublishedError
            If the table is not published.
        """
        lines, orders = self._sum("lines"), self._sum("orders")
        return [
            Figure("lines landed", f"{lines:,}"),
            Figure("rejected", _share(self._sum("rejected"), lines)),
            Figure("duplicates", _share(self._sum("duplicates"), lines)),
            Figure("late events", _share(self._sum("late_events"), self._sum("events"))),
            Figure("orders with all steps", _share(self._sum("complete"), orders)),
        ]

    def without_time(self) -> int:
        """Return how many lines do not say when they happened, on any day."""
        return sum(row["lines"] for row in self._rows() if row["day"] == _NO_TIME)

    def rejected(self) -> list[Rejected]:
        """Return how many lines of the period were rejected for each reason, the most first.

        Raises
        ------
        NothingPublishedError
            If a table is not published.
        """
        return [
            Rejected(
                GROUPS.get(row["fault_group"]) or row["fault_group"],
                row["rejection_code"],
                row["reason"],
                int(row["lines"]),
            )
            for row in self._kept.query(_REASONS, self._period.values | {"no_time": _NO_TIME})
        ]

    def charts(self, address: str, wanted: str | None = None) -> list[Chart | Missing]:
        """Return the charts, or the one of that name.

        Parameters
        ----------
        address
            What follows the address of a download.
        wanted
            A name of a chart.
        """
        makers = {
            "lines": ("Lines landed", self._lines),
            "rejected": ("Lines rejected", self._rejected),
            "late-events": ("Late events", self._late),
            "orders": ("Orders whose steps are not all known", self._orders),
        }
        charts: list[Chart | Missing] = []
        for name, (title, make) in makers.items():
            if wanted not in {None, name}:
                continue
            try:
                panel, summary, note = make()
            except NothingPublishedError as error:
                charts.append(Missing(name, title, str(error)))
                continue
            charts.append(
                Chart(
                    name=name,
                    title=title,
                    summary=summary,
                    points=tuple(day_name(day) for day in self._period.days),
                    panels=(panel,),
                    labels=day_labels(self._period.days),
                    so_far=self._so_far,
                    note=note,
                    download=f"/quality/{name}.csv?{address}",
                )
            )
        return charts

    def _lines(self) -> tuple[Panel, str, str]:
        kinds = {"events": "events", "duplicates": "duplicates", "rejected": "rejected"}
        summary = self._said(kinds)
        return self._stack(LINES, kinds, (1, 5, 2)), summary, "By the day on which they happened"

    def _rejected(self) -> tuple[Panel, str, str]:
        summary = self._said(GROUPS) if self._sum("rejected") else "No line was rejected."
        return self._stack(LINES, GROUPS, (2, 5, 4, 1, 3)), summary, "By what is wrong with them"

    def _late(self) -> tuple[Panel, str, str]:
        count = self._sum("late_events")
        summary = f"{count:,} of {self._sum('events'):,} events landed late."
        panel = self._stack(EVENTS, {"late_events": "late events"}, (2,))
        return panel, summary, "They happened before the window that carried them"

    def _orders(self) -> tuple[Panel, str, str]:
        kinds = {
            "in_progress": "in progress",
            "missing_steps": "with missing steps",
            "backwards": "delivered before created",
            "twice": "created twice",
        }
        summary = self._said(kinds)
        return self._stack(ORDERS, kinds, (3, 2, 4, 5)), summary, "By the day of the order"

    def _stack(self, unit: Unit, kinds: Mapping[str, str], styles: Sequence[int]) -> Panel:
        series = tuple(
            Series(name, style, self._values(column))
            for (column, name), style in zip(kinds.items(), styles, strict=True)
        )
        return Panel(unit, series, stacked=True)

    def _said(self, kinds: Mapping[str, str]) -> str:
        said = "; ".join(f"{name} {self._sum(column):,}" for column, name in kinds.items())
        return f"{said[0].upper()}{said[1:]}."

    def _values(self, column: str, otherwise: int | None = 0) -> list[int | None]:
        found = {row["day"]: row[column] for row in self._rows()}
        return [found.get(day, otherwise) for day in self._period.days]

    def _sum(self, column: str) -> int:
        return sum(int(value or 0) for value in self._values(column))

    def _rows(self) -> Sequence[Row]:
        return self._kept.query(_DAYS, self._period.values | {"no_time": _NO_TIME})


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2%}" if whole else "-"
