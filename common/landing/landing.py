"""The folder of landed windows: the only state that says how far the replay has come.

::

    <landing>/window-<first>-<last>.jsonl    one file per window, positions in its name
    <landing>/_replay/settings.json          what was fixed at the first run
    <landing>/_replay/lock                   locked while a replay works
    <landing>/_replay/staging/               unfinished windows; removed by the next run

On a Databricks volume there is no lock and no staging folder but::

    <landing>/_window-….jsonl.upload         while that window is uploaded: it has not landed yet
    <landing>/_replay/lock.leases/           leases of running replays; an abandoned one expires

In an object store there are only the windows, the settings and ``_replay/lock``, a lease.

Readers take ``*.jsonl`` and skip names that begin with an underscore. Other ``*.jsonl`` files in
the folder belong to somebody else and are left alone.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING

from common.errors import UserError
from common.landed_files import (
    LATEST_POSITION,
    REPLAY_FOLDER,
    WINDOW_NAME_FORM,
    WINDOW_PREFIX,
    is_landed_file,
    parse_window_file_name,
    window_file_name,
)
from common.landing.window import NOTHING_LANDED, Window
from common.storage import exclusive, storage_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from common.storage import Lock


class Landing:
    """A folder of landed windows, and the storage that it is on.

    Attributes
    ----------
    folder
        Where windows become visible.
    state_folder
        Where the replay keeps what readers must not see.
    staging_folder
        Where windows are written before they become visible.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state_folder = folder / REPLAY_FOLDER
        self.staging_folder = self.state_folder / "staging"
        self._storage = storage_of(folder)

    def __str__(self) -> str:
        """Return the path of the folder, for messages."""
        return str(self.folder)

    def file_of(self, window: Window) -> Path:
        """Return the file of a window, landed or not."""
        return self.folder / window_file_name(window.first, window.last)

    @property
    def has_replay(self) -> bool:
        """Whether a replay has ever written here."""
        return self.state_folder.exists() or bool(self.window_files())

    @contextmanager
    def lock(self) -> Iterator[Lock]:
        """Be the only replay of this landing, make its folders, and clear what a kill left.

        Raises
        ------
        BusyError
            If another replay has the lock; the message says which.
        """
        another = f"Another replay is at work on {self}"
        lock_file = self.state_folder / "lock"
        with exclusive(self._storage, lock_file, another, "nothing was written") as lock:
            self.recover()
            yield lock

    def recover(self) -> None:
        """Remove or complete what a killed run has left. Only while the landing is locked."""
        self._storage.clear_staging(self.staging_folder)
        for folder in (self.state_folder, self.folder):
            self._storage.recover(folder)

    def windows(self) -> list[Window]:
        """Return the windows that have landed, in order, from the names of their files.

        Raises
        ------
        UserError
            If a name looks like a window's and is none, a window was cut short, or the windows
            leave a gap or overlap.
        """
        if not self.folder.is_dir():
            return []
        unfinished = self._storage.unfinished(self.folder)
        windows: list[Window] = []
        for path in self.folder.iterdir():
            if path.name.startswith(WINDOW_PREFIX) and path.name not in unfinished:
                windows.append(self._parse(path.name))
                if self._storage.opens_cheaply:
                    _check_complete(path)
        windows.sort()
        self._check_continuous(windows)
        if windows and not self._storage.opens_cheaply:
            _check_complete(self.file_of(windows[-1]))
        return windows

    def window_files(self) -> list[Path]:
        """Return every file with the name of a window, in landing order, whatever is in it."""
        if not self.folder.is_dir():
            return []
        return sorted(path for path in self.folder.iterdir() if parse_window_file_name(path.name))

    def window_of(self, file: Path) -> Window:
        """Return the window that a landed file has.

        Raises
        ------
        UserError
            If its name is not that of a window.
        """
        return self._parse(file.name)

    def unseen_files(self) -> list[str]:
        """Return the names of files that the models should read, and that DuckDB cannot see.

        To its patterns a backslash is a separator of folders. A volume takes no such name.
        """
        if not self.folder.is_dir() or not self._storage.opens_cheaply:
            return []
        with os.scandir(self.folder) as entries:
            names = [entry.name for entry in entries if "\\" in entry.name]
        return sorted(name for name in names if is_landed_file(name))

    @contextmanager
    def staged(self, window: Window) -> Iterator[Path]:
        """Offer a path to write a window to, in an empty folder; no reader sees it.

        Raises
        ------
        UserError
            If no file name can carry its positions.
        """
        if window.last > LATEST_POSITION:
            raise UserError(
                "Virtual time has run beyond 31,000 years: start again with "
                "`python -m flows.replay reset`, with a lower speed."
            )
        with self._storage.staging_dir(self.staging_folder) as staging:
            yield staging / (self.file_of(window).name + ".partial")

    def publish(self, staged: Path, window: Window) -> Path:
        """Make a finished window visible in one step and return its file."""
        final = self.file_of(window)
        self._storage.publish(staged, final)
        return final

    def state_file(self, name: str) -> Path:
        """Return a file of the replay's own state."""
        return self.state_folder / name

    def read_state(self, name: str) -> bytes:
        """Return the content of a file of the replay's own state.

        Raises
        ------
        OSError
            If it is missing or cannot be read.
        """
        return self._storage.read_bytes(self.state_file(name))

    def write_state(self, name: str, text: str) -> None:
        """Replace a file of the replay's own state, all at once."""
        self._storage.write_text(self.state_file(name), text)

    def remove_state(self, name: str) -> None:
        """Remove a file of the replay's own state, for good."""
        self._storage.remove(self.state_file(name))
        self._storage.flush_names(self.state_folder)

    def remove_windows(self) -> int:
        """Remove the landed windows, newest first, and return how many there were.

        If this is killed, what is left is a shorter history without a gap.
        """
        files = self.window_files()
        for file in reversed(files):
            self._storage.remove(file)
        if files:
            self._storage.flush_names(self.folder)
        return len(files)

    def _parse(self, name: str) -> Window:
        positions = parse_window_file_name(name)
        if positions is None or positions.last < positions.first:
            raise UserError(
                f"{self.folder / name} looks like a landed window, but its name is not one "
                f"({WINDOW_NAME_FORM}): rename it or move it away."
            )
        return Window(*positions)

    def _check_continuous(self, windows: Sequence[Window]) -> None:
        if windows and windows[0].first != 0:
            raise UserError(
                f"{self.file_of(windows[0])} is the oldest landed window, but the beginning "
                "of the replay is missing before it: put the missing windows back, or start again "
                "with `python -m flows.replay reset`."
            )
        for earlier, later in pairwise(windows):
            if later.first == earlier.last + 1:
                continue
            fault = "A gap lies between" if later.first > earlier.last else "There is an overlap of"
            raise UserError(
                f"{fault} the landed windows {self.file_of(earlier)} and "
                f"{self.file_of(later).name}: put back what was there, or start again with "
                "`python -m flows.replay reset`."
            )


def watermark(windows: Sequence[Window]) -> int:
    """Return the last position that has landed, or `NOTHING_LANDED`."""
    return windows[-1].last if windows else NOTHING_LANDED


def _check_complete(path: Path) -> None:
    if not path.is_file():
        raise UserError(f"{path} has the name of a landed window but is not a file: move it away.")
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        if size:
            file.seek(-1, os.SEEK_END)
        if size and file.read(1) == b"\n":
            return
    raise UserError(
        f"{path} was cut short ({'it is empty' if not size else 'its last line does not end'}): "
        "put back a whole copy; if it is the newest window, deleting it is enough, "
        "the next run lands it again."
    )
