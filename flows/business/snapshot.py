"""The state of the world at the end of a window, for the control room: what no table says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from common.dataset_files import DESCRIPTION_FILE
from common.errors import UserError
from common.landing.window import emitted_time
from common.paths import canonical_directory, seeds_directory
from common.snapshots import SNAPSHOT_FILES, snapshot_directory, snapshot_file_name
from common.storage.local import LocalStorage
from common.system_errors import to_user_error

if TYPE_CHECKING:
    from pathlib import Path

    from flows.replay.commands import Report
    from generator.snapshot.snapshot import World

KEPT_SNAPSHOTS = 20
"""Windows whose state stays: the desk plays one that is built, and more may have landed since."""


class WorldSnapshots:
    """Writes the state of the world at the end of windows.

    The world is made from what the dataset says of itself, once for each dataset: kitchens and
    streets take a second, a state of them a few hundredths.
    """

    def __init__(self) -> None:
        self._made: tuple[tuple[Path, Path, bytes], World | None] | None = None

    def write(self, report: Report) -> str | None:
        """Write the state at the end of a window that landed.

        Returns
        -------
        Why there is none of this dataset, as a sentence, when that is found out; else ``None``.

        Raises
        ------
        UserError
            If the file cannot be written.
        """
        # What a live generator lands is of no dataset, and more has landed when it is built.
        if report.window is None or report.settings.profile.is_live:
            return None
        world, reason = self._world()
        if world is None:
            return reason
        settings, position = report.settings, report.window.last
        zero = emitted_time(0, settings.profile.epoch, settings.shift_days)
        snapshot = world.at(position, zero)
        content = {
            "version": 1,
            "dataset": settings.profile.identity,
            "position": position,
            "at": snapshot.at,
        } | {name: table.to_pylist() for name, table in snapshot.tables.items()}
        folder = snapshot_directory()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            LocalStorage().write_text(
                folder / snapshot_file_name(position),
                json.dumps(content, default=lambda value: value.isoformat()) + "\n",
            )
            _prune(folder)
        except OSError as error:
            raise to_user_error(error, "write the state of the world into") from error
        return None

    def _world(self) -> tuple[World | None, str | None]:
        """Return the world of the dataset, or why there is none, which is said once."""
        canonical = canonical_directory()
        try:
            description = (canonical / DESCRIPTION_FILE).read_bytes()
        except OSError:
            description = b""
        key = (canonical, seeds_directory(), description)
        if self._made is not None and self._made[0] == key:
            return self._made[1], None
        # Loaded here: it imports SciPy.
        from generator.snapshot.of_dataset import world_of_dataset  # noqa: PLC0415

        try:
            world = world_of_dataset(canonical)
        except UserError as error:
            self._made = key, None
            return None, f"note: the control room shows what the tables say and no more: {error}"
        self._made = key, world
        return world, None


def remove_snapshots(folder: Path) -> None:
    """Remove the states of the world; what others have put beside them stays."""
    for file in _files(folder):
        file.unlink(missing_ok=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def has_snapshots(folder: Path) -> bool:
    """Whether there is anything that `remove_snapshots` would remove."""
    return bool(_files(folder))


def _files(folder: Path) -> list[Path]:
    return [*folder.glob(SNAPSHOT_FILES), *folder.glob(f"{SNAPSHOT_FILES}.partial")]


def _prune(folder: Path) -> None:
    # By when they were written: after a reset virtual time begins again.
    files = sorted(folder.glob(SNAPSHOT_FILES), key=lambda file: (file.stat().st_mtime, file.name))
    for file in files[:-KEPT_SNAPSHOTS]:
        file.unlink(missing_ok=True)
