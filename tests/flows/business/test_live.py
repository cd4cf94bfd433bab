"""The loop: what it does when windows fail, when it is stopped, and once an hour."""

import os
import signal
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Self

import pytest

from common.errors import UserError
from common.paths import PROJECT
from flows.build_results import Build, Node
from flows.business import live
from flows.business.display import PlainDisplay
from flows.business.live import LiveOptions, deployment_name
from flows.business.resources import Resources, StoppedError, current_resources, using

TESTED = Build(2.0, (Node("test.c.unique_x.0a", None, "pass", 0.1, 0, ""),))


class Display(PlainDisplay):
    """Remembers what it is told."""

    def __init__(self) -> None:
        super().__init__(quiet=True)
        self.lines: list[str] = []

    def print(self, lines: Sequence[str]) -> None:
        self.lines += lines

    def print_error(self, line: str) -> None:
        self.lines.append(line)


class FakeSchedule:
    """Each window is due at once; what it does is given."""

    def __init__(self, *windows: Callable[[], object]) -> None:
        self.windows = list(windows)
        self.checks = 0
        self.ended = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.ended = True

    def take_due(self) -> object | None:
        return self.windows.pop(0) if self.windows else None

    def run(self, due: Callable[[], object]) -> object:
        return due()

    def check(self) -> Build:
        self.checks += 1
        return TESTED

    def following(self) -> datetime:
        return datetime.now(UTC) + timedelta(hours=1)


class FakeDbt:
    killed = False

    def kill(self) -> None:
        self.killed = True


def run(
    schedule: FakeSchedule, windows: int | None = None, dbt: FakeDbt | None = None
) -> tuple[list[str], Resources]:
    """Run a loop to its end, with the outcome of each window in one word."""
    display = Display()
    resources = Resources(None, display)  # type: ignore[arg-type]
    loop = live._Loop(resources, schedule, LiveOptions(windows=windows))  # type: ignore[arg-type]
    live._run_until_stopped(loop, dbt or FakeDbt())  # type: ignore[arg-type]
    return display.lines, resources


@pytest.fixture(autouse=True)
def outcomes_are_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def outcome_of(state: object) -> object:
        if isinstance(state, Exception):
            raise state
        return SimpleNamespace(report=state, built=None, kitchens=())

    monkeypatch.setattr(live, "outcome_of", outcome_of)
    monkeypatch.setattr(live, "format_window", lambda report, *_: [f"window {report}"])


def test_a_window_that_fails_is_told_and_the_next_one_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    schedule = FakeSchedule(lambda: 1, lambda: UserError("Fix this."), lambda: 3)
    lines, resources = run(schedule, windows=3)
    assert lines[:2] == ["window 1", "error: Fix this."]
    assert lines[2].startswith("The next window comes at ")
    assert lines[3:] == ["window 3"]
    assert schedule.ended
    assert schedule.checks == 0
    assert resources.stop.is_set()
    monkeypatch.setattr(live, "CHECK_INTERVAL", timedelta(0))
    schedule = FakeSchedule(lambda: 1, lambda: 2)
    lines, _ = run(schedule, windows=2)
    assert lines[0::2] == ["window 1", "window 2"]
    assert lines[1] == lines[3]
    assert lines[1].startswith("Tested all of history in 2 s: 1 data tests passed")


def test_a_signal_ends_it_after_the_running_step_and_a_second_at_once() -> None:
    finished: list[str] = []

    def be_stopped() -> object:
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(0.5)  # the main thread is told of it, and lets the step finish
        finished.append("step")
        return StoppedError()

    schedule = FakeSchedule(lambda: 1, be_stopped, lambda: 3)
    before = signal.getsignal(signal.SIGTERM)
    lines, _ = run(schedule)
    assert lines == ["window 1", "Stopping after the running step."]
    assert finished == ["step"]
    assert len(schedule.windows) == 1, "the window after that is not begun"
    assert signal.getsignal(signal.SIGTERM) is before

    never, dbt = threading.Event(), FakeDbt()

    def last() -> object:
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)
            never.wait(0.5)
        never.wait(10)
        return 1

    with pytest.raises(KeyboardInterrupt):
        run(FakeSchedule(last), dbt=dbt)
    assert dbt.killed
    never.set()


def test_signals_that_come_together_are_one_request_and_nothing_hangs() -> None:
    """As when ``make`` passes on what its whole process group was sent."""
    finished: list[str] = []

    def be_stopped() -> object:
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGTERM)
            threading.Event().wait(0.03)
        threading.Event().wait(0.5)
        finished.append("step")
        return StoppedError()

    dbt = FakeDbt()
    lines, _ = run(FakeSchedule(be_stopped), dbt=dbt)
    assert (lines, finished) == (["Stopping after the running step."], ["step"])
    assert not dbt.killed


def test_what_is_no_error_of_the_user_ends_the_loop() -> None:
    def broken() -> object:
        raise ZeroDivisionError

    schedule = FakeSchedule(broken)
    with pytest.raises(ZeroDivisionError):
        run(schedule)
    assert schedule.ended


def test_a_data_folder_of_its_own_has_a_deployment_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CASPERS_DATA", raising=False)
    assert deployment_name() == "live"
    names = []
    for folder in ("one", "other"):
        monkeypatch.setenv("CASPERS_DATA", str(tmp_path / folder / "data"))
        names.append(deployment_name())
    assert len(set(names)) == 2
    monkeypatch.setenv("CASPERS_DATA", str(PROJECT / "data"))
    assert deployment_name() == "live"


def test_a_run_outside_of_the_loop_has_resources_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resources = Resources(None, Display())  # type: ignore[arg-type]
    with using(resources), current_resources(Display()) as found:
        assert found is resources
    closed: list[bool] = []

    class Warm:
        def __enter__(self) -> str:
            return "dbt"

        def __exit__(self, *_: object) -> None:
            closed.append(True)

    monkeypatch.setattr("flows.business.resources.warm_dbt", Warm)
    with current_resources(Display()) as found:
        assert found.builder.dbt == "dbt"  # type: ignore[comparison-overlap]
        with current_resources(Display()) as again:
            assert again is found
    assert closed == [True]
