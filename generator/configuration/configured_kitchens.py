"""The kitchens of a run: those of the seeds, changed by their configurations."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from common.did_you_mean import did_you_mean
from common.errors import UserError
from common.event_schema import EVENT_TYPE_IDS
from common.rng import Purpose, make_rng
from generator.configuration.defaults import (
    BUSIEST_MINUTE,
    BUSIEST_NOISE,
    BUSIEST_WEATHER,
    DEFAULT_DAYS,
    DEFAULT_SEED,
)
from generator.configuration.kitchen_configuration import (
    KitchenConfiguration,
    MomentumShares,
    nullable_fields,
)
from generator.configuration.kitchen_files import check_kitchen_files, with_defaults
from generator.configuration.kitchen_settings import (
    DriverArrival,
    KitchenBrand,
    KitchenSettings,
    Minutes,
    NullProbability,
    PositionReports,
    ServiceTimes,
)
from generator.configuration.new_kitchen import new_kitchen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator

    from generator.catalogue.records import Catalogue, Location
    from generator.world.trade import KitchenTrade


def kitchen_settings(
    catalogue: Catalogue,
    configurations: Sequence[KitchenConfiguration] = (),
    location_codes: Sequence[str] | None = None,
    seed: int = DEFAULT_SEED,
) -> list[KitchenSettings]:
    """Return the settings of every kitchen of a run.

    Parameters
    ----------
    catalogue
        The business.
    configurations
        At most one per kitchen. A name that no kitchen of the seeds has opens a new kitchen.
    location_codes
        The kitchens to simulate, by code or name. ``None`` means all of the seeds and every new
        one.
    seed
        Seed of the run, for what a configuration leaves to chance.

    Returns
    -------
    list of KitchenSettings
        One per kitchen, sorted by ``location_id``. A kitchen's settings do not depend on which
        others are simulated.

    Raises
    ------
    UserError
        If one kitchen has two configurations, a new kitchen has no position, or a brand or a
        kitchen of ``location_codes`` is unknown.
    """
    check_kitchen_files(catalogue)
    known = catalogue
    chosen: dict[int, KitchenConfiguration] = {}
    for configuration in configurations:
        location = known.location(configuration.kitchen)
        if location is None:
            location = new_kitchen(known, configuration)
            known = replace(known, locations=(*known.locations, location))
        if location.location_id in chosen:
            raise UserError(
                f"{configuration.file} and {chosen[location.location_id].file} are both about "
                f"kitchen {location.location_code}; give only one of them or another location_name."
            )
        chosen[location.location_id] = configuration
    wanted = {location.location_id for location in known.locations}
    if location_codes is not None:
        wanted = {_find_location(known, code).location_id for code in location_codes}
        if not wanted:
            raise UserError("--locations names no kitchen; name at least one or leave it out.")
    return [
        apply_configuration(known, location, chosen.get(location.location_id), seed)
        for location in sorted(known.locations, key=lambda location: location.location_id)
        if location.location_id in wanted
    ]


def _find_location(catalogue: Catalogue, code: str) -> Location:
    location = catalogue.location(code)
    if location is None:
        codes = [location.location_code for location in catalogue.locations]
        raise UserError(f'--locations: there is no kitchen "{code}"{did_you_mean(code, codes)}.')
    return location


def apply_configuration(
    catalogue: Catalogue,
    location: Location,
    configuration: KitchenConfiguration | None = None,
    seed: int = DEFAULT_SEED,
) -> KitchenSettings:
    """Return what the simulation of one kitchen uses: its seeds, changed by its configuration.

    Parameters
    ----------
    catalogue
        The business.
    location
        One kitchen of it, or a new one; a new kitchen cooks every brand that is open on day 0
        somewhere.
    configuration
        What should be different from what the world says; ``None`` for nothing.
    seed
        Seed of the run, unless the configuration has its own.

    Returns
    -------
    KitchenSettings
        Its ``location`` carries the changed values too.

    Raises
    ------
    UserError
        If the configuration names a brand that does not cook in this kitchen, or a position that
        is not on the globe.
    """
    configuration = with_defaults(catalogue, location, configuration)
    moved = _moved(location, configuration)
    trade = catalogue.trade.of(location.location_code)
    volume = _volume(location, configuration)
    brands = _kitchen_brands(catalogue, location, configuration, seed)
    service = configuration.svc
    arrival = configuration.driver_arrival
    stations = configuration.stations or location.stations
    if volume.configured and configuration.stations is None:
        stations = _sufficient_stations(catalogue, volume, brands, configuration, trade)
    return KitchenSettings(
        location=replace(
            moved,
            radius_mi=configuration.radius_mi or location.radius_mi,
            stations=stations,
            base_orders_day=max(1, round(volume.first)),
            growth_rate_daily=volume.growth,
        ),
        brands=brands,
        stations=stations,
        all_stations_open=configuration.stations is not None or volume.configured,
        orders_first_day=volume.first,
        orders_last_day=volume.last,
        orders_of_a_monday=configuration.orders_day_1 is not None,
        growth_rate_daily=volume.growth,
        story_days=volume.days,
        noise=configuration.noise_pct / 100.0,
        service_times=ServiceTimes(
            created_to_started=Minutes(*service.cs),
            started_to_finished=Minutes(*service.sf),
            finished_to_ready=Minutes(*service.fr),
            ready_to_picked_up=Minutes(*service.rp),
        ),
        driver_arrival=DriverArrival(arrival.alpha, arrival.beta, arrival.after_ready_pct),
        driver_mph=configuration.driver_mph,
        position_reports=PositionReports(
            seconds=configuration.ping_sec,
            jitter_seconds=configuration.ping_jitter_sec,
            noise_m=configuration.gps_noise_m,
            loss=configuration.ping_loss_pct / 100.0,
        ),
        trade=trade,
        weather=catalogue.weather.get(location.location_id, ()),
        null_probabilities=_null_probabilities(configuration),
        random_seed=configuration.random_seed,
        speed_up=configuration.speed_up,
    )


@dataclass(frozen=True, slots=True)
class _Volume:
    """How many orders a kitchen gets: fields of `KitchenSettings`, and who says so.

    Attributes
    ----------
    first, last, growth, days
        ``orders_first_day``, ``orders_last_day``, ``growth_rate_daily`` and ``story_days``.
    configured
        Whether a configuration says how many.
    """

    first: float
    last: float | None
    growth: float
    days: int
    configured: bool

    @property
    def most(self) -> float:
        """Return the orders of the busiest day, before weekday and noise."""
        return max(self.first, self.last or self.first * (1.0 + self.growth) ** (self.days - 1))


def _volume(location: Location, configuration: KitchenConfiguration) -> _Volume:
    first, last = configuration.orders_day_1, configuration.orders_last
    configured = first is not None or last is not None
    first = first or float(location.base_orders_day)
    if last is None:
        return _Volume(first, None, location.growth_rate_daily, DEFAULT_DAYS, configured)
    days = configuration.days or DEFAULT_DAYS
    # Rounded because the last digit of a power differs between processors.
    growth = round(math.pow(last / first, 1.0 / (days - 1)) - 1.0, 9)
    return _Volume(first, last, growth, days, configured)


def _sufficient_stations(
    catalogue: Catalogue,
    volume: _Volume,
    brands: Sequence[KitchenBrand],
    configuration: KitchenConfiguration,
    trade: KitchenTrade,
) -> int:
    """Return so many stations that even in the busiest minute hardly an order waits for one."""
    usual = sum(brand.avg_prep_time_min for brand in catalogue.brands) / len(catalogue.brands)
    slowest = max(brand.prep_time_min for brand in brands) / usual
    orders_a_minute = (
        volume.most
        * trade.demand.busiest_weekday
        * BUSIEST_WEATHER
        * (1.0 + BUSIEST_NOISE * configuration.noise_pct / 100.0)
        * max(BUSIEST_MINUTE, float(trade.demand.week_weights.max()))
    )
    cooking = orders_a_minute * configuration.svc.sf[0] * slowest
    # So many cook at once on average; they vary like arrivals, by the root of their number.
    return math.ceil(cooking + 3.0 * math.sqrt(cooking) + 1.0)


def _null_probabilities(configuration: KitchenConfiguration) -> tuple[NullProbability, ...]:
    return tuple(
        NullProbability(EVENT_TYPE_IDS[event_type], column, probability)
        for event_type in sorted(configuration.dq, key=EVENT_TYPE_IDS.__getitem__)
        for column, probability in sorted(
            (nullable_fields(event_type)[name], probability)
            for name, probability in configuration.dq[event_type].items()
        )
        if probability > 0
    )


def days_to_simulate(
    configurations: Sequence[KitchenConfiguration], requested: int | None = None
) -> int:
    """Return how many days a run has: ``--days``, else what the configurations ask for, else 90.

    Raises
    ------
    UserError
        If two configurations ask for different numbers and ``--days`` does not decide.
    """
    if requested is not None:
        return requested
    asked = [
        (configuration.days, configuration.file)
        for configuration in configurations
        if configuration.days is not None
    ]
    for days, file in asked[1:]:
        if days != asked[0][0]:
            raise UserError(
                f"{asked[0][1]} asks for {asked[0][0]} days and {file} for {days}; make "
                "start_days_ago and end_days_ahead agree or decide with --days."
            )
    return asked[0][0] if asked else DEFAULT_DAYS


def _moved(location: Location, configuration: KitchenConfiguration) -> Location:
    position = configuration.position
    if position is not None:
        return replace(location, lat=position[0], lon=position[1])
    return replace(location, address=configuration.gk_location or location.address)


def _kitchen_brands(
    catalogue: Catalogue, location: Location, configuration: KitchenConfiguration, seed: int
) -> tuple[KitchenBrand, ...]:
    brands = {brand.brand_id: brand for brand in catalogue.brands}
    present = catalogue.brands_at(location.location_id)
    if present:
        cooking = [
            KitchenBrand(
                brand_id=row.brand_id,
                prep_time_min=brands[row.brand_id].avg_prep_time_min,
                start_day=row.start_day,
                end_day=row.end_day,
                growth_rate_monthly=row.growth_rate_monthly,
            )
            for row in present
        ]
    else:
        established = {row.brand_id for row in catalogue.brand_locations if row.start_day == 0}
        cooking = [
            KitchenBrand(brand.brand_id, brand.avg_prep_time_min, 0, None, 0.0)
            for brand in catalogue.brands
            if brand.brand_id in established
        ]
    if configuration.momentum_shares is not None:
        own = configuration.random_seed
        rng = make_rng(seed if own is None else own, location.location_id, 0, Purpose.MOMENTUM)
        rates = _shared_momentum([brand.brand_id for brand in cooking], configuration, rng)
    else:
        rates = _momentum(catalogue, location, configuration, {brand.brand_id for brand in cooking})
    return tuple(
        replace(brand, growth_rate_monthly=rates.get(brand.brand_id, brand.growth_rate_monthly))
        for brand in cooking
    )


def _shared_momentum(
    brand_ids: Sequence[int], configuration: KitchenConfiguration, rng: Generator
) -> dict[int, float]:
    """Deal growth to the brands by shares: the first ones of a shuffled list are improving."""
    shares = configuration.momentum_shares or MomentumShares()
    rates = configuration.momentum_rates
    improving = round(shares.improving * len(brand_ids))
    flat = round((shares.improving + shares.flat) * len(brand_ids)) - improving
    growths = [rates["growth"]] * improving + [0.0] * flat
    growths += [-rates["decline"]] * (len(brand_ids) - len(growths))
    shuffled = rng.permutation(len(brand_ids)).tolist()
    return {brand_ids[place]: growth for place, growth in zip(shuffled, growths, strict=True)}


def _momentum(
    catalogue: Catalogue,
    location: Location,
    configuration: KitchenConfiguration,
    cooking: set[int],
) -> dict[int, float]:
    """Return the monthly growth that the configuration gives to brands, by brand_id."""
    ids = {brand.name: brand.brand_id for brand in catalogue.brands}
    here = [name for name, brand_id in ids.items() if brand_id in cooking]
    rates = {}
    for name, word in configuration.brand_momentum.items():
        if name not in here:
            problem = "does not cook in kitchen" if name in ids else "is no brand in kitchen"
            raise UserError(
                f'{configuration.file}: brand_momentum: "{name}" {problem} '
                f"{location.location_code}{did_you_mean(name, here)}."
            )
        rates[ids[name]] = configuration.momentum_rates[str(word)]
    return rates
