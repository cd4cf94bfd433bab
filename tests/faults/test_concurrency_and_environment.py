"""Concurrent processes, jumping clocks, full disks: each is reported and nothing is lost."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from common.errors import UserError
from common.landing.landing import Landing
from common.landing.settings import SETTINGS_FILE
from common.paths import PROJECT
from flows.replay import replay as replay_module
from flows.replay.commands import ReplayOptions, run
from tests.faults.replayed_business import LANDING_ONLY, ReplayedBusiness
from tests.support.dbt_worker import PARSED
from tests.support.kill_sweep import NOW
from tests.support.sample_datasets import landed_bytes, some_orders, write_dataset

FIRST = "2026-11-21T10:30:00"
SECOND = "2026-11-21T10:50:00"

BUILD = """
import sys
from flows.build import Builder
from flows.build_results import format_build
from flows.dbt.warm import warm_dbt
from common.errors import UserError
with warm_dbt() as dbt:
    input()
    try:
        print(format_build(Builder(dbt).run(["build", "--select", "resource_type:seed"]))[0])
    except UserError as error:
        sys.exit(f"error: {error}")
"""


def parsed_target(folder: Path, shared_folder: Path) -> str:
    """Return a target folder for dbt that holds what this run's tests have parsed already."""
    folder.mkdir()
    shutil.copy(shared_folder / PARSED, folder)
    return str(folder)


