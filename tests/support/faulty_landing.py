"""A landing without faults, and copies of it with faults and their ledger."""

import json
from pathlib import Path
from typing import Any

from flows.faults.__main__ import main as inject_faults
from flows.replay.__main__ import main as replay
from generator.__main__ import main as generate

WINDOW_ENDS = ["20T06:00", "20T06:06", "20T06:15", "20T06:25", "20T06:40", "20T06:44"]
FILES = "window-*.jsonl"


def land_windows(folder: Path) -> Path:
    """Land two kitchens for three days in six windows; return the landing."""
    canonical, landing = str(folder / "canonical"), str(folder / "landing")
    options = ["--days", "3", "--locations", "sf,sv", "--out", canonical]
    assert generate(["canonical", *options]) == 0
    for moment in WINDOW_ENDS:
        options = ["--canonical", canonical, "--landing", landing, "--start-day", "1"]
        assert replay(["run", *options, "--now", f"2026-11-{moment}"]) == 0
    return folder / "landing"


def inject(clean: Path, out: Path, *options: str) -> int:
    """Write a faulty copy of a landing; return the exit code."""
    return inject_faults(["--landing", str(clean), "--out", str(out), *options])


def read_ledger(landing: Path) -> list[dict[str, Any]]:
    """Return the faults of a faulty copy, one dictionary each."""
    lines = (landing / "_faults" / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]
