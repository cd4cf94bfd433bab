"""What a person may set for one kitchen: the keys of its JSON file, their limits and defaults.

Unknown keys and impossible values are refused by name. How a file is read is in
``configuration_file.py``, what it changes in ``configured_kitchens.py``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    field_validator,
    model_validator,
)

from common.did_you_mean import did_you_mean
from common.errors import UserError
from common.event_schema import EVENT_TYPE_IDS, NULLABLE_COLUMNS

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
    """One JSON file for one kitchen; every key is optional.

    What each key means is its ``description`` below. ``batch_rows`` and ``batch_seconds`` are
    accepted and checked but have no effect: they control a live writer, and this generator writes
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
        description="orders expected on the last of the configured days (90 if neither day key "
        "is given), compounding daily from the first, instead of growth_rate_daily",
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
    brand_momentum: dict[str, str] = Field(
        default={},
        description="brand name to a word of momentum_rates, instead of its growth in the seeds",
    )
    momentum_rates: dict[str, Annotated[float, Field(gt=-1, le=10)]] = Field(
        default={"up": 0.15, "flat": 0.0, "down": -0.15},
        description="growth per 30 days as a fraction, for each word of brand_momentum",
    )
    dq: dict[str, dict[str, _Probability]] = Field(
        default={},
        description="event type to column of events.parquet to the probability that it is null",
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
        description="rows per batch of a live writer; no effect here",
    )
    batch_seconds: float | None = Field(
        default=None,
        gt=0,
        le=86_400,
        description="seconds per batch of a live writer; no effect here",
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

    @field_validator("dq")
    @classmethod
    def _only_known_fields(cls, value: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
        for event_type, columns in value.items():
            if event_type not in EVENT_TYPE_IDS:
                raise ValueError(
                    f'unknown event type "{event_type}"{did_you_mean(event_type, EVENT_TYPE_IDS)}'
                )
            known = NULLABLE_COLUMNS.get(event_type, ())
            if not known:
                raise ValueError(f"{event_type} has no field that could be missing; remove it")
            for column in columns:
                if column not in known:
                    raise ValueError(
                        f'unknown field "{column}" of {event_type}{did_you_mean(column, known)}'
                    )
        return value

    @model_validator(mode="after")
    def _keys_agree(self) -> Self:
        for brand, word in self.brand_momentum.items():
            if word not in self.momentum_rates:
                raise ValueError(
                    f'brand_momentum: "{word}" of "{brand}" is not a word of momentum_rates'
                    f"{did_you_mean(word, self.momentum_rates)}"
                )
        if self.days == 0:
            raise ValueError(
                "start_days_ago and end_days_ahead together give 0 days; make one of them positive"
            )
        if self.orders_last is not None and self.days == 1:
            raise ValueError("orders_last needs at least two days; omit it for a single day")
        return self
