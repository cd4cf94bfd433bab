"""The replay's own windows, over midnight and over the end of the cycle, late and twice."""

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from flows.replay import commands
from tests.support.business import PROJECT, Business

FIRST_RUN = datetime(2026, 11, 20, 18, 30)
# A second, a few minutes, hours, over midnight, over the whole cycle of two days and more.
DURATIONS = [1, 1, 300, 3_600, 6 * 3_600, 6 * 3_600, 26 * 3_600, 2 * 86_400, 7 * 86_400]


@pytest.fixture(scope="module")
def canonical(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two days of two kitchens."""
    out: Path = tmp_path_factory.mktemp("dataset") / "canonical"
    arguments = ["canonical", "--days", "2", "--locations", "sf,sv", "--out", str(out)]
    subprocess.run(
        [sys.executable, "-m", "generator", *arguments],
        cwd=PROJECT,
        check=True,
        capture_output=True,
    )
    return out


def _hold_back(file: Path, rng: random.Random, share: float) -> list[bytes]:
    """Take some lines out of a landed window, before anything has read it."""
    lines = file.read_bytes().splitlines(keepends=True)
    held = [line for line in lines if rng.random() < share]
    kept = set(held)
    file.write_bytes(b"".join(line for line in lines if line not in kept))
    return held


@pytest.mark.thorough
@settings(
    max_examples=max(2, int(os.environ.get("CASPERS_SCHEDULES", "4")) // 2),
    derandomize=True,
    deadline=None,
    database=None,
    # A schedule takes many builds: one that fails is shown as it is, not shrunk.
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(
    durations=st.lists(st.sampled_from(DURATIONS), min_size=2, max_size=6),
    builds=st.lists(
        st.sampled_from(["build", "build", "nothing", "full refresh"]), min_size=6, max_size=6
    ),
    seed=st.integers(0, 2**32),
)
def test_random_windows(
    new_business: Callable[[], Business],
    canonical: Path,
    figures: Counter[str],
    durations: list[int],
    builds: list[str],
    seed: int,
) -> None:
    business = new_business()
    rng = random.Random(seed)  # noqa: S311  (nothing secret is drawn)
    now = FIRST_RUN
    held: list[bytes] = []
    replay_options = commands.ReplayOptions(start_day=1, speed=1.0)
    for number, (duration, build) in enumerate(
        zip([0, *durations], ["build", *builds], strict=False)
    ):
        now += timedelta(seconds=duration)
        report = commands.run(canonical, business.landing, now, replay_options)
        if report.file is not None:
            held += _hold_back(report.file, rng, 0.03)
            again = rng.choices(report.file.read_bytes().splitlines(keepends=True) or [b""], k=9)
            late = [held.pop(rng.randrange(len(held))) for _ in range(len(held) // 3)]
            name = rng.choice(["a-late", "late", "zz-late"])
            business.land_bytes(f"{name}-{number}.jsonl", b"".join(late + again))
        if build == "build":
            business.build()
        elif build == "full refresh":
            business.build("--full-refresh")
    business.land_bytes("last-of-all.jsonl", b"".join(held))
    business.build()
    assert business.query("select count(*) from lakeflow.rejected_events") == [(0,)]
    assert business.query(
        """
        select count(*) from (
            select order_id from lakeflow.all_events group by order_id
            having max(sequence) + 1 <> count(*) and max(event_type = 'delivered')
        )
        """
    ) == [(0,)]
    assert business.differences(business.rebuilt()) == {}
    figures["random schedules of the replay's windows, every table equal to a full refresh"] += 1
