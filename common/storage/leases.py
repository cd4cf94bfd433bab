"""Being the only one at work where no lock can be had: leases that run out by themselves.

Whoever wants to work first writes a lease, a file of a name that nobody else has, and then looks
whether there is any other. If there is, it takes its own away and stops. Of two who come at the
same time one at least sees the other, so never two go on; both may stop, and come again. A lease
says in its name until when it counts. Its owner writes a new one long before; the lease of an
owner who was killed runs out, and nobody has to clear it away by hand.

This takes for granted that a file is seen by everybody once it is written. Object stores promise
it, of a volume's mount nothing is said. So it is the second guard only: the first is that a job
runs once at a time (``max_concurrent_runs`` in ``databricks.yml``).
"""

from __future__ import annotations

import re
import threading
import time
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.storage.interface import LockedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LEASE_SECONDS = 120
"""How long a lease counts from when it was written."""

_RENEW_SECONDS = 30
_CLOCKS_DIFFER_SECONDS = 30
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
    """Be the only one who has a lease in ``folder``.

    Parameters
    ----------
    folder
        Holds leases and nothing else; is made where it is missing.
    owner
        Written into the lease, for the message to others.
    write
        Makes a file, in one sequence, from its first byte to its last.

    Raises
    ------
    HeldError
        If somebody else has a lease that has not run out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lease = Lease(folder, (owner or "").encode(), write)
    lease.renew()
    try:
        lease.refuse_others()
        with _renewed(lease):
            yield lease
    finally:
        lease.give_up()


class Lease:
    """A lease that is renewed for as long as its owner works."""

    def __init__(self, folder: Path, owner: bytes, write: Callable[[Path, bytes], None]) -> None:
        self._folder = folder
        self._owner = owner
        self._write = write
        self._token = uuid.uuid4().hex
        self._until = 0

    def renew(self) -> None:
        """Write a lease that counts from now, then take the older ones away."""
        until = int(time.time()) + LEASE_SECONDS
        name = f"lease-{until}-{self._token}"
        self._write(self._folder / name, self._owner)
        self._until = until
        for lease in _lease_files(self._folder):
            if lease.token == self._token and lease.file.name != name:
                lease.file.unlink(missing_ok=True)

    def refuse_others(self) -> None:
        """Raise `LockedError` if anybody else has a lease; sweep those that have run out."""
        now = time.time()
        for lease in _lease_files(self._folder):
            if lease.token == self._token:
                continue
            if lease.until + _CLOCKS_DIFFER_SECONDS < now:
                lease.file.unlink(missing_ok=True)
                continue
            runs_out = time.strftime("%H:%M:%S", time.gmtime(lease.until + _CLOCKS_DIFFER_SECONDS))
            raise LockedError(f"{_read(lease.file)}; if it was killed, at {runs_out} UTC this ends")

    def check(self) -> None:
        """Raise `LockedError` if the lease has run out, as on a machine that stood still."""
        if time.time() >= self._until:
            raise LockedError("the lease of this run ran out before it ended")

    def give_up(self) -> None:
        """Take the lease away; where that fails, it runs out."""
        with suppress(OSError):
            for lease in _lease_files(self._folder):
                if lease.token == self._token:
                    lease.file.unlink(missing_ok=True)


@contextmanager
def _renewed(lease: Lease) -> Iterator[None]:
    ended = threading.Event()

    def renew() -> None:
        while not ended.wait(_RENEW_SECONDS):
            # What cannot be renewed runs out, and `check` says so before anything is shown.
            with suppress(OSError):
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
        return file.read_text(encoding="utf-8", errors="replace") or "somebody"
    except OSError:
        return "somebody"
