"""The stories that are in the business: how each kitchen does, which brands came and went.

Each is one chart over the days of the story, whose days of a week are evened out: a curve at a day
is the mean of it and the six days before it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from apps.desk.charts import Chart, Event, Missing, Panel, Series, Unit
from apps.desk.days import Period, along, day_labels, day_name, known_days, mean_of_week
from apps.desk.published import NothingPublishedError
from common.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from apps.desk.charts import Number
    from apps.desk.days import Known
    from apps.desk.kept import KeptQueries
    from apps.desk.published import Row

_LEAST_DAYS = 21
"""What a story needs to be seen; before that, the one before it is shown."""

_ORDERS = Unit("orders a day", decimals=1)
_SHARE = Unit("% of orders made from 22:00 to 1:00", after="%", decimals=1)
_MINUTES = Unit("minutes to the door, P75 of a day", decimals=1)
_MEAN = "Each day is the mean of it and the six days before it"
_OTHER = 6
"""The style of what something is compared with."""

_WEEK = 7

_HOURS = """select location_id, cast(hour_ts as date) as day, sum(orders) as orders,
    sum(orders) filter (hour(hour_ts) >= 22 or hour(hour_ts) = 0) as late_night
  from lakeflow.gold_location_sales_hourly
  where hour_ts >= $first and hour_ts < $last + interval 1 day group by all"""
_TIMES = """select location_id, day, p75_minutes
  from lakeflow.gold_delivery_times_day where day between $first and $last"""
# One for all that is asked of orders by brand: opening the files of the days is what it costs.
_BY_BRAND = """with groups as (
    select list(brand_id) filter (cuisine_group = 'Healthy') as healthy,
      list(brand_id) filter (cuisine_group <> 'Healthy') as others from lakeflow.dim_brand)
  select location_id, order_day as day,
    count(*) filter (list_has_any(brands_in_order, healthy)) as healthy,
    count(*) filter (list_has_any(brands_in_order, others)) as others{brands}
  from lakeflow.fct_orders cross join groups
  where order_day between $first and $last group by all"""
_OF_BRAND = ", count(*) filter (list_contains(brands_in_order, {0})) as brand_{0}"
_DAYS_OF_STORY = """select date_day, day_number from lakeflow.dim_date
  where day_of_story = 0 order by date_day"""
_EVENTS = """with first as (select min(date_day) as day from lakeflow.dim_date),
  careers as (
    select brand_id, location_id, nullif(greatest(date_diff('day', day, launch_date), 0), 0)
        as launched, date_diff('day', day, exit_date) as left_on
    from lakeflow.dim_brand_location cross join first)
  select careers.*, brands.name, locations.name as kitchen
  from careers join lakeflow.dim_brand as brands using (brand_id)
  join lakeflow.dim_location as locations using (location_id)
  where launched is not null or left_on is not null
  order by launched nulls last, left_on, brand_id, location_id limit 4"""


@dataclass(frozen=True)
class Kitchen:
    """A kitchen with its story in words."""

    number: int
    code: str
    name: str
    narrative: str


class Stories:
    """The stories as charts.

    Parameters
    ----------
    kept
        Where their numbers come from.
    """

    def __init__(self, kept: KeptQueries) -> None:
        self._kept = kept

    def charts(self, wanted: str | None = None) -> list[tuple[Chart | Missing, Period]]:
        """Return the charts with their days, or the one of that name.

        Parameters
        ----------
        wanted
            A name of a chart, as addresses have it.
        """
        known = known_days(self._kept)
        if known is None:
            return []
        period = self._period(known)
        charts = []
        for name, title, make in self._makers():
            if wanted in {None, name}:
                charts.append((self._chart(name, title, make, period), period))
        return charts

    def _period(self, known: Known) -> Period:
        """Return the days of the newest story that can be seen: the dataset repeats itself."""
        try:
            begins = [row["date_day"] for row in self._kept.query(_DAYS_OF_STORY)]
        except NothingPublishedError:
            begins = [known.first]
        last = known.last_whole
        begun = [day for day in begins if day <= last]
        if not begun:
            return Period(known.first, last)
        if len(begun) > 1 and (last - begun[-1]).days < _LEAST_DAYS:
            return Period(begun[-2], begun[-1] - timedelta(days=1))
        return Period(begun[-1], last)

    def _makers(self) -> Iterator[tuple[str, str, _Maker]]:
        rows = self._kept.query(
            """select location_id, location_code, name, narrative from simulator.locations
            order by location_id"""
        )
        special: dict[str, Callable[[Kitchen, Period], _Parts]] = {
            "sf": self._healthy,
            "sv": self._late_night,
            "chicago": self._slower,
        }
        for row in rows:
            kitchen = Kitchen(
                row["location_id"], row["location_code"], row["name"], row["narrative"]
            )
            make = special.get(kitchen.code, self._plain)
            yield f"story-{kitchen.number}", kitchen.name, partial(make, kitchen)
        for row in self._events():
            kind = "launch" if row["launched"] is not None else "exit"
            name = f"{kind}-{row['brand_id']}-{row['location_id']}"
            title = f"{row['name']} {'comes' if kind == 'launch' else 'leaves'}"
            yield name, title, partial(self._brand, row)

    def _chart(self, name: str, title: str, make: _Maker, period: Period) -> Chart | Missing:
        try:
            parts = make(period)
        except NothingPublishedError as error:
            return Missing(name, title, str(error))
        return Chart(
            name=name,
            title=title,
            summary=parts.summary,
            points=tuple(day_name(day) for day in period.days),
            panels=parts.panels,
            labels=day_labels(period.days),
            events=parts.events,
            note=parts.note,
            download=f"/business/{name}.csv",
        )

    def _healthy(self, kitchen: Kitchen, period: Period) -> _Parts:
        words = vocabulary()
        healthy, others = (
            self._orders_by_brand(kitchen.number, name, period) for name in ("healthy", "others")
        )
        series = (
            Series(f"health {words.brands}", 3, mean_of_week(healthy)),
            Series(f"other {words.brands}", _OTHER, mean_of_week(others)),
        )
        summary = (
            f"{kitchen.narrative} Health {words.brands} went {_change(healthy)}, the others "
            f"{_change(others)} (first and last seven days)."
        )
        note = f"{_MEAN}; an order of {words.brands} of both kinds counts in both"
        return _Parts((Panel(_ORDERS, series),), summary, note)

    def _late_night(self, kitchen: Kitchen, period: Period) -> _Parts:
        rows = self._kept.query(_HOURS, period.values)
        own = [row for row in rows if row["location_id"] == kitchen.number]
        others = [row for row in rows if row["location_id"] != kitchen.number]
        orders = along(period.days, {row["day"]: row["orders"] for row in own}, 0)
        here, elsewhere = (_late_night_shares(period.days, part) for part in (own, others))
        panels = (
            Panel(_ORDERS, (Series(kitchen.name, 2, mean_of_week(orders)),)),
            Panel(
                _SHARE,
                (
                    Series(f"late at night in {kitchen.name}", 4, here),
                    Series("late at night elsewhere", _OTHER, elsewhere),
                ),
            ),
        )
        summary = f"{kitchen.narrative} Orders went {_change(orders)} (first and last seven days)."
        return _Parts(panels, summary, _MEAN)

    def _slower(self, kitchen: Kitchen, period: Period) -> _Parts:
        orders = self._orders_of(kitchen, period)
        minutes = self._minutes_of(kitchen, period)
        panels = (
            Panel(_ORDERS, (Series("orders", 4, mean_of_week(orders)),)),
            Panel(_MINUTES, (Series("minutes", 2, mean_of_week(minutes)),), from_zero=False),
        )
        summary = (
            f"{kitchen.narrative} Orders went {_change(orders)}, minutes to the door "
            f"{_change(minutes)} (first and last seven days)."
        )
        return _Parts(panels, summary, _MEAN)

    def _plain(self, kitchen: Kitchen, period: Period) -> _Parts:
        orders = self._orders_of(kitchen, period)
        series = (
            Series("each day", _OTHER, orders),
            Series("mean of seven days", 3, mean_of_week(orders)),
        )
        summary = f"{kitchen.narrative} Orders went {_change(orders)} (first and last seven days)."
        return _Parts((Panel(_ORDERS, series),), summary, _MEAN)

    def _brand(self, row: Row, period: Period) -> _Parts:
        orders = self._orders_by_brand(row["location_id"], f"brand_{row['brand_id']}", period)
        # Dates of the first story; later ones have it on the same day.
        points = [
            (row[name], word)
            for name, word in (("launched", "launched"), ("left_on", "left"))
            if row[name] is not None and 0 <= row[name] < len(period.days)
        ]
        series = (
            Series("each day", _OTHER, orders),
            Series("mean of seven days", 1, mean_of_week(orders)),
        )
        said = "; ".join(f"{word} on {day_name(period.days[point])}" for point, word in points)
        summary = (
            f"Orders with something of {row['name']} in {row['kitchen']}, {said}."
            if said
            else f"Orders with something of {row['name']} in {row['kitchen']}."
        )
        events = tuple(Event(point, word) for point, word in points)
        return _Parts((Panel(_ORDERS, series),), summary, _MEAN, events)

    def _events(self) -> Sequence[Row]:
        """Return the brands that came or left; none of a build that does not know."""
        try:
            return self._kept.query(_EVENTS)
        except NothingPublishedError:
            return []

    def _orders_by_brand(self, location_id: int, column: str, period: Period) -> list[Number]:
        """Return orders of a kitchen with something of certain brands, day by day."""
        brands = sorted({int(row["brand_id"]) for row in self._events()})
        statement = _BY_BRAND.format(brands="".join(_OF_BRAND.format(brand) for brand in brands))
        rows = self._kept.query(statement, period.values)
        found = {row["day"]: row[column] for row in rows if row["location_id"] == location_id}
        return along(period.days, found, 0)

    def _orders_of(self, kitchen: Kitchen, period: Period) -> list[Number]:
        rows = self._kept.query(_HOURS, period.values)
        found = {row["day"]: row["orders"] for row in rows if row["location_id"] == kitchen.number}
        return along(period.days, found, 0)

    def _minutes_of(self, kitchen: Kitchen, period: Period) -> list[Number | None]:
        rows = self._kept.query(_TIMES, period.values)
        found = {
            row["day"]: row["p75_minutes"] for row in rows if row["location_id"] == kitchen.number
        }
        return along(period.days, found, None)


@dataclass(frozen=True)
class _Parts:
    """What one story adds to a chart."""

    panels: tuple[Panel, ...]
    summary: str
    note: str
    events: tuple[Event, ...] = ()


if TYPE_CHECKING:
    _Maker = Callable[[Period], _Parts]


def _late_night_shares(days: Sequence[date], rows: Sequence[Row]) -> list[float | None]:
    """Return which part of a week's orders came late at night, in %, day by day."""
    orders, late_night = Counter[date](), Counter[date]()
    for row in rows:
        orders[row["day"]] += row["orders"]
        late_night[row["day"]] += row["late_night"] or 0
    parts, wholes = (mean_of_week([found[day] for day in days]) for found in (late_night, orders))
    return [
        100 * part / whole if part is not None and whole else None
        for part, whole in zip(parts, wholes, strict=True)
    ]


def _change(values: Sequence[Number | None]) -> str:
    """Return how values went from the first week to the last, in words."""
    known = [float(value) for value in values if value is not None]
    if len(known) < 2 * _WEEK:
        return "too short a way to tell"
    first, last = sum(known[:_WEEK]) / _WEEK, sum(known[-_WEEK:]) / _WEEK
    if not first:
        return f"from none to {last:,.1f}"
    return f"from {first:,.1f} to {last:,.1f} ({(last - first) / first:+.0%})"
