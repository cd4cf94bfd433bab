"""The picture in the README, drawn from the published tables: ``python -m reports.picture``.

Above, each kitchen's city as its drivers' GPS fixes draw it; below, its orders a day.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import DateFormatter, MonthLocator
from matplotlib.figure import Figure

from common.errors import UserError
from common.paths import picture_file, published_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

_COLORS = ("#e4572e", "#2e86ab", "#3a7d44", "#8e5aa8")
_INK = "#2b2b2b"
_WEEK = 7


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
        figure = Figure(figsize=(4 * len(kitchens), 6.4), layout="constrained")
        axes = figure.subplots(2, len(kitchens), height_ratios=(2.4, 1), squeeze=False)
        for column, (location_id, _, name, lat, lon) in enumerate(kitchens):
            color = _COLORS[column % len(_COLORS)]
            fixes = connection.execute(
                "select lat, lon from lakeflow.silver_driver_pings where location_id = ?",
                [location_id],
            ).fetchnumpy()
            _draw_city(axes[0, column], fixes, (lat, lon), color)
            axes[0, column].set_title(name, color=_INK, fontsize=12, fontweight="bold")
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
                axes[1, column], np.asarray(days["order_day"]), np.asarray(days["orders"]), color
            )
        axes[1, 0].set_ylabel("orders a day", color=_INK)
        top = max(axis.get_ylim()[1] for axis in axes[1])
        for axis in axes[1]:
            axis.set_ylim(0, top)
    out.parent.mkdir(parents=True, exist_ok=True)
    FigureCanvasAgg(figure).figure.savefig(out, dpi=90, facecolor="white")


def _draw_city(axis: Axes, fixes: dict[str, Any], kitchen: tuple[float, float], color: str) -> None:
    """Draw every GPS fix of a kitchen as a speck of ink; streets appear where drivers drive."""
    axis.scatter(fixes["lon"], fixes["lat"], s=0.25, c=color, alpha=0.14, linewidths=0)
    axis.plot(kitchen[1], kitchen[0], "o", color=_INK, markersize=6, markeredgecolor="white")
    axis.set_aspect(1 / np.cos(np.radians(kitchen[0])), adjustable="datalim")
    axis.axis("off")


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
