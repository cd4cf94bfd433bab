"""A data folder has one business at a time: a second one says where the first is."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from common.errors import BusyError
from common.paths import data_directory
from common.storage import LockedError, describe_process, storage_of
from common.system_errors import to_user_error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def business_lock(command: str) -> Iterator[None]:
    """Be the only business of this data folder. A lock that a kill has left is no obstacle.

    Parameters
    ----------
    command
        What a person typed, for example ``make live``: the message to a second one names it.

    Raises
    ------
    BusyError
        If another one runs; nothing was started or written.
    UserError
        If the data folder cannot be written.
    """
    lock_file = _lock_file()
    with ExitStack() as held:
        try:
            lock_file.parent.mkdir(parents=True, exist_ok=True)
            owner = f"`{command}`, {describe_process()}"
            held.enter_context(storage_of(lock_file).lock(lock_file, owner))
        except LockedError as error:
            raise _busy(error) from None
        except OSError as error:
            raise to_user_error(error, "run the business in", "CASPERS_DATA") from error
        yield


def check_no_business_runs() -> None:
    """Raise `BusyError` if a business runs in this data folder. Leaves nothing behind."""
    lock_file = _lock_file()
    if not lock_file.exists():
        return
    try:
        with storage_of(lock_file).lock(lock_file, None):
            pass
    except LockedError as error:
        raise _busy(error) from None


def _lock_file() -> Path:
    # In the folder of Prefect's state, which goes with it when everything is removed.
    return data_directory() / "prefect" / "business.lock"


def _busy(error: LockedError) -> BusyError:
    named = f": {error}" if str(error) else ""
    return BusyError(
        f"The business in {data_directory()} is running already{named}. Nothing was started: "
        "wait for it or stop it, or give this one a folder of its own with CASPERS_DATA."
    )
