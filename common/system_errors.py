"""What to say when the operating system refuses to read or write: the problem and the remedy."""

from __future__ import annotations

import errno
import os

from common.errors import UserError

DATA_OPTION = "CASPERS_DATA or --landing"
"""How a person chooses another folder in the commands that work on the data folder."""

# By error number: the problem and its remedy. ``{option}`` chooses another folder.
_FREE_SPACE = "free some space or choose a folder on another disk with {option}"
_ALLOW_WRITING = "change the permissions or choose a folder with {option} that you may write to"
_MOVE_AWAY = "move it away or choose another folder with {option}"
_REMEDIES = {
    errno.ENOSPC: ("the disk is full", _FREE_SPACE),
    errno.EDQUOT: ("the disk quota is used up", _FREE_SPACE),
    errno.EFBIG: (
        "the file would be larger than the system allows",
        "raise the limit on file sizes or choose a folder on another disk with {option}",
    ),
    errno.EACCES: ("you have no permission", _ALLOW_WRITING),
    errno.EPERM: ("you have no permission", _ALLOW_WRITING),
    errno.EROFS: ("the file system is read-only", "choose another folder with {option}"),
    errno.ENOTDIR: ("a part of this path is a file, not a folder", _MOVE_AWAY),
    errno.EEXIST: ("a file or folder of this name already exists", _MOVE_AWAY),
}


def explain(error: OSError, option: str) -> str:
    """Return the problem and its remedy in one line, without the name of the file.

    Parameters
    ----------
    error
        What the system reported.
    option
        How the person who ran the command chooses another folder, for example ``--out``.
    """
    if error.errno in _REMEDIES:
        problem, remedy = _REMEDIES[error.errno]
        return f"{problem}: {remedy.format(option=option)}"
    problem = error.strerror or (os.strerror(error.errno) if error.errno else str(error))
    return " ".join(problem.split()) or type(error).__name__


def to_user_error(error: OSError, doing: str, option: str = DATA_OPTION) -> UserError:
    """Return the one line that says what could not be done, with which file, and what helps.

    Parameters
    ----------
    error
        What the system reported.
    doing
        What was attempted, to follow "Could not".
    option
        How the person who ran the command chooses another folder.
    """
    file = f" {error.filename}" if error.filename else ""
    return UserError(f"Could not {doing}{file}: {explain(error, option)}.")
