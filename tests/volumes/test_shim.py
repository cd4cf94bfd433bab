"""The shim refuses what volumes refuse, and C++ cannot write past it."""

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from filelock import FileLock

from tests.support.volume_shim import Volume


def seek_back(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b"one")
        file.seek(0)


def flush_by_descriptor(path: Path) -> None:
    with path.open("wb") as file:
        os.fsync(file.fileno())


def lock(path: Path) -> None:
    with FileLock(path.with_name("lock")):
        pass


def write_zip(path: Path) -> None:
    with path.open("wb") as file, zipfile.ZipFile(file, "w") as archive:
        archive.writestr("one", "1")
        file.seek(0)


@pytest.mark.parametrize(
    "call",
    [
        lambda path: path.open("ab"),
        lambda path: path.open("r+b"),
        lambda path: path.open("w+b"),
        lambda path: path.open("xb"),
        lambda path: os.open(path, os.O_WRONLY),
        lambda path: os.truncate(path, 1),
        lambda path: path.rename(path.with_name("other")),
        lambda path: path.replace(path.with_name("other")),
        lambda path: path.with_name("other").hardlink_to(path),
        lambda path: path.with_name("other").symlink_to(path),
        lambda path: path.chmod(0o600),
        lambda path: os.utime(path),  # noqa: PLW0108  # looked up late: the shim's
        seek_back,
        flush_by_descriptor,
        lock,
        write_zip,
    ],
)
def test_what_volumes_refuse_is_refused(events: Path, call: Callable[[Path], object]) -> None:
    with (events / "file").open("wb") as file:
        file.write(b"content")
    with pytest.raises((OSError, NotImplementedError), match=r"Function not implemented|flock"):
        call(events / "file")


def test_what_volumes_allow_is_allowed(events: Path, volume: Volume) -> None:
    (events / "folder").mkdir()
    for text in (b"first", b"second"):
        with (events / "folder" / "file").open("wb") as file:
            file.write(text)
    assert (events / "folder" / "file").read_bytes() == b"second"
    assert [entry.name for entry in os.scandir(events / "folder")] == ["file"]
    (events / "folder" / "file").unlink()
    (events / "folder").rmdir()
    assert list(events.iterdir()) == []
    assert len(volume.calls) >= 8


def test_writers_in_c_plus_plus_do_not_see_the_volume(events: Path) -> None:
    assert events.is_dir()
    table = pa.table({"number": [1]})
    with pytest.raises(FileNotFoundError):
        pq.write_table(table, str(events / "table.parquet"))
    with duckdb.connect() as connection, pytest.raises(duckdb.IOException):
        connection.execute(f"COPY (SELECT 1) TO '{events / 'table.json'}'")
    assert list(events.iterdir()) == []


def test_other_paths_are_unaffected(volume: Volume, tmp_path: Path) -> None:
    with (tmp_path / "file").open("a+b") as file:
        file.write(b"text")
        file.seek(0)
        assert file.read() == b"text"
    (tmp_path / "file").rename(tmp_path / "other")
    assert io.open(tmp_path / "other").read() == "text"  # noqa: SIM115, UP020  # as libraries do
    assert volume.calls == []
