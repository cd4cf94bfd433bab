"""What a live generator costs: a minute of life at 600 times speed."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

from bench.measure import process_tree
from common.landed_files import WINDOW_PREFIX
from common.paths import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPEED = 600
SECONDS = 60


def bench_live(scratch: Path) -> Iterator[str]:
    """Run all kitchens live for a minute, a file a second; yield lines to print."""
    landing = scratch / "live"
    command = [sys.executable, "-m", "generator", "live", "--landing", str(landing)]
    command += ["--start-days-ago", "1", "--speed", str(SPEED), "--batch-seconds", "1"]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL) as process:
        try:
            while not _files(landing):
                time.sleep(0.1)
            files, begun = _files(landing), sum(process_tree(process.pid).cpu_seconds.values())
            time.sleep(SECONDS)
            tree = process_tree(process.pid)
            spent = sum(tree.cpu_seconds.values()) - begun
            landed = _files(landing)[len(files) :]
        finally:
            process.terminate()
    events = sum(file.read_bytes().count(b"\n") for file in landed)
    yield (
        f"a minute at {SPEED} times speed, {SPEED * SECONDS / 3600:.0f} hours of four kitchens: "
        f"{events:,} events in {len(landed)} files, {spent:.2f} CPU s (bar 1), "
        f"{sum(tree.resident_mb.values()):.0f} MB"
    )


def _files(landing: Path) -> list[Path]:
    return sorted(landing.glob(f"{WINDOW_PREFIX}*.jsonl"))
