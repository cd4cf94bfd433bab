"""``make live`` with a small interval, its readers, and what disturbs it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bench.measure import process_tree
from common.paths import PROJECT
from flows.publication.inventory import INVENTORY
from tests.flows.soak.reader import KINDS, read_duckdb

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

LANDED = re.compile(r"Landed ([\d,]+) events")
BUILT = re.compile(r"Built \d+ tables and passed \d+ tests in .* ([\d.]+) s in all")
READER = Path(__file__).with_name("reader.py")


@dataclass
class LiveBusiness:
    """A business that runs window after window.

    Attributes
    ----------
    data
        Its data folder, with a dataset in it.
    interval
        Seconds from one window to the next.
    seconds
        How long each window took.
    memory_mb
        Resident memory of each process after each window, MB.
    answers
        What readers may see: one answer for each published build, by its folder.
    errors
        Lines that tell of a window that failed.
    """

    data: Path
    interval: float
    environment: dict[str, str] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    memory_mb: dict[str, list[float]] = field(default_factory=dict)
    answers: dict[str, list[int]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    process: subprocess.Popen[str] | None = None

    @property
    def published(self) -> Path:
        return self.data / "published"

    def start(self) -> None:
        """Start the loop; its lines are followed in a thread."""
        every = ["--every", str(self.interval)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "flows.business", "serve", *every],
            cwd=PROJECT,
            env={**os.environ, **self.environment, "CASPERS_DATA": str(self.data)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._follow, args=(self.process,), daemon=True).start()

    def _follow(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("error:"):
                self.errors.append(line.strip())
            built = BUILT.match(line)
            if built is None:
                continue
            for name, mb in process_tree(process.pid).resident_mb.items():
                self.memory_mb.setdefault(name, []).append(mb)
            self.seconds.append(float(built[1]))

    def collect_answers(self) -> None:
        """Read each build that was published since; builds stay for an hour."""
        for folder in sorted((self.data / "publications").iterdir()):
            if folder.name not in self.answers and (folder / INVENTORY).exists():
                self.answers[folder.name] = read_duckdb(folder)

    def wait_for_windows(self, windows: int, seconds: float) -> None:
        """Wait until so many windows have been built in all, or so long."""
        deadline = time.monotonic() + seconds
        while len(self.seconds) < windows and time.monotonic() < deadline:
            assert self.process is not None
            assert self.process.poll() is None, self.errors
            time.sleep(0.2)

    def kill(self, rng: random.Random) -> None:
        """Kill the loop, or the process that runs dbt, as a crash would."""
        assert self.process is not None
        if rng.random() < 0.5:
            for pid in process_tree(self.process.pid).pids.get("dbt", []):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            return
        self.process.kill()
        self.process.wait()
        self.start()

    def run_once(self) -> None:
        """Run one more window, as ``make run`` does."""
        command = [sys.executable, "-m", "flows.business", "once"]
        environment = {**os.environ, **self.environment, "CASPERS_DATA": str(self.data)}
        subprocess.run(command, cwd=PROJECT, env=environment, check=True, capture_output=True)

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(120) == 0, self.errors


@contextlib.contextmanager
def readers(published: Path, folder: Path) -> Iterator[dict[str, Path]]:
    """Have five readers of different kinds that read as often as they can."""
    folder.mkdir()
    outputs = {kind: folder / f"{kind}.txt" for kind in KINDS}
    running = [
        subprocess.Popen(
            ["nice", sys.executable, str(READER), kind, str(published), str(output)], cwd=PROJECT
        )
        for kind, output in outputs.items()
    ]
    try:
        yield outputs
    finally:
        for reader in running:
            reader.kill()
            reader.wait()


def read_answers(output: Path) -> Counter[str]:
    """Return how often a reader has read each answer, as JSON; a last one may be cut off."""
    counted: Counter[str] = Counter()
    for line in output.read_text().splitlines():
        answer, end, more = line.rpartition(" ")
        if end:
            counted[json.dumps(json.loads(answer))] += 1 + len(more)
    return counted


def damage(landing: Path, done: set[str], rng: random.Random) -> int:
    """Land damaged copies of 2 % of the lines of windows that are new; return how many.

    Half of them are whole copies, the others are cut off, or name a kitchen that is none.
    """
    damaged = 0
    for window in sorted(landing.glob("window-*.jsonl")):
        if window.name in done:
            continue
        done.add(window.name)
        lines = window.read_bytes().splitlines()
        if len(lines) > 100_000:
            continue  # the history before the first window
        chosen = [line for line in lines if rng.random() < 0.02]
        worse = [_damaged(line, rng) for line in chosen]
        aside = landing.parent / f"damaged-{window.name}"
        aside.write_bytes(b"".join(line + b"\n" for line in worse))
        aside.replace(landing / aside.name)
        damaged += len(worse)
    return damaged


def _damaged(line: bytes, rng: random.Random) -> bytes:
    kind = rng.randrange(4)
    if kind == 0:
        return line[: rng.randrange(1, len(line))]
    if kind == 1:
        return json.dumps(json.loads(line) | {"location_id": 99}).encode()
    return line
