"""The whole loop on a real workspace, once: `python -m tests.engines.workspace_smoke --help`.

Everything else in `tests/` runs without a workspace. This is for those who have one: it deploys the
bundle, makes the dataset, lands two windows, builds after each, and compares what is in the volume
and in the tables with what the generator and the replay say here. It prints a line for each thing
that only a workspace can show, and exits with 1 if one of them failed. It costs a few minutes of
serverless compute and of the SQL warehouse. What it deployed stays, and replays by its schedule:
`databricks bundle destroy` removes it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from common.canonical_dataset import open_dataset, profile_dataset
from common.errors import UserError
from common.landed_files import parse_window_file_name, window_file_name
from common.landing.event_lines import count_events
from common.landing.window import Window
from common.paths import PROJECT
from common.storage.upload_markers import marked_name
from flows.canonical import make_default_dataset
from flows.databricks import parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Query = Callable[[str], list[tuple[Any, ...]]]

NEEDED = {
    "DATABRICKS_HOST": "the workspace, as https://<name>.cloud.databricks.com",
    "DATABRICKS_TOKEN": "an access token of yours",
    "DATABRICKS_HTTP_PATH": "the SQL warehouse, as /sql/1.0/warehouses/<id>",
}
GOLD = (
    *("gold_order_header", "gold_item_sales_day", "gold_brand_sales_day"),
    *("gold_location_sales_hourly", "gold_delivery_times_day", "gold_data_quality_day"),
)
STREAMS = {
    "default": ("refund_recommender_stream",),
    "complaints": ("complaint_stream",),
    "all": ("refund_recommender_stream", "complaint_stream"),
    "free": (),
}
"""Jobs of each target that build what the pipeline behind a replay leaves out."""
MIRRORS = {
    "refund_recommender_stream": ("refund_recommendations", "recommender.pg_recommendations"),
    "complaint_stream": ("complaint_responses", "complaints.pg_complaint_responses"),
}
"""The table that each of them builds, and its copy in Lakebase."""


@dataclass(frozen=True)
class Finding:
    """One thing that only a workspace can show."""

    what: str
    expected: object
    found: object

    @property
    def holds(self) -> bool:
        return self.expected == self.found

    def line(self) -> str:
        if self.holds:
            return f"holds   {self.what}: {self.found}"
        return f"FAILED  {self.what}: {self.found} instead of {self.expected}"


def check_environment(environment: Mapping[str, str]) -> None:
    """Raise a `UserError` that names what is missing, before anything is deployed."""
    for name, meaning in NEEDED.items():
        if not environment.get(name):
            raise UserError(f"The environment variable {name} is missing: set it to {meaning}.")
    if shutil.which("databricks", path=environment.get("PATH")) is None:
        raise UserError(
            "The Databricks CLI is not on the PATH: install it as "
            "https://docs.databricks.com/dev-tools/cli/install.html says."
        )


def command(*words: str) -> None:
    """Run the Databricks CLI and show its output."""
    print(f"\n$ databricks {' '.join(words)}", flush=True)
    ended = subprocess.run(["databricks", *words], cwd=PROJECT, check=False)
    if ended.returncode:
        raise UserError(
            f"`databricks {' '.join(words)}` failed (exit code {ended.returncode}): see its output "
            "above."
        )


def warehouse(environment: Mapping[str, str]) -> Query:
    """Return a function that queries the SQL warehouse."""
    try:
        from databricks import sql  # noqa: PLC0415  # needed only with a workspace
    except ImportError as error:
        raise UserError(
            "The Databricks SQL connector is not installed: run "
            "`pip install databricks-sql-connector`."
        ) from error
    connection = sql.connect(
        server_hostname=environment["DATABRICKS_HOST"].removeprefix("https://").rstrip("/"),
        http_path=environment["DATABRICKS_HTTP_PATH"],
        access_token=environment["DATABRICKS_TOKEN"],
    )

    def ask(statement: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return [tuple(row) for row in cursor.fetchall()]

    return ask


def local_count(canonical: Path) -> Callable[[str], int]:
    """Return a function that counts the events of a window in the dataset made here."""
    dataset = open_dataset(canonical)
    profile = profile_dataset(dataset)

    def count(name: str) -> int:
        positions = parse_window_file_name(name)
        assert positions is not None
        return count_events(dataset, profile, Window(*positions))

    return count


def findings(
    query: Query, volume: str, catalog: str, expected_events: Callable[[str], int]
) -> list[Finding]:
    """Compare the volume and the tables with what should be there.

    Only windows that the tables have are compared: a scheduled replay may continue meanwhile.
    """
    listed = {str(row[0]).rsplit("/", 1)[-1] for row in query(f"LIST '{volume}'")}
    windows = sorted(name for name in listed if parse_window_file_name(name))
    bronze = f"`{catalog}`.lakeflow"
    built = dict(query(f"SELECT file, count(*) FROM {bronze}.landed_lines GROUP BY file"))
    known = sorted(built)
    wanted = {name: expected_events(name) for name in known}
    total = sum(wanted.values())
    lines = query(
        "SELECT _metadata.file_name, count(*) FROM "
        f"read_files('{volume}/window-*.jsonl', format => 'text') GROUP BY 1"
    )

    def one(statement: str) -> object:
        return query(statement)[0][0]

    left = sorted(filter(marked_name, listed - _busy(listed)))
    of_built = {name: count for name, count in dict(lines).items() if name in built}
    return [
        Finding("windows have landed", True, bool(windows)),
        Finding("the tables have all but what landed meanwhile", windows[: len(known)], known),
        Finding("windows follow each other", [], _gaps(windows)),
        Finding("no upload is incomplete", [], left),
        Finding("lines in the volume", wanted, of_built),
        Finding("lines in landed_lines", wanted, built),
        Finding("events in all_events", total, one(f"SELECT count(*) FROM {bronze}.all_events")),
        Finding("rejected lines", 0, one(f"SELECT count(*) FROM {bronze}.rejected_events")),
        Finding(
            "orders in gold_order_header",
            one(f"SELECT count(*) FROM {bronze}.all_events WHERE event_type = 'order_created'"),
            one(f"SELECT count(*) FROM {bronze}.gold_order_header"),
        ),
        *(
            Finding(f"{table} has rows", True, one(f"SELECT count(*) > 0 FROM {bronze}.{table}"))
            for table in GOLD
        ),
    ]


def findings_of_python_models(query: Query, catalog: str, target: str) -> list[Finding]:
    """Compare what Python models have written with what it is made from, and with Lakebase."""

    def count(table: str) -> object:
        return query(f"SELECT count(*) FROM `{catalog}`.{table}")[0][0]

    found = []
    if target != "complaints":
        found.append(
            Finding(
                "verdicts of the Python model, one per delivered order",
                count("lakeflow.silver_order_timeline WHERE status = 'delivered'"),
                count("recommender.refund_recommendations"),
            )
        )
    if target != "default":
        found.append(
            Finding(
                "answers of the Python model, one per complaint",
                count("complaints.raw_complaints"),
                count("complaints.complaint_responses"),
            )
        )
    for stream in STREAMS[target]:
        table, mirror = MIRRORS[stream]
        # It follows the table within seconds: what has just been built may be under way.
        found.append(Finding(f"{table} is in Lakebase", True, bool(count(mirror))))
    return found


def _busy(listed: set[str]) -> set[str]:
    """Return the upload markers of the newest window, which a replay may be writing."""
    newest = max((name for name in listed if parse_window_file_name(name)), default="")
    return {name for name in listed if (marked_name(name) or "") >= newest}


def _gaps(windows: Sequence[str]) -> list[str]:
    gaps = []
    follows = 0
    for name in windows:
        positions = parse_window_file_name(name)
        assert positions is not None
        first, last = positions
        if first != follows:
            gaps.append(f"before {window_file_name(first, last)}")
        follows = last + 1
    return gaps


def deploy_and_compare(
    target: str, variables: Sequence[str], query: Query, canonical: Path
) -> list[Finding]:
    """Deploy, then land and build twice, comparing after each."""
    values = dict(variable.split("=", 1) for variable in variables)
    given = [f"--{name}={value}" for name, value in values.items() if name != "WAREHOUSE_ID"]
    job_parameters = parameters(given)
    volume = f"/Volumes/{job_parameters.catalog}/{job_parameters.schema}/{job_parameters.volume}"
    options = ("--target", target, *(word for each in variables for word in ("--var", each)))
    command("bundle", "validate", *options)
    command("bundle", "deploy", *options)
    all_findings: list[Finding] = []
    for jobs in (["caspers_initializer"], ["canonical_data_replay", *STREAMS[target]]):
        for job in jobs:
            command("bundle", "run", job, *options)
        all_findings += findings(query, volume, job_parameters.catalog, local_count(canonical))
        all_findings += findings_of_python_models(query, job_parameters.catalog, target)
    return all_findings


def _shown(target: str, variables: Sequence[str]) -> list[Finding]:
    for variable in variables:
        if "=" not in variable:
            raise UserError(f"--var {variable} has no value: write NAME=VALUE.")
    check_environment(os.environ)
    query = warehouse(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        canonical = Path(folder) / "canonical"
        make_default_dataset(canonical)
        return deploy_and_compare(target, variables, query, canonical)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.engines.workspace_smoke")
    parser.add_argument("--target", default="default", choices=[*STREAMS])
    parser.add_argument(
        "--var",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a variable of the bundle, as for `databricks bundle deploy`; may be repeated",
    )
    options = parser.parse_args(arguments)
    try:
        shown = _shown(options.target, options.var)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print("\nShown by this workspace and by no other test:")
    for line in (
        "the service itself accepts the bundle, and it deploys with your permissions",
        "the wheel installs and runs on serverless compute",
        "a volume accepts what the replay writes through its mount",
        "one job starts the other, and the condition between them is evaluated",
        "instances of Lakebase are made and synced tables come online, where the target has them",
    ):
        print(f"holds   {line}")
    for finding in shown:
        print(finding.line())
    return 0 if all(finding.holds for finding in shown) else 1


if __name__ == "__main__":
    sys.exit(main())
