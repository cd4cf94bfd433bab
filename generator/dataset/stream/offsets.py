"""How far a stream has come, in virtual time, with all that its first batch fixed.

Spark keeps an offset with every batch and hands the last one back after a restart. It is the only
state of the source: the same start and end give the same events, however often they are read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from common.canonical_dataset import check_same, open_dataset, profile_dataset
from common.errors import UserError
from common.landing.settings import Settings, dump_settings, first_settings, parse_settings
from common.landing.window import NOTHING_LANDED, Window, next_window
from generator.dataset.stream.options import SIMULATION_START_DAY, SPEED_MULTIPLIER
from generator.dataset.stream.row_groups import RowGroups

if TYPE_CHECKING:
    from datetime import datetime

    from common.canonical_dataset import Dataset
    from generator.dataset.stream.options import StreamOptions

_AGAIN = "or begin a new stream, with a new checkpoint and a new table"


@dataclass(frozen=True, slots=True)
class StreamOffset:
    """A moment of virtual time up to which events have been read.

    Attributes
    ----------
    position
        The last position that was read, or `NOTHING_LANDED`.
    settings
        What the first batch fixed; ``None`` before it.
    """

    position: int = NOTHING_LANDED
    settings: Settings | None = None


def dump_offset(offset: StreamOffset) -> dict[str, Any]:
    """Return an offset as Spark keeps it: values of JSON, the same for the same offset."""
    if offset.settings is None:
        return {"position": offset.position}
    return {"position": offset.position, "settings": json.loads(dump_settings(offset.settings))}


def parse_offset(kept: dict[str, Any]) -> StreamOffset:
    """Return the offset that Spark has kept.

    Raises
    ------
    UserError
        If it is not one.
    """
    try:
        return _offset(kept)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise UserError(
            f"The checkpoint holds an offset that the source caspers cannot read ({error}): put "
            f"back a good copy of it, {_AGAIN}."
        ) from error


def check_options(options: StreamOptions, settings: Settings) -> None:
    """Refuse options that contradict what the first batch fixed.

    Raises
    ------
    UserError
        If one does; names it.
    """
    for name, asked, fixed in (
        (SIMULATION_START_DAY, options.start_day, settings.start_day),
        (SPEED_MULTIPLIER, options.speed, settings.segments[-1].speed),
    ):
        if asked not in {None, fixed}:
            raise UserError(
                f"The option {name} is {asked:g}, but the first batch of this stream fixed it at "
                f"{fixed:g}: leave it out, {_AGAIN}."
            )


def open_same_dataset(options: StreamOptions, settings: Settings) -> Dataset:
    """Open the dataset of a stream that has begun.

    Raises
    ------
    UserError
        If it is not there, or another one.
    """
    dataset = open_dataset(options.dataset)
    check_same(dataset, settings.profile, _AGAIN.removeprefix("or "))
    return dataset


def latest_offset(options: StreamOptions, known: StreamOffset, now: datetime) -> StreamOffset:
    """Return the end of the batch that can be read now.

    Parameters
    ----------
    options
        What the stream was asked for.
    known
        The end of the batch before.
    now
        Real time, naive UTC.

    Returns
    -------
    StreamOffset
        ``known`` itself where there is nothing to read: the clock went backwards, or no event lies
        between.

    Raises
    ------
    UserError
        If the dataset cannot be read or is another one, or options contradict the first batch.
    """
    if known.settings is None:
        dataset = open_dataset(options.dataset)
        profile = profile_dataset(dataset)
        # If the dataset was replaced while it was profiled, the profile is a mixture of both.
        dataset = open_dataset(options.dataset)
        check_same(dataset, profile, _AGAIN.removeprefix("or "))
        settings = first_settings(profile, options.first_start_day, options.first_speed, now)
    else:
        settings = known.settings
        check_options(options, settings)
        dataset = open_same_dataset(options, settings)
    window = next_window(settings.segments, known.position, now).window
    if window is None:
        return known
    with RowGroups(dataset, settings.profile) as row_groups:
        end = row_groups.end_of_batch(window, options.max_events)
    return known if end is None else StreamOffset(end, settings)


def batch_window(start: StreamOffset, end: StreamOffset) -> Window | None:
    """Return what lies between two offsets, or ``None`` for nothing.

    Raises
    ------
    UserError
        If they are of two streams.
    """
    if start.settings is not None and start.settings != end.settings:
        raise UserError(
            "The checkpoint holds offsets of two streams, whose first batches fixed different "
            f"settings: put back a good copy of it, {_AGAIN}."
        )
    if end.position <= start.position:
        return None
    return Window(start.position + 1, end.position)


def _offset(kept: dict[str, Any]) -> StreamOffset:
    position, settings = kept["position"], kept.get("settings")
    if type(position) is not int or position < NOTHING_LANDED:
        raise ValueError(f"position is {position!r}")
    if (settings is None) != (position == NOTHING_LANDED):
        raise ValueError("settings come with the first batch")
    if settings is None:
        return StreamOffset()
    return StreamOffset(position, parse_settings(json.dumps(settings)))
