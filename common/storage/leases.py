"""Mutual exclusion where no lock is available: leases that expire by themselves.

A process first writes a lease, a file with a unique name, and then looks for any other lease. If
there is one, it removes its own and stops. Of two processes that start at the same time at least
one sees the other, so never both continue; both may stop, and try again later. The name of a lease
says until when it is valid. Its owner renews it long before; the lease of a killed owner expires,
so nothing has to be removed by hand.

This assumes that every process sees a file once it is written. Object stores guarantee that; for
the mount of a volume nothing is documented. So this is the second guard only: the first is that a
job runs once at a time (``max_concurrent_runs`` in ``databricks.yml``).
"""

from __future__ import annotations

import re
import threading
import time
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from common.errors import UserError
from common.storage.interface import LockedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LEASE_SECONDS = 120
"""How long a lease is valid after it was written."""

_RENEW_SECONDS = 30
CLOCKS_DIFFER_SECONDS = 30
"""How far the clocks of two machines may be apart."""

_NAME = re.compile(r"lease-(\d{1,12})-([0-9a-f]{32})", re.ASCII)


@dataclass(frozen=True, slots=True)
class _LeaseFile:
    file: Path
    until: int
    token: str


@contextmanager
def leased(
    folder: Path, owner: str | None, write: Callable[[Path, bytes], None]
) -> Iterator[Lease]:
    """Have the only lease in ``folder``.

    Parameters
    ----------
    folder
        Holds leases and nothing else; created if it is missing.
    owner
        Written into the lease, for the error message of others.
    write
        Writes a file from its first byte to its last.

    Raises
    ------
    LockedError
        If another process has a valid lease.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lease = Lease(folder, (owner or "").encode(), write)
    lease.renew()
    try:
        lease.refuse_others()
        with renewed(lease):
            yield lease
    finally:
        lease.release()


class Lease:
    """A lease that is renewed as long as its owner works."""

    def __init__(self, folder: Path, owner: bytes, write: Callable[[Path, bytes], None]) -> None:
        self._folder = folder
        self._owner = owner
        self._write = write
        self._token = uuid.uuid4().hex
        self._until = 0

    def renew(self) -> None:
        """Write a lease that is valid from now, then remove the older ones."""
        until = int(time.time()) + LEASE_SECONDS
        name = f"lease-{until}-{self._token}"
        self._write(self._folder / name, self._owner)
        self._until = until
        for lease in _lease_files(self._folder):
            if lease.token == self._token and lease.file.name != name:
                lease.file.unlink(missing_ok=True)

    def refuse_others(self) -> None:
        """Raise `LockedError` if another process has a valid lease; remove expired ones."""
        now = time.time()
        for lease in _lease_files(self._folder):
            if lease.token == self._token:
                continue
            if lease.until + CLOCKS_DIFFER_SECONDS < now:
                lease.file.unlink(missing_ok=True)
                continue
            expires = time.strftime("%H:%M:%S", time.gmtime(lease.until + CLOCKS_DIFFER_SECONDS))
            raise LockedError(
                f"{_read(lease.file)}; if it was killed, its lease expires at {expires} UTC"
            )

    def check(self) -> None:
        """Raise `LockedError` if the lease has expired, as on a machine that was suspended."""
        if time.time() >= self._until:
            raise LockedError("the lease of this run expired before it ended")

    def release(self) -> None:
        """Remove the lease; if that fails, it expires."""
        with suppress(OSError):
            for lease in _lease_files(self._folder):
                if lease.token == self._token:
                    lease.file.unlink(missing_ok=True)


class Renewable(Protocol):
    """A lease, wherever it is."""

    def renew(self) -> None:
        """Be valid from now."""


@contextmanager
def renewed(lease: Renewable) -> Iterator[None]:
    """Renew a lease now and then while the block runs."""
    ended = threading.Event()

    def renew() -> None:
        while not ended.wait(_RENEW_SECONDS):
            # A lease that cannot be renewed expires, and `check` reports it before publishing.
            with suppress(OSError, UserError):
                lease.renew()

    thread = threading.Thread(target=renew, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _lease_files(folder: Path) -> list[_LeaseFile]:
    leases = []
    for file in folder.iterdir():
        match = _NAME.fullmatch(file.name)
        if match:
            leases.append(_LeaseFile(file, int(match[1]), match[2]))
    return leases


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace") or "an unknown process"
    except OSError:
        return "an unknown process"
