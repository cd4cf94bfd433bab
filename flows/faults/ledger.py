"""The ledger: what was injected, and what the tables must make of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum

from common.rejection_reasons import REJECTION_REASONS


class Outcome(StrEnum):
    """What is expected of a line or file with a fault."""

    REJECTED = "rejected"
    """It is in rejected_events, with the code of the ledger."""
    DUPLICATE = "duplicate"
    """It is in landed_lines as a duplicate, and changes nothing."""
    LATE = "late"
    """It is an event, found in the later file."""
    MISSING = "missing"
    """It is nowhere."""
    KEPT = "kept"
    """It is an event that carries the fault: a null field, or a very long one."""
    REPAIRED = "repaired"
    """It reads as if it were unchanged."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One injected fault.

    Attributes
    ----------
    kind
        Name of the setting behind it.
    detail
        What exactly was done.
    expected, code
        What becomes of it, and with which rejection code where it is rejected.
    file
        Where it landed; of a lost line, where it would have landed.
    event_id, order_id, event_type
        Of the event before the change; ``None`` where the fault is one of a whole file.
    lines
        Number of lines of the file that it affects.
    """

    kind: str
    detail: str
    expected: Outcome
    file: str
    code: str | None = None
    event_id: str | None = None
    order_id: str | None = None
    event_type: str | None = None
    lines: int = 1

    def line(self) -> str:
        """Return the fault as a line of the ledger, with the text of its rejection code."""
        reason = REJECTION_REASONS[self.code] if self.code else None
        return json.dumps(asdict(self) | {"reason": reason}, ensure_ascii=False) + "\n"
