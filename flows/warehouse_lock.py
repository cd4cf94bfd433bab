"""The DuckDB file has one writer: who has it open, and which build is the only one."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb
from filelock import FileLock, Timeout

from common.errors import BusyError, UserError
from common.paths import data_directory, warehouse_file
from common.system_errors import to_user_error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# DuckDB says who holds a file in the text of its error, and nowhere else.
_HOLDER = re.compile(r"Conflicting lock is held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")
_LOCKED = re.compile(r"Could not set lock on file \"?(?P<file>[^\":]+)")
_WAIT_SECONDS = 7.0
_POLL_SECONDS = 0.25


def locked_file_error(message: str) -> BusyError | None:
    """Return the error that names who has the DuckDB file open, if the message is about that."""
    locked = _LOCKED.search(message)
    if locked is None:
        return None
    holder = _HOLDER.search(message)
    who = f" in {holder['program']} (process {holder['pid']})" if holder else " in another program"
    return BusyError(
        f"{locked['file'].strip()} is open{who}: close it there, then run again. "
        "DuckDB has one writer, and no other program can read the file while it writes."
    )


def wait_until_closed(file: Path) -> None:
    """Wait a few seconds for other programs to close the file: dbt would wait a minute, silently.

    Raises
    ------
    BusyError
        If another program still has it open after that.
    """
    deadline = time.monotonic() + _WAIT_SECONDS
    while file.exists():
        try:
            duckdb.connect(str(file)).close()
        except duckdb.Error as error:
            locked = locked_file_error(str(error))
            if locked is None:
                # Anything else that is wrong with the file is reported by dbt.
                return
            if time.monotonic() >= deadline:
                raise locked from error
            time.sleep(_POLL_SECONDS)
        else:
            return


@contextmanager
def reading_warehouse(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Have a connection that reads the DuckDB file.

    Raises
    ------
    BusyError
        If another program has it open.
    UserError
        If it cannot be read.
    """
    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            yield connection
    except duckdb.Error as error:
        raise locked_file_error(str(error)) or UserError(
            f"{file} cannot be read ({str(error).splitlines()[0]}): move it away."
        ) from error


@contextmanager
def build_lock(*, remove_lock_file: bool = False) -> Iterator[None]:
    """Be the only build of this data folder.

    Parameters
    ----------
    remove_lock_file
        Whether the file of the lock is removed afterwards.

    Raises
    ------
    BusyError
        If another build runs.
    """
    lock_file = data_directory() / "build.lock"
    lock = FileLock(lock_file)
    try:
        lock_file.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise BusyError(
            f"Another build of {warehouse_file()} runs: wait until it has ended."
        ) from None
    except OSError as error:
        raise to_user_error(error, "build beside") from error
    try:
        yield
    finally:
        if remove_lock_file:
            lock_file.unlink(missing_ok=True)
        lock.release()
