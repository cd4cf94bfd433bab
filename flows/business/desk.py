"""The desk beside the business: a process of its own, which ends with this one."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flows.business.companions import companion

if TYPE_CHECKING:
    from collections.abc import Iterator

MANAGERS_VARIABLE = "CASPERS_MANAGERS"
"""``1`` for simulated managers at the desk."""

_MODULE = "apps.desk"
_SECONDS_TO_END = 5.0


@contextmanager
def started_desk() -> Iterator[None]:
    """Have the desk served; it says itself where, or why not. Windows never wait for it."""
    managers = ["--managers"] if os.environ.get(MANAGERS_VARIABLE) == "1" else []
    with companion([_MODULE, *managers], _SECONDS_TO_END):
        yield
