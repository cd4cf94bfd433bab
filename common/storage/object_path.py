"""Paths in an object store: ``s3://bucket/folder/file``, ``gs://…`` and ``az://…``.

An object store has no folders, only objects whose names contain slashes. An `ObjectPath` joins,
names and compares like any other path, so that code that only says where something is need not
know where that is. Of the calls that touch files it has those that an object store can keep (list,
read, remove); whoever writes goes through `common.storage.Storage`. Everything else refuses it,
because `os.fspath` does: nothing can take it for a file of this machine.
"""

from __future__ import annotations

import io
import re
from pathlib import Path, PosixPath
from typing import TYPE_CHECKING, Any

from common.errors import UserError
from common.storage import object_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

SCHEMES = ("s3", "gs", "az")
"""Amazon S3 and what speaks like it, Google Cloud Storage, Azure Blob Storage."""

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_TEXT_MODES = ("r", "rt")
_BUFFER = 1 << 20


def place(text: str) -> Path:
    """Return the path that a person wrote: of this machine, or in an object store.

    Raises
    ------
    UserError
        If it is the address of something else.
    """
    url = _URL.fullmatch(text)
    if url is None:
        return Path(text)
    scheme, rest = url[1], url[2]
    if scheme not in SCHEMES:
        raise UserError(
            f"{text} is neither a path nor in an object store that is known here: write a path, "
            "or s3://bucket/folder, gs://bucket/folder or az://container/folder."
        )
    bucket, *folders = rest.rstrip("/").split("/")
    if not bucket or any(folder in {"", ".", ".."} for folder in folders):
        raise UserError(
            f"{text} names no folder in an object store: write {scheme}://bucket/folder, without "
            "empty parts and without dots in the place of one."
        )
    return ObjectPath("/".join([f"{scheme}:", bucket, *folders]))


def is_remote(text: str) -> bool:
    """Say whether a place as a person wrote it is an address and not a path."""
    return _URL.fullmatch(text) is not None


class ObjectPath(PosixPath):
    """A path in an object store; see the module."""

    def __str__(self) -> str:
        """Return the address, with both of its slashes."""
        scheme, _, rest = super().__str__().partition(":/")
        return f"{scheme}://{rest}"

    def __fspath__(self) -> str:
        """Refuse to be a path of this machine."""
        raise TypeError(f"{self} is in an object store and no file of this machine")

    @property
    def bucket(self) -> str:
        """The address of its bucket."""
        return f"{self.parts[0]}//{self.parts[1]}"

    @property
    def key(self) -> str:
        """Its name in the bucket; empty for the bucket itself."""
        return "/".join(self.parts[2:])

    @property
    def size(self) -> int:
        """How many bytes the object has."""
        return object_store.size_and_time(self.bucket, self.key)[0]

    @property
    def modified(self) -> datetime:
        """When the object was written."""
        return object_store.size_and_time(self.bucket, self.key)[1]

    def resolve(self, strict: bool = False) -> ObjectPath:  # noqa: ARG002  # as in `Path`
        """Return itself: an address is absolute."""
        return self

    def absolute(self) -> ObjectPath:
        """Return itself."""
        return self

    def is_absolute(self) -> bool:
        """Say yes."""
        return True

    def exists(self, *, follow_symlinks: bool = True) -> bool:  # noqa: ARG002  # as in `Path`
        """Say whether it is an object, or the folder of one."""
        return self.is_file() or self.is_dir()

    def is_file(self, *, follow_symlinks: bool = True) -> bool:  # noqa: ARG002  # as in `Path`
        """Say whether there is an object of this name."""
        return bool(self.key) and object_store.exists(self.bucket, self.key)

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:  # noqa: ARG002  # as in `Path`
        """Say whether there is an object under this name."""
        return object_store.is_folder(self.bucket, self.key)

    def iterdir(self) -> Iterator[ObjectPath]:  # type: ignore[override]  # of its own kind
        """Return what is directly in this folder: objects, and folders of objects."""
        objects, folders = object_store.names(self.bucket, self.key)
        for name in sorted({*objects, *folders}):
            yield self / name

    def objects(self) -> Iterator[ObjectPath]:
        """Return the objects directly in this folder."""
        for name in object_store.names(self.bucket, self.key)[0]:
            yield self / name

    def open(
        self,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
    ) -> Any:  # noqa: ANN401  # text or bytes, by the mode
        """Open the object for reading, from any position; without a buffer each read is a request.

        Raises
        ------
        FileNotFoundError
            If there is none.
        """
        if mode not in {*_TEXT_MODES, "rb"}:
            raise io.UnsupportedOperation(f"{self} is written through common.storage only")
        reader = object_store.ObjectReader(self.bucket, self.key, str(self))
        if mode == "rb" and buffering == 0:
            return reader
        buffered = io.BufferedReader(reader, _BUFFER)
        if mode == "rb":
            return buffered
        return io.TextIOWrapper(buffered, encoding or "utf-8", errors, newline)

    def read_bytes(self) -> bytes:
        """Return the whole object, by one request."""
        return object_store.read(self.bucket, self.key, str(self))

    def unlink(self, missing_ok: bool = False) -> None:  # noqa: ARG002  # removing is idempotent
        """Remove the object."""
        object_store.remove(self.bucket, self.key)

    def mkdir(
        self,
        mode: int = 0o777,  # as in `Path`
        parents: bool = False,
        exist_ok: bool = False,
    ) -> None:
        """Do nothing: a folder is there as soon as something is in it."""
