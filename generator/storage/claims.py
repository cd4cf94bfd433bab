"""Being the only one at work where no lock can be had: claims that run out by themselves.

Whoever wants to work first writes a claim, a file of a name that nobody else has, and then looks
whether there is any other. If there is, it takes its own away and stops. Of two who come at the
same time one at least sees the other, so never two go on; both may stop, and come again. A claim
says in its name until when it counts. Its owner writes a new one long before; the claim of an
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

from generator.storage.kind import HeldError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LEASE_SECONDS = 120
"""How long a claim counts from when it was written."""

_RENEW_SECONDS = 30
_CLOCKS_DIFFER_SECONDS = 30
_NAME = re.compile(r"claim-(\d{1,12})-([0-9a-f]{32})", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Claim:
    file: Path
    until: int
    token: str


@contextmanager
def claimed(
    folder: Path, owner: str | None, write: Callable[[Path, bytes], None]
) -> Iterator[Kept]:
    """Be the only one who has a claim in ``folder``.

    Parameters
    ----------
    folder
        Holds claims and nothing else; is made where it is missing.
    owner
        Written into the claim, for the message to others.
    write
        Makes a file, in one sequence, from its first byte to its last.

    Raises
    ------
    HeldError
        If somebody else has a claim that has not run out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = Kept(folder, (owner or "").encode(), write)
    kept.renew()
    try:
        kept.refuse_others()
        with _renewed(kept):
            yield kept
    finally:
        kept.give_up()


class Kept:
    """A claim that is renewed for as long as its owner works."""

    def __init__(self, folder: Path, owner: bytes, write: Callable[[Path, bytes], None]) -> None:
        self._folder = folder
        self._owner = owner
        self._write = write
        self._token = uuid.uuid4().hex
        self._until = 0

    def renew(self) -> None:
        """Write a claim that counts from now, then take the older ones away."""
        until = int(time.time()) + LEASE_SECONDS
        name = f"claim-{until}-{self._token}"
        self._write(self._folder / name, self._owner)
        self._until = until
        for claim in _claims(self._folder):
            if claim.token == self._token and claim.file.name != name:
                claim.file.unlink(missing_ok=True)

    def refuse_others(self) -> None:
        """Raise `HeldError` if anybody else has a claim; sweep those that have run out."""
        now = time.time()
        for claim in _claims(self._folder):
            if claim.token == self._token:
                continue
            if claim.until + _CLOCKS_DIFFER_SECONDS < now:
                claim.file.unlink(missing_ok=True)
                continue
            runs_out = time.strftime("%H:%M:%S", time.gmtime(claim.until + _CLOCKS_DIFFER_SECONDS))
            raise HeldError(f"{_read(claim.file)}; if it was killed, at {runs_out} UTC this ends")

    def check(self) -> None:
        """Raise `HeldError` if the claim has run out, as on a machine that stood still."""
        if time.time() >= self._until:
            raise HeldError("the claim of this run ran out before it ended")

    def give_up(self) -> None:
        """Take the claim away; where that fails, it runs out."""
        with suppress(OSError):
            for claim in _claims(self._folder):
                if claim.token == self._token:
                    claim.file.unlink(missing_ok=True)


@contextmanager
def _renewed(kept: Kept) -> Iterator[None]:
    ended = threading.Event()

    def renew() -> None:
        while not ended.wait(_RENEW_SECONDS):
            # What cannot be renewed runs out, and `check` says so before anything is shown.
            with suppress(OSError):
                kept.renew()

    thread = threading.Thread(target=renew, name="claim", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _claims(folder: Path) -> list[_Claim]:
    claims = []
    for file in folder.iterdir():
        match = _NAME.fullmatch(file.name)
        if match:
            claims.append(_Claim(file, int(match[1]), match[2]))
    return claims


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace") or "somebody"
    except OSError:
        return "somebody"
