"""The jobs of ``databricks.yml``: entry points of the wheel, without arguments of their own.

Job parameters arrive on the command line as ``--CATALOG=…``. A `UserError` is not caught: the
page of the failed run shows its message.
"""

from __future__ import annotations

import argparse
import os
import re
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from common.canonical_dataset import open_dataset
from common.clock import utc_now
from common.errors import UserError
from common.landing.landing import Landing
from common.landing.settings import DEFAULT_SPEED, DEFAULT_START_DAY
from common.storage import storage_of
from common.storage.volume import volumes_root
from flows.canonical import make_default_dataset
from flows.lakebase import MIRRORS, REFUNDS, mirror, owner_url, remove, workspace_client
from flows.replay import commands
from flows.replay.messages import format_report
from flows.replay.replay import ReplayOptions
from flows.stream import StreamTarget, format_batch, stream_batch
from generator.dataset.spark.session import spark_session
from generator.dataset.stream import options as stream_options

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from databricks.sdk import WorkspaceClient
    from pyspark.sql import SparkSession

DECISIONS_VOLUME = "decisions"
"""The volume in which decisions of people land."""

STREAMED_TABLE = "streamed_events"
"""The table of the stream, in the schema of the volumes."""

MISC_VOLUME = "misc"
"""The volume of what is not landed events."""

PIPELINE_IS_DUE = "pipeline_is_due"
"""The task value that says whether the build follows."""

_LAST_BUILD = "pipeline_due"

T = TypeVar("T", int, float)

