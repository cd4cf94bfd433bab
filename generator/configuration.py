"""The settings of one kitchen: what the seeds say, changed by one JSON file where somebody wishes.

A configuration file is checked whole when it is read: an unknown key, a value that cannot be or a
brand nobody knows is refused by its name. What the simulation gets is `KitchenSettings`, which
holds every number it needs and nothing of where the number came from.
"""

from __future__ import annotations

import difflib
import json
import math
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)

from generator.catalogue import BrandLocation, Catalogue, Location
from generator.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DEFAULT_DAYS = 90

EVENT_TYPE_IDS = {
    "order_created": 1,
    "gk_started": 2,
    "gk_finished": 3,
    "gk_ready": 4,
    "driver_arrived": 5,
    "driver_picked_up": 6,
    "driver_ping": 7,
    "delivered": 8,
}
NULLABLE_FIELDS = {
    "order_created": ("customer_lat", "customer_lon", "customer_addr", "items_json"),
    "driver_picked_up": ("route_json", "eta_mins"),
    "driver_ping": ("ping_lat", "ping_lon", "ping_progress"),
    "delivered": ("customer_lat", "customer_lon"),
}

_NEW_KITCHEN_RADIUS_MI = 4.0
_NEW_KITCHEN_ORDERS_DAY = 100
_NEAR_ENOUGH = 0.6


# ---------------------------------------------------------------------------------------------
# What the simulation uses


@dataclass(frozen=True, slots=True)
class Minutes:
    """A duration by its mean and standard deviation, both in minutes."""

    mean: float
    deviation: float


@dataclass(frozen=True, slots=True)
class ServiceTimes:
    """How long each step in the kitchen takes when nothing queues."""

    created_to_started: Minutes = Minutes(2.0, 1.0)
    started_to_finished: Minutes = Minutes(10.0, 3.0)
    finished_to_ready: Minutes = Minutes(2.0, 1.0)
    ready_to_picked_up: Minutes = Minutes(6.0, 2.0)


@dataclass(frozen=True, slots=True)
class DriverArrival:
    """When the driver comes: Beta(alpha, beta), a fraction ``after_ready`` of them after ready."""

    alpha: float = 3.0
    beta: float = 3.0
    after_ready: float = 0.5


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
        First day, and first day no more (``None`` while open), counted from day 0.
    growth_rate_monthly
        Growth of its pull on customers per 30 days, a fraction, relative to the other brands.
    """

    brand_id: int
    prep_time_min: float
    start_day: int
    end_day: int | None
    growth_rate_monthly: float

    def weight(self, day: int) -> float:
        """Return its pull on the customers of a day: 0 while closed, 1 on its first day."""
        if day < self.start_day or (self.end_day is not None and day >= self.end_day):
            return 0.0
        return float((1.0 + self.growth_rate_monthly) ** ((day - self.start_day) / 30.0))


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
        The kitchen: key, code, name, address and position.
    brands
        Who cooks there and when, in the order of ``brand_locations.csv``.
    radius_mi
        How far it delivers, miles.
    stations
        Orders that can be cooked at the same time.
    orders_first_day
        Orders expected on day 0, before weekday and noise.
    growth_rate_daily
        Compounding per day.
    story_days
        Growth ends with this day; the kitchen then keeps the level of day ``story_days - 1``.
    noise
        Daily volume varies by this fraction up and down: 0.1 is ±10 %.
    service_times, driver_arrival
        Distributions around the queue.
    driver_mph
        Mean speed on the road, miles per hour.
    ping_seconds
        Seconds between two GPS fixes.
    null_probabilities
        Fields that are sometimes missing; usually none.
    random_seed
        This kitchen's own seed, or ``None`` to follow the seed of the run.
    speed_up
        Replay speed suggested for this dataset, or ``None``; changes no event.
    """

    location: Location
    brands: tuple[KitchenBrand, ...]
    radius_mi: float
    stations: int
    orders_first_day: float
    growth_rate_daily: float
    story_days: int = DEFAULT_DAYS
    noise: float = 0.1
    service_times: ServiceTimes = ServiceTimes()
    driver_arrival: DriverArrival = DriverArrival()
    driver_mph: float = 25.0
    ping_seconds: int = 60
    null_probabilities: tuple[NullProbability, ...] = ()
    random_seed: int | None = None
    speed_up: float | None = None

    def expected_orders(self, day: int) -> float:
        """Return the orders expected on a day, before weekday and noise."""
        steps = min(day, self.story_days - 1)
        return float(self.orders_first_day * (1.0 + self.growth_rate_daily) ** steps)


