"""What a person may set for one kitchen: the keys of its JSON file, their limits and defaults.

Unknown keys and impossible values are refused by name. How a file is read is in
``configuration_file.py``, what it changes in ``configured_kitchens.py``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    BeforeValidator,
    Field,
    PrivateAttr,
    field_validator,
    model_validator,
)

from common.did_you_mean import did_you_mean
from common.errors import UserError
from common.event_schema import BODY_COLUMNS, EVENT_TYPE_IDS, NULLABLE_COLUMNS
from common.json_file import Strict

_PositiveMinutes = Annotated[float, Field(ge=0, le=600)]
_Probability = Annotated[float, Field(ge=0, le=1)]
_MeanAndDeviation = tuple[_PositiveMinutes, _PositiveMinutes]
_Orders = Annotated[float, Field(gt=0, le=100_000)]
_SHARES_TOLERANCE = 1e-6
_Days = Annotated[int, Field(ge=0, le=36_500)]


@dataclass(frozen=True, slots=True)
class MomentumShares:
    """Shares of a kitchen's brands, which add up to 1."""

    improving: float = 0.0
    flat: float = 0.0
    declining: float = 0.0


def _check_momentum(value: object) -> object:
    """Refuse what is neither a word nor a number, in one sentence instead of one for each."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(  # noqa: TRY004 - pydantic lets a TypeError pass
            f"{json.dumps(value, ensure_ascii=False)} is impossible; it should be a word of "
            "momentum_rates or a share"
        )
    return value


_Momentum = Annotated[str | float, BeforeValidator(_check_momentum)]


def nullable_fields(event_type: str) -> dict[str, str]:
    """Return the fields of an event that may be missing, by each of their names, as columns."""
    columns = {column: column for column in NULLABLE_COLUMNS.get(event_type, ())}
    keys = BODY_COLUMNS.get(event_type, {})
    return columns | {key: column for key, column in keys.items() if column in columns}


class ServiceTimesConfiguration(Strict):
    """Mean and standard deviation of each kitchen step, minutes, for example ``[10, 3]``."""

    cs: _MeanAndDeviation = Field(default=(2.0, 1.0), description="created to started")
    sf: _MeanAndDeviation = Field(default=(10.0, 3.0), description="started to finished")
    fr: _MeanAndDeviation = Field(default=(2.0, 1.0), description="finished to ready")
    rp: _MeanAndDeviation = Field(default=(6.0, 2.0), description="ready to picked up")


class DriverArrivalConfiguration(Strict):
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


class KitchenConfiguration(Strict):
    """One JSON file for one kitchen; every key is optional.

    What each key means is its ``description`` below. ``speed_up``, ``batch_rows`` and
    ``batch_seconds`` are for ``python -m generator live``: a dataset is the same without them.
    """

    start_days_ago: _Days | None = Field(
        default=None,
        description="days of history, which a live generator makes at once; with end_days_ahead "
        "the number of days to simulate",
    )
    end_days_ahead: _Days | None = Field(
        default=None,
        description="days after the history; the last of them is the day of orders_last, and the "
        "last on which a live generator has orders (without it there is no last)",
    )
    speed_up: float | None = Field(
        default=None,
        gt=0,
        le=86_400,
        description="speed of a live generator, and suggested to a replay in dataset.json; 60 is "
        "an hour a minute; no event depends on it",
    )
    orders_day_1: _Orders | None = Field(
        default=None,
        description="orders expected on the first day if it is a Monday, instead of "
        "base_orders_day; the other weekdays have up to 1.35 times as many (Saturday)",
    )
    orders_last: _Orders | None = Field(
        default=None,
        description="the same of the last of the configured days (90 if neither day key is "
        "given), to which volume grows linearly, instead of growth_rate_daily; without "
        "orders_day_1 the mean of a week, as base_orders_day is",
    )
    stations: int | None = Field(
        default=None,
        ge=1,
        le=1_000,
        description="orders that can be cooked at the same time, on every day; without it as many "
        "as the configured orders need, or those of the seeds",
    )
    noise_pct: float = Field(
        default=10.0, ge=0, lt=100, description="daily volume varies up and down by this percentage"
    )
    svc: ServiceTimesConfiguration = Field(
        default=ServiceTimesConfiguration(),
        description="service times [mean, deviation] in minutes",
    )
    driver_arrival: DriverArrivalConfiguration = Field(
        default=DriverArrivalConfiguration(), description="when drivers arrive"
    )
    brand_momentum: dict[str, _Momentum] = Field(
        default={},
        description="instead of the growth in the seeds: brand name to a word of momentum_rates; "
        "or the shares of the brands that are improving, flat and declining, which add up to 1",
    )
    momentum_rates: dict[str, Annotated[float, Field(gt=-1, le=10)]] = Field(
        default={"up": 0.15, "flat": 0.0, "down": -0.15, "growth": 0.15, "decline": 0.15},
        description="growth per 30 days as a fraction, for each word of brand_momentum; with "
        "shares growth, and decline as what is lost",
    )
    dq: dict[str, dict[str, _Probability]] = Field(
        default={},
        description="event type to field to the probability that it is null; a field is a column "
        "of events.parquet or a key of the landed body (items_json or items)",
    )
    gk_location: str | None = Field(
        default=None,
        min_length=1,
        description='"lat,lon" moves the kitchen there; any other text is its address, and a '
        "kitchen of the seeds then keeps its position",
    )
    location_name: str | None = Field(
        default=None,
        min_length=1,
        description="code or name of the kitchen, or the name of a new one; without it the name "
        "of the file is used",
    )
    radius_mi: float | None = Field(
        default=None, gt=0, le=50, description="how far it delivers, miles"
    )
    driver_mph: float = Field(
        default=25.0, gt=0, le=120, description="mean speed on the road, miles an hour"
    )
    batch_rows: int | None = Field(
        default=None,
        ge=1,
        le=10_000_000,
        description="a live generator lands a file as soon as so many events are due",
    )
    batch_seconds: float | None = Field(
        default=None,
        gt=0,
        le=86_400,
        description="a live generator lands what is due after so many real seconds",
    )
    ping_sec: int = Field(default=60, ge=1, le=3600, description="seconds between two GPS fixes")
    ping_jitter_sec: float = Field(
        default=1.5, ge=0, le=60, description="standard deviation of a fix from when it is due"
    )
    gps_noise_m: float = Field(
        default=5.0,
        ge=0,
        le=1_000,
        description="standard deviation of a fix from where the courier is, metres a direction",
    )
    ping_loss_pct: float = Field(
        default=2.0, ge=0, le=100, description="percentage of the fixes that are missing"
    )
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
        """Return the code or name of the kitchen that it configures."""
        return self.location_name or self._file.stem

    @property
    def days(self) -> int | None:
        """Return the number of days it asks for, or ``None`` if it has no such key."""
        if self.start_days_ago is None and self.end_days_ahead is None:
            return None
        return (self.start_days_ago or 0) + (self.end_days_ahead or 0)

    @property
    def position(self) -> tuple[float, float] | None:
        """Return ``gk_location`` as latitude and longitude, or ``None`` if it is an address.

        Raises
        ------
        UserError
            If it is a pair of numbers that is not on the globe.
        """
        number = r"\s*([+-]?\d+(?:\.\d+)?)\s*"
        found = re.fullmatch(f"{number},{number}", self.gk_location or "")
        if found is None:
            return None
        lat, lon = float(found[1]), float(found[2])
        if abs(lat) > 90 or abs(lon) > 180:  # noqa: PLR2004 - degrees on a globe
            raise UserError(
                f'{self.file}: gk_location: "{self.gk_location}" is not on the '
                "globe; write latitude (-90 to 90), a comma, longitude (-180 to 180)."
            )
        return lat, lon

    @property
    def momentum_shares(self) -> MomentumShares | None:
        """Return ``brand_momentum`` as shares of the brands, or ``None`` if it names brands."""
        shares = {
            word: float(share)
            for word, share in self.brand_momentum.items()
            if not isinstance(share, str)
        }
        return MomentumShares(**shares) if shares else None

    @field_validator("dq")
    @classmethod
    def _only_known_fields(cls, value: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
        for event_type, columns in value.items():
            if event_type not in EVENT_TYPE_IDS:
                raise ValueError(
                    f'unknown event type "{event_type}"{did_you_mean(event_type, EVENT_TYPE_IDS)}'
                )
            known = nullable_fields(event_type)
            if not known:
                raise ValueError(f"{event_type} has no field that could be missing; remove it")
            named: dict[str, str] = {}
            for name in columns:
                if name not in known:
                    raise ValueError(
                        f'unknown field "{name}" of {event_type}{did_you_mean(name, known)}'
                    )
                other = named.setdefault(known[name], name)
                if other != name:
                    raise ValueError(
                        f"{other} and {name} of {event_type} are the same field; keep one of them"
                    )
        return value

    @model_validator(mode="after")
    def _keys_agree(self) -> Self:
        if any(not isinstance(value, str) for value in self.brand_momentum.values()):
            self._check_shares()
        else:
            self._check_words()
        if self.days == 0:
            raise ValueError(
                "start_days_ago and end_days_ahead together give 0 days; make one of them positive"
            )
        if self.orders_last is not None and self.days == 1:
            raise ValueError("orders_last needs at least two days; omit it for a single day")
        return self

    def _check_words(self) -> None:
        for brand, word in self.brand_momentum.items():
            if word not in self.momentum_rates:
                raise ValueError(
                    f'brand_momentum: "{word}" of "{brand}" is not a word of momentum_rates'
                    f"{did_you_mean(str(word), self.momentum_rates)}"
                )

    def _check_shares(self) -> None:
        known = [share.name for share in fields(MomentumShares)]
        for word, share in self.brand_momentum.items():
            if word not in known:
                raise ValueError(
                    f'brand_momentum: unknown share "{word}"{did_you_mean(word, known)}; give '
                    "shares of improving, flat and declining brands, or a word for each brand"
                )
            if isinstance(share, str) or not 0 <= share <= 1:
                raise ValueError(
                    f"brand_momentum.{word}: {json.dumps(share)} is impossible; a share is a "
                    "number from 0 to 1"
                )
        total = sum(float(share) for share in self.brand_momentum.values())
        if abs(total - 1.0) > _SHARES_TOLERANCE:
            raise ValueError(f"brand_momentum: the shares add up to {total:g}; make it 1")
        for word in ("growth", "decline"):
            if word not in self.momentum_rates:
                raise ValueError(
                    f"momentum_rates: {word} is missing, which the shares of brand_momentum need"
                )
            rate = self.momentum_rates[word]
            if rate < 0 or (word == "decline" and rate >= 1):
                raise ValueError(
                    f"momentum_rates.{word}: {rate:g} is impossible; write "
                    "how much is won or lost, as a number from 0 "
                    f"{'to below 1' if word == 'decline' else 'to 10'}"
                )
