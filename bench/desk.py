"""How long the desk takes for its pages over 60,000 recommendations, and how much it can bear."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from statistics import median
from typing import TYPE_CHECKING

import httpx

from apps.desk.manager import decide_all
from bench.sync import DAYS, ROWS_A_DAY, Publication, data_folder
from common.paths import PROJECT
from common.postgres import Role, connection_string
from flows.postgres.server import postgres_server
from flows.sync.mirror import synchronize

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DECISIONS = 5_000
# A quarter, as in the business.
ABOVE_ZERO_A_DAY = ROWS_A_DAY // 4
RUNS = 15
CLIENTS = 8
SECONDS = 60.0
RATE = 200
PAGES = (
    "/api/summary",
    "/queue",
    "/queue?sort=-refund_usd",
    f"/queue?after=order-{DAYS // 2}-100",
    "/queue?q=order-7-99",
    "/queue?status=decided",
    f"/orders/order-{DAYS - 1}-5",
    "/decisions",
)


def bench_desk(scratch: Path) -> Iterator[str]:
    """Ask for each page several times, then for many at once while syncs run; yield lines."""
    data = scratch / "desk"
    with data_folder(data), postgres_server(data / "postgres") as server:
        url = connection_string(Role.SYNC, server.directory)
        publication = Publication(data / "published")
        publication.change(DAYS, ABOVE_ZERO_A_DAY)
        synchronize(url)
        with served() as address, httpx.Client(base_url=address, trust_env=False) as client:
            made = decide_all(client, limit=DECISIONS)
            yield f"{DAYS * ROWS_A_DAY:,} recommendations, {made:,} decisions"
            for page in PAGES:
                yield f"{page}: {repeatedly(client, page)}"
            yield _load(address, publication, url)


def milliseconds(client: httpx.Client, page: str) -> float:
    """Return how long a page takes."""
    before = time.perf_counter()
    client.get(page).raise_for_status()
    return (time.perf_counter() - before) * 1e3


def repeatedly(client: httpx.Client, page: str) -> str:
    """Return how long a page takes of several times, in words."""
    times = [milliseconds(client, page) for _ in range(RUNS)]
    return f"median {median(times):.0f} ms, worst {max(times):.0f} ms"


def _load(address: str, publication: Publication, url: str) -> str:
    """Ask at a fixed rate while builds are synced one after the other."""
    end = time.monotonic() + SECONDS
    answered, failed = [0] * CLIENTS, [0] * CLIENTS

    def ask(number: int) -> None:
        pages = ("/api/recommendations?limit=20", "/api/summary", "/healthz")
        due = time.monotonic()
        with httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
            while (now := time.monotonic()) < end:
                time.sleep(max(due - now, 0))
                due += CLIENTS / RATE
                response = client.get(pages[answered[number] % len(pages)])
                answered[number] += 1
                failed[number] += not response.is_success

    threads = [threading.Thread(target=ask, args=[number]) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    syncs = 0
    while time.monotonic() < end:
        publication.change(DAYS, ABOVE_ZERO_A_DAY)
        synchronize(url)
        syncs += 1
    for thread in threads:
        thread.join()
    return (
        f"{sum(answered) / SECONDS:.0f} requests a second for {SECONDS:.0f} s (asked for: {RATE}), "
        f"{syncs} syncs of every row meanwhile: {sum(failed)} errors"
    )


@contextmanager
def served() -> Iterator[str]:
    """Serve the desk as a process of its own; its address."""
    command = [sys.executable, "-m", "apps.desk", "--port", "0"]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None  # noqa: S101  (it is a pipe)
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()
