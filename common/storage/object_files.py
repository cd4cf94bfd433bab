"""Objects as DuckDB reads them: it asks for the ranges that a query touches, and for no more.

DuckDB's own reader of object stores is an extension, which cannot be had everywhere; it reads from
any file system of fsspec as well. That of obstore moves one position of a file for all threads, and
one of its two readers gets the bytes of the other; and fsspec takes a failed request for a file
that does not exist, so that a landed file would be missing without a word. So it is this one, with
what DuckDB asks for.
"""

from __future__ import annotations

import posixpath
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from common.errors import UserError
from common.storage.object_path import SCHEMES, ObjectPath, place

if TYPE_CHECKING:
    from datetime import datetime

    from duckdb import DuckDBPyConnection

_MAGIC = re.compile(r"[*?\[]")
_ESCAPED = re.compile(r"\[([*?\[])\]")


def read_objects_with(connection: DuckDBPyConnection) -> None:
    """Let a connection of DuckDB read ``s3://``, ``gs://`` and ``az://``.

    Raises
    ------
    UserError
        If fsspec is not installed.
    """
    if not connection.filesystem_is_registered(SCHEMES[0]):
        connection.register_filesystem(_file_system())
        # To keep them, DuckDB would read blocks of two megabytes; here nothing is read twice.
        connection.execute("SET enable_external_file_cache = false")


def _file_system() -> Any:  # noqa: ANN401  # a class that is made when it is needed
    try:
        from fsspec import AbstractFileSystem  # noqa: PLC0415
    except ModuleNotFoundError:
        raise UserError(
            "fsspec is required for s3://, gs:// and az:// but not installed; run "
            "`pip install 'caspers-kitchens[objects]'`."
        ) from None

    class ObjectFiles(AbstractFileSystem):  # type: ignore[misc]
        """Listing and reading; nothing is ever written here."""

        protocol = SCHEMES
        cachable = False

        @classmethod
        def _strip_protocol(cls, path: str) -> str:
            return path

        def info(self, path: str, **_: object) -> dict[str, Any]:
            return {"name": path, "size": _named(path).size, "type": "file"}

        def exists(self, path: str, **_: object) -> bool:
            return _named(path).exists()

        def glob(self, path: str, **_: object) -> list[str]:
            return matching(path)

        def open(self, path: str, mode: str = "rb", **_: object) -> Any:  # noqa: ANN401
            return _named(path).open(mode, buffering=0)

        def modified(self, path: str) -> datetime:
            return _named(path).modified

    return ObjectFiles()


def matching(pattern: str) -> list[str]:
    """Return the addresses of the objects that a pattern means, sorted.

    Only the last part of it can be one: landings are folders without folders. A pattern in brackets
    around one character is that character (`common.canonical_dataset.literal_path`).
    """
    folder, name = posixpath.split(pattern)
    literal = _ESCAPED.sub(r"\1", name)
    if not _MAGIC.search(_ESCAPED.sub("", name)):
        return [f"{_unescaped(folder)}/{literal}"]
    inside = _named(_unescaped(folder))
    return [str(path) for path in inside.objects() if fnmatchcase(path.name, name)]


def _unescaped(path: str) -> str:
    return _ESCAPED.sub(r"\1", path)


def _named(address: str) -> ObjectPath:
    path = place(address)
    assert isinstance(path, ObjectPath)  # noqa: S101  # DuckDB asks by protocol
    return path
