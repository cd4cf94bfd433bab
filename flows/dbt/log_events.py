"""The events of dbt's structured log."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


REMEMBERED_EVENTS = 400
"""How many of the last events of a command are kept, to quote them if it fails."""


@dataclass(frozen=True, slots=True)
class Step:
    """A node that dbt begins to build or test.

    Attributes
    ----------
    index, total
        Its number, and how many there are.
    description
        What it is, for example ``sql table model lakeflow.all_events``.
    """

    index: int
    total: int
    description: str


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One line of dbt's output.

    Attributes
    ----------
    name
        dbt's name for the event, such as ``LogStartLine``; empty where the line is no event, as a
        traceback of Python.
    level
        ``debug``, ``info``, ``warn`` or ``error``.
    message
        The line as a person reads it.
    data
        The fields of the event.
    """

    name: str
    level: str
    message: str
    data: Mapping[str, Any]

    @property
    def step(self) -> Step | None:
        """The step that begins with this event, if one does."""
        if self.name != "LogStartLine":
            return None
        return Step(self.data["index"], self.data["total"], self.data["description"])


def parse_log_line(line: str) -> LogEvent:
    """Return the event in a line of dbt's output; a line that is none becomes a nameless one."""
    try:
        event = json.loads(line)
        info = event["info"]
        message = Text.from_ansi(info["msg"]).plain
        return LogEvent(info["name"], info["level"], message, event["data"])
    except (ValueError, KeyError, TypeError):
        return LogEvent("", "info", Text.from_ansi(line.rstrip()).plain, {})


def last_words(events: Sequence[LogEvent], lines: int) -> str:
    """Return what dbt said last, indented: its errors where it logged any, else its last lines."""
    said = [event for event in events if event.level == "error"] or events
    words = [line for event in said for line in event.message.splitlines() if line.strip()]
    return "\n  ".join(words[-lines:])
