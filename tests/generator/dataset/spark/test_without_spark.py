"""Without --engine spark nothing imports pyspark; with it, the error says what to install."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from common.paths import PROJECT
from generator.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path


def test_without_pyspark_the_message_says_what_to_install(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pyspark", "pyspark.sql", "pyspark.errors"):
        monkeypatch.setitem(sys.modules, name, None)
    arguments = ["canonical", "--days", "1", "--engine", "spark", "--out", str(tmp_path / "data")]
    assert main(arguments) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("error: --engine spark needs pyspark, which is not installed: ")
    assert "pip install '.[spark]'" in output.err
    assert output.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [[], ["--engine", "local"]])
def test_the_normal_path_imports_no_pyspark(tmp_path: Path, arguments: list[str]) -> None:
    script = (
        "import sys; from generator.__main__ import main; code = main(sys.argv[1:]);"
        "assert not [name for name in sys.modules if name.split('.')[0] in ('pyspark', 'py4j')];"
        "sys.exit(code)"
    )
    command = ["canonical", "--days", "1", "--locations", "sv", "--out", str(tmp_path / "data")]
    subprocess.run(
        [sys.executable, "-c", script, *command, *arguments],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        check=True,
    )
    assert (tmp_path / "data" / "events.parquet").is_file()


def test_an_unknown_engine_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["canonical", "--engine", "abacus"])
    assert end.value.code == 2
    assert "abacus" in capsys.readouterr().err
