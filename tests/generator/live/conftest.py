"""One small kitchen that is live, and the dataset that has the same days."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from common.canonical_dataset import open_dataset, profile_dataset
from common.landing.event_lines import write_window
from common.landing.window import Window
from generator.__main__ import main
from generator.live.plan import AskedOptions
from generator.live.run import LiveRequest, live_generator

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from generator.live.generator import Step

NOW = datetime(2026, 11, 21, 10, 30, 0, 250)
START_DAYS_AGO = 2
END_DAYS_AHEAD = 1


@dataclass(frozen=True)
class LiveKitchen:
    """A configured kitchen.

    Attributes
    ----------
    configuration
        Its file.
    canonical
        The dataset that ``python -m generator canonical`` makes of its days.
    """

    configuration: Path
    canonical: Path

    def lines(self, last: int, folder: Path) -> bytes:
        """Return what a replay lands of that dataset up to a position, if it did not repeat it."""
        dataset = open_dataset(self.canonical)
        profile = replace(profile_dataset(dataset), days=1_000)
        target = folder / "expected.jsonl"
        target.unlink(missing_ok=True)
        write_window(dataset, profile, Window(0, last), 0, target)
        return target.read_bytes()

    def request(self, landing: Path, **asked: float) -> LiveRequest:
        """Return the request that makes it live."""
        return LiveRequest(
            landing=landing,
            configurations=(self.configuration,),
            locations=("sv",),
            asked=AskedOptions(**asked),  # type: ignore[arg-type]  # of the type of each
        )


@dataclass
class Clock:
    """Real time, as a test says it."""

    now: datetime = field(default=NOW)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> datetime:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)
        return self.now


@pytest.fixture(scope="session")
def kitchen(tmp_path_factory: pytest.TempPathFactory) -> LiveKitchen:
    """A kitchen with 40 orders a day, some fields of which are missing, on three days."""
    folder = tmp_path_factory.mktemp("live")
    configuration = folder / "sv.json"
    configuration.write_text(
        json.dumps(
            {
                "location_name": "sv",
                "start_days_ago": START_DAYS_AGO,
                "end_days_ahead": END_DAYS_AHEAD,
                "speed_up": 60,
                "orders_day_1": 40,
                "orders_last": 60,
                "noise_pct": 20,
                "random_seed": 72,
                "batch_rows": 10,
                "batch_seconds": 1,
                "dq": {"driver_ping": {"loc_lat": 0.1}, "order_created": {"items": 0.05}},
            }
        )
    )
    start = (NOW - timedelta(days=START_DAYS_AGO)).date().isoformat()
    options = ("--config", str(configuration), "--locations", "sv", "--start-date", start)
    assert main(["canonical", *options, "--out", str(folder / "canonical")]) == 0
    return LiveKitchen(configuration, folder / "canonical")


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    return tmp_path / "landing"


@pytest.fixture
def clock() -> Clock:
    return Clock()


def landed_lines(landing: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(landing.glob("window-*.jsonl")))


@pytest.fixture
def read_landed(landing: Path) -> Callable[[], bytes]:
    """Reads all lines that have landed, in their order."""
    return lambda: landed_lines(landing)


@pytest.fixture
def step_once(kitchen: LiveKitchen, landing: Path) -> Callable[[datetime], Step]:
    """Starts a live generator, lets it make one step, and ends it."""

    def step(now: datetime) -> Step:
        with live_generator(kitchen.request(landing), now) as generator:
            return generator.step(now)

    return step
