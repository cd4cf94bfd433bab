"""A folder that changes all at once or not at all."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from generator.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

_UNFINISHED = "unfinished"
_RETIRED = "retired"
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@contextmanager
def replaced_directory(directory: Path, own_names: Collection[str]) -> Iterator[Path]:
    """Offer an empty folder that takes the place of ``directory`` when the block ends well.

    While the block runs, and for ever where it fails or is killed, ``directory`` is what it was.
    What a killed run left beside it is removed by the next one.

    Parameters
    ----------
    directory
        The folder to replace; need not exist.
    own_names
        Names of the files that may be in it. A folder that holds anything else is not ours to
        replace.

    Yields
    ------
    A temporary folder beside it, to be filled.

    Raises
    ------
    UserError
        Where the folder holds other files, or another run is writing it.
    """
    directory = directory.resolve()
    _refuse_what_is_not_ours(directory, own_names)
    directory.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(directory.parent / f".{directory.name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise UserError(
            f"Another run is writing {directory}; wait for it, or choose another folder with --out."
        ) from None
    try:
        _clear_up(directory)
        unfinished = _beside(directory, _UNFINISHED)
        unfinished.mkdir()
        try:
            yield unfinished
            for file in unfinished.iterdir():
                _flush(file)
            _flush(unfinished)
            _take_the_place(unfinished, directory)
            # From here on it is done. Should this fail and the power too, one of the two complete
            # folders is there.
            with suppress(OSError):
                _flush(directory.parent)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    finally:
        lock.release()


def _beside(directory: Path, purpose: str) -> Path:
    return directory.parent / f".{directory.name}.{purpose}"


def _refuse_what_is_not_ours(directory: Path, own_names: Collection[str]) -> None:
    if not directory.exists():
        return
    if not directory.is_dir():
        raise UserError(f"{directory} is a file; choose a folder with --out.")
    foreign = sorted(entry.name for entry in directory.iterdir() if entry.name not in own_names)
    if foreign:
        raise UserError(
            f"{directory} holds files that are not part of a dataset (for example {foreign[0]}); "
            "choose an empty or new folder with --out."
        )


def _clear_up(directory: Path) -> None:
    """Remove what a killed run left; bring back the old folder if it died between two renames."""
    retired = _beside(directory, _RETIRED)
    if retired.exists() and not directory.exists():
        retired.rename(directory)
    for left in (retired, _beside(directory, _UNFINISHED)):
        if left.exists():
            shutil.rmtree(left)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _take_the_place(unfinished: Path, directory: Path) -> None:
    if not directory.exists():
        unfinished.rename(directory)
    elif not _exchange(unfinished, directory):
        retired = _beside(directory, _RETIRED)
        directory.rename(retired)
        unfinished.rename(directory)
        shutil.rmtree(retired, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step where the system can; say whether it did."""
    if not sys.platform.startswith("linux"):
        return False
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    names = (os.fsencode(one), os.fsencode(other))
    return bool(renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0)
