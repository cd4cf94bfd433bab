"""Every system call on a volume, of Python and of C++ alike, as Linux sees it.

The shim knows Python's files only and keeps C++ away; here nothing is between them. Needs `strace`.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.paths import PROJECT

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
]

READING = {
    *("access", "faccessat", "faccessat2", "fadvise64", "fstat", "getdents64", "ioctl", "lstat"),
    *("newfstatat", "pread64", "read", "readlink", "stat", "statx"),
}
CHANGING = {"close", "lseek", "mkdir", "openat", "rmdir", "unlink", "write"}
CREATED = re.compile(r"\bO_WRONLY\|O_CREAT\|O_TRUNC\|O_CLOEXEC, 0666\b")
CALL = re.compile(r"(\d+) +(\w+)\((.*)")
UNFINISHED = re.compile(r"(\d+) +(.*) <unfinished \.\.\.>")
RESUMED = re.compile(r"(\d+) +<\.\.\. \w+ resumed>(.*)")


def whole_lines(log: Path) -> Iterator[str]:
    """Join the two halves of calls that another thread's call interrupted."""
    begun: dict[str, str] = {}
    for line in log.read_text(errors="replace").splitlines():
        if found := UNFINISHED.fullmatch(line):
            begun[found[1]] = f"{found[1]} {found[2]}"
        elif found := RESUMED.fullmatch(line):
            yield begun.pop(found[1], f"{found[1]} lost(") + found[2]
        else:
            yield line


def refused(log: Path, volumes: Path) -> list[str]:
    """Return the calls on a volume that a volume may refuse."""
    bad = []
    written: set[str] = set()
    for line in whole_lines(log):
        found = CALL.match(line)
        if found is None or str(volumes) not in line or found[2] == "execve":
            continue
        name, rest = found[2], found[3]
        descriptor = rest.split("<", 1)[0]
        if name == "openat" and "O_RDONLY" not in rest:
            if not CREATED.search(rest):
                bad.append(line)
            written.add(rest.rpartition("= ")[2].split("<", 1)[0])
        elif name == "lseek" and descriptor in written:
            if not re.search(r">, 0, SEEK_CUR\)", rest):
                bad.append(line)
        elif name == "close":
            written.discard(descriptor)
        elif name not in READING | CHANGING:
            bad.append(line)
    return bad


def traced(log: Path, volumes: Path, *command: str) -> None:
    subprocess.run(
        ["strace", "-f", "-y", "-e", "trace=%file,%desc", "-o", log, sys.executable, *command],
        cwd=PROJECT,
        env={**os.environ, "CASPERS_VOLUMES": str(volumes)},
        check=True,
        capture_output=True,
    )


def test_no_call_is_one_that_volumes_refuse(tmp_path: Path) -> None:
    volumes = tmp_path / "Volumes"
    events, misc = (volumes / "caspersdev" / "simulator" / name for name in ("events", "misc"))
    for volume in (events, misc):
        volume.mkdir(parents=True)
    out = str(misc / "canonical")
    replay = ("-m", "flows.replay", "run", "--canonical", out, "--landing", str(events), "--now")
    commands = [
        ("-m", "generator", "canonical", "--days", "1", "--locations", "sv", "--out", out),
        (*replay, "2026-11-21T10:30", "--start-day", "0"),
        (*replay, "2026-11-21T12:30"),
        ("-m", "flows.replay", "pause", *replay[3:], "2026-11-21T12:40"),
        ("-m", "generator", "canonical", "--days", "2", "--locations", "sv", "--out", out),
        ("-m", "flows.replay", "reset", "--yes", *replay[3:7]),
    ]
    for number, command in enumerate(commands):
        log = tmp_path / f"{number}.log"
        traced(log, volumes, *command)
        assert refused(log, volumes) == []
        assert "O_CREAT" in "".join(line for line in log.open() if str(volumes) in line)


def test_calls_that_volumes_refuse_are_found(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; import pyarrow as pa, pyarrow.parquet as pq\n"
        "folder = Path(sys.argv[1])\n"
        "pq.write_table(pa.table({'number': [1]}), folder / 'table.parquet')\n"
        "(folder / 'table.parquet').rename(folder / 'other')\n"
        "file = (folder / 'text').open('wb'); file.write(b'text'); file.seek(0)\n"
        "os.fsync(file.fileno())\n"
    )
    (tmp_path / "Volumes").mkdir()
    traced(tmp_path / "log", tmp_path / "Volumes", "-c", program, str(tmp_path / "Volumes"))
    seen = " ".join(refused(tmp_path / "log", tmp_path / "Volumes"))
    assert all(call in seen for call in ("table.parquet", "rename(", "lseek(", "fsync("))
