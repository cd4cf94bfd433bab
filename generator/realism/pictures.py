"""Pictures of a dataset: what the statistics say, to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from common.errors import UserError
from common.storage import storage_of
from generator.realism.baskets import value_of_hours
from generator.realism.cooking import cooking_medians
from generator.realism.couriers import utilisation_by_hour, wait_by_hour
from generator.realism.customers import distances_km, orders_of_customers, returns
from generator.realism.driving import METRES_PER_SECOND_PER_MPH, on_the_way
from generator.realism.observed import HOURS_PER_DAY, elapsed_minutes
from generator.realism.promises import drive_errors, minutes_late
from generator.realism.speeds import half_hour_speeds
from generator.realism.stages import STAGES
from generator.realism.weekends import WEEKEND, hour_profile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from generator.realism.observed import Observed

COLORS = ("#e4572e", "#2e86ab", "#3a7d44", "#8e5aa8", "#c98b1b", "#5b6470")
_INK, _MUTED = "#2b2b2b", "#8d97a5"
_BINS = 80
_HEADROOM = 1.12
_MOST_LINES = 12
_MOST_MPH = 45.0


def draw_pictures(observed: Observed, folder: Path) -> list[Path]:
    """Draw all pictures of a dataset into a folder.

    Parameters
    ----------
    observed
        The dataset.
    folder
        Where to; each file is replaced in one step.

    Returns
    -------
    :
        The files.

    Raises
    ------
    UserError
        If a file cannot be written.
    """
    files = []
    for name, draw in PICTURES.items():
        figure = Figure(figsize=(11, 4.2), layout="constrained", facecolor="white")
        FigureCanvasAgg(figure)
        draw(observed, figure)
        file = folder / f"{name}.png"
        _write(figure, file)
        files.append(file)
    return files


def _write(figure: Figure, file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with storage_of(file).atomic_file(file) as staged:
            # Without a date or version in it, the same dataset gives the same file.
            figure.savefig(staged, format="png", dpi=110, metadata={"Software": None})
    except OSError as error:
        raise UserError(
            f"the picture {file} cannot be written ({error}): choose another place with --pictures"
        ) from error


def _axes(figure: Figure, titles: tuple[str, ...]) -> list[Axes]:
    """Return axes side by side, each with a title."""
    axes: list[Axes] = list(figure.subplots(1, len(titles), squeeze=False)[0])
    for each, title in zip(axes, titles, strict=True):
        each.set_title(title, fontsize=11, color=_INK, loc="left")
        each.spines[["top", "right"]].set_visible(False)
        each.tick_params(colors=_INK, labelsize=8.5)
    return axes


def _histogram(
    axes: Axes, values: NDArray[np.float64], color: str, label: str, end: float | None = None
) -> None:
    """Draw a fine histogram as a line, up to the value that few exceed."""
    known = values[np.isfinite(values)]
    if not known.size:
        return
    begin = min(float(np.quantile(known, 0.001)), 0.0)
    last = end or float(np.quantile(known, 0.995)) or 1.0
    count, edges = np.histogram(known, bins=_BINS, range=(begin, max(last, begin + 1e-3)))
    axes.stairs(count / known.size, edges, color=color, label=label, linewidth=1.3)
    axes.set_ylabel("share", fontsize=9)


def _by_kitchen(observed: Observed) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
    """Return name, color and orders of each kitchen."""
    for number, code in enumerate(observed.kitchens):
        yield code, COLORS[number % len(COLORS)], observed.orders.kitchen == number


def _legend(axes: Axes) -> None:
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, fontsize=8.5)


def _from_zero(axes: Axes) -> None:
    """Let the vertical axis begin at zero and leave room above."""
    axes.set_ylim(0, axes.get_ylim()[1] * _HEADROOM)


def _hours(axes: Axes) -> None:
    axes.set_xlim(0, HOURS_PER_DAY)
    axes.set_xticks(range(0, HOURS_PER_DAY + 1, 3))
    axes.set_xlabel("hour of the day", fontsize=9)


def draw_stages(observed: Observed, figure: Figure) -> None:
    """Draw how long each stage takes."""
    titles = tuple(f"{first.replace('_', ' ')} to {second.replace('_', ' ')}"
                   for first, second in STAGES)  # fmt: skip
    for axes, (first, second) in zip(_axes(figure, titles), STAGES, strict=True):
        minutes = elapsed_minutes(getattr(observed.orders, first), getattr(observed.orders, second))
        for code, color, here in _by_kitchen(observed):
            _histogram(axes, minutes[here], color, code)
        axes.set_xlabel("minutes", fontsize=9)
        axes.set_ylabel("")
    _legend(axes)


def draw_hours(observed: Observed, figure: Figure) -> None:
    """Draw when people order, on workdays and at weekends."""
    weekend = np.isin(observed.weekday_of(observed.service_day), WEEKEND)
    for axes, (_, color, here) in zip(
        _axes(figure, observed.kitchens), _by_kitchen(observed), strict=True
    ):
        edges = np.arange(HOURS_PER_DAY + 1)
        workdays = hour_profile(observed, here & ~weekend)
        axes.stairs(workdays, edges, color=_MUTED, fill=True, alpha=0.45, label="workdays")
        axes.stairs(
            hour_profile(observed, here & weekend), edges, color=color, linewidth=1.8,
            label="weekends",
        )  # fmt: skip
        _hours(axes)
        _legend(axes)


def draw_distances(observed: Observed, figure: Figure) -> None:
    """Draw how far customers live, and how long the way there is."""
    line, way = _axes(figure, ("straight line to the door", "way driven"))
    for code, color, here in _by_kitchen(observed):
        _histogram(line, distances_km(observed)[here], color, code)
        _histogram(way, observed.route_metres[here] / 1_000, color, code)
    for axes in (line, way):
        axes.set_xlabel("km", fontsize=9)
        _legend(axes)


def draw_customers(observed: Observed, figure: Figure) -> None:
    """Draw how often people order, and how many days apart."""
    person = "customer" if observed.names_customers else "address"
    often, apart = _axes(
        figure, (f"orders of one {person}", f"days between two orders of one {person}")
    )
    counts = np.bincount(orders_of_customers(observed))[1:]
    number = np.arange(1, counts.size + 1)
    often.scatter(number[counts > 0], counts[counts > 0], s=14, color=COLORS[1])
    if counts.any():
        often.set_xscale("log")
        often.set_yscale("log")
    often.set_xlabel("orders", fontsize=9)
    often.set_ylabel("people", fontsize=9)
    for code, color, here in _by_kitchen(observed):
        found = returns(observed)
        _histogram(apart, found.days[here[found.later]], color, code, end=45.0)
    apart.set_xlabel("days", fontsize=9)
    _legend(apart)


def draw_couriers(observed: Observed, figure: Figure) -> None:
    """Draw how long bags wait and how many couriers have an order, by hour."""
    wait, use = _axes(
        figure, ("wait of a ready bag, mean minutes", "couriers on shift who have an order")
    )
    hours = np.arange(HOURS_PER_DAY) + 0.5
    wait.plot(hours, wait_by_hour(observed), color=COLORS[0], marker="o", markersize=3.5)
    busy = utilisation_by_hour(observed)
    if busy is None:
        use.text(0.5, 0.5, "the events name no couriers", ha="center", transform=use.transAxes)
    else:
        use.plot(hours, busy, color=COLORS[1], marker="o", markersize=3.5)
    for axes in (wait, use):
        _hours(axes)
    _from_zero(wait)
    use.set_ylim(0, 1)


def draw_speeds(observed: Observed, figure: Figure) -> None:
    """Draw how fast couriers drive between two fixes."""
    every, by_hour = _axes(
        figure, ("mph between two fixes on the way", "mph by half-hour of the day")
    )
    pairs = observed.pairs
    kitchen = observed.orders.kitchen[pairs.order]
    speed = pairs.driven_m / np.maximum(pairs.seconds, 1.0) / METRES_PER_SECOND_PER_MPH
    speed = np.where(on_the_way(observed), speed, np.nan)
    for number, (code, color, _) in enumerate(_by_kitchen(observed)):
        here = kitchen == number
        _histogram(every, speed[here], color, code, end=_MOST_MPH)
        half_hours = half_hour_speeds(observed, here)
        by_hour.plot(np.arange(half_hours.size) / 2 + 0.25, half_hours, color=color, label=code)
    every.set_xlabel("mph", fontsize=9)
    _hours(by_hour)
    for axes in (every, by_hour):
        _legend(axes)


def draw_promises(observed: Observed, figure: Figure) -> None:
    """Draw what came of promises and of expected drives."""
    late, by_hour, drive = _axes(
        figure, ("minutes late", "late by hour", "drive longer than expected")
    )
    minutes = minutes_late(observed)
    known = np.isfinite(minutes)
    if known.any():
        _histogram(late, minutes, COLORS[0], "")
        late.axvline(0, color=_MUTED, linewidth=1)
        hour = observed.hour[known].astype(int)
        count = np.bincount(hour, minlength=HOURS_PER_DAY)
        missed = np.bincount(hour, minutes[known] > 0, HOURS_PER_DAY)
        by_hour.bar(np.arange(HOURS_PER_DAY) + 0.5, missed / np.maximum(count, 1), color=COLORS[1])
    else:
        late.text(0.5, 0.5, "the events promise nothing", ha="center", transform=late.transAxes)
    _hours(by_hour)
    _histogram(drive, drive_errors(observed), COLORS[2], "")
    drive.axvline(0, color=_MUTED, linewidth=1)
    drive.set_xlabel("times what was expected", fontsize=9)


def draw_baskets(observed: Observed, figure: Figure) -> None:
    """Draw what is in baskets, what they are worth, and how long they cook."""
    size, value, cooking = _axes(
        figure, ("lines of a basket", "median value by hour, $", "cooking by lines, median minutes")
    )
    lines = observed.lines_of_order.astype(int)
    count = np.bincount(np.clip(lines, 0, _MOST_LINES), minlength=_MOST_LINES + 1)[1:]
    size.bar(np.arange(1, _MOST_LINES + 1), count / max(count.sum(), 1), color=COLORS[1])
    size.set_xlabel(f"lines ({_MOST_LINES}: or more)", fontsize=9)
    hours = np.arange(HOURS_PER_DAY) + 0.5
    value.plot(hours, value_of_hours(observed), color=COLORS[0], marker="o", markersize=3.5)
    _hours(value)
    _from_zero(value)
    cooking.plot(*cooking_medians(observed), color=COLORS[2], marker="o", markersize=3.5)
    cooking.set_xlabel("lines, orders of one brand", fontsize=9)
    _from_zero(cooking)


PICTURES: dict[str, Callable[[Observed, Figure], None]] = {
    "stages": draw_stages,
    "hours": draw_hours,
    "distances": draw_distances,
    "customers": draw_customers,
    "couriers": draw_couriers,
    "speeds": draw_speeds,
    "promises": draw_promises,
    "baskets": draw_baskets,
}
"""Name of each picture, and what draws it."""
