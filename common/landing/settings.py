"""What was fixed at the first run of a replay: one small file beside the landed windows.

The file never says how far the replay has come (the landed windows do), so writing it and
landing a window need not happen in one step.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime  # noqa: TC003  # pydantic needs the types at run time
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from common.canonical_dataset import DatasetProfile
from common.errors import UserError
from common.landing.window import Segment, advance, start_position, whole_days_shift

if TYPE_CHECKING:
    from collections.abc import Sequence

    from common.landing.landing import Landing
    from common.landing.window import Window

SETTINGS_FILE = "settings.json"
"""Name of the file in the state folder of the landing."""

DEFAULT_START_DAY = 70
DEFAULT_SPEED = 60.0
FASTEST = 1_000_000.0
LATEST_START_DAY = 1_000_000

_RESET = "put back a good copy, or start again with `python -m flows.replay reset`"


@dataclass(frozen=True, slots=True)
class Settings:
    """What was fixed at the first run.

    Attributes
    ----------
    start_day
        Day of virtual time on which the first run began.
    shift_days
        Days between virtual time and the times that landed events carry. Never recomputed.
    profile
        What the dataset was.
    segments
        Speeds since the first run, oldest first; the first begins at the first run.
    """

    start_day: int
    shift_days: int
    profile: DatasetProfile
    segments: tuple[Segment, ...]

    @property
    def sim_start(self) -> datetime:
        """Real time of the first run, naive UTC."""
        return self.segments[0].since

    def followed_by(self, segment: Segment) -> Settings:
        """Return these settings with one more segment at their end."""
        return replace(self, segments=(*self.segments, segment))


def first_settings(
    profile: DatasetProfile, start_day: int, speed: float, now: datetime
) -> Settings:
    """Return the settings that a first run at ``now`` fixes."""
    segment = Segment(now, start_position(start_day, now), speed)
    return Settings(start_day, whole_days_shift(profile.epoch, start_day, now), profile, (segment,))


def dump_settings(settings: Settings) -> str:
    """Return settings as the JSON text that `parse_settings` reads."""
    fields = {
        "version": 1,
        "sim_start": settings.sim_start,
        "start_day": settings.start_day,
        "start_position": settings.segments[0].position,
        "shift_days": settings.shift_days,
        "dataset": asdict(settings.profile),
        "segments": [asdict(segment) for segment in settings.segments],
    }
    return _File.model_validate(fields).model_dump_json(indent=2)


def parse_settings(text: str | bytes) -> Settings:
    """Return the settings in a JSON text.

    Raises
    ------
    ValueError
        If it is not one, or contradicts itself; the message says where.
    """
    try:
        file = _File.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{where + ': ' if where else ''}{first['msg']}") from error
    return Settings(
        file.start_day,
        file.shift_days,
        DatasetProfile(**file.dataset.model_dump()),
        tuple(Segment(**segment.model_dump()) for segment in file.segments),
    )


def write_settings(landing: Landing, settings: Settings) -> None:
    """Replace the settings file, all at once."""
    landing.write_state(SETTINGS_FILE, dump_settings(settings) + "\n")


def read_settings(landing: Landing) -> Settings | None:
    """Return the settings of the replay into ``landing``, or ``None`` before its first run.

    Raises
    ------
    UserError
        If the file cannot be read, or contradicts itself.
    """
    path = landing.state_file(SETTINGS_FILE)
    try:
        text = landing.read_state(SETTINGS_FILE)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UserError(
            f"The replay's settings in {path} cannot be read ({error.strerror}): {_RESET}."
        ) from error
    try:
        return parse_settings(text)
    except ValueError as error:
        raise UserError(
            f"The replay's settings in {path} are not valid ({error}): {_RESET}."
        ) from error


def known_settings(landing: Landing, windows: Sequence[Window]) -> Settings | None:
    """Return what the first run fixed, or ``None`` before it.

    Raises
    ------
    UserError
        If windows have landed, but their settings are missing.
    """
    settings = read_settings(landing)
    if settings is None and windows:
        raise UserError(
            f"{landing} holds {len(windows)} landed windows, but the replay's settings "
            f"{landing.state_file(SETTINGS_FILE)} are missing: put them back, or start again with "
            "`python -m flows.replay reset`."
        )
    return settings


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class _Profile(_Strict):
    identity: str
    epoch: date
    days: Annotated[int, Field(ge=1)]
    events: Annotated[int, Field(ge=0)]
    last_offset: Annotated[int, Field(ge=0)]
    in_order: bool
    is_live: bool = False


class _Segment(_Strict):
    since: datetime
    position: Annotated[int, Field(ge=0)]
    speed: Annotated[float, Field(gt=0, le=FASTEST)]
    paused: bool


class _File(_Strict):
    """The file as it is written. Some of it is redundant, so that a careless edit is noticed."""

    version: Literal[1]
    sim_start: datetime
    start_day: Annotated[int, Field(ge=0, le=LATEST_START_DAY)]
    start_position: int
    shift_days: int
    dataset: _Profile
    segments: Annotated[list[_Segment], Field(min_length=1)]

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        segments = [Segment(**segment.model_dump()) for segment in self.segments]
        if any(segment.since.tzinfo for segment in segments) or self.sim_start.tzinfo:
            raise ValueError("times are UTC and are written without a zone")
        first = segments[0]
        if (first.since, first.position) != (self.sim_start, self.start_position):
            raise ValueError("the first segment does not begin at sim_start, start_position")
        if self.start_position != start_position(self.start_day, self.sim_start):
            raise ValueError("start_position is not start_day plus the time of day of sim_start")
        if self.shift_days != whole_days_shift(self.dataset.epoch, self.start_day, self.sim_start):
            raise ValueError("shift_days does not bring start_day to the date of sim_start")
        for number, (earlier, later) in enumerate(pairwise(segments), start=1):
            if later.since < earlier.since or later.position != advance(earlier, later.since):
                raise ValueError(f"segments[{number}] does not begin where the one before ends")
        return self
