"""What can become of a question."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What became of a question."""

    ANSWERED = "answered"
    TIMEOUT = "timeout"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"
    INVALID = "invalid"

    @property
    def may_be_asked_again(self) -> bool:
        """Whether it says nothing about the question, only about the endpoint at that moment."""
        return self in {Outcome.TIMEOUT, Outcome.UNAVAILABLE}


@dataclass(frozen=True)
class Reply:
    """The outcome of a question: with an answer, or with a cause in a few words."""

    outcome: Outcome
    answer: dict[str, Any] | None = None
    cause: str = ""
