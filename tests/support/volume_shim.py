"""A folder that refuses what a Databricks volume refuses; only Python's own file calls can see it.

`mounted` takes a path at which the machine has nothing at all and answers Python's calls on it from
a folder elsewhere. Code that does not use Python's file calls (Parquet writers, DuckDB, any
other C++) finds no such path and fails: so a run that succeeds has passed them local paths only.

What Databricks documents as refused, what was reported to fail, and what is undocumented, is
refused (see `common.storage.volume`): appending, reading and writing at once, seeking in what
is written, creating exclusively, renaming, linking, truncating, changing modes or times, locks.
What is written is visible at once, even in part, which is the worst that a volume may do.
"""

# ruff: noqa: ANN401  # replaces functions that take anything

from __future__ import annotations

import builtins
import errno
import io
import os
import signal
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_REFUSED = (
    *("chmod", "chown", "lchown", "link", "mkfifo", "mknod", "pwrite", "rename", "renames"),
    *("replace", "setxattr", "symlink", "truncate", "utime"),
)
_READING = ("access", "listdir", "lstat", "readlink", "scandir", "stat")
_CHANGING = ("mkdir", "remove", "rmdir", "unlink")
_WRITING_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC


class Volume:
    """The root of the volumes as Python sees it, and what was done there."""

    def __init__(self, root: Path, backing: Path) -> None:
        self.root = root
        self.backing = backing
        self.calls: list[str] = []
        self.kill_at: int | None = None

    def holds(self, path: object) -> bool:
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        text = os.fsdecode(path)
        return text == str(self.root) or text.startswith(f"{self.root}{os.sep}")

    def behind(self, path: Any) -> str:
        return str(self.backing) + os.fsdecode(path).removeprefix(str(self.root))

    def changes(self, what: str, path: object) -> None:
        """Record a call that changes something; be killed before it, if it is the one to die at."""
        self.calls.append(f"{what} {os.fsdecode(path).removeprefix(str(self.root))}")  # type: ignore[arg-type]
        if self.about_to_die():
            os.kill(os.getpid(), signal.SIGKILL)

    def about_to_die(self) -> bool:
        return self.kill_at is not None and len(self.calls) >= self.kill_at


def behind(volume: Volume, path: Path) -> Path:
    """Return the file of this machine behind a path of the volume."""
    return Path(volume.behind(path))


def content(landing: Path) -> dict[str, bytes]:
    """Return all files of a landing but its lock, by name."""
    return {
        str(path.relative_to(landing)): path.read_bytes()
        for path in landing.rglob("*")
        if path.is_file() and path.name not in {"lock", "lock.owner"}
    }


def refuse(what: str, path: object) -> OSError:
    return OSError(errno.ENOSYS, f"{os.strerror(errno.ENOSYS)}: {what}", os.fsdecode(path))  # type: ignore[arg-type]


class Sequential(io.FileIO):
    """A file that can only be written, from its first byte to its last."""

    def __init__(self, volume: Volume, path: Any) -> None:
        volume.changes("create", path)
        super().__init__(volume.behind(path), "w")
        self._volume, self.path = volume, Path(path)

    def write(self, data: Any) -> int:
        self._volume.calls.append(f"write {os.fsdecode(self.path)}")
        if self._volume.about_to_die():
            super().write(bytes(data)[: len(data) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return super().write(data)

    def seek(self, *_: object) -> int:
        raise refuse("seek", self.path)

    def truncate(self, *_: object) -> int:
        raise refuse("truncate", self.path)

    def fileno(self) -> int:
        raise refuse("use the descriptor of", self.path)

    def close(self) -> None:
        if not self.closed:
            self._volume.changes("close", self.path)
        super().close()


@contextmanager
def mounted(root: Path, backing: Path) -> Iterator[Volume]:
    """Let Python see the volumes of ``backing`` at ``root``, where there is nothing.

    Parameters
    ----------
    root
        A path that must not exist.
    backing
        A folder with ``<catalog>/<schema>/<volume>`` in it.
    """
    assert not root.exists()
    volume = Volume(root, backing)
    with mock.patch.dict(os.environ, {"CASPERS_VOLUMES": str(root)}):
        patches = [
            *(mock.patch.object(os, name, _refusing(volume, name)) for name in _REFUSED),
            *(mock.patch.object(os, name, _reading(volume, name)) for name in _READING),
            *(mock.patch.object(os, name, _changing(volume, name)) for name in _CHANGING),
            mock.patch.object(os, "open", _os_open(volume)),
            mock.patch.object(io, "open", _open(volume)),
            mock.patch.object(builtins, "open", _open(volume)),
        ]
        try:
            for patch in patches:
                patch.start()
            yield volume
        finally:
            for patch in reversed(patches):
                patch.stop()
    assert not root.exists()


def _refusing(volume: Volume, name: str) -> Callable[..., Any]:
    real = getattr(os, name)

    def call(*arguments: Any, **named: Any) -> Any:
        for argument in arguments[:2]:
            if volume.holds(argument):
                raise refuse(name, argument)
        return real(*arguments, **named)

    return call


def _reading(volume: Volume, name: str) -> Callable[..., Any]:
    real = getattr(os, name)

    def call(path: Any = ".", *arguments: Any, **named: Any) -> Any:
        return real(volume.behind(path) if volume.holds(path) else path, *arguments, **named)

    return call


def _changing(volume: Volume, name: str) -> Callable[..., Any]:
    real = getattr(os, name)

    def call(path: Any, *arguments: Any, **named: Any) -> Any:
        if not volume.holds(path):
            return real(path, *arguments, **named)
        volume.changes(name, path)
        return real(volume.behind(path), *arguments, **named)

    return call


def _os_open(volume: Volume) -> Callable[..., int]:
    real = os.open

    def call(path: Any, flags: int, *arguments: Any, **named: Any) -> int:
        if not volume.holds(path):
            return real(path, flags, *arguments, **named)
        if flags & _WRITING_FLAGS:
            raise refuse("open for writing by descriptor", path)
        return real(volume.behind(path), flags, *arguments, **named)

    return call


def _open(volume: Volume) -> Callable[..., Any]:
    real = io.open

    def call(file: Any, mode: str = "r", *arguments: Any, **named: Any) -> Any:
        if not volume.holds(file):
            return real(file, mode, *arguments, **named)
        if set(mode) <= {"r", "b", "t"}:
            return real(volume.behind(file), mode, *arguments, **named)
        if mode != "wb":
            raise refuse(f"open as {mode!r}", file)
        return io.BufferedWriter(Sequential(volume, file))

    return call
