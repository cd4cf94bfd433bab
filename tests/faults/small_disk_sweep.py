"""Lands on a full disk, at every size from nothing to enough; runs in a mount namespace.

Run as a program: ``unshare --mount small_disk_sweep.py <canonical> <folder> <step>``, where the
step is the pages of memory by which disks grow. Each landing is a fork, so that Python and its
libraries are loaded once. Prints how often the disk was too small; exits with 1 where such a
landing was not reported in one line, where a part of it was visible, or where the landing after
making room differed from that on a large disk.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from common.errors import UserError
from flows.replay.commands import ReplayOptions, run
from tests.support.kill_sweep import forked
from tests.support.sample_datasets import landed_bytes

NOW = datetime(2026, 11, 21, 10, 30)
PAGE = 4096
ENOUGH_BYTES = "size=64m"
ENOUGH_FILES = "nr_inodes=10000"
FULL = 3


def mount(folder: Path, *options: str) -> None:
    """Mount an empty disk of that size, or change the one that is there."""
    words = ["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", str(folder)]
    subprocess.run(words, check=True)


def land(canonical: Path, landing: Path, minutes: int) -> None:
    run(canonical, landing, NOW + timedelta(minutes=minutes), ReplayOptions(start_day=0))


def land_or_report_full(canonical: Path, landing: Path, minutes: int) -> None:
    """Exit with `FULL` where one line reports that there is no room."""
    try:
        land(canonical, landing, minutes)
    except UserError as error:
        if "\n" not in str(error) and "the disk is full" in str(error):
            os._exit(FULL)
        raise


def sizes(step: int) -> Iterator[tuple[str, str]]:
    """Yield disks: more and more bytes, then more and more files."""
    for pages in range(1, 400, step):
        yield f"size={pages * PAGE}", ENOUGH_FILES
    for files in range(3, 40):
        yield ENOUGH_BYTES, f"nr_inodes={files}"


def main() -> int:
    canonical, folder = Path(sys.argv[1]), Path(sys.argv[2])
    full = 0
    large = folder / "large"
    for minutes in (0, 20):
        before = folder / f"before-{minutes}"
        shutil.copytree(large, before) if large.exists() else before.mkdir()
        if forked(lambda m=minutes: land(canonical, large, m)):
            return 1
        enough: set[str] = set()
        for size, files in sizes(int(sys.argv[3])):
            limit = "files" if size == ENOUGH_BYTES else "bytes"
            if limit in enough:
                continue
            disk = folder / "disk"
            disk.mkdir(exist_ok=True)
            mount(disk, size, files)
            landing = disk / "events"
            try:
                shutil.copytree(before, landing)
            except (OSError, shutil.Error):
                # Not even what had landed before fits.
                subprocess.run(["umount", str(disk)], check=True)
                continue
            code = os.waitstatus_to_exitcode(
                forked(lambda m=minutes, at=landing: land_or_report_full(canonical, at, m))
            )
            seen = landed_bytes(landing)
            if code == 0:
                enough.add(limit)
            elif code != FULL or seen != landed_bytes(before):
                print(f"{size},{files}: code {code}, {len(seen)} bytes", file=sys.stderr)
                return 1
            full += code == FULL
            mount(disk, "remount", ENOUGH_BYTES, ENOUGH_FILES)
            if forked(lambda m=minutes, at=landing: land(canonical, at, m)):
                return 1
            if landed_bytes(landing) != landed_bytes(large):
                print(f"{size},{files}: not the same after there was room", file=sys.stderr)
                return 1
            subprocess.run(["umount", str(disk)], check=True)
        if enough != {"bytes", "files"}:
            print(f"never large enough: {enough}", file=sys.stderr)
            return 1
    print(full)
    return 0


if __name__ == "__main__":
    sys.exit(main())
