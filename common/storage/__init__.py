"""Storage of files: a folder of this machine, or a Databricks volume.

The path alone decides which. Everything that differs between the two is behind `Storage`; code that
writes files calls `storage_of` and never looks at the path again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.storage.exclusive import exclusive
from common.storage.interface import Lock, LockedError, Storage, describe_process
from common.storage.local import LocalStorage
from common.storage.volume import VolumeStorage, is_on_volume

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Lock", "LockedError", "Storage", "describe_process", "exclusive", "storage_of"]


def storage_of(path: Path) -> Storage:
    """Return the kind of storage that a path is on; nothing need exist there yet.

    Raises
    ------
    common.errors.UserError
        If the path is under the root of volumes, but not inside a volume.
    """
    return VolumeStorage() if is_on_volume(path) else LocalStorage()