# ---------------------------------------------------------------------------------------------
# What a person writes

_PositiveMinutes = Annotated[float, Field(ge=0, le=600)]
_Probability = Annotated[float, Field(ge=0, le=1)]
_MeanAndDeviation = tuple[_PositiveMinutes, _PositiveMinutes]
_Orders = Annotated[float, Field(gt=0, le=100_000)]
_Days = Annotated[int, Field(ge=0, le=36_500)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class ServiceTimesConfiguration(_Strict):
    """Mean and standard deviation of each kitchen step, minutes, for example ``[10, 3]``."""

    cs: _MeanAndDeviation = Field(default=(2.0, 1.0), description="created to started")
    sf: _MeanAndDeviation = Field(default=(10.0, 3.0), description="started to finished")
    fr: _MeanAndDeviation = Field(default=(2.0, 1.0), description="finished to ready")
    rp: _MeanAndDeviation = Field(default=(6.0, 2.0), description="ready to picked up")


class DriverArrivalConfiguration(_Strict):
    """When drivers arrive: Beta(alpha, beta), a share of them only after the order is ready."""

    alpha: float = Field(
        default=3.0, gt=0, le=1000, description="first parameter of the Beta distribution"
    )
    beta: float = Field(
        default=3.0, gt=0, le=1000, description="second parameter of the Beta distribution"
    )
    after_ready_pct: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="fraction of drivers who arrive after ready; 0.5 is half",
    )


