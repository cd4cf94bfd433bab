"""``python -m flows.replay`` as a person uses it."""

import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from common.errors import UserError
from common.paths import PROJECT
from flows.replay.__main__ import main
from flows.replay.commands import ReplayOptions, options_from_environment
from tests.support.sample_datasets import Small, landed_bytes

Replay = Callable[..., tuple[int, str, str]]


@pytest.fixture
def replay(
    small: Small,
    landing: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Replay:
    monkeypatch.delenv("START_DAY", raising=False)
    monkeypatch.delenv("SPEED_MULTIPLIER", raising=False)

    def command(*arguments: str) -> tuple[int, str, str]:
        folders = ("--canonical", str(small.folder), "--landing", str(landing))
        code = main([*arguments, *folders])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


def test_the_commands_of_a_replay_from_start_to_reset(replay: Replay, landing: Path) -> None:
    code, out, _ = replay("status", "--now", "2026-11-21T10:30:00", "--start-day", "1")
    assert code == 0
    assert "Nothing has landed" in out
    assert "day 0 00:00:00 to day 1 10:30:00" in out
    assert not landing.exists()

    code, out, _ = replay("run", "--now", "2026-11-21T10:30:00", "--start-day", "1")
    assert code == 0
    assert "(first run), day 0 00:00:00 to day 1 10:30:00" in out
    assert "emitted as 2026-11-21 10:30:00" in out

    code, out, _ = replay("status", "--now", "2026-11-21T10:33:00")
    assert "Landed up to day 1 10:30:00 (cycle 0)" in out
    assert "0 days 03:00:00 ahead of that; speed 60" in out
    assert "(next window), day 1 10:30:00 to day 1 13:30:00" in out

    code, out, _ = replay("run", "--now", "2026-11-21T12:33:00+02:00")
    assert "(next window), day 1 10:30:00 to day 1 13:30:00" in out
    assert replay("run", "--now", "2026-11-21T10:33:00")[1].startswith("Nothing new to land")
    assert "went backwards" in replay("run", "--now", "2026-11-21T10:32:00")[1]

    assert replay("pause", "--now", "2026-11-21T10:34:00")[:2][0] == 0
    assert "Paused at day 1 14:30:00" in replay("run", "--now", "2026-11-22T00:00:00")[1]
    assert "paused" in replay("status", "--now", "2026-11-22T00:00:00")[1]
    assert replay("resume", "--now", "2026-11-22T00:00:00")[0] == 0
    assert "1200 virtual seconds" in replay("speed", "1200", "--now", "2026-11-22T00:00:00")[1]
    code, out, _ = replay("run", "--now", "2026-11-22T01:00:00", "--speed", "60")
    assert "Speed 60 is ignored" in out
    assert "to day 51 14:30:00" in out
    assert "(cycle 17)" in replay("status", "--now", "2026-11-22T01:00:00")[1]

    assert replay("reset", "--yes")[0] == 0
    assert landed_bytes(landing) == b""


def test_reset_asks_first(
    replay: Replay,
    landing: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    replay("run", "--now", "2026-11-21T10:30:00", "--start-day", "1")
    before = landed_bytes(landing)
    # Without a terminal the error has a line of its own.
    with monkeypatch.context() as nobody:
        nobody.setattr("sys.stdin", io.StringIO(""))
        code, out, err = replay("reset")
        assert (code, out.endswith("? [y/N] \n"), err[:7]) == (1, True, "error: ")
    for answer in ("", "n", "no"):
        monkeypatch.setattr("builtins.input", lambda _, answer=answer: answer)
        code, _, err = replay("reset")
        assert (code, "Nothing was removed" in err) == (1, True)
        assert landed_bytes(landing) == before
    monkeypatch.setattr("builtins.input", lambda _: "y")
    assert replay("reset")[0] == 0
    assert landed_bytes(landing) == b""


def test_an_error_is_one_line_and_a_code(small: Small, landing: Path, tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "flows.replay", "run", "--canonical", str(tmp_path / "none")],
        cwd=PROJECT,
        env={**os.environ, "CASPERS_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr == (
        f"error: There is no canonical dataset at {tmp_path / 'none' / 'events.parquet'}: "
        "make the dataset with `python -m generator canonical`.\n"
    )
    assert list(tmp_path.rglob("*.jsonl")) == []
    assert small.folder.exists()
    assert not landing.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "--start-day", "-1"), "start day must be between"),
        (("run", "--speed", "0"), "speed must be above 0"),
        (("speed", "nan"), "speed must be above 0"),
        (("pause",), "no replay in"),
    ],
)
def test_impossible_values_are_refused(
    replay: Replay,
    arguments: tuple[str, ...],
    message: str,
    landing: Path,
) -> None:
    code, _, err = replay(*arguments)
    assert (code, message in err) == (1, True)
    assert not landing.exists()


@pytest.mark.parametrize("text", ["soon", "2026-13-01", ""])
def test_a_now_that_is_not_a_time_is_refused(replay: Replay, text: str) -> None:
    with pytest.raises(SystemExit) as ended:
        replay("run", "--now", text)
    assert ended.value.code == 2


def test_options_take_precedence_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("START_DAY", "12")
    monkeypatch.setenv("SPEED_MULTIPLIER", "1.5")
    assert options_from_environment() == ReplayOptions(12, 1.5)
    assert options_from_environment(3, 4.0) == ReplayOptions(3, 4.0)
    monkeypatch.setenv("START_DAY", "")
    assert options_from_environment() == ReplayOptions(None, 1.5)
    monkeypatch.setenv("START_DAY", "7.5")
    with pytest.raises(UserError, match=r"START_DAY='7.5' .* is not a whole number"):
        options_from_environment()


def test_the_bytes_do_not_depend_on_time_zone_or_hash_seed(small: Small, tmp_path: Path) -> None:
    # In New York the clock goes back between these two, at 06:00 UTC.
    now, second = "2026-11-01T05:59:00", "2026-11-01T07:01:00"
    digests = set()
    script = (
        "import sys; from flows.replay.__main__ import main; "
        "sys.exit(any(main(['run', '--start-day', '2', '--now', now, *sys.argv[3:]]) "
        "for now in sys.argv[1:3]))"
    )
    for zone, seed in (("UTC", "0"), ("America/New_York", "1")):
        landing = tmp_path / seed
        folders = ["--canonical", str(small.folder), "--landing", str(landing)]
        subprocess.run(
            [sys.executable, "-c", script, now, second, *folders],
            cwd=PROJECT,
            env={**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": "C"},
            capture_output=True,
            check=True,
        )
        digests.add(hashlib.sha256(landed_bytes(landing)).hexdigest())
        assert len(list(landing.glob("*.jsonl"))) == 2
    assert len(digests) == 1
