"""The business by day and kitchen: orders, revenue, lateness and refunds, as charts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from apps.desk.charts import Chart, Missing, Panel, Series, Unit
from apps.desk.days import day_labels, day_name, mean_of_week
from apps.desk.published import NothingPublishedError
from common.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from apps.desk.charts import Number
    from apps.desk.days import Known, Period
    from apps.desk.kept import KeptQueries
    from apps.desk.published import Row
    from common.vocabulary import Vocabulary

ORDERS = Unit("orders a day")
MINUTES = Unit("minutes from order to door", decimals=1)
SHARE = Unit("% of delivered orders", after="%", decimals=1)
LATE_ORDERS = Unit("late orders a day")


class Measure(StrEnum):
    """What is shown by day, as addresses name it."""

    ORDERS = "orders"
    REVENUE = "revenue"
    LATE = "late"
    CAUSES = "late-causes"
    MINUTES = "minutes"
    RECOMMENDED = "refunds-recommended"
    DECIDED = "refunds-decided"


class Curve(StrEnum):
    """What curves show of a day, as addresses name it."""

    WEEK = "week"
    DAY = "day"


CURVES = {Curve.WEEK: "mean of seven days", Curve.DAY: "each day"}
TITLES = {
    Measure.ORDERS: "Orders",
    Measure.REVENUE: "Revenue",
    Measure.LATE: "Late orders",
    Measure.CAUSES: "Why orders were late",
    Measure.MINUTES: "Minutes to the door",
    Measure.RECOMMENDED: "Refunds recommended",
    Measure.DECIDED: "Refunds decided",
}

_SALES = """select location_id, cast(hour_ts as date) as day, sum(orders) as orders,
    sum(revenue) as revenue
  from lakeflow.gold_location_sales_hourly
  where hour_ts >= $first and hour_ts < $last + interval 1 day group by all"""
_LATENESS = """select location_id, order_day as day, count(is_late) as judged,
    count(*) filter (is_late) as late,
    count(*) filter (late_cause = 'kitchen') as kitchen,
    count(*) filter (late_cause = 'pickup') as pickup,
    count(*) filter (late_cause = 'drive') as drive
  from lakeflow.fct_orders where order_day between $first and $last group by all"""
_TIMES = """select location_id, day, orders_delivered, p75_minutes
  from lakeflow.gold_delivery_times_day where day between $first and $last"""
_REFUNDS = """select location_id, day, recommended_usd, decided_usd
  from lakeflow.gold_refund_agreement_day where day between $first and $last"""


@dataclass(frozen=True)
class Total:
    """One number over all that is chosen."""

    name: str
    text: str


class BusinessByDay:
    """The numbers of some kitchens in a period.

    Parameters
    ----------
    kept
        Where they come from.
    names
        All kitchens.
    chosen
        The kitchens to show.
    period
        The days to show.
    known
        What is published.
    curve
        What curves show of a day.
    """

    def __init__(
        self,
        kept: KeptQueries,
        names: Mapping[int, str],
        chosen: Sequence[int],
        period: Period,
        known: Known,
        curve: Curve = Curve.DAY,
    ) -> None:
        self._kept = kept
        self._names = names
        self._chosen = chosen
        self._period = period
        self._known = known
        self._is_mean = curve is Curve.WEEK

    def totals(self) -> list[Total]:
        """Return the totals; a table that the build does not have leaves its total out."""
        totals = []
        for total in (self._total_sales, self._total_lateness, self._total_refunds):
            try:
                totals += total()
            except NothingPublishedError:
                continue
        return totals

    def chart(self, measure: Measure, download: str) -> Chart | Missing:
        """Return the chart of a measure.

        Parameters
        ----------
        measure
            What is measured.
        download
            The address of the same numbers as CSV.
        """
        make = {
            Measure.ORDERS: self._orders,
            Measure.REVENUE: self._revenue,
            Measure.LATE: self._late,
            Measure.CAUSES: self._causes,
            Measure.MINUTES: self._minutes,
            Measure.RECOMMENDED: self._recommended,
            Measure.DECIDED: self._decided,
        }[measure]
        try:
            panel, summary, note = make()
        except NothingPublishedError as error:
            return Missing(measure, TITLES[measure], str(error))
        days = self._period.days
        if self._is_mean and not panel.stacked:
            note += ". Each day is the mean of it and the six days before it"
        return Chart(
            name=measure,
            title=TITLES[measure],
            summary=summary,
            points=tuple(day_name(day) for day in days),
            panels=(panel,),
            labels=day_labels(days),
            so_far=self._period.last == self._known.last,
            note=note,
            download=download,
        )

    def _orders(self) -> tuple[Panel, str, str]:
        summary = self._shares(_SALES, "orders", lambda value: f"{value:,}", "orders")
        panel = self._by_kitchen(ORDERS, _SALES, "orders", 0)
        return panel, summary, "By the day on which they were made"

    def _revenue(self) -> tuple[Panel, str, str]:
        summary = self._shares(_SALES, "revenue", _dollars, "of baskets")
        panel = self._by_kitchen(_money_a_day(), _SALES, "revenue", Decimal(0))
        return panel, summary, "What baskets cost, before discounts and refunds"

    def _late(self) -> tuple[Panel, str, str]:
        said = []
        series = []
        for kitchen in self._chosen:
            late, judged = (
                self._days_of(_LATENESS, name, kitchen, 0) for name in ("late", "judged")
            )
            series.append(self._series(kitchen, self._ratios(late, judged)))
            sums = [self._sum(_LATENESS, name, (kitchen,)) for name in ("late", "judged")]
            said.append(f"{self._names[kitchen]} {_share(*sums)}")
        summary = f"Late in these days: {', '.join(said)}."
        note = (
            "Late is what took longer than three of four deliveries of the "
            f"{vocabulary().kitchen} in the seven days before"
        )
        return Panel(SHARE, tuple(series)), summary, note

    def _causes(self) -> tuple[Panel, str, str]:
        series, said = [], []
        for (cause, name), style in zip(_causes(vocabulary()).items(), (2, 1, 3), strict=True):
            counts = dict.fromkeys(self._period.days, 0)
            for row in self._rows(_LATENESS):
                if row["day"] in counts:
                    counts[row["day"]] += row[cause]
            series.append(Series(name, style, [*counts.values()]))
            said.append(f"{name} {sum(counts.values()):,}")
        late = sum(int(value or 0) for each in series for value in each.values)
        summary = f"{late:,} were late: {'; '.join(said)}."
        note = "The step that took longest beyond what is usual there"
        return Panel(LATE_ORDERS, tuple(series), stacked=True), summary, note

    def _minutes(self) -> tuple[Panel, str, str]:
        panel = self._by_kitchen(MINUTES, _TIMES, "p75_minutes", None, from_zero=False)
        return panel, "Three of four deliveries of a day took at most so long.", "P75 of a day"

    def _recommended(self) -> tuple[Panel, str, str]:
        summary = self._shares(_REFUNDS, "recommended_usd", _dollars, "recommended")
        panel = self._by_kitchen(_money_a_day(), _REFUNDS, "recommended_usd", Decimal(0))
        return panel, summary, "By the day of the delivery"

    def _decided(self) -> tuple[Panel, str, str]:
        summary = (
            self._shares(_REFUNDS, "decided_usd", _dollars, "decided by people")
            if self._sum(_REFUNDS, "decided_usd")
            else "Nobody has decided about refunds of these days yet, or nothing of it has landed."
        )
        panel = self._by_kitchen(_money_a_day(), _REFUNDS, "decided_usd", Decimal(0))
        note = "By the day of the delivery; a decision counts from the window in which it lands"
        return panel, summary, note

    def _total_sales(self) -> list[Total]:
        orders, revenue = self._sum(_SALES, "orders"), self._sum(_SALES, "revenue")
        return [
            Total("orders", f"{orders:,}"),
            Total("revenue", _dollars(revenue)),
            Total(
                "average basket", vocabulary().amount(float(revenue / orders)) if orders else "-"
            ),
        ]

    def _total_lateness(self) -> list[Total]:
        late, judged = self._sum(_LATENESS, "late"), self._sum(_LATENESS, "judged")
        return [Total("late", _share(late, judged))]

    def _total_refunds(self) -> list[Total]:
        return [
            Total("refunds recommended", _dollars(self._sum(_REFUNDS, "recommended_usd"))),
            Total("refunds decided", _dollars(self._sum(_REFUNDS, "decided_usd"))),
        ]

    def _by_kitchen(
        self,
        unit: Unit,
        statement: str,
        column: str,
        otherwise: Number | None,
        *,
        from_zero: bool = True,
    ) -> Panel:
        """Return a curve for each kitchen."""
        series = tuple(
            self._series(kitchen, self._even(self._days_of(statement, column, kitchen, otherwise)))
            for kitchen in self._chosen
        )
        means = Unit(unit.name, unit.before, unit.after, max(unit.decimals, 1))
        return Panel(means if self._is_mean else unit, series, from_zero=from_zero)

    def _series(self, kitchen: int, values: Sequence[Number | None]) -> Series:
        return Series(self._names[kitchen], style_of(self._names, kitchen), values)

    def _days_of(
        self, statement: str, column: str, kitchen: int, otherwise: Number | None
    ) -> list[Number | None]:
        """Return a column of a kitchen day by day, from six days before the period."""
        found = {
            row["day"]: row[column]
            for row in self._rows(statement)
            if row["location_id"] == kitchen and row[column] is not None
        }
        return [
            found.get(day, otherwise) if day >= self._known.first else None
            for day in self._period.with_week_before.days
        ]

    def _even(self, values: Sequence[Number | None]) -> list[Number | None]:
        """Return what a curve shows of values that begin six days before the period."""
        if not self._is_mean:
            return [*values[6:]]
        means: list[Number | None] = [*mean_of_week(values)[6:]]
        if self._period.last == self._known.last:
            means[-1] = None  # a day that is not over would pull it down
        return means

    def _ratios(
        self, parts: Sequence[Number | None], wholes: Sequence[Number | None]
    ) -> list[Number | None]:
        return [
            100 * float(part) / float(whole) if part is not None and whole else None
            for part, whole in zip(self._even(parts), self._even(wholes), strict=True)
        ]

    def _sum(self, statement: str, column: str, kitchens: Sequence[int] | None = None) -> Decimal:
        """Return the sum of a column over the period."""
        return sum(
            (
                Decimal(row[column] or 0)
                for row in self._rows(statement)
                if row["day"] >= self._period.first
                and (kitchens is None or row["location_id"] in kitchens)
            ),
            Decimal(0),
        )

    def _rows(self, statement: str) -> list[Row]:
        rows = self._kept.query(statement, self._period.with_week_before.values)
        return [row for row in rows if row["location_id"] in self._chosen]

    def _shares(
        self, statement: str, column: str, text: Callable[[Decimal], str], what: str
    ) -> str:
        totals = {kitchen: self._sum(statement, column, (kitchen,)) for kitchen in self._chosen}
        parts = ", ".join(f"{self._names[each]} {text(total)}" for each, total in totals.items())
        if len(totals) == 1:
            return f"{parts} {what}."
        return f"{text(sum(totals.values(), Decimal(0)))} {what}: {parts}."


def style_of(names: Mapping[int, str], kitchen: int) -> int:
    """Return the style of a kitchen, which is the same in every chart."""
    return [*names].index(kitchen) % 6 + 1


def _share(part: Decimal, whole: Decimal) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "-"


def _dollars(value: Decimal, decimals: int = 0) -> str:
    return vocabulary().amount(float(value), decimals)


def _money_a_day() -> Unit:
    words = vocabulary()
    return Unit(f"{words.money} a day", before=words.currency)


def _causes(words: Vocabulary) -> dict[str, str]:
    """Return why orders are late, in words by code."""
    return {
        "kitchen": f"the {words.kitchen}",
        "pickup": f"the {words.bag} waited for a {words.courier}",
        "drive": "the drive",
    }
