"""Streets on which something happens to the worker that drives there; importable by workers."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path

    from generator.roads.routing import DeliveryRoutes


@dataclass(frozen=True)
class _Routes:
    routes: DeliveryRoutes

    def __getattr__(self, name: str) -> object:
        if name == "routes" or name.startswith("__"):  # while it is unpacked
            raise AttributeError(name)
        return getattr(self.routes, name)


@dataclass(frozen=True)
class DeadlyRoutes(_Routes):
    """The first worker that comes here is killed; ``flag`` then holds its process id."""

    flag: Path

    def route_json(self, address: int) -> str:
        try:
            with self.flag.open("x") as flag:
                flag.write(str(os.getpid()))
        except FileExistsError:
            return str(self.routes.route_json(address))
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


@dataclass(frozen=True)
class ClosedRoutes(_Routes):
    """Nobody comes through."""

    def route_json(self, address: int) -> str:
        raise UserError(f"The bridge to address {address} is up.")
