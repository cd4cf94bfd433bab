"""What a person is told when the system refuses to write."""

from __future__ import annotations

import errno

from common.errors import UserError

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


def to_user_error(error: OSError, doing: str) -> UserError:
    """Return the one line that says what could not be done, with which file, and what helps."""
    reason = error.strerror or str(error)
    remedy = _REMEDIES.get(error.errno or 0)
    where = f" {error.filename}" if error.filename else ""
    return UserError(f"Could not {doing}{where}: {remedy or reason}.")
