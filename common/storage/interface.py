"""What every kind of storage can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path


class LockedError(Exception):
    """Somebody else is at work there; the text says who, as far as it is known."""


class Lock(Protocol):
    """That nobody else is at work."""

    def check(self) -> None:
        """Raise `LockedError` if that may no longer be so: then nothing must become visible."""


class Storage(Protocol):
    """A place for files in which nothing half-written is ever taken for whole.

    Attributes
    ----------
    opens_cheaply
        Whether each of thousands of files can be looked into at every run.
    """

    @property
    def opens_cheaply(self) -> bool:
        """As above."""

    def lock(self, lock_file: Path, owner: str | None) -> AbstractContextManager[Lock]:
        """Be the only one at work, among all who ask for the same ``lock_file``.

        Parameters
        ----------
        lock_file
            A name in a folder that exists. What is kept there is the storage's own business.
        owner
            Who this is, for the message to others; ``None`` where nobody asks.

        Raises
        ------
        HeldError
            At once, if somebody else is.
        """

    def staging_dir(self, staging: Path) -> AbstractContextManager[Path]:
        """Offer an empty folder in which files can be written in any way.

        Parameters
        ----------
        staging
            Where to, in a storage that has no better place. What is left there is for the next
            run to sweep.
        """

    def publish(self, finished: Path, final: Path) -> None:
        """Give a finished file of a workshop its place, all at once."""

    def atomic_file(self, final: Path) -> AbstractContextManager[Path]:
        """Offer a path to write a file to; it takes its place if the block ends well."""

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
        """Remove a file, if it is there, and whatever an upload of it left."""

    def unfinished(self, folder: Path) -> frozenset[str]:
        """Return the names in a folder that are not to be believed yet: their writing goes on."""

    def recover(self, folder: Path) -> None:
        """End or undo what a killed run was writing into a folder. Only while holding it."""

    def flush_names(self, folder: Path) -> None:
        """Wait until names that were removed from a folder stay removed."""

    def replacement(
        self, directory: Path, commit_marker: str | None
    ) -> AbstractContextManager[Path]:
        """Offer an empty folder that takes the place of ``directory`` if the block ends well.

        Parameters
        ----------
        directory
            What to replace, if it is there. Only while holding it.
        commit_marker
            Name of the file without which nobody takes the folder for complete.
        """
