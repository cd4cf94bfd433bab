"""Remove what the project has made, and nothing else: ``python -m flows.teardown``.

In the warehouse these are the functions, tables, views and schemas of the dbt project; beside
DuckDB's also its file, the landed windows, the dataset and what was cached for the next run, which
another target leaves alone. Anything else that is there stays, and is reported.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.confirmation import ask_to_confirm
from common.dataset_files import dataset_files
from common.errors import UserError
from common.landing.landing import Landing
from common.paths import (
    agent_responses_directory,
    canonical_directory,
    data_directory,
    decisions_directory,
    landing_directory,
    picture_file,
    published_directory,
    report_file,
    roads_directory,
    runs_directory,
    warehouse_file,
)
from common.postgres import credentials_file, postgres_directory
from common.snapshots import snapshot_directory
from common.system_errors import to_user_error
from flows.agents.landing import ResponseLanding
from flows.business.run_log import has_runs, remove_runs
from flows.business.snapshot import has_snapshots, remove_snapshots
from flows.business_lock import check_no_business_runs
from flows.dbt.command_line import dbt_arguments, run_dbt
from flows.dbt.log_events import last_words
from flows.decisions.export import landed_exports, remove_landed_decisions
from flows.postgres.server import remove as remove_postgres
from flows.publication.builds import Builds
from flows.replay import commands
from flows.warehouse_lock import build_lock, locked_file_error, reading_warehouse
from generator.catalogue.records import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from flows.dbt.log_events import LogEvent

_LAST_LINES = 8
_TARGET_WITH_FILES = "duckdb"
_FILES_OF_TARGETS = {
    "databricks": (
        "Jobs, volume and landed events belong to the bundle: `databricks bundle destroy`."
    ),
}


@dataclass(frozen=True, slots=True)
class Removal:
    """One thing that is removed.

    Attributes
    ----------
    kind
        ``table``, ``schema``, ``folder``, …
    name
        Which one.
    remove
        Removes it; ``None`` where dbt does.
    """

    kind: str
    name: str
    remove: Callable[[], object] | None = None


def main(arguments: Sequence[str] | None = None) -> int:
    """Show what would be removed, ask, remove it; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        check_no_business_runs()
        with build_lock(remove_lock_file=True):
            _teardown(options.target, dry_run=options.dry_run, confirmed=options.yes)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {to_user_error(error, 'remove')}", file=sys.stderr)
        return 1
    return 0


def _teardown(target: str, *, dry_run: bool, confirmed: bool) -> None:
    relations = _relations(target, dry_run=True)
    files = list(_files(relations)) if target == _TARGET_WITH_FILES else []
    if not relations and not files:
        print("There is nothing to remove.")
    else:
        for removal in (*relations, *files):
            print(f"  {removal.kind:9} {removal.name}")
        if dry_run:
            print("Nothing was removed: this is what would be.")
            return
        if not confirmed and not ask_to_confirm("Remove all of this?"):
            raise UserError("Nothing was removed; `--yes` skips the question.")
        removed = len(_relations(target, dry_run=False)) if relations else 0
        for removal in files:
            if removal.remove is not None:
                removal.remove()
        print(f"Removed {removed + len(files)} of {len(relations) + len(files)}.")
    for note in _remaining(target):
        print(note)


def _relations(target: str, *, dry_run: bool) -> list[Removal]:
    """Let dbt list what it has made, or drop it, in the order of removal."""
    if target == _TARGET_WITH_FILES and not warehouse_file().exists():
        # dbt would make the file only to find nothing in it.
        return []
    options = ["teardown", "--args", json.dumps({"dry_run": dry_run}), "--target", target]
    removals: list[Removal] = []

    def collect(event: LogEvent) -> None:
        # The macro prints a line of JSON for each object.
        if event.name == "PrintEvent":
            step = json.loads(event.message)
            removals.append(Removal(step["kind"], step["name"]))

    code, events = run_dbt(dbt_arguments("run-operation", *options), on_event=collect)
    if code:
        raise locked_file_error("\n".join(event.message for event in events)) or UserError(
            f"dbt could not tear down the target {target}; its last words:\n"
            f"  {last_words(events, _LAST_LINES)}"
        )
    return removals