_NAME = re.compile(r"[^\s/.\\]+")


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of the jobs, as the bundle declares them.

    Attributes
    ----------
    catalog, schema, volume
        Where events land.
    start_day, speed
        What the first run fixes.
    schedule_minutes
        Minutes between two replays.
    pipeline_minutes
        Minutes between two builds; 0 for one after every replay.
    """

    catalog: str
    schema: str
    volume: str
    start_day: int
    speed: float
    schedule_minutes: int
    pipeline_minutes: int

    @property
    def canonical(self) -> Path:
        """Folder of the canonical dataset."""
        return self._schema_folder / MISC_VOLUME / "canonical"

    @property
    def landing(self) -> Path:
        """Folder in which windows land: the volume itself."""
        return self._schema_folder / self.volume

    @property
    def stream_target(self) -> StreamTarget:
        """Where the stream goes."""
        checkpoint = self._schema_folder / MISC_VOLUME / "checkpoints" / STREAMED_TABLE
        return StreamTarget(f"{self.catalog}.{self.schema}.{STREAMED_TABLE}", str(checkpoint))

    @property
    def _schema_folder(self) -> Path:
        return schema_folder(self.catalog, self.schema)


def parameters(arguments: Sequence[str] | None = None) -> Parameters:
    """Return the parameters of a job, from its command line.

    Raises
    ------
    UserError
        If one is impossible.
    """
    parser = argparse.ArgumentParser(prog="caspers-job", description=__doc__, allow_abbrev=False)
    parser.add_argument("--CATALOG", default="caspersdev")
    parser.add_argument("--SCHEMA", default="simulator")
    parser.add_argument("--VOLUME", default="events")
    parser.add_argument("--START_DAY", default=str(DEFAULT_START_DAY))
    parser.add_argument("--SPEED_MULTIPLIER", default=str(DEFAULT_SPEED))
    parser.add_argument("--SCHEDULE_MINUTES", default="3")
    parser.add_argument("--PIPELINE_SCHEDULE_MINUTES", default="0")
    given = vars(parser.parse_args(arguments))
    for name in ("CATALOG", "SCHEMA", "VOLUME"):
        check_name(given, name)
    replay_options = commands.check_options(
        _number(given, "START_DAY", int, 0), _number(given, "SPEED_MULTIPLIER", float, 0.0)
    )
    assert replay_options.start_day is not None  # noqa: S101  # both were given
    assert replay_options.speed is not None  # noqa: S101
    return Parameters(
        catalog=given["CATALOG"],
        schema=given["SCHEMA"],
        volume=given["VOLUME"],
        start_day=replay_options.start_day,
        speed=replay_options.speed,
        schedule_minutes=_number(given, "SCHEDULE_MINUTES", int, 1),
        pipeline_minutes=_number(given, "PIPELINE_SCHEDULE_MINUTES", int, 0),
    )


def canonical(arguments: Sequence[str] | None = None) -> None:
    """Make the canonical dataset on its volume, unless there is one."""
    job = parameters(arguments)
    if _has_dataset(job.canonical):
        print(f"There is a dataset in {job.canonical} already; it stays.")
        return
    make_default_dataset(job.canonical)


def replay(
    arguments: Sequence[str] | None = None,
    *,
    now: datetime | None = None,
    set_task_value: Callable[[str, str], None] | None = None,
) -> None:
    """Land the next window, and set for the job whether the build follows.

    Parameters
    ----------
    arguments
        The command line; by default that of the process.
    now
        Real time, naive UTC; by default the clock's.
    set_task_value
        Sets a value that other tasks of the run can read; by default that of the job.
    """
    job = parameters(arguments)
    now = now or utc_now()
    replay_options = ReplayOptions(job.start_day, job.speed)
    for line in format_report(commands.run(job.canonical, job.landing, now, replay_options)):
        print(line)
    due = pipeline_is_due(job, now)
    (set_task_value or _set_task_value)(PIPELINE_IS_DUE, "true" if due else "false")


def stream(arguments: Sequence[str] | None = None, *, session: SparkSession | None = None) -> None:
    """Stream what is due into the table that builds read in the place of the volume.

    Parameters
    ----------
    arguments
        The command line; by default that of the process.
    session
        The session; by default that of the job.
    """
    job = parameters(arguments)
    options = {
        stream_options.DATASET_PATH: str(job.canonical),
        stream_options.SIMULATION_START_DAY: str(job.start_day),
        stream_options.SPEED_MULTIPLIER: str(job.speed),
    }
    with nullcontext(session) if session else spark_session() as found:
        batch = stream_batch(found, options, job.stream_target)
    print(format_batch(batch, job.stream_target))


def pipeline_is_due(job: Parameters, now: datetime) -> bool:
    """Say whether the build is to run now; if so, record the time.

    It is due when its interval has passed, or will have by the middle of the pause until the next
    replay: a schedule of whole minutes is never kept to the second.
    """
    if not job.pipeline_minutes:
        return True
    landing = Landing(job.landing)
    try:
        last = datetime.fromisoformat(landing.read_state(_LAST_BUILD).decode().strip())
    except (FileNotFoundError, ValueError):
        # Without the file, or with an unreadable one, the build simply runs now.
        last = datetime.min
    pause = timedelta(minutes=job.pipeline_minutes - job.schedule_minutes / 2)
    if last <= now < last + pause:
        return False
    landing.write_state(_LAST_BUILD, now.isoformat() + "\n")
    return True


def lakebase(
    arguments: Sequence[str] | None = None, *, workspace: WorkspaceClient | None = None
) -> None:
    """Mirror a table in Lakebase; for refunds also set up what the desk needs there.

    Parameters
    ----------
    arguments
        The command line; by default that of the process.
    workspace
        The workspace; by default that of the job.
    """
    parser = _parser_of_lakebase()
    parser.add_argument("--MIRROR", choices=MIRRORS, required=True)
    parser.add_argument("--DESK", default="", help="role of the app, for the mirror `refunds`")
    given = vars(parser.parse_args(arguments))
    check_name(given, "CATALOG")
    what = MIRRORS[given["MIRROR"]]
    if (what is REFUNDS) != bool(given["DESK"]):
        raise UserError("--DESK names the role of the app, for --MIRROR=refunds and only there.")
    workspace = workspace or workspace_client()
    created = mirror(workspace, given["CATALOG"], what)
    print(f"{given['CATALOG']}.{what.table} {'is created' if created else 'is there'}.")
    if what is REFUNDS:
        set_up_decisions(owner_url(workspace, given["CATALOG"], what), given["DESK"])
        print("The desk can read it and store decisions.")


def remove_lakebase(
    arguments: Sequence[str] | None = None, *, workspace: WorkspaceClient | None = None
) -> None:
    """Remove what `lakebase` has created and the bundle does not know: the synced tables."""
    given = vars(_parser_of_lakebase().parse_args(arguments))
    check_name(given, "CATALOG")
    for name in remove(workspace or workspace_client(), given["CATALOG"]):
        print(f"{name} is removed.")


def decisions(
    arguments: Sequence[str] | None = None, *, workspace: WorkspaceClient | None = None
) -> None:
    """Land the decisions that are new in Lakebase."""
    from flows.decisions.export import export_decisions  # noqa: PLC0415  (needs the extra postgres)

    parser = _parser_of_lakebase()
    parser.add_argument("--SCHEMA", default="simulator")
    given = vars(parser.parse_args(arguments))
    for name in ("CATALOG", "SCHEMA"):
        check_name(given, name)
    landing = schema_folder(given["CATALOG"], given["SCHEMA"]) / DECISIONS_VOLUME
    url = owner_url(workspace or workspace_client(), given["CATALOG"], REFUNDS)
    exported = export_decisions(landing, url)
    assert exported is not None  # noqa: S101  (the URL was given)
    print(f"{exported.decisions:,} new decisions.")


def set_up_decisions(url: str, desk: str) -> None:
    """Create the table of decisions and the rights of the desk; safe to repeat.

    Parameters
    ----------
    url
        Of somebody who may create roles and schemas in the database.
    desk
        The role in which the desk logs in.

    Raises
    ------
    UserError
        If the database refuses.
    """
    import psycopg  # noqa: PLC0415  (needs the extra postgres)

    from flows.postgres.schema import set_up_beside_synced_table  # noqa: PLC0415

    try:
        with psycopg.connect(url) as connection:
            set_up_beside_synced_table(connection, desk)
    except psycopg.Error as error:
        raise UserError(
            f"The database cannot be set up ({' '.join(str(error).split())}): the job has to run "
            "as the owner of the database instance, and the app has to be deployed."
        ) from error


def _parser_of_lakebase() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="caspers-job", description=__doc__, allow_abbrev=False)
    parser.add_argument("--CATALOG", default="caspersdev")
    return parser


def check_name(given: dict[str, str], name: str) -> None:
    """Check that a parameter is a name in Unity Catalog.

    Raises
    ------
    UserError
        If it is none.
    """
    if not _NAME.fullmatch(given[name]):
        raise UserError(
            f"{name}={given[name]!r} is not a name in Unity Catalog: leave out spaces, dots "
            "and slashes."
        )


def schema_folder(catalog: str, schema: str) -> Path:
    """Return the folder in which the volumes of a schema are.

    Raises
    ------
    UserError
        If there are no volumes.
    """
    root = volumes_root()
    if root is None:
        raise UserError(
            "There are no Unity Catalog volumes on this machine: run the jobs on Databricks, "
            "or say with CASPERS_VOLUMES where volumes are mounted."
        )
    return root / catalog / schema


def _number(given: dict[str, str], name: str, kind: type[T], low: T) -> T:
    try:
        number = kind(given[name])
    except ValueError:
        raise UserError(f"{name}={given[name]!r} is not a number: write one.") from None
    if number < low:
        raise UserError(f"{name}={given[name]} is impossible: the minimum is {low}.")
    return number


def _has_dataset(folder: Path) -> bool:
    if storage_of(folder).unfinished(folder):
        return False
    try:
        open_dataset(folder)
    except UserError:
        return False
    return True


def _set_task_value(name: str, value: str) -> None:
    if "DATABRICKS_RUNTIME_VERSION" not in os.environ:
        raise UserError(
            "The window has landed, but this is not a task of a Databricks job: elsewhere use "
            "`caspers-replay run`."
        )
    from databricks.sdk.runtime import dbutils  # noqa: PLC0415  # only there on Databricks

    dbutils.jobs.taskValues.set(key=name, value=value)
