"""The report of the business: a program of another room, run after a window once an hour."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from common.errors import UserError
from common.paths import PROJECT, report_file

INTERVAL = timedelta(hours=1)
"""How often it is written at most."""

_MODULE = "reports.page"
_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Report:
    """A report that was written.

    Attributes
    ----------
    file
        Where it is.
    size
        How many bytes it has.
    origin, until
        Of which build it is, and until which moment.
    figures
        The figures of its headline, as it prints them.
    """

    file: str
    size: int
    origin: str
    until: str
    figures: dict[str, str]

    def as_markdown(self) -> str:
        """Return its figures as a Markdown table, below a link to it."""
        return "\n".join(
            (
                (
                    f"[{self.file}]({Path(self.file).as_uri()}): {self.size / 1e6:.1f} MB, from "
                    f"{self.origin}, until {self.until} by the clock of the business."
                ),
                "",
                "| figure | value |",
                "|---|---:|",
                *(f"| {name} | {value} |" for name, value in self.figures.items()),
            )
        )


@dataclass
class BusinessReport:
    """Writes the report when it is due.

    Attributes
    ----------
    interval
        The time from one to the next.
    """

    interval: timedelta = INTERVAL
    _tried: float | None = field(default=None, init=False)

    def is_due(self) -> bool:
        """Whether neither a report nor the attempt to write one is younger than the interval."""
        seconds = self.interval.total_seconds()
        if self._tried is not None and time.monotonic() - self._tried < seconds:
            return False
        try:
            age = time.time() - report_file().stat().st_mtime
        except OSError:
            return True
        return not 0 <= age < seconds

    def write(self) -> Report:
        """Write it.

        Raises
        ------
        UserError
            If it cannot be written.
        """
        self._tried = time.monotonic()
        command = [sys.executable, "-m", _MODULE, "--out", str(report_file()), "--json"]
        try:
            ended = subprocess.run(
                command, cwd=PROJECT, capture_output=True, text=True, timeout=_SECONDS, check=True
            )
        except subprocess.TimeoutExpired as error:
            raise UserError(
                f"The report was not finished in {_SECONDS:.0f} s: see with `make report` why."
            ) from error
        except subprocess.CalledProcessError as error:
            said = (error.stderr.strip().splitlines() or [f"it ended with {error.returncode}"])[-1]
            reason = said.removeprefix("error: ")
            raise UserError(f"There is no new report: {reason}") from error
        return Report(**json.loads(ended.stdout))
