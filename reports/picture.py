"""The picture in the README, drawn from the published tables: ``python -m reports.picture``.

Above, each kitchen's city as its drivers' GPS fixes draw it; then a day there: how many orders are
in the queue, on the stove, waiting for a courier and on the road at each minute; below, its orders
a day.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.dates import DateFormatter, MonthLocator
from matplotlib.figure import Figure

from common.errors import UserError
from common.paths import picture_file, published_file
from common.vocabulary import vocabulary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

_COLORS = ("#e4572e", "#2e86ab", "#3a7d44", "#8e5aa8")
_INK = "#2b2b2b"
_WEEK = 7
_MINUTES = 1_440


def _stages() -> dict[str, tuple[str, str]]:
    """Return from which event to which an order is in each stage, by its words."""
    words = vocabulary()
    return {
        f"waits for a {words.position}": ("created_ts", "started_ts"),
        f"{words.cooking} and packing": ("started_ts", "ready_ts"),
        f"waits for a {words.courier}": ("ready_ts", "picked_up_ts"),
        "is on the road": ("picked_up_ts", "delivered_ts"),
    }


def draw(published: Path, out: Path) -> None:
    """Draw the picture from the tables in ``published`` into the PNG file ``out``.

    Raises
    ------
    UserError
        If nothing is published yet, or nothing has been delivered in it.
    """
    if not published.exists():
        raise UserError(f"{published} does not exist: `make run` builds and publishes the tables")
    with duckdb.connect(str(published), read_only=True) as connection:
        kitchens = connection.execute(
            """
            select location_id, location_code, name, lat, lon
            from simulator.locations
            where location_id in (select location_id from lakeflow.silver_driver_pings)
            order by location_id
            """
        ).fetchall()
        if not kitchens:
            raise UserError(f"No driver has left yet in {published}: land events with `make run`")
        figure = Figure(figsize=(4 * len(kitchens), 8.2), layout="constrained")
        axes = figure.subplots(3, len(kitchens), height_ratios=(2.4, 1, 1), squeeze=False)
        for column, (location_id, _, name, lat, lon) in enumerate(kitchens):
            color = _COLORS[column % len(_COLORS)]
            fixes = connection.execute(
                "select lat, lon from lakeflow.silver_driver_pings where location_id = ?",
                [location_id],
            ).fetchnumpy()
            _draw_city(axes[0, column], fixes, (lat, lon), color)
            axes[0, column].set_title(name, color=_INK, fontsize=12, fontweight="bold")
            _draw_day(axes[1, column], _at_once(connection, location_id), color)
            days = connection.execute(
                """
                select order_day, count(*) as orders
                from lakeflow.gold_order_header
                where location_id = ?
                group by order_day order by order_day
                """,
                [location_id],
            ).fetchnumpy()
            _draw_orders(
                axes[2, column], np.asarray(days["order_day"]), np.asarray(days["orders"]), color
            )
        axes[1, 0].set_ylabel("orders at once", color=_INK)
        axes[2, 0].set_ylabel("orders a day", color=_INK)
        for row in axes[1:]:
            top = max(axis.get_ylim()[1] for axis in row)
            for axis in row:
                axis.set_ylim(0, top)
        axes[1, 0].legend(loc="upper left", fontsize=7, frameon=False, labelcolor=_INK)
    out.parent.mkdir(parents=True, exist_ok=True)
    FigureCanvasAgg(figure).figure.savefig(out, dpi=90, facecolor="white")


def _draw_city(axis: Axes, fixes: dict[str, Any], kitchen: tuple[float, float], color: str) -> None:
    """Draw every GPS fix of a kitchen as a speck of ink; streets appear where drivers drive."""
    axis.scatter(fixes["lon"], fixes["lat"], s=0.25, c=color, alpha=0.14, linewidths=0)
    axis.plot(kitchen[1], kitchen[0], "o", color=_INK, markersize=6, markeredgecolor="white")
    axis.set_aspect(1 / np.cos(np.radians(kitchen[0])), adjustable="datalim")
    axis.axis("off")


def _at_once(
    connection: duckdb.DuckDBPyConnection, location_id: int
) -> dict[str, NDArray[np.float64]]:
    """Return how many orders are in each stage at each minute of an average day, (1440,) each."""
    found: dict[str, NDArray[np.float64]] = {}
    for stage, (begin, end) in _stages().items():
        rows = connection.execute(
            f"""
            select
                extract(hour from {begin}) * 60 + extract(minute from {begin}) as begins,
                greatest(date_diff('minute', {begin}, {end}), 0) as lasts,
                order_day
            from lakeflow.silver_order_timeline
            where location_id = ? and {begin} is not null and {end} is not null
            """,
            [location_id],
        ).fetchnumpy()
        begins, lasts = (np.asarray(rows[name], dtype=np.int64) for name in ("begins", "lasts"))
        change = np.bincount(begins, minlength=3 * _MINUTES)
        change -= np.bincount(np.minimum(begins + lasts, 3 * _MINUTES - 1), minlength=3 * _MINUTES)
        days = max(len(np.unique(np.asarray(rows["order_day"]))), 1)
        found[stage] = np.cumsum(change).reshape(3, _MINUTES).sum(axis=0) / days
    return found


def _draw_day(axis: Axes, stages: dict[str, NDArray[np.float64]], color: str) -> None:
    """Draw the stages of the orders of an average day on top of each other."""
    axis.stackplot(
        np.arange(_MINUTES) / 60,
        *stages.values(),
        labels=list(stages),
        colors=[(*to_rgb(color), alpha) for alpha in (0.2, 0.45, 0.7, 1.0)],
        linewidth=0,
    )
    axis.set_xlim(0, 24)
    axis.set_xticks([0, 6, 12, 18, 24], ["0:00", "6:00", "12:00", "18:00", ""])
    axis.spines[["top", "right"]].set_visible(False)
    axis.tick_params(colors=_INK, labelsize=8)


def _draw_orders(axis: Axes, days: NDArray[Any], orders: NDArray[Any], color: str) -> None:
    """Draw complete days (the last one is not over) with their weekly mean on top."""
    days, orders = days[:-1], orders[:-1]
    axis.bar(days, orders, width=1.0, color=color, alpha=0.35)
    if len(orders) >= _WEEK:
        mean = np.convolve(orders, np.ones(_WEEK) / _WEEK, mode="valid")
        axis.plot(days[_WEEK // 2 : _WEEK // 2 + len(mean)], mean, color=color, linewidth=2)
    axis.spines[["top", "right"]].set_visible(False)
    axis.tick_params(colors=_INK, labelsize=8)
    axis.xaxis.set_major_locator(MonthLocator())  # type: ignore[no-untyped-call]
    axis.xaxis.set_major_formatter(DateFormatter("%b"))  # type: ignore[no-untyped-call]


def main() -> int:
    """Draw the picture and print where it is."""
    parser = argparse.ArgumentParser(prog="python -m reports.picture", description=__doc__)
    # The one in reports/ is committed: it changes only where a person names it.
    parser.add_argument(
        "--out",
        type=Path,
        default=picture_file(),
        help="PNG file (default: %(default)s)",
    )
    out = parser.parse_args().out
    try:
        draw(published_file(), out)
    except (UserError, OSError, duckdb.Error) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
