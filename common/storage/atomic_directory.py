"""A folder that changes all at once or not at all."""

from __future__ import annotations

from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from common.errors import UserError
from common.storage import LockedError, storage_of
from common.storage.upload_markers import marker_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path


@contextmanager
def atomic_directory(
    directory: Path, own_names: Collection[str], *, commit_marker: str | None = None
) -> Iterator[Path]:
    """Offer an empty folder that replaces ``directory`` if the block succeeds.

    ``directory`` is unchanged while the block runs, and on a file system of this machine also if
    the block fails or is killed. A volume cannot exchange folders: there the ``commit_marker`` is
    removed before anything else changes and written last, so that a reader that looks for the
    marker sees the old folder, no folder or the new one, never a mixture.

    Parameters
    ----------
    directory
        The folder to replace; need not exist.
    own_names
        Names of the files that may be in it. A folder with any other file is not replaced. For a
        folder in it, ``folder/pattern`` says which files it may contain; without a pattern its
        content is not checked.
    commit_marker
        The file without which readers treat the folder as incomplete.

    Yields
    ------
    A temporary folder, to be filled.

    Raises
    ------
    UserError
        If the folder holds other files, or another run is writing it.
    """
    directory = directory.resolve()
    storage = storage_of(directory)
    _refuse_foreign_files(directory, {*own_names, *map(marker_name, own_names)})
    directory.parent.mkdir(parents=True, exist_ok=True)
    try:
        with (
            storage.lock(directory.parent / f".{directory.name}.lock", None) as lock,
            storage.replacement(directory, commit_marker) as unfinished,
        ):
            yield unfinished
            lock.check()
    except LockedError:
        raise UserError(
            f"Another run is writing {directory}; wait for it, or choose another folder with --out."
        ) from None


def _refuse_foreign_files(directory: Path, own_names: Collection[str]) -> None:
    if not directory.exists():
        return
    if not directory.is_dir():
        raise UserError(f"{directory} is a file; choose a folder with --out.")
    foreign = sorted(_foreign(directory, own_names))
    if foreign:
        raise UserError(
            f"{directory} holds files that are not part of a dataset (for example {foreign[0]}); "
            "choose an empty or new folder with --out."
        )


def _foreign(directory: Path, own_names: Collection[str]) -> Iterator[str]:
    for entry in directory.iterdir():
        if entry.name not in own_names:
            yield entry.name
            continue
        patterns = [name for name in own_names if name.startswith(f"{entry.name}/")]
        if patterns and entry.is_dir():
            for inner in entry.iterdir():
                name = f"{entry.name}/{inner.name}"
                if not any(fnmatchcase(name, pattern) for pattern in patterns):
                    yield name