class KitchenConfiguration(_Strict):
    """One JSON file for one kitchen; every key may be left out.

    What each key means is its ``description`` below. ``batch_rows`` and ``batch_seconds`` are
    known, checked and without effect here: they pace a live writer, and this generator writes
    whole days.
    """

    start_days_ago: _Days | None = Field(
        default=None,
        description="days of history; with end_days_ahead the number of days to simulate",
    )
    end_days_ahead: _Days | None = Field(
        default=None,
        description="days after the history; the last of them is the day of orders_last",
    )
    speed_up: float | None = Field(
        default=None,
        gt=0,
        le=86_400,
        description="replay speed suggested in dataset.json, 60 is an hour a minute; no event "
        "depends on it",
    )
    orders_day_1: _Orders | None = Field(
        default=None, description="orders expected on the first day, instead of base_orders_day"
    )
    orders_last: _Orders | None = Field(
        default=None,
        description="orders expected on the last of the configured days (90 where neither day key "
        "is given), compounding daily from the first, instead of growth_rate_daily",
    )
    noise_pct: float = Field(
        default=10.0, ge=0, lt=100, description="daily volume varies up and down by this per cent"
    )
    svc: ServiceTimesConfiguration = Field(
        default=ServiceTimesConfiguration(),
        description="service times [mean, deviation] in minutes",
    )
    driver_arrival: DriverArrivalConfiguration = Field(
        default=DriverArrivalConfiguration(), description="when drivers arrive"
    )
    brand_momentum: dict[str, str] = Field(
        default={},
        description="brand name to a word of momentum_rates, instead of its growth in the seeds",
    )
    momentum_rates: dict[str, Annotated[float, Field(gt=-1, le=10)]] = Field(
        default={"up": 0.15, "flat": 0.0, "down": -0.15},
        description="growth per 30 days as a fraction that each word of brand_momentum stands for",
    )
    dq: dict[str, dict[str, _Probability]] = Field(
        default={},
        description="event type to column of events.parquet to the probability that it is null",
    )
    gk_location: str | None = Field(
        default=None,
        min_length=1,
        description='"lat,lon" puts the kitchen there; any other text is its address, and a '
        "kitchen of the seeds then stays where they put it",
    )
    location_name: str | None = Field(
        default=None,
        min_length=1,
        description="code or name of the kitchen, or the name of a new one; without it the name "
        "of the file counts",
    )
    radius_mi: float | None = Field(
        default=None, gt=0, le=50, description="how far it delivers, miles"
    )
    driver_mph: float = Field(
        default=25.0, gt=0, le=120, description="mean speed on the road, miles an hour"
    )
    batch_rows: int | None = Field(
        default=None, ge=1, le=10_000_000, description="rows a live writer gathers; no effect here"
    )
    batch_seconds: float | None = Field(
        default=None, gt=0, le=86_400, description="seconds a live writer gathers; no effect here"
    )
    ping_sec: int = Field(default=60, ge=1, le=3600, description="seconds between two GPS fixes")
    random_seed: int | None = Field(
        default=None, ge=0, lt=2**63, description="this kitchen's own seed instead of the run's"
    )

    _file: Path = PrivateAttr(default=Path("configuration"))

    @property
    def file(self) -> Path:
        """Return the file it was read from."""
        return self._file

    @property
    def kitchen(self) -> str:
        """Return the code or name of the kitchen that it is about."""
        return self.location_name or self._file.stem

    @property
    def days(self) -> int | None:
        """Return the number of days it asks for, or ``None`` where it does not say."""
        if self.start_days_ago is None and self.end_days_ahead is None:
            return None
        return (self.start_days_ago or 0) + (self.end_days_ahead or 0)

    @field_validator("dq")
    @classmethod
    def _only_known_fields(cls, value: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
        for event_type, columns in value.items():
            if event_type not in EVENT_TYPE_IDS:
                raise ValueError(
                    f'unknown event type "{event_type}"{_suggestion(event_type, EVENT_TYPE_IDS)}'
                )
            known = NULLABLE_FIELDS.get(event_type, ())
            if not known:
                raise ValueError(f"{event_type} carries no field that could be missing; remove it")
            for column in columns:
                if column not in known:
                    raise ValueError(
                        f'unknown field "{column}" of {event_type}{_suggestion(column, known)}'
                    )
        return value

    @model_validator(mode="after")
    def _keys_agree(self) -> Self:
        for brand, word in self.brand_momentum.items():
            if word not in self.momentum_rates:
                raise ValueError(
                    f'brand_momentum: "{word}" of "{brand}" is not a word of momentum_rates'
                    f"{_suggestion(word, self.momentum_rates)}"
                )
        if self.days == 0:
            raise ValueError(
                "start_days_ago and end_days_ahead together give 0 days; make one of them positive"
            )
        if self.orders_last is not None and self.days == 1:
            raise ValueError("orders_last needs at least two days; leave it out for a single day")
        return self


def _suggestion(word: str, known: Iterable[str]) -> str:
    """Return a remark with the nearest known word, or with all of them where none is near."""
    words = list(known)
    near = difflib.get_close_matches(word, words, 1, _NEAR_ENOUGH)
    return f" (did you mean {near[0]}?)" if near else f" (known are {', '.join(words)})"


def load_configuration(path: Path) -> KitchenConfiguration:
    """Read and check the configuration of one kitchen.

    Parameters
    ----------
    path
        A JSON file with keys of `KitchenConfiguration`.

    Returns
    -------
    KitchenConfiguration
        What the file says, with the defaults for what it leaves out.

    Raises
    ------
    UserError
        The file cannot be read, is not JSON, or has unknown keys or impossible values; all of
        them are named with what is allowed.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise UserError(f"{path} is missing; name an existing configuration file.") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text; save it again as UTF-8.") from error
    except OSError as error:
        raise UserError(
            f"{path} cannot be read ({error.strerror}); make it a readable file."
        ) from error
    try:
        written = json.loads(text, object_pairs_hook=_without_repetition)
    except json.JSONDecodeError as error:
        raise UserError(
            f"{path}, line {error.lineno}: not JSON ({error.msg}); mend it there."
        ) from error
    except _RepeatedKeyError as error:
        raise UserError(f"{path}: {error}; keep one of them.") from error
    except (ValueError, RecursionError) as error:  # digits or brackets without end
        raise UserError(f"{path} is not a configuration ({error}); write it anew.") from error
    if not isinstance(written, dict):
        raise UserError(f"{path} is not a JSON object; write its keys between {{ and }}.")
    try:
        configuration = KitchenConfiguration.model_validate_json(text)
    except ValidationError as error:
        problems = "; ".join(_problem(detail) for detail in error.errors())
        raise UserError(f"{path}: {problems}.") from error
    configuration._file = path  # noqa: SLF001 - a key of the file must not be able to set it
    return configuration


# What pydantic says about types, in the words of somebody who edits a file.
_PLAIN_WORDS = {
    "int_type": "it should be a whole number",
    "int_from_float": "it should be a whole number",
    "float_type": "it should be a number",
    "string_type": "it should be a text",
    "string_too_short": "it should not be empty",
    "tuple_type": "it should be a list, for example [10, 3]",
    "too_long": "it should be two numbers, for example [10, 3]",
    "dict_type": "it should be an object",
    "model_type": "it should be an object",
}


class _RepeatedKeyError(ValueError):
    """A JSON object names a key twice, and one of the two would be lost silently."""


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _RepeatedKeyError(f"key {key} stands there twice")
        found[key] = value
    return found


def _problem(detail: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    """Say in words what pydantic found: key, value and what is allowed."""
    path: tuple[str | int, ...] = detail["loc"]
    key = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)[1:]
    if detail["type"] == "extra_forbidden":
        return f"unknown key {key}{_suggestion(str(path[-1]), _keys_beside(path))}"
    if detail["type"] == "missing":
        return f"{key}: missing; give one more value"
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "value_error":
        return f"{key}: {message}" if key else message
    allowed = _PLAIN_WORDS.get(detail["type"]) or message.replace("Input should be", "it should be")
    return f"{key}: {json.dumps(detail['input'], ensure_ascii=False)} is impossible; {allowed}"


def _keys_beside(path: Sequence[str | int]) -> list[str]:
    models: dict[str | int, type[BaseModel]] = {
        "svc": ServiceTimesConfiguration,
        "driver_arrival": DriverArrivalConfiguration,
    }
    model = models[path[0]] if len(path) > 1 else KitchenConfiguration
    return list(model.model_fields)


# ---------------------------------------------------------------------------------------------
# From both to the settings of a run


def kitchen_settings(
    catalogue: Catalogue,
    configurations: Sequence[KitchenConfiguration] = (),
    location_codes: Sequence[str] | None = None,
) -> list[KitchenSettings]:
    """Return the settings of every kitchen of a run.

    Parameters
    ----------
    catalogue
        The business.
    configurations
        At most one per kitchen. One whose name no kitchen of the seeds has opens a new kitchen.
    location_codes
        The kitchens to simulate, by code or name. ``None`` means all of the seeds and every new
        one.

    Returns
    -------
    list of KitchenSettings
        One per kitchen, sorted by ``location_id``. A kitchen's settings do not depend on which
        others are simulated.

    Raises
    ------
    UserError
        Two configurations for one kitchen, a new kitchen without a position, an unknown brand,
        or an unknown kitchen in ``location_codes``.
    """
    locations = list(catalogue.locations)
    chosen: dict[int, KitchenConfiguration] = {}
    for configuration in configurations:
        known = replace(catalogue, locations=tuple(locations))
        location = known.location(configuration.kitchen)
        if location is None:
            location = _new_location(known, configuration)
            locations.append(location)
        if location.location_id in chosen:
            raise UserError(
                f"{configuration.file} and {chosen[location.location_id].file} are both about "
                f"kitchen {location.location_code}; give only one of them or another location_name."
            )
        chosen[location.location_id] = configuration
    known = replace(catalogue, locations=tuple(locations))
    wanted = {location.location_id for location in locations}
    if location_codes is not None:
        wanted = {_wanted(known, code).location_id for code in location_codes}
        if not wanted:
            raise UserError("--locations names no kitchen; name at least one or leave it out.")
    return [
        apply_configuration(known, location, chosen.get(location.location_id))
        for location in sorted(locations, key=lambda location: location.location_id)
        if location.location_id in wanted
    ]


def _wanted(catalogue: Catalogue, code: str) -> Location:
    location = catalogue.location(code)
    if location is None:
        codes = [location.location_code for location in catalogue.locations]
        raise UserError(f'--locations: there is no kitchen "{code}"{_suggestion(code, codes)}.')
    return location


def apply_configuration(
    catalogue: Catalogue, location: Location, configuration: KitchenConfiguration | None = None
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
        What is to be different; ``None`` where nothing is.

    Returns
    -------
    KitchenSettings
        Its ``location`` carries the changed values too.

    Raises
    ------
    UserError
        The configuration names a brand that does not cook in this kitchen, or a position outside
        the world.
    """
    configuration = configuration or KitchenConfiguration()
    place = _place(location, configuration)
    first = configuration.orders_day_1 or float(location.base_orders_day)
    growth, story_days = location.growth_rate_daily, DEFAULT_DAYS
    if configuration.orders_last is not None:
        steps = (configuration.days or DEFAULT_DAYS) - 1
        # Rounded, because the last digit of a power differs between processors.
        growth = round(math.pow(configuration.orders_last / first, 1.0 / steps) - 1.0, 9)
        story_days = steps + 1
    radius_mi = configuration.radius_mi or location.radius_mi
    service = configuration.svc
    arrival = configuration.driver_arrival
    return KitchenSettings(
        location=replace(
            place,
            radius_mi=radius_mi,
            base_orders_day=max(1, round(first)),
            growth_rate_daily=growth,
        ),
        brands=_kitchen_brands(catalogue, location, configuration),
        radius_mi=radius_mi,
        stations=location.stations,
        orders_first_day=first,
        growth_rate_daily=growth,
        story_days=story_days,
        noise=configuration.noise_pct / 100.0,
        service_times=ServiceTimes(
            created_to_started=Minutes(*service.cs),
            started_to_finished=Minutes(*service.sf),
            finished_to_ready=Minutes(*service.fr),
            ready_to_picked_up=Minutes(*service.rp),
        ),
        driver_arrival=DriverArrival(arrival.alpha, arrival.beta, arrival.after_ready_pct),
        driver_mph=configuration.driver_mph,
        ping_seconds=configuration.ping_sec,
        null_probabilities=tuple(
            NullProbability(EVENT_TYPE_IDS[event_type], column, probability)
            for event_type in sorted(configuration.dq, key=EVENT_TYPE_IDS.__getitem__)
            for column, probability in sorted(configuration.dq[event_type].items())
            if probability > 0
        ),
        random_seed=configuration.random_seed,
        speed_up=configuration.speed_up,
    )


def days_to_simulate(
    configurations: Sequence[KitchenConfiguration], requested: int | None = None
) -> int:
    """Return how many days a run has: ``--days``, else what the configurations say, else 90.

    Raises
    ------
    UserError
        Two configurations ask for different numbers and ``--days`` does not decide.
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


def simulated_catalogue(catalogue: Catalogue, settings: Iterable[KitchenSettings]) -> Catalogue:
    """Return the business as it was simulated, to be written beside its events.

    Kitchens that were moved, grown or opened by a configuration replace or join those of the
    seeds; kitchens that were not simulated stay as they are.
    """
    kitchens = list(settings)
    locations = {location.location_id: location for location in catalogue.locations}
    locations |= {kitchen.location.location_id: kitchen.location for kitchen in kitchens}
    rates = {
        (kitchen.location.location_id, brand.brand_id, brand.start_day): brand
        for kitchen in kitchens
        for brand in kitchen.brands
    }
    rows = []
    for row in catalogue.brand_locations:
        brand = rates.get((row.location_id, row.brand_id, row.start_day))
        rows.append(
            row if brand is None else replace(row, growth_rate_monthly=brand.growth_rate_monthly)
        )
    present = {row.location_id for row in rows}
    for kitchen in kitchens:
        if kitchen.location.location_id in present:
            continue
        for brand in kitchen.brands:
            rows.append(
                BrandLocation(
                    brand_location_id=rows[-1].brand_location_id + 1,
                    brand_id=brand.brand_id,
                    location_id=kitchen.location.location_id,
                    start_day=brand.start_day,
                    end_day=brand.end_day,
                    trajectory="steady",
                    growth_rate_monthly=brand.growth_rate_monthly,
                )
            )
    return replace(
        catalogue,
        locations=tuple(locations[key] for key in sorted(locations)),
        brand_locations=tuple(rows),
    )


def _position(configuration: KitchenConfiguration) -> tuple[float, float] | None:
    """Read ``gk_location`` as latitude and longitude, or ``None`` where it is an address."""
    number = r"\s*([+-]?\d+(?:\.\d+)?)\s*"
    found = re.fullmatch(f"{number},{number}", configuration.gk_location or "")
    if found is None:
        return None
    lat, lon = float(found[1]), float(found[2])
    if abs(lat) > 90 or abs(lon) > 180:  # noqa: PLR2004 - degrees on a globe
        raise UserError(
            f'{configuration.file}: gk_location: "{configuration.gk_location}" is not on the '
            "globe; write latitude (-90 to 90), a comma, longitude (-180 to 180)."
        )
    return lat, lon


def _place(location: Location, configuration: KitchenConfiguration) -> Location:
    position = _position(configuration)
    if position is not None:
        return replace(location, lat=position[0], lon=position[1])
    return replace(location, address=configuration.gk_location or location.address)


def _new_location(catalogue: Catalogue, configuration: KitchenConfiguration) -> Location:
    position = _position(configuration)
    if position is None:
        codes = [location.location_code for location in catalogue.locations]
        said = (
            f'the address "{configuration.gk_location}" cannot be looked up without a network'
            if configuration.gk_location
            else "it has no gk_location"
        )
        raise UserError(
            f'{configuration.file}: location_name: "{configuration.kitchen}" is no kitchen of the '
            f"seeds ({', '.join(codes)}) and {said}; name one of those, or open a new kitchen with "
            'gk_location "lat,lon".'
        )
    code = re.sub(r"[^a-z0-9]+", "_", configuration.kitchen.casefold()).strip("_")
    if not re.match(r"[a-z]", code):
        raise UserError(
            f'{configuration.file}: location_name: "{configuration.kitchen}" gives no code for '
            "file names; begin it with a letter from a to z."
        )
    first = configuration.orders_day_1 or configuration.orders_last or _NEW_KITCHEN_ORDERS_DAY
    return Location(
        location_id=max(location.location_id for location in catalogue.locations) + 1,
        location_code=code[:32].rstrip("_"),
        name=configuration.kitchen,
        address=configuration.gk_location or "",
        lat=position[0],
        lon=position[1],
        radius_mi=_NEW_KITCHEN_RADIUS_MI,
        stations=_stations_for(catalogue, max(first, configuration.orders_last or 0.0)),
        base_orders_day=max(1, round(first)),
        growth_rate_daily=0.0,
        narrative=f"{configuration.kitchen} was opened by {configuration.file.name}.",
    )


def _stations_for(catalogue: Catalogue, orders_day: float) -> int:
    """Give a new kitchen as many stations per order of its best day as the others have."""
    best = [
        location.base_orders_day
        * max(1.0, (1.0 + location.growth_rate_daily) ** (DEFAULT_DAYS - 1))
        for location in catalogue.locations
    ]
    stations = sum(location.stations for location in catalogue.locations)
    return max(1, math.ceil(orders_day * stations / sum(best)))


def _kitchen_brands(
    catalogue: Catalogue, location: Location, configuration: KitchenConfiguration
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
    rates = _momentum(catalogue, location, configuration, {brand.brand_id for brand in cooking})
    return tuple(
        replace(brand, growth_rate_monthly=rates.get(brand.brand_id, brand.growth_rate_monthly))
        for brand in cooking
    )


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
                f"{location.location_code}{_suggestion(name, here)}."
            )
        rates[ids[name]] = configuration.momentum_rates[word]
    return rates
