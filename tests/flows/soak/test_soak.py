"""``make live`` for an hour, read hard, killed, and fed with faults: all of it stays right."""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import median

import pytest

from common.landing.landing import Landing
from common.paths import PROJECT
from tests.flows.soak.live_business import LiveBusiness, damage, read_answers, readers
from tests.flows.soak.reader import KINDS
from tests.support.business import Business, DbtWorker
from tests.support.publication import published_differences

pytestmark = pytest.mark.long

SECONDS = float(os.environ.get("CASPERS_SOAK_SECONDS", "3600"))
INTERVAL = float(os.environ.get("CASPERS_SOAK_INTERVAL", "18"))
WINDOWS = 200
SECONDS_BETWEEN_KILLS = SECONDS / 6


@pytest.fixture(scope="module")
def canonical(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dataset") / "canonical"
    command = [sys.executable, "-m", "generator", "canonical", "--out", str(folder)]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    return folder


def make_business(canonical: Path, data: Path, interval: float) -> LiveBusiness:
    data.mkdir()
    (data / "canonical").symlink_to(canonical)
    # Three virtual hours in each window, as `make live` has them.
    return LiveBusiness(data, interval, {"SPEED_MULTIPLIER": str(3 * 3600 / interval)})


def check_reads(business: LiveBusiness, outputs: dict[str, Path]) -> Counter[str]:
    """Check that each reader has read nothing but whole builds; return how often each has read."""
    business.collect_answers()
    builds = {json.dumps(answer) for answer in business.answers.values()}
    reads: Counter[str] = Counter()
    for kind, output in outputs.items():
        answers = read_answers(output)
        assert {*answers} <= builds, (kind, [a for a in answers if a not in builds][:3])
        assert len(answers) > 1, f"{kind} never saw a new build"
        reads[kind] = answers.total()
    return reads


def test_five_readers_and_twenty_windows(
    canonical: Path, tmp_path: Path, figures: Counter[str]
) -> None:
    business = make_business(canonical, tmp_path / "data", 10)
    business.start()
    business.wait_for_windows(1, 300)
    with readers(business.published, tmp_path / "reads") as outputs:
        business.wait_for_windows(21, 900)
    business.stop()
    assert len(business.seconds) >= 21, business.errors
    assert business.errors == []
    reads = check_reads(business, outputs)
    assert {*reads} == {*KINDS}
    for kind, count in reads.items():
        figures[f"reads by {kind} during twenty windows, each of one build"] += count
    warehouse = business.data / "caspers.duckdb"
    assert published_differences(warehouse, business.published) == {}


def test_an_hour_with_readers_kills_and_faults(
    canonical: Path,
    tmp_path: Path,
    dbt_worker: DbtWorker,
    figures: Counter[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    rng = random.Random(12)  # noqa: S311  # nothing secret is drawn
    business = make_business(canonical, tmp_path / "data", INTERVAL)
    landing = business.data / "landing" / "events"
    business.start()
    business.wait_for_windows(1, 300)
    begun = killed = time.monotonic()
    done: set[str] = set()
    with readers(business.published, tmp_path / "reads") as outputs:
        while time.monotonic() - begun < SECONDS and len(business.seconds) < WINDOWS:
            business.wait_for_windows(len(business.seconds) + 1, 120)
            business.collect_answers()
            figures["damaged lines during the soak"] += damage(landing, done, rng)
            if time.monotonic() - killed > SECONDS_BETWEEN_KILLS:
                business.kill(rng)
                killed = time.monotonic()
                figures["kills during the soak"] += 1
    figures["windows of the soak"] += len(business.seconds)
    business.stop()
    # A kill of dbt is an error of that window, and of nothing else.
    assert len(business.errors) <= figures["kills during the soak"], business.errors
    for kind, count in check_reads(business, outputs).items():
        figures[f"reads by {kind} during the soak, each of one build"] += count

    business.run_once()  # what the last signal has left to be built, and the last damaged lines
    incremental = Business(business.data, dbt_worker)
    assert incremental.differences(incremental.rebuilt()) == {}
    warehouse = business.data / "caspers.duckdb"
    assert published_differences(warehouse, business.published) == {}
    with capsys.disabled():
        print(report(business, Landing(landing)))


def report(business: LiveBusiness, landing: Landing) -> str:
    """Return the figures that docs/proofs-and-figures.md quotes."""
    quarter = len(business.seconds) // 4
    parts = {"first": business.seconds[1 : quarter + 1], "last": business.seconds[-quarter:]}
    load = os.getloadavg()[1]
    lines = [
        f"{len(business.seconds)} windows, {len(landing.windows())} landed, load {load:.1f}",
        *(
            f"{name} quarter: median {median(seconds):.1f} s, longest {max(seconds):.1f} s"
            for name, seconds in parts.items()
        ),
        *(
            f"memory of {name}: {median(mb[1 : quarter + 1]):.0f} MB in the first quarter, "
            f"{median(mb[-quarter:]):.0f} MB in the last"
            for name, mb in sorted(business.memory_mb.items())
        ),
    ]
    return "\n" + "\n".join(lines)
