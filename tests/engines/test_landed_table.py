"""A Delta table that a stream writes, in the place of landed files: the same tables come of it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from common.canonical_dataset import open_dataset
from common.landed_files import parse_window_file_name
from common.landing.event_lines import write_window
from common.landing.window import Window
from generator.dataset.stream.offsets import parse_offset
from tests.engines.comparison import EngineBusiness, differences, engine_worker
from tests.support.business import Business, DbtWorker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# A row has no line of a file, no bytes; rows of one millisecond have another order than lines.
OF_FILES = (
    ("landed_lines", "line_number"),
    ("landed_lines", "file_bytes"),
    ("all_events", "line_number"),
)


@dataclass(frozen=True)
class Landed:
    """A stream, and a replay of the same windows as files, built on Spark and on DuckDB.

    Attributes
    ----------
    table
        The Delta table of the stream.
    """

    duckdb: Business
    spark: EngineBusiness
    canonical: Path
    table: Path
    checkpoint: Path

    def stream(self) -> None:
        """Read the next batch into the table, and land the same window as a file."""
        options = {
            "datasetPath": str(self.canonical),
            "simulationStartDay": "1",
            "speedMultiplier": "20000",
            "maxEventsPerBatch": "3000",
        }
        answer = self.spark.worker.ask(
            {
                "stream": options,
                "table": str(self.table),
                "checkpoint": str(self.checkpoint),
            }
        )
        assert answer["events"] > 0
        newest = max((self.checkpoint / "offsets").glob("[0-9]*"), key=lambda file: int(file.name))
        settings = parse_offset(json.loads(newest.read_text().splitlines()[-1])).settings
        assert settings is not None
        (name,) = self.spark.rows(f"select max(landed_window) from delta.`{self.table}`")[0]
        positions = parse_window_file_name(f"{name}.jsonl")
        assert positions is not None
        write_window(
            open_dataset(self.canonical),
            settings.profile,
            Window(*positions),
            settings.shift_days,
            self.duckdb.landing / f"{name}.jsonl",
        )

    def execute(self, statement: str) -> None:
        """Run a statement on Spark that answers with no rows."""
        self.spark.worker.ask({"query": statement, "rows": False})

    def build(self, *arguments: str) -> list[str]:
        """Build on Spark from the table; return what dbt says."""
        landing = {"CASPERS_LANDING": f"delta:{self.table}"}
        answer = self.spark.worker.run(
            self.spark.data, [*arguments, "--target", "databricks"], variables=landing
        )
        messages: list[str] = answer["messages"]
        assert answer["success"], "\n".join([str(answer["error"]), *messages[-30:]])
        return messages


@pytest.fixture(scope="module")
def landed(
    dbt_worker: DbtWorker, canonical: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Landed]:
    folder = tmp_path_factory.mktemp("landed_table")
    on_spark = engine_worker("spark", tmp_path_factory.mktemp("target_of_spark"))
    yield Landed(
        Business(folder / "data", dbt_worker),
        EngineBusiness(folder / "data", on_spark, "spark"),
        canonical,
        folder / "table",
        folder / "checkpoint",
    )
    on_spark.stop()


def select(command: str) -> list[str]:
    """Return the options that limit a command to what a window goes through first.

    No model but `landed_lines` knows where lines come from; the quality of a day is made from all
    that it says of them.
    """
    models = [f"+{name}" for name in ("all_events", "rejected_events", "gold_data_quality_day")]
    return ["--select", *models] if command == "run" else []


def windows_read(messages: list[str]) -> str:
    (line,) = [message for message in messages if message.startswith("landed_lines: ")]
    return line.partition(" of ")[0]


@pytest.mark.spark
def test_tables_are_those_of_the_files_window_after_window(landed: Landed, tmp_path: Path) -> None:
    assert not [*landed.duckdb.landing.iterdir()]
    for command in ("seed", "run"):
        if command == "run":
            landed.stream()
        landed.duckdb.dbt(command, *select(command))
        first = landed.build(command, *select(command))
    assert windows_read(first) == "landed_lines: first build, 1 windows"
    for _ in range(2):
        landed.stream()
        landed.duckdb.dbt("run", *select("run"))
        assert windows_read(landed.build("run", *select("run"))) == (
            "landed_lines: next window, 1 windows"
        )
    # Compacted, the table has other files and the same windows.
    landed.execute(f"optimize delta.`{landed.table}`")
    assert windows_read(landed.build("run", *select("run"))) == (
        "landed_lines: nothing new, 0 windows"
    )
    assert differences(landed.duckdb, landed.spark, tmp_path, OF_FILES) == {}


@pytest.mark.spark
def test_a_table_of_another_stream_is_refused(landed: Landed) -> None:
    other = landed.table.with_name("other")
    (name,) = landed.spark.rows(f"select max(landed_window) from delta.`{landed.table}`")[0]
    later = re.sub(r"-\d{18}-", f"-{10**17}-", name)
    landed.execute(
        f"create table delta.`{other}` using delta as select * except (landed_window), "
        f"'{later}' as landed_window from delta.`{landed.table}` limit 1"
    )
    answer = landed.spark.worker.run(
        landed.spark.data,
        ["run", "--select", "landed_lines", "--target", "databricks"],
        variables={"CASPERS_LANDING": f"delta:{other}"},
    )
    assert not answer["success"]
    assert f"does not follow {name}, which is loaded" in "\n".join(answer["messages"])


def test_duckdb_says_that_it_cannot_read_one(dbt_worker: DbtWorker, tmp_path: Path) -> None:
    answer = dbt_worker.run(
        tmp_path, ["build", "--select", "+landed_lines"], variables={"CASPERS_LANDING": "delta:/t"}
    )
    assert not answer["success"]
    assert "which DuckDB cannot read without an extension" in "\n".join(answer["messages"])


def test_only_events_may_be_in_a_table(dbt_worker: DbtWorker, tmp_path: Path) -> None:
    answer = dbt_worker.run(
        tmp_path,
        ["run", "--select", "landed_decisions"],
        variables={"CASPERS_DECISIONS": "delta:/t"},
    )
    assert not answer["success"]
    assert "only events may be in a Delta table" in "\n".join(answer["messages"])
