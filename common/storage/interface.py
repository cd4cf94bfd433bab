"""The protocol of every kind of storage."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from duckdb import DuckDBPyConnection


class LockedError(Exception):
    """Another process has the lock; the text says which, as far as it is known."""


def describe_process() -> str:
    """Return which process this is and since when it locks, as others read it."""
    since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    return f"process {os.getpid()} on {socket.gethostname()}, since {since} UTC"


class Lock(Protocol):
    """A lock that this process has."""

    def check(self) -> None:
        """Raise `LockedError` if the lock may be lost: then nothing must become visible."""


class Storage(Protocol):
    """Storage in which no half-written file is ever taken for a complete one.

    Attributes
    ----------
    opens_cheaply
        Whether every run can open each of thousands of files.
    """

    @property
    def opens_cheaply(self) -> bool:
        """Whether every run can open each of thousands of files."""

    def lock(self, lock_file: Path, owner: str | None) -> AbstractContextManager[Lock]:
        """Lock ``lock_file``: one process at a time has it.

        Parameters
        ----------
        lock_file
            A name in an existing folder. Which files the storage keeps there is up to it.
        owner
            Who has the lock, for the error message of others; ``None`` for no name.

        Raises
        ------
        LockedError
            At once, if another process has it.
        """

    def staging_dir(self, staging: Path) -> AbstractContextManager[Path]:
        """Offer an empty folder in which files can be written in any way.

        Parameters
        ----------
        staging
            The folder to use where the storage has no better one. The next run removes what is
            left in it.
        """

    def clear_staging(self, staging: Path) -> None:
        """Remove what killed runs have left in and beside a staging folder. Only with the lock."""

    def publish(self, finished: Path, final: Path) -> None:
        """Move a finished file from the staging folder to its final name, all at once."""

    def atomic_file(self, final: Path) -> AbstractContextManager[Path]:
        """Offer a path to write to; the file gets its final name if the block succeeds."""

    def write_text(self, final: Path, text: str) -> None:
        """Replace a small file by one with this text, all at once."""

    def read_bytes(self, final: Path) -> bytes:
        """Return what was last written by `write_text`.

        Raises
        ------
        OSError
            As when reading any file.
        """

    def remove(self, final: Path) -> None:
        """Remove a file, if it exists, and what an interrupted upload of it left."""

    def unfinished(self, folder: Path) -> frozenset[str]:
        """Return the names of files in a folder that are not complete yet."""

    def recover(self, folder: Path) -> None:
        """Complete or undo what a killed run was writing into a folder. Only with its lock."""

    def flush_names(self, folder: Path) -> None:
        """Wait until names that were removed from a folder stay removed."""

    def let_read(self, connection: DuckDBPyConnection) -> None:
        """Let a connection of DuckDB read what is stored here."""

    def replacement(
        self, directory: Path, commit_marker: str | None
    ) -> AbstractContextManager[Path]:
        """Offer an empty folder that replaces ``directory`` if the block succeeds.

        Parameters
        ----------
        directory
            What to replace, if it exists. Only with its lock.
        commit_marker
            Name of the file without which readers treat the folder as incomplete.
        """
