"""The log of the windows: what each landed, built and cost, one small file a window.

A file has its name only when it is whole, so a window that is killed while it writes leaves nothing
that a reader takes. Names begin with the moment at which the window began: the newest are found
without opening one.
"""

from __future__ import annotations

import re
import time
from datetime import datetime  # noqa: TC003  (pydantic reads it)
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from common.storage.local import LocalStorage

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

KEPT_RUNS = 1000
"""Windows that the log keeps: two days of one every three minutes."""

_NAME = re.compile(r"run-\d{8}T\d{12}\.json")
_UNFINISHED = ".partial"
_UNFINISHED_SECONDS = 3600.0


class Outcome(StrEnum):
    """How a window ended."""

    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


class Step(BaseModel):
    """One step of a window: its name, and the seconds that it took with all its retries."""

    model_config = ConfigDict(frozen=True)

    name: str
    seconds: float


class RunRecord(BaseModel):
    """What one window did.

    Attributes
    ----------
    began
        When it began, UTC without a zone.
    seconds
        How long all of it took.
    outcome
        How it ended.
    message
        Why it failed; empty where it did not.
    case
        The replay's word for what it landed: ``first run``, ``next window``, …
    emitted_from, emitted_to
        The first and last moment that landed events can carry; ``None`` where nothing landed.
    virtual_from, virtual_to
        The same as day and time of the replay.
    events
        Landed events.
    decisions
        Decisions about refunds that landed; ``None`` where that step was not reached.
    tables, tests, warnings
        Tables built, tests passed, nodes that warned.
    build_cpu_seconds
        User and system time of dbt.
    build
        Number of the published build; ``None`` where nothing was published.
    files, files_written
        Parquet files of that build, and how many of them are new.
    rows_written, rows_deleted
        In Postgres; ``None`` where it was away or not reached.
    steps
        What took how long, in their order.
    """

    model_config = ConfigDict(frozen=True)

    began: datetime
    seconds: float
    outcome: Outcome
    message: str = ""
    case: str = ""
    emitted_from: datetime | None = None
    emitted_to: datetime | None = None
    virtual_from: str = ""
    virtual_to: str = ""
    events: int = 0
    decisions: int | None = None
    tables: int = 0
    tests: int = 0
    warnings: int = 0
    build_cpu_seconds: float = 0.0
    build: int | None = None
    files: int = 0
    files_written: int = 0
    rows_written: int | None = None
    rows_deleted: int | None = None
    steps: tuple[Step, ...] = ()

    def seconds_of(self, step: str) -> float | None:
        """Return how long a step took; ``None`` where it was not reached."""
        found = [each.seconds for each in self.steps if each.name == step]
        return sum(found) if found else None


def write_run(folder: Path, record: RunRecord, keep: int = KEPT_RUNS) -> Path:
    """Add a window to the log, remove the oldest beyond those kept, and return its file.

    Parameters
    ----------
    folder
        The log; made where it is missing.
    record
        What the window did.
    keep
        How many windows stay.

    Raises
    ------
    OSError
        If the folder cannot be written. What was there stays whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"run-{record.began:%Y%m%dT%H%M%S%f}.json"
    LocalStorage().write_text(file, record.model_dump_json())
    _prune(folder, keep)
    return file


def read_runs(folder: Path, newest: int) -> list[RunRecord]:
    """Return the newest windows of the log, the newest first.

    Parameters
    ----------
    folder
        The log; one that is missing is empty.
    newest
        How many at most: no other file is opened.
    """
    files = sorted(_files(folder), reverse=True)[:newest]
    return [record for record in map(_read, files) if record is not None]


def remove_runs(folder: Path) -> None:
    """Remove the log; what others have put beside it stays."""
    for file in [*_files(folder), *_left_unfinished(folder)]:
        file.unlink(missing_ok=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def has_runs(folder: Path) -> bool:
    """Whether there is anything that `remove_runs` would remove."""
    return any(_files(folder)) or any(_left_unfinished(folder))


def _read(file: Path) -> RunRecord | None:
    try:
        return RunRecord.model_validate_json(file.read_bytes())
    except (OSError, ValidationError):
        # Removed meanwhile as one of the oldest, or changed by hand.
        return None


def _prune(folder: Path, keep: int) -> None:
    for file in sorted(_files(folder), reverse=True)[keep:]:
        file.unlink(missing_ok=True)
    now = time.time()
    for file in _left_unfinished(folder):
        # Another process may be writing a younger one.
        if now - file.stat().st_mtime > _UNFINISHED_SECONDS:
            file.unlink(missing_ok=True)


def _files(folder: Path) -> Iterable[Path]:
    if not folder.is_dir():
        return []
    return [file for file in folder.iterdir() if _NAME.fullmatch(file.name)]


def _left_unfinished(folder: Path) -> Iterable[Path]:
    return [
        file
        for file in folder.glob(f"*{_UNFINISHED}")
        if _NAME.fullmatch(file.name.removesuffix(_UNFINISHED))
    ]
