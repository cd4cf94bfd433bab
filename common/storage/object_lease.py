"""Mutual exclusion in an object store: one object that only one process can create.

The store decides: of two processes that create the lease at the same time one is told that it
exists. Its content says until when it is valid. Its owner renews it long before, on the
condition that it is still its own; the lease of a killed owner expires, and then one process can
put its own in its place, on the condition that it is still the expired one. Unlike on volumes
(`common.storage.leases`), nothing is assumed about when a file becomes visible; what is assumed of
clocks is that they differ by less than half a minute.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.errors import UserError
from common.storage import object_store
from common.storage.interface import LockedError
from common.storage.leases import CLOCKS_DIFFER_SECONDS, LEASE_SECONDS, renewed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from obstore import UpdateVersion

    from common.storage.object_path import ObjectPath

_UNKNOWN = "an unknown process"


@dataclass(frozen=True, slots=True)
class _Held:
    """Whose lease it is, until when, and which object it is.

    Attributes
    ----------
    owner, token
        Who has it, for a person, and without doubt.
    until
        Seconds of Unix time.
    version
        Which object it is.
    """

    owner: str
    token: str
    until: int
    version: UpdateVersion


@contextmanager
def leased(lease_file: ObjectPath, owner: str | None) -> Iterator[ObjectLease]:
    """Have the only lease of this name.

    Raises
    ------
    LockedError
        If another process has a valid one.
    UserError
        If the store takes no conditions: then no lease is worth anything.
    """
    lease = ObjectLease(lease_file, owner or "")
    lease.take()
    try:
        with renewed(lease):
            yield lease
    finally:
        lease.release()


class ObjectLease:
    """A lease that is renewed as long as its owner works."""

    def __init__(self, lease_file: ObjectPath, owner: str) -> None:
        self._file = lease_file
        self._owner = owner
        self._token = uuid.uuid4().hex
        self._until = 0
        self._version: UpdateVersion | None = None
        self._alone = threading.Lock()

    def take(self) -> None:
        """Create the lease, or put it in the place of one that has expired."""
        held: _Held | None = None
        try:
            self._write(None)
            self._check_conditions()
        except object_store.Exists:
            held = self._held()
        if held is None or self._is_own(held):
            return
        if time.time() <= held.until + CLOCKS_DIFFER_SECONDS:
            raise self._locked_by(held)
        try:
            self._write(held.version)
        except object_store.Exists:
            now_held = self._held()
            if not self._is_own(now_held):
                raise self._locked_by(now_held) from None

    def renew(self) -> None:
        """Renew the lease, valid from now, if it is still its own."""
        with self._alone:
            if self._version is None:
                return
            try:
                self._write(self._version)
            except object_store.Exists:
                # An answer that was lost: the store had taken it. Or somebody else has it.
                if not self._is_own(self._held()):
                    self._version, self._until = None, 0

    def check(self) -> None:
        """Raise `LockedError` if the lease has expired, or is another one's by now."""
        with self._alone:
            if time.time() >= self._until or not self._is_own(self._held()):
                raise LockedError("the lease of this run expired before it ended")

    def release(self) -> None:
        """Remove the lease; if that fails, it expires."""
        with self._alone, suppress(OSError, UserError):
            if self._version is not None and time.time() < self._until:
                object_store.remove(self._file.bucket, self._file.key)
            self._version = None

    def _write(self, replaced: UpdateVersion | None) -> None:
        until = int(time.time()) + LEASE_SECONDS
        content = json.dumps(
            {"owner": self._owner, "token": self._token, "until": until, "nonce": uuid.uuid4().hex}
        ).encode()
        bucket, key = self._file.bucket, self._file.key
        if replaced is None:
            self._version = object_store.create(bucket, key, content)
        else:
            self._version = object_store.replace(bucket, key, content, replaced)
        self._until = until

    def _check_conditions(self) -> None:
        """Refuse a store that would have given the lease to a second process as well.

        Raises
        ------
        UserError
            If it does not look at conditions.
        """
        try:
            object_store.create(self._file.bucket, self._file.key, b"{}")
        except object_store.Exists:
            return
        object_store.remove(self._file.bucket, self._file.key)
        raise UserError(
            f"The object store of {self._file.bucket} takes no conditional writes (If-None-Match), "
            "so two runs at once could not be told apart: use one that does, or a folder."
        )

    def _is_own(self, held: _Held) -> bool:
        if held.token != self._token:
            return False
        self._version, self._until = held.version, held.until
        return True

    def _held(self) -> _Held:
        try:
            content, version = object_store.read_tagged(self._file.bucket, self._file.key)
        except FileNotFoundError:
            # Released in this moment; whoever asks again gets it.
            return _Held(_UNKNOWN, "", int(time.time()), {})
        try:
            fields = json.loads(content)
            return _Held(fields["owner"], fields["token"], int(fields["until"]), version)
        except (ValueError, KeyError, TypeError):
            raise UserError(
                f"{self._file} is no lease of a run; remove it, if no other run is at work."
            ) from None

    def _locked_by(self, held: _Held) -> LockedError:
        expires = time.strftime("%H:%M:%S", time.gmtime(held.until + CLOCKS_DIFFER_SECONDS))
        return LockedError(
            f"{held.owner or _UNKNOWN}; if it was killed, its lease expires at {expires} UTC"
        )
