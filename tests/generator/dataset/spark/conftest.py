"""One Spark for all tests of this folder, and a small dataset made without it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from common.paths import SEEDS
from generator.catalogue.seed_files import load_catalogue
from generator.configuration.configured_kitchens import kitchen_settings
from generator.dataset.canonical import make_dataset
from generator.dataset.plan import DatasetPlan
from generator.dataset.spark import events
from generator.dataset.spark.session import spark_session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyspark.sql import SparkSession


@pytest.fixture(scope="session")
def session() -> Iterator[SparkSession]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SPARK_MASTER", "local[2,4]")
        environment.delenv("SPARK_REMOTE", raising=False)
        with spark_session() as session:
            yield session


@pytest.fixture(scope="session")
def plan(tmp_path_factory: pytest.TempPathFactory) -> DatasetPlan:
    """Two kitchens, three days; kitchens close after midnight, so that days overlap."""
    catalogue = load_catalogue(SEEDS)
    settings = kitchen_settings(catalogue, (), ["sv", "chicago"])
    roads_directory = tmp_path_factory.mktemp("roads")
    return DatasetPlan(catalogue, settings, date(2024, 1, 1), 3, 42, "synthetic", roads_directory)


@pytest.fixture(scope="session")
def local(plan: DatasetPlan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dataset of the plan, made without Spark."""
    folder = tmp_path_factory.mktemp("local")
    make_dataset(plan, folder / "canonical")
    return folder / "canonical"


@pytest.fixture
def one_task_per_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every kitchen-day be a task of its own, and every day a file of its own."""
    monkeypatch.setattr(events, "DAYS_PER_TASK", 1)
    monkeypatch.setattr(events, "KITCHEN_DAYS_PER_PART", 2)
