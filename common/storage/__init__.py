"""Storage of files: a folder of this machine, a Databricks volume, or an object store.

The path alone decides which. Everything that differs between them is behind `Storage`; code that
writes files calls `storage_of` and never looks at the path again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.storage.exclusive import exclusive
from common.storage.interface import Lock, LockedError, Storage, describe_process
from common.storage.local import LocalStorage
from common.storage.object_path import ObjectPath, place
from common.storage.volume import VolumeStorage, is_on_volume

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "Lock",
    "LockedError",
    "Storage",
    "describe_process",
    "exclusive",
    "place",
    "storage_of",
]


def storage_of(path: Path) -> Storage:
    """Return the kind of storage that a path is on; nothing need exist there yet.

    Raises
    ------
    common.errors.UserError
        If the path is under the root of volumes, but not inside a volume.
    """
    if isinstance(path, ObjectPath):
        # Loaded for those who need it.
        from common.storage.objects import ObjectStorage  # noqa: PLC0415

        return ObjectStorage()
    return VolumeStorage() if is_on_volume(path) else LocalStorage()