@pytest.mark.thorough
def test_two_builds_at_once(
    business: ReplayedBusiness, tmp_path: Path, shared_folder: Path
) -> None:
    """One builds, the other is refused with the reason; the next build has all that landed."""
    business.run_well(FIRST, LANDING_ONLY)
    environment = {
        **os.environ,
        "CASPERS_DATA": str(business.data),
        "DBT_TARGET_PATH": parsed_target(tmp_path / "target", shared_folder),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
        "DBT_INDIRECT_SELECTION": "empty",
    }
    builds = [
        subprocess.Popen(
            [sys.executable, "-c", BUILD],
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for build in builds:
        assert build.stdin is not None
        build.stdin.write("\n")  # both begin now
        build.stdin.flush()
    outcomes = sorted(
        (build.returncode, *said) for build in builds for said in (build.communicate(),)
    )
    assert [code for code, _, _ in outcomes] == [0, 1], outcomes
    assert outcomes[0][1].startswith("Built ")
    assert outcomes[1][2] == (
        f"error: Another build of {business.data / 'caspers.duckdb'} runs: wait until it has "
        "ended.\n"
    )
    business.run_well(None)
    landed = business.lines().count(b"\n")
    assert business.query("select count(*) from lakeflow.all_events") == [(landed,)]


@pytest.mark.thorough
def test_two_plain_dbt_builds_at_once(
    built: ReplayedBusiness, business: ReplayedBusiness, tmp_path: Path, shared_folder: Path
) -> None:
    """Only DuckDB's lock keeps them apart: a build that fails names it, and no table is damaged."""
    built.copied_to(business)
    undisturbed = business.copied("undisturbed")
    undisturbed.run_well(SECOND)
    business.run_well(SECOND, LANDING_ONLY)
    dbt = Path(sys.executable).with_name("dbt")
    builds = [
        subprocess.Popen(
            [dbt, "run", "--target-path", target, "--log-path", target],
            cwd=PROJECT,
            env={**os.environ, "CASPERS_DATA": str(business.data)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for target in (parsed_target(tmp_path / name, shared_folder) for name in ("one", "other"))
    ]
    for build in builds:
        output, _ = build.communicate()
        assert build.returncode == 0 or "Could not set lock on file" in output, output
    business.run_well(None)
    assert business.differences(undisturbed) == {}


@pytest.mark.thorough
def test_a_clock_that_jumps_forward_and_back(business: ReplayedBusiness) -> None:
    """What landed too early stays; nothing lands until the right time has caught up with it."""
    business.run_well(FIRST, LANDING_ONLY)
    undisturbed = business.copied("undisturbed")
    jumps = ["10:50", "12:40", "10:52", "09:00", "12:39", "11:30", "12:45", "12:44", "13:10"]
    landed = []
    for time_of_day in jumps:
        answer = business.run_well(f"2026-11-21T{time_of_day}:00", LANDING_ONLY)
        landed.append(len(business.lines()))
        behind = time_of_day in {"10:52", "09:00", "12:39", "11:30", "12:44"}
        assert ("went backwards" in answer.output) is behind
    assert landed[1] == landed[5] < landed[6] == landed[7] < landed[8]
    undisturbed.run_well("2026-11-21T13:10:00", LANDING_ONLY)
    assert business.lines() == undisturbed.lines()


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: json.dumps(json.loads(text)),
        lambda text: json.dumps(dict(reversed(json.loads(text).items())), indent=8),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\n\n" + text + "\n \n",
    ],
    ids=["one line", "other order", "CRLF", "blank lines"],
)
def test_settings_reformatted_by_an_editor_are_accepted(
    small: ReplayedBusiness, edit: Callable[[str], str]
) -> None:
    file = Landing(small.landing).state_file(SETTINGS_FILE)
    file.write_bytes(edit(file.read_text(encoding="utf-8")).encode())
    assert "next window" in small.run_well(SECOND, LANDING_ONLY).output


@pytest.mark.parametrize(
    "content", [b"\xef\xbb\xbf{}", b"\xff\xfe{\x00}\x00", b"\xe9" * 9, b"{}" * 9, b"NaN"]
)
def test_settings_that_the_replay_did_not_write_are_named(
    small: ReplayedBusiness, content: bytes
) -> None:
    before = small.lines()
    file = Landing(small.landing).state_file(SETTINGS_FILE)
    file.write_bytes(content)
    answer = small.run(SECOND, LANDING_ONLY)
    assert answer.code == 1
    assert f"The replay's settings in {file}" in answer.output
    assert "python -m flows.replay reset" in answer.output
    assert (small.lines(), file.read_bytes()) == (before, content)


@pytest.fixture(scope="module")
def landed(new_business: Callable[[], ReplayedBusiness]) -> ReplayedBusiness:
    """One window, to be copied."""
    business = new_business()
    business.run_well(FIRST, LANDING_ONLY)
    return business


@pytest.fixture
def small(landed: ReplayedBusiness, business: ReplayedBusiness) -> ReplayedBusiness:
    """A business with one window landed."""
    return landed.copied_to(business)


def test_a_dataset_replaced_while_it_is_profiled_leaves_no_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first run stores what it read; that must not be half of each dataset."""
    rows, other_rows = some_orders(3, 8, seed=1), some_orders(2, 9, seed=2)
    canonical = write_dataset(tmp_path / "canonical", rows, days=3)
    landing, undisturbed = tmp_path / "landing", tmp_path / "undisturbed"
    run(canonical, undisturbed, NOW, ReplayOptions(start_day=4))
    profile_dataset = replay_module.profile_dataset

    def replace_and_profile(dataset: object) -> object:
        write_dataset(canonical, other_rows, days=2)
        return profile_dataset(dataset)  # type: ignore[arg-type]

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(replay_module, "profile_dataset", replace_and_profile)
        with pytest.raises(UserError, match="holds another dataset"):
            run(canonical, landing, NOW, ReplayOptions(start_day=4))
    assert landed_bytes(landing) == b""
    assert not Landing(landing).state_file(SETTINGS_FILE).exists()
    write_dataset(canonical, rows, days=3)
    run(canonical, landing, NOW, ReplayOptions(start_day=4))
    assert landed_bytes(landing) == landed_bytes(undisturbed)


def count_limits_too_small(business: ReplayedBusiness, now: str, steps: int) -> int:
    """Land with a growing limit on the size of files; return how often it was too small."""
    undisturbed = business.copied("undisturbed")
    undisturbed.run_well(now, LANDING_ONLY)
    largest = max(file.stat().st_size for file in undisturbed.landing.glob("window-*"))
    too_small = 0
    for limit in sorted({1, 700, *range(0, largest, largest // steps), largest}):
        limited = business.copied("limited")
        before = limited.lines()
        answer = limited.run(now, LANDING_ONLY, file_limit=limit)
        if answer.code != 0:
            too_small += 1
            words = [line for line in answer.output.splitlines() if line.strip()]
            assert len(words) == 1, answer.output
            assert words[0].startswith("error: Could not ")
            assert "larger than the system allows" in words[0]
            assert limited.lines() == before
        limited.run_well(now, LANDING_ONLY)
        assert limited.lines() == undisturbed.lines()
    assert answer.code == 0
    return too_small


def test_a_limit_on_the_size_of_files_during_a_landing(small: ReplayedBusiness) -> None:
    assert count_limits_too_small(small, SECOND, steps=1) >= 2


@pytest.mark.long
def test_a_limit_on_the_size_of_files_at_any_write_of_a_landing(business: ReplayedBusiness) -> None:
    assert count_limits_too_small(business, FIRST, steps=60) > 10
    business.run_well(FIRST, LANDING_ONLY)
    assert count_limits_too_small(business, SECOND, steps=60) > 30


@pytest.mark.long
def test_tables_that_hit_a_limit_are_built_once_it_is_lifted(
    built: ReplayedBusiness, business: ReplayedBusiness
) -> None:
    built.copied_to(business)
    undisturbed = business.copied("undisturbed")
    undisturbed.run_well(SECOND)
    assert business.run(SECOND, file_limit=1 << 20).code != 0
    business.run_well(SECOND)
    assert business.differences(undisturbed) == {}


def in_a_namespace(script: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a Python script in its own mount namespace; skip where that is not allowed."""
    if sys.platform != "linux" or shutil.which("unshare") is None:
        pytest.skip("only Linux has mount namespaces")
    probe = ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root, and a system that allows it")
    return subprocess.run(
        ["unshare", "--mount", sys.executable, *script],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("step", [40, pytest.param(1, marks=pytest.mark.long)])
def test_a_disk_that_is_full_at_any_write_of_a_landing(
    two_days: Path, tmp_path: Path, step: int, figures: Counter[str]
) -> None:
    script = Path(__file__).with_name("small_disk_sweep.py")
    swept = in_a_namespace([str(script), str(two_days), str(tmp_path), str(step)])
    assert swept.returncode == 0, swept.stderr
    assert int(swept.stdout) >= (60 if step == 1 else 8)
    figures["full disks during a landing, nothing visible and nothing lost"] += int(swept.stdout)


READ_ONLY = """
import os, subprocess, sys
from types import SimpleNamespace
from flows.build import Builder
from flows.replay.__main__ import main
from common.errors import UserError
from common.paths import PROJECT
folder, canonical = sys.argv[1:]
landing = os.path.join(folder, "landing", "events")
folders = ["--canonical", canonical, "--landing", landing]
bind = ["mount", "--bind", folder, folder], ["mount", "-o", "remount,bind,ro", folder]
for command in bind:
    subprocess.run(command, check=True)
codes = [main([*words, *folders]) for words in (
    ["status", "--now", "2026-11-21T10:50:00"],
    ["run", "--now", "2026-11-21T10:50:00"],
    ["pause", "--now", "2026-11-21T10:50:00"],
    ["reset", "--yes"],
)]
try:
    Builder(SimpleNamespace(project=PROJECT)).build_window()  # it does not come to dbt
except UserError as error:
    print(f"error: {error}", file=sys.stderr)
print(codes)
"""


def test_a_folder_that_is_read_only(
    small: ReplayedBusiness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command that writes fails with one line and changes nothing; one that reads still works."""
    before = sorted((path, path.stat().st_mtime_ns) for path in small.data.rglob("*"))
    monkeypatch.setenv("CASPERS_DATA", str(small.data))
    ended = in_a_namespace(["-c", READ_ONLY, str(small.data), str(small.canonical)])
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines()[-1] == "[0, 1, 1, 1]"
    errors = [line for line in ended.stderr.splitlines() if line.strip()]
    assert len(errors) == 4, ended.stderr
    for line in errors:
        assert line.startswith("error: Could not ")
        assert str(small.data) in line
        assert "the file system is read-only" in line
    assert sorted((path, path.stat().st_mtime_ns) for path in small.data.rglob("*")) == before
    small.run_well(SECOND, LANDING_ONLY)


def test_two_replays_at_once_land_each_window_once(small: ReplayedBusiness) -> None:
    """Of three, one lands; the others report that it is running, or find nothing new."""
    undisturbed = small.copied("undisturbed")
    undisturbed.run_well(SECOND, LANDING_ONLY)
    replays = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "flows.replay", "run", "--now", SECOND),
                *("--canonical", str(small.canonical), "--landing", str(small.landing)),
            ],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for replay in replays:
        out, error = replay.communicate()
        assert "Landed " in out or "Nothing new" in out or "Another replay is at work" in error
    small.run_well(SECOND, LANDING_ONLY)
    assert small.lines() == undisturbed.lines()
