"""The options of the streaming source, as text in any letter case, and what they mean."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from common.did_you_mean import did_you_mean
from common.errors import UserError
from common.landing.settings import DEFAULT_SPEED, DEFAULT_START_DAY, FASTEST, LATEST_START_DAY

if TYPE_CHECKING:
    from collections.abc import Mapping

DATASET_PATH = "datasetPath"
SIMULATION_START_DAY = "simulationStartDay"
SPEED_MULTIPLIER = "speedMultiplier"
MAX_EVENTS_PER_BATCH = "maxEventsPerBatch"
LANDED_WINDOW = "landedWindow"

OPTIONS = (
    DATASET_PATH,
    SIMULATION_START_DAY,
    SPEED_MULTIPLIER,
    MAX_EVENTS_PER_BATCH,
    LANDED_WINDOW,
)
"""The options that there are, as they are written."""

_WHOLE_NUMBER = re.compile(r"\d{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """What a stream was asked for.

    Attributes
    ----------
    dataset
        Folder of the canonical dataset, absolute.
    start_day, speed
        What the first batch fixes; ``None`` where nobody said, for the default.
    max_events
        The most events of a batch, or ``None`` for no limit.
    landed_window
        Whether rows name the window that they came with.
    """

    dataset: Path
    start_day: int | None = None
    speed: float | None = None
    max_events: int | None = None
    landed_window: bool = False

    @property
    def first_start_day(self) -> int:
        """Day of virtual time that a first batch reaches."""
        return DEFAULT_START_DAY if self.start_day is None else self.start_day

    @property
    def first_speed(self) -> float:
        """Virtual seconds per real second of a stream that begins."""
        return DEFAULT_SPEED if self.speed is None else self.speed


def parse_options(given: Mapping[str, str]) -> StreamOptions:
    """Return the options of a stream.

    Parameters
    ----------
    given
        Text by name; Spark hands on names in lower case.

    Raises
    ------
    UserError
        If one is unknown, missing or impossible; names it as it is written.
    """
    known = {name.lower(): name for name in OPTIONS}
    texts = {}
    for name, text in given.items():
        if name.lower() not in known:
            raise UserError(
                f"The source caspers has no option {name}{did_you_mean(name, OPTIONS)}: leave it "
                "out."
            )
        texts[known[name.lower()]] = text.strip()
    if not texts.get(DATASET_PATH):
        raise UserError(
            f"The source caspers needs the option {DATASET_PATH}: the folder that "
            "`python -m generator canonical` has written."
        )
    return StreamOptions(
        dataset=Path(texts[DATASET_PATH]).absolute(),
        start_day=_whole_number(texts, SIMULATION_START_DAY, 0, LATEST_START_DAY),
        speed=_speed(texts),
        max_events=_whole_number(texts, MAX_EVENTS_PER_BATCH, 1, None),
        landed_window=_yes_or_no(texts, LANDED_WINDOW),
    )


def _whole_number(
    texts: Mapping[str, str], name: str, lowest: int, highest: int | None
) -> int | None:
    if name not in texts:
        return None
    text = texts[name]
    number = int(text) if _WHOLE_NUMBER.fullmatch(text) else None
    if number is None or number < lowest or (highest is not None and number > highest):
        most = "" if highest is None else f" to {highest:,}"
        raise UserError(f"The option {name} is {text!r}: write a whole number from {lowest}{most}.")
    return number


def _speed(texts: Mapping[str, str]) -> float | None:
    if SPEED_MULTIPLIER not in texts:
        return None
    text = texts[SPEED_MULTIPLIER]
    try:
        speed = float(text)
    except ValueError:
        speed = math.nan
    if not 0 < speed <= FASTEST:
        raise UserError(
            f"The option {SPEED_MULTIPLIER} is {text!r}: write a number above 0, at most "
            f"{FASTEST:,.0f}."
        )
    return speed


def _yes_or_no(texts: Mapping[str, str], name: str) -> bool:
    text = texts.get(name, "false").lower()
    if text not in {"true", "false"}:
        raise UserError(f"The option {name} is {text!r}: write true or false.")
    return text == "true"
