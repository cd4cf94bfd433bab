"""A model that is built window by window, late data included, and compared with what is right.

Everything happens in a folder of its own: the model is built there of a small landing, made of the
first days of the dataset.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from analyses.exercises.comparison import differences
from analyses.exercises.exercise import Verdict
from analyses.exercises.queries import open_tables, run_query
from common.errors import UserError
from flows.dbt.command_line import dbt_arguments, run_dbt
from flows.dbt.log_events import last_words
from flows.replay.commands import run as land_window
from flows.replay.replay import ReplayOptions

if TYPE_CHECKING:
    from analyses.exercises.exercise import Exercise, Places

RIGHT = """
    select
        location_id,
        order_day,
        count(*) as orders,
        count(case when status = 'delivered' then 1 end) as delivered,
        count(case when total_minutes > promised_minutes then 1 end) as past_promise,
        max(total_minutes) as longest_minutes
    from lakeflow.silver_order_timeline
    where order_day is not null
    group by location_id, order_day
"""
"""What the model has to hold after every build."""

_LAST_LINES = 12
_START_DAY = 1
# At 60 times speed: windows that end on day 1 at 14:00, on day 2 at 2:00, and at 14:00.
_ENDS = tuple(datetime(2026, 1, 1, 14) + timedelta(minutes=12 * n) for n in range(3))
_AFTER = (
    "the first build",
    "a window that ends after midnight",
    "a window with what came late of the days before",
)
_ONE_IN = 10


def check_model(exercise: Exercise, places: Places) -> Verdict:
    """Build a model in three windows, the last of which brings late events, and compare each."""
    file = exercise.file(places)
    if not file.is_file():
        raise UserError(f"{file} is not there: write your model into it.")
    with tempfile.TemporaryDirectory(prefix="caspers-lesson-") as temporary:
        folder = Path(temporary)
        for after, window in zip(_AFTER, land_with_late_events(places, folder), strict=True):
            landing = folder / "landing" / "events"
            landing.mkdir(parents=True, exist_ok=True)
            shutil.move(window, landing)
            _build(places, folder, file.stem)
            wrong = _wrong_kind(folder, file.stem) or _wrong_rows(exercise, folder, file)
            if wrong:
                return Verdict(False, (f"the table is not right after {after}", *wrong))
    return Verdict(True, ("the table is right after every window, late events included",))


def land_with_late_events(places: Places, folder: Path) -> list[Path]:
    """Land three windows of the dataset, and keep one order in ten of the first two for the third.

    Parameters
    ----------
    places
        Where the dataset is.
    folder
        Where windows are written.

    Returns
    -------
    The files, in the order in which they land.
    """
    landing = folder / "windows"
    options = ReplayOptions(start_day=_START_DAY, speed=60)
    for moment in _ENDS:
        land_window(places.data / "canonical", landing, moment, options)
    files = sorted(landing.glob("*.jsonl"))
    late: list[str] = []
    for file in files[:-1]:
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        late += [line for line in lines if _comes_late(line)]
        kept = [line for line in lines if not _comes_late(line)]
        file.write_text("".join(kept), encoding="utf-8")
    with files[-1].open("a", encoding="utf-8") as last:
        last.writelines(late)
    return files


def _comes_late(line: str) -> bool:
    return zlib.crc32(json.loads(line)["order_id"].encode()) % _ONE_IN == 0


def _build(places: Places, folder: Path, model: str) -> None:
    unneeded = ["test", "unit_test", *(["seed"] if (folder / "target").exists() else [])]
    options = [word for kind in unneeded for word in ("--exclude-resource-type", kind)]
    options += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    arguments = dbt_arguments(
        "build", *options, "--target", "duckdb", select=[f"+{model}"], project=places.project
    )
    variables = {
        "CASPERS_DATA": str(folder),
        "CASPERS_LANDING": str(folder / "landing" / "events"),
    }
    code, events = run_dbt(arguments, places.project, variables=variables)
    if code:
        raise UserError(
            f"the model does not build; dbt's last words:\n  {last_words(events, _LAST_LINES)}"
        )


def _wrong_kind(folder: Path, model: str) -> list[str]:
    manifest = json.loads((folder / "target" / "manifest.json").read_text(encoding="utf-8"))
    (node,) = (
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["name"] == model
    )
    kind = node["config"]["materialized"]
    return [] if kind == "incremental" else [f"it is a {kind}: make it an incremental table"]


def _wrong_rows(exercise: Exercise, folder: Path, file: Path) -> list[str]:
    with open_tables(folder / "caspers.duckdb") as connection:
        expected = run_query(connection, RIGHT, file)
        found = run_query(connection, f"select * from lakeflow.{file.stem}", file)
    return differences(found, expected, exercise.key)
