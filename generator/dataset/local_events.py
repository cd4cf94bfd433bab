"""The events of all kitchens and days, made in this process and written as one file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.time_units import SECONDS_PER_DAY
from generator.dataset.event_file import in_time_order, write_events
from generator.dataset.summary import summarise_kitchen
from generator.simulation.kitchen_day import simulate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

    from generator.dataset.plan import DatasetPlan
    from generator.dataset.summary import KitchenSummary
    from generator.simulation.kitchen_day import Handover, KitchenDay
    from generator.simulation.prepared_kitchen import Kitchen


def make_events_locally(
    kitchens: Sequence[Kitchen],
    plan: DatasetPlan,
    target: Path,
    progress: Callable[[str, int], None],
) -> tuple[KitchenSummary, ...]:
    """Make all events in this process, day after day, and write them as one file.

    Parameters
    ----------
    kitchens
        Prepared kitchens, in the order of ``plan.settings``.
    plan
        What to make.
    target
        ``events.parquet``.
    progress
        As in `make_dataset`.
    """
    runs = [_KitchenRun(kitchen) for kitchen in kitchens]
    write_events(target, in_time_order(_simulate_days(runs, plan, progress)), plan.columns)
    return tuple(run.summary() for run in runs)


@dataclass
class _KitchenRun:
    """One kitchen while its days are simulated: what a day hands over, and totals so far."""

    kitchen: Kitchen
    orders: int = 0
    events: int = 0
    longest_wait: int = 0
    handover: Handover | None = None

    def simulate(self, day: int, epoch: int) -> pa.Table:
        """Simulate the next day and return its events."""
        made: KitchenDay = simulate(self.kitchen, day, epoch, self.handover)
        self.handover = made.handover
        self.orders += made.orders
        self.events += made.events.num_rows
        self.longest_wait = max(self.longest_wait, made.longest_wait)
        return made.events

    def summary(self) -> KitchenSummary:
        """Return the totals of all days."""
        return summarise_kitchen(self.kitchen, self.orders, self.events, self.longest_wait)


def _simulate_days(
    runs: Sequence[_KitchenRun], plan: DatasetPlan, progress: Callable[[str, int], None]
) -> Iterator[tuple[int, list[pa.Table]]]:
    """Yield the end of each day in Unix seconds and the events of its orders."""
    for day in range(plan.days):
        tables = [run.simulate(day, plan.epoch) for run in runs]
        yield plan.epoch + (day + 1) * SECONDS_PER_DAY, tables
        progress("days", day + 1)
