"""Businesses that are built on DuckDB and on another engine."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.engines.comparison import EngineBusiness, engine_worker
from tests.support.business import PROJECT, Business, DbtWorker


@dataclass(frozen=True)
class Pair:
    """One landing folder, built on DuckDB and on an engine."""

    duckdb: Business
    engine: EngineBusiness


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


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("sail", marks=pytest.mark.engine),
        pytest.param("spark", marks=pytest.mark.spark),
        pytest.param("cluster", marks=pytest.mark.cluster),
    ],
)
def pair(
    request: pytest.FixtureRequest,
    dbt_worker: DbtWorker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Pair]:
    """An empty business, to be built on DuckDB and on each engine."""
    data = tmp_path_factory.mktemp("business")
    on_engine = engine_worker(request.param, tmp_path_factory.mktemp("target_of_engine"))
    yield Pair(Business(data, dbt_worker), EngineBusiness(data, on_engine, request.param))
    on_engine.stop()
