"""A live generator is steered as a replay is, and shares its landing with nobody."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from common.errors import BusyError, UserError
from common.landing.landing import Landing
from common.landing.window import Case
from common.paths import PROJECT
from flows.replay.commands import ReplayOptions, change_speed, pause, reset, resume, run, status
from flows.replay.messages import format_status
from generator.__main__ import main
from generator.live.plan import AskedOptions, generator_options
from generator.live.run import live_generator

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from generator.live.generator import Step
    from tests.generator.live.conftest import Clock, LiveKitchen

HOUR = 3600 * 1_000_000


def test_it_is_paused_resumed_and_sped_up_while_it_runs(
    kitchen: LiveKitchen,
    landing: Path,
    tmp_path: Path,
    clock: Clock,
    read_landed: Callable[[], bytes],
) -> None:
    with live_generator(kitchen.request(landing), clock()) as generator:
        begun = generator.step(clock()).position
        pause(landing, clock.forward(60))
        step = generator.step(clock.forward(600))
        assert (step.case, step.landed, step.position - begun) == (Case.PAUSED, None, HOUR)
        resume(landing, clock())
        change_speed(landing, clock(), 3600)
        step = generator.step(clock.forward(5))
        assert step.landed
        assert step.position - begun == 6 * HOUR
    assert read_landed() == kitchen.lines(step.position, tmp_path)


def test_a_change_waits_for_the_window_that_is_being_written(
    landing: Path, clock: Clock, step_once: Callable[[datetime], Step]
) -> None:
    step_once(clock())
    held = Landing(landing).lock()
    held.__enter__()
    letting_go = threading.Timer(0.3, held.__exit__, (None, None, None))
    letting_go.start()
    try:
        assert pause(landing, clock()).startswith("Paused")
    finally:
        letting_go.join()


def test_of_two_the_second_stops(kitchen: LiveKitchen, landing: Path, clock: Clock) -> None:
    request = kitchen.request(landing)
    with (
        live_generator(request, clock()),
        pytest.raises(BusyError, match="Another live generator"),
        live_generator(request, clock()),
    ):
        pass


def test_a_replay_does_not_go_on_with_it_nor_it_with_a_replay(
    kitchen: LiveKitchen,
    landing: Path,
    tmp_path: Path,
    clock: Clock,
    step_once: Callable[[datetime], Step],
) -> None:
    step_once(clock())
    before = sorted(landing.iterdir())
    with pytest.raises(UserError, match="belongs to the live generator"):
        run(kitchen.canonical, landing, clock(), ReplayOptions())
    state = format_status(status(tmp_path, landing, clock(), ReplayOptions()), landing)
    assert state[0].startswith("Landed up to day 2 10:30:00 (cycle 0), emitted as 2026-11-21 10:30")
    assert state[-1] == "A live generator makes what lands: `python -m generator live`."
    assert sorted(landing.iterdir()) == before
    other = tmp_path / "replayed"
    run(kitchen.canonical, other, clock(), ReplayOptions(start_day=1))
    with (
        pytest.raises(UserError, match="belongs to the replay of a dataset"),
        live_generator(kitchen.request(other), clock()),
    ):
        pass


def test_another_seed_or_configuration_does_not_go_on_with_it(
    kitchen: LiveKitchen,
    landing: Path,
    tmp_path: Path,
    clock: Clock,
    step_once: Callable[[datetime], Step],
    capsys: pytest.CaptureFixture[str],
) -> None:
    step_once(clock())
    options = ["live", "--landing", str(landing), "--locations", "sv"]
    assert main([*options, "--config", str(kitchen.configuration), "--seed", "7"]) == 2
    assert "with other kitchens, configurations, seed" in capsys.readouterr().err
    changed = tmp_path / "sv.json"
    text = json.loads(kitchen.configuration.read_text()) | {"noise_pct": 5}
    changed.write_text(json.dumps(text))
    assert main([*options, "--config", str(changed)]) == 2
    assert "with other kitchens, configurations, seed" in capsys.readouterr().err


def test_a_reset_while_it_runs_ends_it(
    kitchen: LiveKitchen,
    landing: Path,
    clock: Clock,
    step_once: Callable[[datetime], Step],
    tmp_path: Path,
    read_landed: Callable[[], bytes],
) -> None:
    with live_generator(kitchen.request(landing), clock()) as generator:
        generator.step(clock())
        reset(landing)
        with pytest.raises(UserError, match="was reset while"):
            generator.step(clock.forward(60))
    step = step_once(clock.forward(60))
    assert read_landed() == kitchen.lines(step.position, tmp_path)


def test_a_removed_window_is_no_gap_that_is_written_over(
    kitchen: LiveKitchen, landing: Path, clock: Clock
) -> None:
    with live_generator(kitchen.request(landing), clock()) as generator:
        landed = generator.step(clock()).landed
        assert landed
        landed.file.unlink()
        with pytest.raises(UserError, match="was removed while the live generator"):
            generator.step(clock.forward(60))


def test_options_are_those_of_the_command_then_of_configurations_then_of_the_environment(
    kitchen: LiveKitchen, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("START_DAY", "1")
    monkeypatch.setenv("SPEED_MULTIPLIER", "7")
    kinds = {
        "configured": kitchen.request(tmp_path / "configured"),
        "asked": kitchen.request(tmp_path / "asked", start_days_ago=0, speed=2.5),
    }
    found = {}
    for name, request in kinds.items():
        with live_generator(request, clock()) as generator:
            settings = generator.settings
            found[name] = (settings.start_day, settings.segments[0].speed)
    assert found == {"configured": (2, 60.0), "asked": (0, 2.5)}


def test_day_zero_of_the_environment_is_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("START_DAY", "0")
    assert generator_options((), AskedOptions()).start_days_ago == 0
    monkeypatch.setenv("SPEED_MULTIPLIER", "fast")
    with pytest.raises(UserError, match="SPEED_MULTIPLIER='fast' in the environment is not a"):
        generator_options((), AskedOptions())


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("--speed", "0"), "--speed is out of range"),
        (("--batch-rows", "0"), "--batch-rows is out of range"),
        (("--batch-seconds", "-1"), "--batch-seconds is out of range"),
        (("--start-days-ago", "-1"), "--start-days-ago is out of range"),
        (("--start-days-ago", "999999"), "--start-days-ago 999,999 is before the year 1"),
        (("--end-days-ahead", "-3"), "--end-days-ahead is out of range"),
        (("--start-days-ago", "0", "--end-days-ahead", "0"), "leave no day"),
    ],
)
def test_an_impossible_option_is_named(
    option: tuple[str, ...], said: str, landing: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["live", "--landing", str(landing), *option]) == 2
    assert said in capsys.readouterr().err


def test_configurations_that_contradict_each_other_are_named(
    kitchen: LiveKitchen, landing: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "chicago.json"
    other.write_text(json.dumps({"location_name": "chicago", "batch_rows": 99}))
    options = ("--config", str(kitchen.configuration), str(other))
    assert main(["live", "--landing", str(landing), *options]) == 2
    assert f"{kitchen.configuration} has batch_rows 10 and {other} 99" in capsys.readouterr().err


def test_the_command_lands_files_and_ends_with_sigterm(
    kitchen: LiveKitchen, landing: Path, read_landed: Callable[[], bytes]
) -> None:
    """Real time, real signals; what has landed is a part of what would ever land."""
    command = [sys.executable, "-m", "generator", "live", "--landing", str(landing)]
    command += ["--config", str(kitchen.configuration), "--locations", "sv"]
    command += ["--start-days-ago", "0", "--end-days-ahead", "9", "--speed", "20000"]
    with subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as process:
        while len(list(landing.glob("window-*.jsonl"))) < 4:
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Live from here: a second is 20000 virtual seconds." in out
    assert "Stopped: all that has landed is complete" in out
    lines = [json.loads(line) for line in read_landed().splitlines()]
    assert len({line["event_id"] for line in lines}) == len(lines)
    assert [line["ts"] for line in lines] == sorted(line["ts"] for line in lines)
