"""Files in an object store: written on the local disk, and there as a whole by one request.

Because an object is visible when it is complete and not before, there is no staging folder, no
upload marker and nothing to recover. The lock is a lease (`common.storage.object_lease`).
"""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from common.errors import UserError
from common.storage import object_store
from common.storage.object_files import read_objects_with
from common.storage.object_lease import leased
from common.storage.object_path import ObjectPath

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

    from common.storage.interface import Lock

_CHUNK = 1 << 23


class ObjectStorage:
    """An object store: one request makes a file visible, and one makes a lease."""

    # Opening a file is a request.
    opens_cheaply = False

    @contextmanager
    def lock(self, lock_file: Path, owner: str | None) -> Iterator[Lock]:
        """Have the only lease; that of a killed run expires."""
        file = _object(lock_file)
        if not file.key:
            raise UserError(
                f"{file.parts[0]}//{file.name.removeprefix('.').removesuffix('.lock')} is a whole "
                "bucket; name a folder in it."
            )
        with leased(file, owner) as lease:
            yield lease

    @contextmanager
    def staging_dir(self, staging: Path) -> Iterator[Path]:  # noqa: ARG002  # as in `Storage`
        """Offer a folder of the local disk."""
        with _local_folder() as folder:
            yield folder

    def clear_staging(self, staging: Path) -> None:
        """Do nothing: there is no staging folder."""

    def publish(self, finished: Path, final: Path) -> None:
        """Write the file; it appears when its last byte has arrived."""
        file = _object(final)
        object_store.write(file.bucket, file.key, finished)

    @contextmanager
    def atomic_file(self, final: Path) -> Iterator[Path]:
        """Offer a file of the local disk."""
        with _local_folder() as folder:
            finished = folder / final.name
            yield finished
            self.publish(finished, final)

    def write_text(self, final: Path, text: str) -> None:
        """Write the object."""
        file = _object(final)
        object_store.write(file.bucket, file.key, text.encode())

    def read_bytes(self, final: Path) -> bytes:
        """Read the object."""
        return final.read_bytes()

    def remove(self, final: Path) -> None:
        """Remove the object."""
        final.unlink(missing_ok=True)

    def unfinished(self, folder: Path) -> frozenset[str]:  # noqa: ARG002  # as in `Storage`
        """Return nothing: an object that is there is complete."""
        return frozenset()

    def recover(self, folder: Path) -> None:
        """Do nothing: a request has either succeeded or not."""

    def flush_names(self, folder: Path) -> None:
        """Do nothing: an object is either removed or not."""

    def let_read(self, connection: DuckDBPyConnection) -> None:
        """Let DuckDB ask for the parts of objects that it reads."""
        read_objects_with(connection)

    @contextmanager
    def replacement(self, directory: Path, commit_marker: str | None) -> Iterator[Path]:
        """Offer a folder of the local disk; an identical folder is not written again."""
        with _local_folder() as folder:
            yield folder
            there = _object(directory)
            listed = object_store.under(there.bucket, there.key)
            old = {name: each.size for name, each in listed.items()}
            new = _sizes(folder)
            if old != new or not all(_is_same(folder / name, there / name) for name in new):
                _replace(folder, there, commit_marker, list(old), list(new))


def _replace(
    folder: Path, there: ObjectPath, commit_marker: str | None, old: list[str], new: list[str]
) -> None:
    """Write a folder so that its commit marker is missing while it is neither old nor new."""

    def commits(name: str) -> bool:
        # The events of a dataset are one file, or a folder of parts.
        return commit_marker is not None and name.split("/", maxsplit=1)[0] == commit_marker

    for name in sorted(old, key=lambda name: (not commits(name), name)):
        if commits(name) or name not in new:
            (there / name).unlink()
    for name in sorted(new, key=lambda name: (commits(name), name)):
        file = there / name
        object_store.write(file.bucket, file.key, folder / name)


def _object(path: Path) -> ObjectPath:
    assert isinstance(path, ObjectPath)  # noqa: S101  # `storage_of` has seen to that
    return path


@contextmanager
def _local_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="caspers-") as folder:
        yield Path(folder)


def _sizes(folder: Path) -> dict[str, int]:
    """Return the files in and under a folder by their name from there, with their bytes."""
    files = [Path(root, name) for root, _, names in os.walk(folder) for name in names]
    return {file.relative_to(folder).as_posix(): file.stat().st_size for file in files}


def _is_same(here: Path, there: ObjectPath) -> bool:
    with here.open("rb") as one, there.open("rb") as other:
        while piece := one.read(_CHUNK):
            if other.read(_CHUNK) != piece:
                return False
    return True
