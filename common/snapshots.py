"""Where the loop leaves the state of the world for the control room, and what its files are called.

::

    <data>/snapshot/snapshot-<position>.json    the state at the end of a window; the newest few
"""

from __future__ import annotations

from pathlib import Path  # noqa: TC003

from common.paths import data_directory

SNAPSHOT_FILES = "snapshot-*.json"


def snapshot_directory() -> Path:
    """Return the folder in which windows leave the state of the world."""
    return data_directory() / "snapshot"


def snapshot_file_name(position: int) -> str:
    """Return the name of the state at a position of virtual time; names sort as positions do."""
    return f"snapshot-{position:018}.json"
