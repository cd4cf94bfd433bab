"""What was injected, and what the tables must make of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What is expected of a line or file with a fault."""

    REJECTED = "rejected"
    """It is in rejected_events, with the reason of the ledger."""
    DUPLICATE = "duplicate"
    """It is in landed_lines as a duplicate, and changes nothing."""
    LATE = "late"
    """It is an event, found in the later file."""
    MISSING = "missing"
    """It is nowhere."""
    KEPT = "kept"
    """It is an event, with that in it: a field that is unknown, or a very long one."""
    REPAIRED = "repaired"
    """It reads as if nothing had been done to it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One injected fault.

    Attributes
    ----------
    kind
        Name of the setting that asked for it.
    detail
        What exactly was done.
    expected, reason
        What becomes of it, and with which reason where it is rejected.
    file
        Where it landed; of a lost line, where it would have landed.
    event_id, order_id, event_type
        Of the event before anything was done to it; ``None`` where a whole file is meant.
    lines
        Lines of the file that are concerned.
    """

    kind: str
    detail: str
    expected: Outcome
    file: str
    reason: str | None = None
    event_id: str | None = None
    order_id: str | None = None
    event_type: str | None = None
    lines: int = 1

    def line(self) -> str:
        """Return the fault as a line of the ledger."""
        return json.dumps(asdict(self), ensure_ascii=False) + "\n"
