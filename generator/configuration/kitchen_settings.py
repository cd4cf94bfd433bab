"""What the simulation of one kitchen uses: all its numbers, wherever they came from.

There are no defaults here: those of a kitchen are in `KitchenConfiguration`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.catalogue.records import Location, WeatherDay
    from generator.world.trade import KitchenTrade


@dataclass(frozen=True, slots=True)
class Minutes:
    """A duration by its mean and standard deviation, both in minutes."""

    mean: float
    deviation: float


@dataclass(frozen=True, slots=True)
class ServiceTimes:
    """How long each step in the kitchen takes when nothing queues."""

    created_to_started: Minutes
    started_to_finished: Minutes
    finished_to_ready: Minutes
    ready_to_picked_up: Minutes


@dataclass(frozen=True, slots=True)
class DriverArrival:
    """When the driver comes: Beta(alpha, beta), a fraction ``after_ready`` of them after ready."""

    alpha: float
    beta: float
    after_ready: float


@dataclass(frozen=True, slots=True)
class PositionReports:
    """How a courier's telephone reports where it is.

    Attributes
    ----------
    seconds
        Seconds between two GPS fixes.
    jitter_seconds
        Standard deviation of each from the moment when it is due, seconds.
    noise_m
        Standard deviation of a fix from where the courier is, metres to the north and to the east.
    loss
        Part of the fixes that are missing.
    """

    seconds: int
    jitter_seconds: float
    noise_m: float
    loss: float


@dataclass(frozen=True, slots=True)
class KitchenBrand:
    """One brand as it cooks in the kitchen.

    Attributes
    ----------
    brand_id
        Key in the catalogue.
    prep_time_min
        The brand's mean cooking time, minutes.
    start_day, end_day
        First day, and first day after the last (``None`` while open), counted from day 0.
    growth_rate_monthly
        Growth of its weight among the brands of the kitchen per 30 days, as a fraction.
    """

    brand_id: int
    prep_time_min: float
    start_day: int
    end_day: int | None
    growth_rate_monthly: float


@dataclass(frozen=True, slots=True)
class NullProbability:
    """One field of one event type that is sometimes missing in the canonical dataset."""

    event_type_id: int
    column: str
    probability: float


@dataclass(frozen=True, slots=True)
class KitchenSettings:
    """Everything the simulation of one kitchen needs besides its streets and the seed of the run.

    Attributes
    ----------
    location
        The kitchen: key, code, name, address, position and delivery radius.
    brands
        Who cooks there and when, in the order of ``brand_locations.csv``.
    stations
        Orders that can be cooked at the same time.
    all_stations_open
        Whether all stations are open and nobody is slower than usual on every day; otherwise cooks
        come and go with the orders.
    orders_first_day
        Orders expected on day 0, before weekday and noise.
    orders_last_day
        Orders expected on day ``story_days - 1``, to which volume grows linearly; ``None`` if it
        compounds daily by ``growth_rate_daily``.
    orders_of_a_monday
        Whether these are the orders of a Monday, the quietest day of a week, and not of its mean.
    growth_rate_daily
        Compounding per day that leads from the first day to the last.
    story_days
        Growth ends with this day; the kitchen then keeps the level of day ``story_days - 1``.
    noise
        Daily volume varies by this fraction up and down: 0.1 is ±10 %.
    service_times, driver_arrival
        Distributions around the queue.
    driver_mph
        Mean speed on the road, miles per hour.
    position_reports
        How often and how exactly couriers report where they are.
    trade
        How it runs: when people order what, how that is made, and what it costs.
    weather
        The weather of the days from day 0, which then repeats; none is dry weather.
    null_probabilities
        Fields that are sometimes missing; usually none.
    random_seed
        This kitchen's own seed, or ``None`` for the seed of the run.
    speed_up
        Replay speed suggested for this dataset, or ``None``; changes no event.
    """

    location: Location
    brands: tuple[KitchenBrand, ...]
    stations: int
    all_stations_open: bool
    orders_first_day: float
    orders_last_day: float | None
    orders_of_a_monday: bool
    growth_rate_daily: float
    story_days: int
    noise: float
    service_times: ServiceTimes
    driver_arrival: DriverArrival
    driver_mph: float
    position_reports: PositionReports
    trade: KitchenTrade
    weather: tuple[WeatherDay, ...]
    null_probabilities: tuple[NullProbability, ...]
    random_seed: int | None
    speed_up: float | None

    @property
    def radius_mi(self) -> float:
        """Return how far it delivers, miles."""
        return self.location.radius_mi
