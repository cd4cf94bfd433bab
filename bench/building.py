"""What a full build costs, and whether one window costs the same after ten times the history."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

from bench.generation import DATASET_DAYS, dataset
from bench.landing import FIRST_RUN
from bench.measure import Cost, cost_of
from flows.dbt.command_line import DBT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WINDOWS = 5
# At sixty times speed three virtual hours pass in three minutes.
_BETWEEN_WINDOWS = timedelta(minutes=3)
_HISTORY_SHARE = 70 / 90


@dataclass(frozen=True)
class _Warehouse:
    """A folder with its own landing and warehouse, over one canonical dataset."""

    data: Path
    canonical: Path
    start_day: int

    def land(self, now: datetime) -> None:
        """Land the window that ends at ``now``."""
        options = ["--canonical", str(self.canonical), "--start-day", str(self.start_day)]
        cost_of(["-m", "flows.replay", "run", *options, "--now", now.isoformat()], self.data)

    def seed(self) -> None:
        """Load the seeds, by which the models judge events."""
        self._dbt("seed")

    def build(self) -> tuple[Cost, float]:
        """Build the models; return the whole command's cost and the seconds the models took."""
        cost = self._dbt("run")
        results = json.loads((self.data / "target" / "run_results.json").read_text())["results"]
        return cost, sum(result["execution_time"] for result in results)

    def _dbt(self, command: str) -> Cost:
        target = str(self.data / "target")
        arguments = ["--quiet", command, "--target-path", target, "--log-path", target]
        return cost_of([*DBT, *arguments], self.data)


def bench_building(scratch: Path) -> Iterator[str]:
    """Build 70 and 700 days, then windows of three hours on each; yield lines to print."""
    window_seconds = {}
    for days in DATASET_DAYS:
        start_day = round(days * _HISTORY_SHARE)
        warehouse = _Warehouse(scratch / f"warehouse_{days}", dataset(scratch, days), start_day)
        warehouse.data.mkdir()
        now = datetime.fromisoformat(FIRST_RUN) + timedelta(hours=9)
        warehouse.land(now)
        warehouse.seed()
        cost, models = warehouse.build()
        yield (
            f"full build of {start_day} days: {models:.1f} s of models, the whole command "
            f"{cost.wall_seconds:.1f} s, peak {cost.peak_mb:.0f} MB"
        )
        seconds = []
        for _ in range(WINDOWS):
            now += _BETWEEN_WINDOWS
            warehouse.land(now)
            cost, models = warehouse.build()
            seconds.append(models)
        window_seconds[days] = median(seconds)
        yield (
            f"a 3-hour window after {start_day} days: {median(seconds):.2f} s of models "
            f"({min(seconds):.2f} to {max(seconds):.2f}), the whole command "
            f"{cost.wall_seconds:.1f} s"
        )
    short, long = (window_seconds[days] for days in DATASET_DAYS)
    yield f"one window at 10 times the history: {long / short:.2f} times the models' time"
