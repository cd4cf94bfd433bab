"""A data folder has one business; a second one says where the first is and starts nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from common.paths import PROJECT
from flows import teardown
from flows.business import __main__ as business
from flows.business_lock import business_lock

HOLD = """
from flows.business_lock import business_lock
with business_lock("make live"):
    print(flush=True)
    input()
"""


@pytest.fixture(autouse=True)
def data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    return tmp_path / "data"


def test_the_second_names_the_first_and_a_killed_one_is_no_obstacle(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started: list[str] = []
    monkeypatch.setattr(business, "make_dataset", lambda: started.append("dataset"))
    monkeypatch.setattr(business, "run_once", lambda: pytest.fail("a server was started"))
    monkeypatch.setattr(business, "serve", lambda _: pytest.fail("a server was started"))
    with subprocess.Popen(
        [sys.executable, "-c", HOLD],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as first:
        assert first.stdout is not None
        first.stdout.readline()
        before = sorted(data.rglob("*"))
        for command in ("serve", "once"):
            assert business.main([command]) == 1
            error = capsys.readouterr().err
            assert error.startswith(f"error: The business in {data} is running already: ")
            assert f"`make live`, process {first.pid} on " in error
            assert ", since 20" in error
        assert teardown.main(["--yes"]) == 1
        assert f"process {first.pid} on " in capsys.readouterr().err
        assert sorted(data.rglob("*")) == before
        assert started == []
        first.kill()
    with business_lock("make live"):
        assert (
            f"process {os.getpid()} on " in (data / "prefect" / "business.lock.owner").read_text()
        )


def test_another_data_folder_has_a_business_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with business_lock("make live"):
        monkeypatch.setenv("CASPERS_DATA", str(tmp_path / "other"))
        with business_lock("make live"):
            pass


def test_a_data_folder_that_cannot_be_made_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path / "file" / "data"))
    assert business.main(["once"]) == 1
    assert "CASPERS_DATA" in capsys.readouterr().err
