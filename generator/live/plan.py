"""What a live generator makes and how it writes: decided from configurations and options."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from common.canonical_dataset import DatasetProfile
from common.environment import read_variable
from common.errors import UserError
from common.landing.settings import DEFAULT_SPEED, DEFAULT_START_DAY, FASTEST, LATEST_START_DAY
from common.time_units import MICROSECONDS_PER_DAY
from generator.dataset.canonical import GENERATOR_VERSION
from generator.simulation.orders.order_ids import LARGEST_DAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generator.configuration.kitchen_configuration import KitchenConfiguration
    from generator.dataset.kitchens import PlannedKitchen
    from generator.dataset.plan import DatasetPlan

T = TypeVar("T")
D = TypeVar("D")

DEFAULT_BATCH_ROWS = 5_000
DEFAULT_BATCH_SECONDS = 10.0

_OPTIONS = {
    "start_days_ago": "--start-days-ago",
    "end_days_ahead": "--end-days-ahead",
    "speed_up": "--speed",
    "batch_rows": "--batch-rows",
    "batch_seconds": "--batch-seconds",
}
_RANGES = {
    "--start-days-ago": f"give 0 to {LATEST_START_DAY:,} days",
    "--end-days-ahead": "give 0 days or more, or leave it out for no end",
    "--speed": f"give a number above 0, at most {FASTEST:,.0f}",
    "--batch-rows": "give 1 or more",
    "--batch-seconds": "give a number above 0",
    "--days-per-file": "give 1 or more, or leave it out for one file",
}


@dataclass(frozen=True, slots=True)
class Flushing:
    """When what is due lands, whichever comes first.

    Attributes
    ----------
    rows
        As soon as so many events are due.
    seconds
        As soon as so many real seconds have passed since the last file.
    days
        Days of virtual time that a file has at most; ``None`` for all that is due.
    """

    rows: int = DEFAULT_BATCH_ROWS
    seconds: float = DEFAULT_BATCH_SECONDS
    days: int | None = None


@dataclass(frozen=True, slots=True)
class AskedOptions:
    """What a person has said on the command line, ``None`` where nothing."""

    start_days_ago: int | None = None
    end_days_ahead: int | None = None
    speed: float | None = None
    batch_rows: int | None = None
    batch_seconds: float | None = None
    days_per_file: int | None = None


@dataclass(frozen=True, slots=True)
class GeneratorOptions:
    """What a live generator does.

    Attributes
    ----------
    start_days_ago
        Days of history that the first run makes at once.
    end_days_ahead
        Days after the first run on which orders are placed; ``None`` for no end.
    speed
        Virtual seconds per real second.
    flushing
        When a file lands.
    """

    start_days_ago: int = DEFAULT_START_DAY
    end_days_ahead: int | None = None
    speed: float = DEFAULT_SPEED
    flushing: Flushing = Flushing()

    def days(self, start: date, start_day: int) -> int:
        """Return on how many days orders are placed, at most so many as dates and ids last.

        Parameters
        ----------
        start
            Date of day 0.
        start_day
            Day of the first run.
        """
        longest: int = min(LARGEST_DAY + 1, date.max.toordinal() - start.toordinal())
        if self.end_days_ahead is None:
            return longest
        return min(longest, start_day + self.end_days_ahead)


def generator_options(
    configurations: Sequence[KitchenConfiguration], asked: AskedOptions
) -> GeneratorOptions:
    """Return what a person has asked, else what configurations say, else the defaults.

    ``START_DAY`` and ``SPEED_MULTIPLIER`` of the environment are the defaults of two of them, as
    for a replay.

    Raises
    ------
    UserError
        If two configurations differ and no option decides, or a value is out of range.
    """
    start_day = read_variable("START_DAY", int, "a whole number of days")
    speed = read_variable("SPEED_MULTIPLIER", float, "a number")

    def chosen(option: T | None, key: str, default: D) -> T | D:
        said = option if option is not None else _agreed(configurations, key)
        return default if said is None else said

    options = GeneratorOptions(
        start_days_ago=chosen(
            asked.start_days_ago,
            "start_days_ago",
            DEFAULT_START_DAY if start_day is None else start_day,
        ),
        end_days_ahead=chosen(asked.end_days_ahead, "end_days_ahead", None),
        speed=chosen(asked.speed, "speed_up", DEFAULT_SPEED if speed is None else speed),
        flushing=Flushing(
            chosen(asked.batch_rows, "batch_rows", DEFAULT_BATCH_ROWS),
            chosen(asked.batch_seconds, "batch_seconds", DEFAULT_BATCH_SECONDS),
            asked.days_per_file,
        ),
    )
    _check(options)
    return options


def live_profile(plan: DatasetPlan, kitchens: Sequence[PlannedKitchen]) -> DatasetProfile:
    """Return what a landing keeps of the generator that writes it, so that no other goes on."""
    made_of = (
        GENERATOR_VERSION,
        plan.seed,
        plan.people,
        tuple(plan.settings),
        plan.catalogue,
        [planned.network.content_hash for planned in kitchens],
    )
    return DatasetProfile(
        identity=hashlib.sha256(repr(made_of).encode()).hexdigest(),
        epoch=plan.start,
        days=plan.days,
        events=0,
        last_offset=plan.days * MICROSECONDS_PER_DAY - 1,
        in_order=True,
        is_live=True,
    )


def _agreed(configurations: Sequence[KitchenConfiguration], key: str) -> Any:  # noqa: ANN401  # of its own type each
    """Return the value of a key, ``None`` where no configuration has it."""
    having = [each for each in configurations if getattr(each, key) is not None]
    for other in having[1:]:
        values = [getattr(each, key) for each in (having[0], other)]
        if values[0] != values[1]:
            raise UserError(
                f"{having[0].file} has {key} {values[0]:g} and {other.file} {values[1]:g}: one "
                f"generator has one of them; make them agree or decide with {_OPTIONS[key]}."
            )
    return getattr(having[0], key) if having else None


def _check(options: GeneratorOptions) -> None:
    wrong = {
        "--start-days-ago": not 0 <= options.start_days_ago <= LATEST_START_DAY,
        "--end-days-ahead": options.end_days_ahead is not None and options.end_days_ahead < 0,
        "--speed": not 0 < options.speed <= FASTEST,
        "--batch-rows": options.flushing.rows < 1,
        "--batch-seconds": not options.flushing.seconds > 0,
        "--days-per-file": options.flushing.days is not None and options.flushing.days < 1,
    }
    for option, is_wrong in wrong.items():
        if is_wrong:
            raise UserError(f"{option} is out of range; {_RANGES[option]}.")
    if options.start_days_ago == 0 and options.end_days_ahead == 0:
        raise UserError(
            "--start-days-ago 0 and --end-days-ahead 0 leave no day on which anything happens; "
            "make one of them positive."
        )
