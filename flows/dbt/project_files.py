"""Whether the files of the dbt project have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.paths import seeds_directory

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FileStates = tuple[tuple[str, int, int], ...]

# As dbt_project.yml names them, but for the seeds of the business.
_FOLDERS = ("models", "macros", "analyses", "tests/dbt", "common/reference")
_FILES = ("dbt_project.yml", "profiles.yml")


def states_of_project(project: Path) -> FileStates:
    """Return the path, size and time of change of every file that dbt parses."""
    folders = [*(project / folder for folder in _FOLDERS), seeds_directory()]
    return _states([*(project / file for file in _FILES), *_files_in(folders)])


def _files_in(folders: Iterable[Path]) -> list[Path]:
    return [file for folder in folders for file in folder.rglob("*")]


def _states(files: Iterable[Path]) -> FileStates:
    states = []
    for file in sorted(files):
        try:
            state = file.stat()
        except OSError:  # an editor replaces files at any time
            continue
        states.append((str(file), state.st_size, state.st_mtime_ns))
    return tuple(states)
