"""The live generator beside the business: what it landed is what a window builds."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

import pytest

from common.clock import utc_now
from common.errors import UserError
from common.landing.landing import Landing
from common.landing.window import Case
from flows.business import live_generator as module
from flows.business.live_generator import check_landing_is_of, started_live_generator
from flows.business.resources import StoppedError
from flows.replay.commands import ReplayOptions, reset, run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sample_datasets import Small

OPTIONS = ("--locations", "sv", "--start-days-ago", "1", "--speed", "20000")


@pytest.fixture
def landing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The landing of a data folder of the test's own."""
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path))
    return tmp_path / "landing" / "events"


def go_on() -> None:
    """Nobody wants it to stop."""


def test_a_window_is_what_has_landed_since_the_one_before(landing: Path) -> None:
    with started_live_generator([*OPTIONS, "--batch-seconds", "0.2"]) as generator:
        first = generator.land(go_on)
        while len(list(landing.glob("window-*.jsonl"))) < 4:
            time.sleep(0.05)
        second = generator.land(go_on)
        process = generator._process
    assert process.poll() == 0
    windows = Landing(landing).windows()
    assert (first.case, second.case) == (Case.FIRST_RUN, Case.NEXT_WINDOW)
    assert first.window
    assert second.window
    assert first.window.first == 0
    assert second.window.first == first.window.last + 1
    built = [window for window in windows if window.last <= second.window.last]
    assert len(built) >= 4
    lines = sum(Landing(landing).file_of(each).read_bytes().count(b"\n") for each in built)
    assert first.events + second.events == lines
    assert second.settings.profile.is_live


@pytest.mark.usefixtures("landing")
def test_nothing_new_and_a_stop_while_it_waits() -> None:
    with started_live_generator([*OPTIONS[:-1], "1", "--batch-seconds", "600"]) as generator:

        def stop() -> None:
            raise StoppedError

        with pytest.raises(StoppedError):
            generator.land(stop)
        generator.land(go_on)
        again = generator.land(go_on)
        assert (again.case, again.window, again.events) == (Case.NOTHING_NEW, None, 0)


@pytest.mark.usefixtures("landing")
def test_a_generator_that_cannot_begin_is_an_error_and_one_that_was_killed_too() -> None:
    with (
        started_live_generator(["--locations", "nowhere"]) as generator,
        pytest.raises(UserError, match="The live generator has ended"),
    ):
        generator.land(go_on)
    with started_live_generator(OPTIONS) as generator:
        generator.land(go_on)
        generator._process.send_signal(signal.SIGKILL)
        generator._process.wait()
        while generator._new_files():
            generator.land(go_on)
        with pytest.raises(UserError, match="`make live LIVE=1` goes on from here"):
            generator.land(go_on)


def test_a_landing_has_one_way_of_making_events(
    small: Small, landing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_landing_is_of(live=True)
    check_landing_is_of(live=False)
    monkeypatch.setattr(module, "landing_directory", lambda: landing)
    run(small.folder, landing, utc_now(), ReplayOptions(start_day=1))
    check_landing_is_of(live=False)
    with pytest.raises(UserError, match="CASPERS_DATA=data/live make live LIVE=1"):
        check_landing_is_of(live=True)
    reset(landing)
    with started_live_generator(OPTIONS) as generator:
        generator.land(go_on)
    check_landing_is_of(live=True)
    with pytest.raises(UserError, match="belongs to a live generator: go on with"):
        check_landing_is_of(live=False)
