"""Files on a Databricks volume: a folder of Unity Catalog that Linux sees under ``/Volumes``.

It looks like a file system and is an object store. What is known about it, with sources:

* **No appending, no writing but from the first byte to the last** (so no ZIP, no Parquet writer
  that goes back), **no sparse files**: write on the local disk and copy. Databricks,
  https://docs.databricks.com/aws/en/volumes/volume-files
* **No hard links**: "Function not implemented (os error 38)" on runtimes 13.3 and 17.3.
  https://github.com/delta-io/delta-rs/issues/2540,
  https://github.com/developmentseed/obstore/issues/748
* **Rename cannot be relied on**: the same error of ``rename`` and ``renameat2``, reported in
  August 2026 (https://github.com/earth-mover/icechunk/issues/2341), while others have moved
  files there by the shell. Nothing is documented about renaming folders.
* **Locks cannot be relied on**: a file system in user space without them either refuses
  ``flock`` or locks on one machine only (https://github.com/huggingface/huggingface_hub/pull/2402,
  https://github.com/tox-dev/filelock/issues/77). Two tasks need not run on one machine.
* Nothing is documented about ``fsync``, ``chmod``, exclusive creation, and about when a file
  that is being written becomes visible. (``create_file`` of SQL uploads atomically; the mount
  does not say so.) A process that is killed has its files closed by Linux like any other, and
  nothing can tell the file system that the last part is missing.

So only these operations are used: make a folder, write a file from its first byte to its last,
read, list, stat, remove. Incomplete files are recognised by a marker
(`common.storage.upload_markers`), concurrent runs by leases (`common.storage.leases`).
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from common.errors import UserError
from common.storage.leases import leased
from common.storage.local import clear_staging
from common.storage.upload_markers import (
    UploadMarker,
    digest,
    marked_name,
    marker_bytes,
    marker_name,
    marker_of_file,
    marker_of_text,
    parse_marker,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

    from common.storage.interface import Lock

_CHUNK = 1 << 20
_CATALOG_SCHEMA_VOLUME = 3


def volumes_root() -> Path | None:
    """Return the folder under which volumes are: ``CASPERS_VOLUMES``, or ``/Volumes`` on Linux.

    On a Mac ``/Volumes`` holds disks, which are file systems like any other.
    """
    named = os.environ.get("CASPERS_VOLUMES")
    if named:
        return Path(named).resolve()
    return Path("/Volumes") if sys.platform == "linux" else None


def is_on_volume(path: Path) -> bool:
    """Say whether a path is inside a volume.

    Raises
    ------
    UserError
        If the path is under the root of volumes, but not inside a volume.
    """
    root = volumes_root()
    path = path.absolute()
    if root is None or (path != root and root not in path.parents):
        return False
    if len(path.relative_to(root).parts) < _CATALOG_SCHEMA_VOLUME:
        raise UserError(
            f"{path} is not inside a volume; choose a folder under "
            f"{root}/<catalog>/<schema>/<volume>."
        )
    return True


class VolumeStorage:
    """A volume: every file is written on the local disk and copied there in one sequence."""

    # Opening a file is a request to the object store.
    opens_cheaply = False

    @contextmanager
    def lock(self, lock_file: Path, owner: str | None) -> Iterator[Lock]:
        """Have the only lease; that of a killed run expires."""
        is_on_volume(lock_file.parent)
        with leased(lock_file.with_name(f"{lock_file.name}.leases"), owner, _write) as lease:
            yield lease

    @contextmanager
    def staging_dir(self, staging: Path) -> Iterator[Path]:  # noqa: ARG002  # as in `Storage`
        """Offer a folder of the local disk."""
        with _local_folder() as folder:
            yield folder

    def clear_staging(self, staging: Path) -> None:
        """Remove what a run left that saw the volume as a folder."""
        clear_staging(staging)

    def publish(self, finished: Path, final: Path) -> None:
        """Copy a file to its final name; until it is complete, its marker is beside it."""
        self._upload(final, marker_of_file(finished), finished)

    @contextmanager
    def atomic_file(self, final: Path) -> Iterator[Path]:
        """Offer a file of the local disk."""
        with _local_folder() as folder:
            finished = folder / final.name
            yield finished
            self.publish(finished, final)

    def write_text(self, final: Path, text: str) -> None:
        """Replace a small file; until it is complete, its marker has the content."""
        self._upload(final, marker_of_text(text), None)

    def read_bytes(self, final: Path) -> bytes:
        """Return the content of the marker where there is one, else that of the file."""
        marker = _marker_beside(final)
        if marker is not None and marker.text is not None:
            return marker.text.encode()
        return final.read_bytes()

    def remove(self, final: Path) -> None:
        """Remove the file, then its marker: in between no reader sees it."""
        final.unlink(missing_ok=True)
        final.with_name(marker_name(final.name)).unlink(missing_ok=True)

    def unfinished(self, folder: Path) -> frozenset[str]:
        """Return the names of files with a marker beside them."""
        return frozenset(name for _, name in _markers(folder))

    def recover(self, folder: Path) -> None:
        """Keep complete files, write texts again, remove incomplete files."""
        for marker_file, name in _markers(folder):
            final = folder / name
            marker = parse_marker(marker_file.read_bytes())
            if marker is not None:
                if marker.text is not None:
                    _write(final, marker.text.encode())
                elif not _is(final, marker):
                    final.unlink(missing_ok=True)
            marker_file.unlink()

    def flush_names(self, folder: Path) -> None:
        """Do nothing: an object is either removed or not."""

    def let_read(self, connection: DuckDBPyConnection) -> None:
        """Do nothing: DuckDB reads the mount by itself."""

    @contextmanager
    def replacement(self, directory: Path, commit_marker: str | None) -> Iterator[Path]:
        """Offer a folder of the local disk; an identical folder is not written again."""
        with _local_folder() as folder:
            yield folder
            if not self._same(folder, directory):
                self._replace(folder, directory, commit_marker)

    def _upload(self, final: Path, marker: UploadMarker, source: Path | None) -> None:
        marker_file = final.with_name(marker_name(final.name))
        _write(marker_file, marker_bytes(marker))
        _write(final, source if source is not None else (marker.text or "").encode())
        marker_file.unlink()

    def _same(self, folder: Path, directory: Path) -> bool:
        if not directory.is_dir():
            return False
        here, there = _files(folder), _files(directory)
        return here == there and all(
            (folder / name).stat().st_size == (directory / name).stat().st_size
            and digest(folder / name) == digest(directory / name)
            for name in here
        )

    def _replace(self, folder: Path, directory: Path, commit_marker: str | None) -> None:
        directory.mkdir(exist_ok=True)
        old, new = _files(directory), _files(folder)
        # From here on the folder is incomplete, so its commit marker goes first.
        for name in sorted(old, key=lambda name: name != commit_marker):
            if name == commit_marker or name not in new:
                (directory / name).unlink()
        for name in sorted(new, key=lambda name: name == commit_marker):
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            self.publish(folder / name, directory / name)


@contextmanager
def _local_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="caspers-") as folder:
        yield Path(folder)


def _write(final: Path, content: bytes | Path) -> None:
    """Write a file from its first byte to its last, and check that all of it has arrived.

    Raises
    ------
    OSError
        If it has not.
    """
    with final.open("wb") as target:
        if isinstance(content, bytes):
            target.write(content)
            size = len(content)
        else:
            with content.open("rb") as source:
                shutil.copyfileobj(source, target, _CHUNK)
            size = content.stat().st_size
    arrived = final.stat().st_size
    if arrived != size:
        raise OSError(errno.EIO, f"only {arrived:,} of {size:,} bytes arrived", str(final))


def _files(directory: Path) -> list[str]:
    """Return the names of the files in and under a folder, sorted."""
    return sorted(
        str(Path(folder, name).relative_to(directory))
        for folder, _, names in os.walk(directory)
        for name in names
    )


def _markers(folder: Path) -> list[tuple[Path, str]]:
    """Return the markers in a folder, each with the name of the file that it belongs to."""
    if not folder.is_dir():
        return []
    named = ((file, marked_name(file.name)) for file in folder.iterdir())
    return sorted((file, name) for file, name in named if name is not None)


def _marker_beside(final: Path) -> UploadMarker | None:
    try:
        return parse_marker(final.with_name(marker_name(final.name)).read_bytes())
    except FileNotFoundError:
        return None


def _is(final: Path, marker: UploadMarker) -> bool:
    return final.is_file() and digest(final) == marker.sha256
