"""What a run of the business works with, beside its data: dbt, Postgres, and whoever watches."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from common.errors import UserError
from flows.build import Builder
from flows.business.postgres import BusinessPostgres
from flows.business.snapshot import WorldSnapshots
from flows.dbt.warm import warm_dbt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.business.display import PlainDisplay
    from flows.business.live_generator import LiveGeneratorProcess
    from flows.business.report import BusinessReport


class StoppedError(UserError):
    """Somebody has asked the business to stop, between two steps or while it waits."""

    def __init__(self) -> None:
        super().__init__("Stopped before the window was finished.")


@dataclass(frozen=True)
class Resources:
    """What a run works with.

    Attributes
    ----------
    builder
        Builds and tests the tables.
    display
        Shows what is done.
    postgres
        Mirrors what is published.
    report
        Writes the report; ``None`` where none is wanted.
    generator
        Makes what lands as it happens; ``None`` where a dataset is replayed.
    snapshots
        Writes the state of the world for the control room.
    stop
        Set when somebody wants the business to end after the running step.
    """

    builder: Builder
    display: PlainDisplay
    postgres: BusinessPostgres = field(default_factory=BusinessPostgres)
    report: BusinessReport | None = None
    generator: LiveGeneratorProcess | None = None
    snapshots: WorldSnapshots = field(default_factory=WorldSnapshots)
    stop: threading.Event = field(default_factory=threading.Event)

    def check_stop(self) -> None:
        """Raise `StoppedError` if the business is to end."""
        if self.stop.is_set():
            raise StoppedError


_CURRENT: ContextVar[Resources] = ContextVar("resources")


@contextmanager
def using(resources: Resources) -> Iterator[None]:
    """Let runs of this thread work with these."""
    token = _CURRENT.set(resources)
    try:
        yield
    finally:
        _CURRENT.reset(token)


@contextmanager
def current_resources(display: PlainDisplay) -> Iterator[Resources]:
    """Have the resources of this thread, or new ones for one run that somebody else started."""
    resources = _CURRENT.get(None)
    if resources is not None:
        yield resources
        return
    with warm_dbt() as dbt:
        own = Resources(Builder(dbt), display)
        with using(own):
            yield own


def resources() -> Resources:
    """Return the resources of this thread. Only inside of `using`."""
    return _CURRENT.get()
