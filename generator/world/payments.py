"""What an order costs beside its items: ``payments.json`` of a world."""

# Annotations are evaluated here, not postponed: pydantic reads them.
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, model_validator

from common.json_file import Strict
from generator.world.by_kitchen import DEFAULT, check_default

_Cents = Annotated[int, Field(ge=0, le=1_000_000)]
_Share = Annotated[float, Field(ge=0, le=1)]
_Metres = Annotated[float, Field(gt=0, le=1_000_000)]


class DeliveryFee(Strict):
    """The fee of a delivery: one more amount than distances at which the next one begins."""

    cents: Annotated[tuple[_Cents, ...], Field(min_length=1)]
    from_m: tuple[_Metres, ...]
    bad_weather_cents: _Cents

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.cents) != len(self.from_m) + 1:
            raise ValueError(
                f"{len(self.cents)} cents and {len(self.from_m)} from_m; write one more amount "
                "than distances"
            )
        if list(self.from_m) != sorted(set(self.from_m)):
            raise ValueError("from_m: the distances do not ascend; sort them")
        return self


class ServiceFee(Strict):
    """The fee of the service: a part of the items, and the least that it is."""

    share: _Share
    smallest_cents: _Cents


@dataclass(frozen=True, slots=True)
class Payments:
    """What the customers of a kitchen pay beside the items.

    Attributes
    ----------
    tax_rate
        Part of the discounted items that is added as tax.
    delivery_fee, service_fee
        Fees.
    tip_factor
        Tips relative to those of a meal in the United States.
    """

    tax_rate: float
    delivery_fee: DeliveryFee
    service_fee: ServiceFee
    tip_factor: float


class PaymentsFile(Strict):
    """``payments.json``, with every key."""

    tax_rates: dict[str, _Share]
    delivery_fee: DeliveryFee
    service_fee: ServiceFee
    tip_factor: Annotated[float, Field(ge=0, le=10)]

    @model_validator(mode="after")
    def _has_a_default(self) -> Self:
        check_default(self.tax_rates, "tax_rates")
        return self

    def of(self, location_code: str) -> Payments:
        """Return what counts for one kitchen."""
        rate = self.tax_rates.get(location_code, self.tax_rates[DEFAULT])
        return Payments(rate, self.delivery_fee, self.service_fee, self.tip_factor)
