"""The folders of published builds, and the link to the latest, which is all that readers know."""

from __future__ import annotations

import os
import shutil
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from common.errors import UserError
from common.storage.local import flush_folder
from flows.publication.inventory import INVENTORY, read_inventory

if TYPE_CHECKING:
    from flows.publication.inventory import Inventory

BUILDS = "publications"
KEPT_BUILDS = 3
KEPT_SECONDS = 3600.0

_DIGITS = 9


class Builds:
    """The published builds beside a link.

    Parameters
    ----------
    published
        The link.
    """

    def __init__(self, published: Path) -> None:
        self.published = published
        self.folder = published.with_name(BUILDS)

    def current(self) -> Inventory | None:
        """Return what the latest build holds; ``None`` where nothing whole is published."""
        return read_inventory(self.published)

    def path(self, build: int) -> Path:
        """Return the folder of a build."""
        return self.folder / f"{build:0{_DIGITS}}"

    def last_number(self) -> int:
        """Return the highest number that a folder has; 0 without any."""
        return max(self._numbers(), default=0)

    def prepare(self) -> None:
        """Make the folder of builds, and remove from it what a killed publication has left.

        Raises
        ------
        UserError
            If something else is where the link belongs.
        """
        if self.published.exists() and not self.published.is_symlink():
            raise UserError(
                f"{self.published} is not the link to the published tables that belongs there: "
                "move it away."
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        for build in self._numbers():
            folder = self.path(build)
            # What readers have in front of them stays until there is something better.
            if not (folder / INVENTORY).exists() and folder.resolve() != self.published.resolve():
                shutil.rmtree(folder)

    def show(self, build: int) -> None:
        """Let the link lead to a build, in one step."""
        aside = self._link_aside
        aside.unlink(missing_ok=True)
        aside.symlink_to(Path(BUILDS) / self.path(build).name, target_is_directory=True)
        os.replace(aside, self.published)  # noqa: PTH105  # the atomic step, under its own name
        flush_folder(self.published.parent)

    def remove_old(self, now: float | None = None) -> None:
        """Remove builds that nobody can be reading any more.

        A reader that opened a build while it was the latest has an hour to finish, and the latest
        three always stay.

        Parameters
        ----------
        now
            The moment that ages are counted to, in seconds since 1970.
        """
        now = time.time() if now is None else now
        builds = sorted(self._numbers())
        for build, successor in list(pairwise(builds))[: 1 - KEPT_BUILDS]:
            if now - (self.path(successor) / INVENTORY).stat().st_mtime > KEPT_SECONDS:
                # Without it the folder is what a killed publication leaves: if this is killed too,
                # the next one removes the rest.
                (self.path(build) / INVENTORY).unlink(missing_ok=True)
                shutil.rmtree(self.path(build))

    def exist(self) -> bool:
        """Whether anything was ever published here."""
        return self.published.is_symlink() or bool(self._numbers())

    def remove_all(self) -> None:
        """Remove link and builds; what others have put beside them stays."""
        if self.published.is_symlink():
            self.published.unlink()
        for build in self._numbers():
            shutil.rmtree(self.path(build))
        self._link_aside.unlink(missing_ok=True)
        if self.folder.is_dir() and not any(self.folder.iterdir()):
            self.folder.rmdir()

    @property
    def _link_aside(self) -> Path:
        return self.folder / ".link"

    def _numbers(self) -> list[int]:
        if not self.folder.is_dir():
            return []
        return [
            int(folder.name)
            for folder in self.folder.iterdir()
            if folder.name.isdecimal() and folder.is_dir()
        ]
