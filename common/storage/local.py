"""Files on a local file system: they appear all at once and survive a power cut."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from common.storage.interface import LockedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from common.storage.interface import Lock

_PARTIAL = ".partial"
_UNFINISHED = "unfinished"
_RETIRED = "retired"
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def flush_file(path: Path) -> None:
    """Wait until the content of a file is on the disk."""
    _flush(path, os.O_RDONLY)


def flush_folder(path: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    _flush(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))


def clear_staging(staging: Path) -> None:
    """Remove a staging folder, and the texts beside it that were not renamed."""
    shutil.rmtree(staging, ignore_errors=True)
    for leftover in staging.parent.glob(f"*{_PARTIAL}"):
        leftover.unlink()


class LocalStorage:
    """A file system with atomic rename, locks and flushing, all guaranteed by the kernel."""

    opens_cheaply = True

    @contextmanager
    def lock(self, lock_file: Path, owner: str | None) -> Iterator[Lock]:
        """Take a lock that ends with the process, however it ends."""
        file_lock = FileLock(lock_file)
        owner_file = lock_file.with_name(f"{lock_file.name}.owner")
        try:
            file_lock.acquire(timeout=0)
        except Timeout:
            raise LockedError(_read(owner_file)) from None
        try:
            if owner is not None:
                owner_file.write_text(owner, encoding="utf-8")
            yield _ProcessLock()
        finally:
            if owner is not None:
                owner_file.unlink(missing_ok=True)
            file_lock.release()

    @contextmanager
    def staging_dir(self, staging: Path) -> Iterator[Path]:
        """Offer ``staging`` itself: rename needs it on the same file system."""
        staging.mkdir()
        yield staging

    def clear_staging(self, staging: Path) -> None:
        """Remove the staging folder, and the texts beside it that were not renamed."""
        clear_staging(staging)

    def publish(self, finished: Path, final: Path) -> None:
        """Give a finished file its name in one step, after its content is on the disk.

        Both must be on one file system. A crash leaves either the old state or the new one.
        """
        flush_file(finished)
        os.replace(finished, final)  # noqa: PTH105  # the atomic step, under its own name
        flush_folder(final.parent)

    @contextmanager
    def atomic_file(self, final: Path) -> Iterator[Path]:
        """Offer a name of this process beside the final one."""
        aside = final.with_name(f".{final.name}.{os.getpid()}.tmp")
        try:
            yield aside
            aside.replace(final)
        finally:
            with suppress(OSError):
                aside.unlink(missing_ok=True)

    def write_text(self, final: Path, text: str) -> None:
        """Write a file beside it, then rename."""
        staged = final.with_name(final.name + _PARTIAL)
        staged.write_text(text, encoding="utf-8")
        self.publish(staged, final)

    def read_bytes(self, final: Path) -> bytes:
        """Read the file."""
        return final.read_bytes()

    def remove(self, final: Path) -> None:
        """Remove the file."""
        final.unlink(missing_ok=True)

    def unfinished(self, folder: Path) -> frozenset[str]:  # noqa: ARG002  # as in `Storage`
        """Return nothing: a file that has its name is complete."""
        return frozenset()

    def recover(self, folder: Path) -> None:
        """Do nothing: a rename has either happened or not."""

    def flush_names(self, folder: Path) -> None:
        """Flush the folder."""
        flush_folder(folder)

    def let_read(self, connection: DuckDBPyConnection) -> None:
        """Do nothing: DuckDB reads files by itself."""

    @contextmanager
    def replacement(self, directory: Path, commit_marker: str | None) -> Iterator[Path]:  # noqa: ARG002  # as above
        """Offer a folder beside it, and exchange the two in one step where the system can.

        While the block runs, and if it fails or is killed, ``directory`` is unchanged. What a
        killed run left beside it is removed by the next one.
        """
        _remove_leftovers(directory)
        unfinished = _beside(directory, _UNFINISHED)
        unfinished.mkdir()
        try:
            yield unfinished
            for entry in unfinished.rglob("*"):
                _flush(entry, os.O_RDONLY)
            _flush(unfinished, os.O_RDONLY)
            _replace(unfinished, directory)
            # The folders are exchanged. Whatever happens from here on, ``directory`` is one of the
            # two complete folders.
            with suppress(OSError):
                _flush(directory.parent, os.O_RDONLY)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)


class _ProcessLock:
    """A lock of the kernel, which cannot be lost."""

    def check(self) -> None:
        """Do nothing."""


def _read(owner_file: Path) -> str:
    try:
        return owner_file.read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _flush(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _beside(directory: Path, purpose: str) -> Path:
    return directory.parent / f".{directory.name}.{purpose}"


def _remove_leftovers(directory: Path) -> None:
    """Remove what a killed run left; restore the old folder if it died between two renames."""
    retired = _beside(directory, _RETIRED)
    if retired.exists() and not directory.exists():
        retired.rename(directory)
    for left in (retired, _beside(directory, _UNFINISHED)):
        if left.exists():
            shutil.rmtree(left)


def _replace(unfinished: Path, directory: Path) -> None:
    if not directory.exists():
        unfinished.rename(directory)
    elif not _exchange(unfinished, directory):
        retired = _beside(directory, _RETIRED)
        directory.rename(retired)
        unfinished.rename(directory)
        shutil.rmtree(retired, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; return whether the system could."""
    if not sys.platform.startswith("linux"):
        return False
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    names = (os.fsencode(one), os.fsencode(other))
    return bool(renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0)