def _files(relations: Sequence[Removal]) -> Iterator[Removal]:
    """List what generator, replay and flow have written, in the order of removal."""
    warehouse, landing, canonical = warehouse_file(), landing_directory(), canonical_directory()
    if warehouse.exists() and not _foreign_relations(relations):
        yield Removal("file", str(warehouse), lambda: _remove_warehouse(warehouse))
    builds = Builds(published_directory())
    if builds.exist():
        yield Removal("folder", f"{builds.published} and {builds.folder}", builds.remove_all)
    if credentials_file(postgres_directory()).exists():
        yield Removal(
            "server", f"{postgres_directory()}, with the decisions stored there", remove_postgres
        )
    if Landing(landing).has_replay:
        windows = len(Landing(landing).window_files())
        yield Removal("replay", f"{landing} ({windows} windows)", lambda: _remove_replay(landing))
    decisions = decisions_directory()
    if exports := landed_exports(decisions):
        yield Removal(
            "decisions",
            f"{decisions} ({len(exports)} exports)",
            lambda: _remove_decisions(decisions),
        )
    answers = ResponseLanding(agent_responses_directory())
    if files := answers.files():
        yield Removal(
            "answers", f"{answers.folder} ({len(files)} files)", lambda: _remove_answers(answers)
        )
    own = [file for name in dataset_files(TABLES) for file in canonical.glob(name)]
    if own:
        yield Removal("dataset", str(canonical), lambda: _remove_files(own, canonical))
    streets = _downloaded_streets()
    if streets:
        yield Removal(
            "streets", str(roads_directory()), lambda: _remove_files(streets, roads_directory())
        )
    for file in (picture_file(), report_file()):
        if file.exists():
            yield Removal("file", str(file), file.unlink)
    yield from _left_by_windows()
    prefect = data_directory() / "prefect"
    if prefect.exists():
        yield Removal("folder", str(prefect), lambda: shutil.rmtree(prefect))


def _left_by_windows() -> Iterator[Removal]:
    runs, snapshots = runs_directory(), snapshot_directory()
    if has_runs(runs):
        yield Removal("folder", f"{runs}, the log of the windows", lambda: remove_runs(runs))
    if has_snapshots(snapshots):
        yield Removal("folder", str(snapshots), lambda: remove_snapshots(snapshots))


def _downloaded_streets() -> list[Path]:
    folder = roads_directory()
    return [*folder.glob("*.graphml"), *folder.glob("*.addresses.csv")]


def _remove_warehouse(file: Path) -> None:
    file.unlink()
    file.with_name(file.name + ".wal").unlink(missing_ok=True)


def _foreign_relations(relations: Sequence[Removal]) -> list[str]:
    """Return what is in the DuckDB file and is not among what dbt drops."""
    own = {relation.name.replace('"', "").partition(".")[2] for relation in relations}
    return [name for name in _relations_in_warehouse() if name not in own]


def _relations_in_warehouse() -> list[str]:
    file = warehouse_file()
    if not file.exists():
        return []
    query = (
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() UNION ALL "
        "SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal UNION ALL "
        "SELECT schema_name || '.' || function_name FROM duckdb_functions() WHERE NOT internal "
        "ORDER BY ALL"
    )
    with reading_warehouse(file) as connection:
        return [str(name) for (name,) in connection.execute(query).fetchall()]


def _remove_replay(landing: Path) -> None:
    commands.reset(landing)
    shutil.rmtree(Landing(landing).state_folder)
    _remove_empty_landing(landing)


def _remove_decisions(landing: Path) -> None:
    remove_landed_decisions(landing)
    _remove_empty_landing(landing)


def _remove_answers(landing: ResponseLanding) -> None:
    landing.remove()
    _remove_empty_landing(landing.folder)


def _remove_empty_landing(landing: Path) -> None:
    _remove_if_empty(landing)
    _remove_if_empty(landing.parent)


def _remove_files(files: Sequence[Path], folder: Path) -> None:
    # What is in a folder goes before the folder.
    for file in sorted(files, reverse=True):
        if file.is_dir():
            _remove_if_empty(file)
        else:
            file.unlink()
    (folder.parent / f".{folder.name}.lock").unlink(missing_ok=True)
    _remove_if_empty(folder)


def _remove_if_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _remaining(target: str) -> Iterator[str]:
    """Report what is left where the project writes, and why it stays."""
    if target != _TARGET_WITH_FILES:
        yield _FILES_OF_TARGETS.get(
            target, "Landed events and dataset stay: `python -m flows.teardown` removes them."
        )
        return
    left = _foreign_relations([])
    if left:
        yield (f"{warehouse_file()} stays: others have objects in it ({', '.join(left)}).")
    landings = (landing_directory(), decisions_directory(), agent_responses_directory())
    for folder in (*landings, canonical_directory(), roads_directory()):
        if folder.is_dir() and any(folder.iterdir()):
            yield f"{folder} stays: it has files that this project did not write."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m flows.teardown",
        description="Remove what this project has made, and nothing else.",
    )
    parser.add_argument(
        "--target",
        default="duckdb",
        metavar="NAME",
        help="target of profiles.yml whose tables are removed (default: %(default)s)",
    )
    parser.add_argument("--dry-run", action="store_true", help="only show what would be removed")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    return parser


if __name__ == "__main__":
    sys.exit(main())
