"""Work in a folder that only one process may do at a time."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from common.errors import BusyError
from common.storage.interface import LockedError, describe_process

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from common.storage.interface import Lock, Storage


@contextmanager
def exclusive(storage: Storage, lock_file: Path, another: str, undone: str) -> Iterator[Lock]:
    """Be the only process that does a piece of work; make the folder of its lock.

    Parameters
    ----------
    storage, lock_file
        What is locked.
    another, undone
        What a second process is told: that another one does it, and what was left undone.

    Raises
    ------
    BusyError
        If another process does it; the message says which.
    """
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with storage.lock(lock_file, describe_process()) as lock:
            yield lock
    except LockedError as error:
        named = f" ({error})" if str(error) else ""
        raise BusyError(
            f"{another}{named}: {undone}; wait until it has ended, or stop it."
        ) from None
