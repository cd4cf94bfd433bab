"""Files that appear all at once and stay after a power cut."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from generator.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path

_REMEDIES = {
    errno.ENOSPC: "the disk is full: make room and run again",
    errno.EDQUOT: "the disk quota is used up: make room and run again",
    errno.EFBIG: "the file would be larger than the system allows",
    errno.EROFS: "the file system is read-only: choose another folder (CASPERS_DATA or --landing)",
    errno.EACCES: "no permission: change it, or choose another folder (CASPERS_DATA or --landing)",
    errno.EPERM: "no permission: change it, or choose another folder (CASPERS_DATA or --landing)",
    errno.ENOTDIR: "something on the way there is a file, not a folder: move it away",
    errno.EEXIST: "something of that name is in the way: move it away",
}


def explained(error: OSError, doing: str) -> UserError:
    """Return the one line that says what could not be done, with which file, and what helps."""
    reason = error.strerror or str(error)
    remedy = _REMEDIES.get(error.errno or 0)
    where = f" {error.filename}" if error.filename else ""
    return UserError(f"Could not {doing}{where}: {remedy or reason}.")


def flush_file(path: Path) -> None:
    """Wait until the content of a file is on the disk."""
    _flush(path, os.O_RDONLY)


def flush_folder(path: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    _flush(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))


def make_visible(staged: Path, final: Path) -> None:
    """Give a finished file its name in one step, after its content is on the disk.

    Both must be on one file system. A crash leaves either the old state or the new one.
    """
    flush_file(staged)
    os.replace(staged, final)  # noqa: PTH105  # the one step that matters, under its plain name
    flush_folder(final.parent)


def write_text(final: Path, text: str) -> None:
    """Replace a small file by one with this text, all at once."""
    staged = final.with_name(final.name + ".partial")
    staged.write_text(text, encoding="utf-8")
    make_visible(staged, final)


def _flush(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
