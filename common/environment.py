"""Numbers that a person sets in the environment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

from common.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def read_variable(name: str, read: Callable[[str], T], what: str) -> T | None:
    """Return the value of a variable of the environment, ``None`` where it is not set.

    Parameters
    ----------
    name
        Name of the variable.
    read
        Reads its text; raises `ValueError` where it cannot.
    what
        What it should be, for the message.

    Raises
    ------
    UserError
        If it is something else.
    """
    text = os.environ.get(name, "").strip()
    if not text:
        return None
    try:
        return read(text)
    except ValueError:
        raise UserError(f"{name}={text!r} in the environment is not {what}.") from None
