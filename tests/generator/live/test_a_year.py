"""A live generator needs no more memory after a year than after two months."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from common.paths import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

DAYS = 365
WARM_DAYS = 60
YEAR = """
import json, resource, sys
from datetime import datetime, timedelta
from pathlib import Path
from generator.live.plan import AskedOptions
from generator.live.run import LiveRequest, live_generator

landing, warm, days = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
begin = datetime(2026, 11, 21)
asked = AskedOptions(start_days_ago=0, speed=86_400)
request = LiveRequest(landing=landing, locations=("sv",), asked=asked)
peaks, events = [], 0
with live_generator(request, begin) as generator:
    for day in range(days):
        # Eight files a virtual day; what has landed is not needed again.
        for part in range(1, 9):
            landed = generator.step(begin + timedelta(seconds=day + part / 8)).landed
            assert landed is None or landed.events
            events += landed.events if landed else 0
        if day == warm:
            peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print(json.dumps({"peaks": peaks, "events": events}))
"""


@pytest.mark.long
def test_memory_is_flat_over_a_simulated_year(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", YEAR, str(tmp_path / "landing"), str(WARM_DAYS), str(DAYS)],
        cwd=PROJECT,
        env={**os.environ, "CASPERS_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert found["events"] > DAYS * 500
    after_two_months, after_a_year = found["peaks"]
    assert after_a_year < 1.1 * after_two_months
