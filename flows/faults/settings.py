"""Which faults are injected, and how many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from common.errors import UserError
from common.event_schema import BODY_COLUMNS, EVENT_TYPE_IDS, LANDED_KEYS

if TYPE_CHECKING:
    from pathlib import Path

_Share = Annotated[float, Field(ge=0, le=1)]
_Count = Annotated[int, Field(ge=0, le=1000)]
_Minutes = Annotated[float, Field(gt=0, le=100_000)]


class FaultSettings(BaseModel):
    """How often each fault is injected.

    Shares are of the lines that can have the fault (only a creation can name an unknown item); a
    line gets one fault at most. Counts are files, as many as there are.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    duplicates: _Share = Field(default=0.01, description="lines that land again, now or later")
    late: _Share = Field(default=0.01, description="lines that land in a later file")
    late_minutes: tuple[_Minutes, _Minutes] = Field(
        default=(1.0, 4320.0), description="by how much, at least and at most"
    )
    lost: _Share = Field(default=0.005, description="lines that never land")
    truncated: _Share = Field(default=0.002, description="lines that are cut off")
    wrong_types: _Share = Field(default=0.002, description='values of a wrong type, such as "two"')
    unknown_event_types: _Share = Field(default=0.001, description="events of an unknown type")
    unknown_kitchens: _Share = Field(default=0.001, description="events of an unknown kitchen")
    unknown_items: _Share = Field(default=0.005, description="creations with an unknown item")
    absurd_values: _Share = Field(default=0.002, description="latitude 200, the year 1970, ...")
    null_fields: dict[str, dict[str, _Share]] = Field(
        default={
            "order_created": {"customer_addr": 0.01, "items": 0.005, "customer_id": 0.005},
            "gk_ready": {"ts": 0.005},
            "driver_picked_up": {"eta_mins": 0.02},
            "driver_ping": {"loc_lat": 0.002, "location_id": 0.001},
            "order_cancelled": {"reason": 0.02},
        },
        description="event type to field to the probability that it is null",
    )
    shuffled_files: _Count = Field(default=1, description="files whose lines are in no order")
    bom_files: _Count = Field(default=1, description="files that begin with a byte order mark")
    crlf_files: _Count = Field(default=1, description="files whose lines end as on Windows")
    long_lines: _Count = Field(default=1, description="files with one line of 16 MB")
    empty_files: _Count = Field(default=1, description="files of no bytes, added")
    files_that_are_not_text: _Count = Field(default=1, description="pictures, added")

    @field_validator("late_minutes")
    @classmethod
    def _in_order(cls, value: tuple[float, float]) -> tuple[float, float]:
        if value[0] > value[1]:
            raise ValueError("the least comes before the most")
        return value

    @field_validator("null_fields")
    @classmethod
    def _known_fields(cls, value: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
        for event_type, fields in value.items():
            if event_type not in EVENT_TYPE_IDS:
                raise ValueError(f'"{event_type}" is not an event type')
            known = (*LANDED_KEYS, *BODY_COLUMNS.get(event_type, ()))
            for name in fields:
                if name not in known:
                    raise ValueError(f'{event_type} has no field "{name}"; it has {list(known)}')
        return value

    @model_validator(mode="after")
    def _one_fault_a_line(self) -> Self:
        for event_type in EVENT_TYPE_IDS:
            shares = sum(share for _, _, share in self.shares(event_type))
            if shares > 1:
                raise ValueError(
                    f"the shares of all faults that {event_type} can have add up to {shares:.3f}, "
                    "but a line has one fault at most: lower some"
                )
        return self

    def shares(self, event_type: str) -> list[tuple[str, str, float]]:
        """Return the faults that a line of a type can have: kind, null field or "", share."""
        plain = ["duplicates", "late", "lost", "truncated", "wrong_types"]
        plain += ["unknown_event_types", "unknown_kitchens", "absurd_values"]
        if event_type == "order_created":
            plain.append("unknown_items")
        shares = [(kind, "", float(getattr(self, kind))) for kind in plain]
        nulls = self.null_fields.get(event_type, {})
        return shares + [("null_fields", name, share) for name, share in nulls.items()]


def read_settings(file: Path | None) -> FaultSettings:
    """Return the settings of a JSON file; the defaults without one.

    Raises
    ------
    UserError
        If the file cannot be read, or a setting is unknown or impossible: it is named.
    """
    if file is None:
        return FaultSettings()
    try:
        return FaultSettings.model_validate_json(file.read_bytes())
    except OSError as error:
        raise UserError(f"{file} cannot be read ({error.strerror}): choose another.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the settings"
        raise UserError(f"{file}: {where}: {first['msg']}; correct it.") from error
