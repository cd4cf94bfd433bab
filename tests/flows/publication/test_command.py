"""Publishing by hand, after a ``dbt build`` by hand, and the prompt on what is published."""

import json
import subprocess
from pathlib import Path

import pytest

from common.paths import PROJECT, published_directory
from flows.publication.__main__ import main
from tests.flows.publication.small_warehouse import SmallWarehouse
from tests.support.publication import published_differences


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path))
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path / "target"))
    return tmp_path


def ask(data: Path, sql: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "-s", "-o", ".venv/.installed", "sql", f"CASPERS_DATA={data}"],
        cwd=PROJECT, input=sql, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_what_was_built_by_hand_is_published_and_asked(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == 1
    assert "to publish yet: build it with `make run`" in capsys.readouterr().err
    warehouse = SmallWarehouse(data)
    warehouse.sell(["2026-11-20"])
    assert main([]) == 1
    assert "run `dbt parse`" in capsys.readouterr().err
    assert "nothing is published" in ask(data, "").stderr
    node = {"resource_type": "model", "name": "sales", "alias": "sales", "schema": "lakeflow"}
    node |= {"columns": {}, "config": {"materialized": "table", "meta": {"published": True}}}
    (data / "target").mkdir()
    (data / "target" / "manifest.json").write_text(json.dumps({"nodes": {"sales": node}}))
    assert main([]) == 0
    assert capsys.readouterr().out.startswith("Published build 1: 1 tables in 1 Parquet files, 1 ")
    assert published_differences(warehouse.file, published_directory()) == {}
    answer = ask(data, "select sum(revenue) as total from lakeflow.sales;")
    assert "21.00" in answer.stdout, answer.stderr
    refused = ask(data, "delete from lakeflow.sales;")
    assert refused.returncode != 0
