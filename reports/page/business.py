"""What the report tells, read from a source: every number on the page comes from here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from common.errors import UserError
from reports.page.figures import CARDS, FIGURES, HEADLINE, select_figures

if TYPE_CHECKING:
    from reports.page.source import Row, Source

NIGHT_HOURS = (21, 22, 23, 0)
"""The hours of the late-night peak."""

RECENT_DAYS = 28
"""How many complete days a profile of the day covers."""

_DAILY_UNTIL = 120
_WEEKLY_UNTIL = 1_100
_WEEK = 7
_QUERIES = Path(__file__).parent / "queries"


@dataclass(frozen=True, slots=True)
class Period:
    """The time that the report covers.

    Attributes
    ----------
    first_day, last_day
        The complete days, which curves over time show.
    until
        The last moment of which the tables know; totals go as far.
    """

    first_day: date
    last_day: date
    until: datetime

    @property
    def days(self) -> int:
        """Number of complete days."""
        return (self.last_day - self.first_day).days + 1

    @property
    def finest(self) -> str:
        """The step of the finest curves: so many points as can be told apart."""
        return "day" if self.days <= _DAILY_UNTIL else self.coarse

    @property
    def coarse(self) -> str:
        """The step of all other curves."""
        return "week" if self.days <= _WEEKLY_UNTIL else "month"

    @property
    def recent_day(self) -> date:
        """The first of the latest `RECENT_DAYS` complete days."""
        return max(self.first_day, self.last_day - timedelta(days=RECENT_DAYS - 1))

    def days_in(self, begins: date, step: str) -> int:
        """Return how many complete days a step has; the first and the last may be cut off."""
        if step == "day":
            following = begins + timedelta(days=1)
        elif step == "week":
            following = begins + timedelta(days=_WEEK)
        else:
            following = (begins.replace(day=1) + timedelta(days=32)).replace(day=1)
        end = min(following, self.last_day + timedelta(days=1))
        return (end - max(begins, self.first_day)).days


@dataclass(frozen=True, slots=True)
class Kitchen:
    """A kitchen.

    Attributes
    ----------
    location_id, code, name
        As in `dim_location`.
    """

    location_id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Business:
    """All that the report tells.

    Attributes
    ----------
    origin
        Of which build it is.
    period
        Which time it covers.
    kitchens
        The kitchens, in their order.
    totals
        Every figure by key, over everything.
    by_kitchen
        The figures of the headline, by kitchen.
    latest, before
        The figures of the cards, for the latest seven complete days and the seven before.
    tables
        The rows of every other query, by its name.
    """

    origin: str
    period: Period
    kitchens: tuple[Kitchen, ...]
    totals: dict[str, Any]
    by_kitchen: dict[int, Row]
    latest: Row
    before: Row
    tables: dict[str, list[Row]]

    def of_kitchen(self, table: str, kitchen: Kitchen) -> list[Row]:
        """Return the rows of a query that are about one kitchen."""
        return [row for row in self.tables[table] if row["location_id"] == kitchen.location_id]


_TABLES = (
    "brand_events",
    "orders",
    "weeks",
    "hours",
    "causes",
    "cuisines",
    "refunds",
    "complaints",
    "quality",
    "couriers",
)


def read_business(source: Source) -> Business:
    """Read all that the report tells.

    Parameters
    ----------
    source
        The tables.

    Raises
    ------
    UserError
        If a table is missing, or there is no order in them.
    """
    period = _read_period(source)
    orders = FIGURES["orders"].table
    totals: dict[str, Any] = {}
    for table in dict.fromkeys(figure.table for figure in FIGURES.values()):
        totals |= source.rows(select_figures(tuple(FIGURES), table))[0]
    by_kitchen = {
        row["location_id"]: row
        for row in source.rows(select_figures(HEADLINE, orders, "location_id"))
    }
    latest, before = (
        source.rows(
            select_figures(
                CARDS,
                orders,
                where=f"order_day between date '{last - timedelta(days=_WEEK - 1)}' "
                f"and date '{last}'",
            )
        )[0]
        for last in (period.last_day, period.last_day - timedelta(days=_WEEK))
    )
    kitchens = tuple(
        Kitchen(row["location_id"], row["location_code"], row["name"])
        for row in source.rows(_statement("kitchens", period))
        if row["location_id"] in by_kitchen
    )
    tables = {name: source.rows(_statement(name, period)) for name in _TABLES}
    return Business(source.origin, period, kitchens, totals, by_kitchen, latest, before, tables)


def _read_period(source: Source) -> Period:
    row = source.rows((_QUERIES / "period.sql").read_text(encoding="utf-8"))[0]
    if row["first_day"] is None or row["until_ts"] is None:
        raise UserError(f"There is no order yet in {source.origin}: land events with `make run`.")
    # The day of the last moment is not over yet, so a curve would fall at its end.
    last_day = max(row["first_day"], row["until_ts"].date() - timedelta(days=1))
    return Period(row["first_day"], last_day, row["until_ts"])


def _statement(name: str, period: Period) -> str:
    """Return a query of the folder, for a period. It takes only what we say ourselves."""
    return (
        (_QUERIES / f"{name}.sql")
        .read_text(encoding="utf-8")
        .format(
            first_day=period.first_day,
            last_day=period.last_day,
            recent_day=period.recent_day,
            recent_days=RECENT_DAYS,
            night_hours=", ".join(map(str, NIGHT_HOURS)),
            finest=period.finest,
            coarse=period.coarse,
        )
    )
