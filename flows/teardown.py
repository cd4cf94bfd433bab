"""Remove what the project has made, and nothing else: ``python -m flows.teardown``.

In the warehouse these are the functions, tables, views and schemas of the dbt project; beside
DuckDB's also its file, the landed windows, the dataset and what was kept for the next run, which
another target leaves alone. Whatever somebody else has put there stays, and is told.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from common.errors import UserError
from common.paths import (
    PROJECT,
    canonical_directory,
    data_directory,
    landing_directory,
    roads_directory,
    warehouse_file,
)
from common.system_errors import to_user_error
from flows.build import build_lock, dbt_environment, lock_trouble
from flows.replay import commands
from flows.replay.landing import state_folder, window_files
from generator.dataset.canonical import dataset_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

_LAST_WORDS = 8
_WITH_FILES = "duckdb"
_FILES_OF_OTHERS = {
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
        with build_lock(leave_nothing=True):
            _teardown(options.target, dry_run=options.dry_run, agreed=options.yes)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {to_user_error(error, 'remove')}", file=sys.stderr)
        return 1
    return 0


def _teardown(target: str, *, dry_run: bool, agreed: bool) -> None:
    relations = _relations(target, dry_run=True)
    files = list(_files(relations)) if target == _WITH_FILES else []
    if not relations and not files:
        print("There is nothing to remove.")
    else:
        for removal in (*relations, *files):
            print(f"  {removal.kind:9} {removal.name}")
        if dry_run:
            print("Nothing was removed: this is what would be.")
            return
        if not agreed and not _agreed():
            raise UserError("Nothing was removed; `--yes` does not ask.")
        removed = len(_relations(target, dry_run=False)) if relations else 0
        for removal in files:
            if removal.remove is not None:
                removal.remove()
        print(f"Removed {removed + len(files)} of {len(relations) + len(files)}.")
    for note in _what_stays(target):
        print(note)


def _relations(target: str, *, dry_run: bool) -> list[Removal]:
    """Let dbt name what it has made, or drop it, in the order in which it goes."""
    if target == _WITH_FILES and not warehouse_file().exists():
        # dbt would make the file only to find nothing in it.
        return []
    command = [sys.executable, "-m", "dbt.cli.main", "--quiet", "--no-use-colors"]
    command += ["run-operation", "teardown", "--args", json.dumps({"dry_run": dry_run})]
    command += ["--target", target, "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    ended = subprocess.run(
        command,
        cwd=PROJECT,
        env=dbt_environment(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if ended.returncode != 0:
        words = "\n  ".join(line for line in ended.stdout.splitlines() if line.strip())
        told = "\n  ".join(words.splitlines()[-_LAST_WORDS:])
        raise lock_trouble(ended.stdout) or UserError(
            f"dbt could not tear down the target {target}; its last words:\n  {told}"
        )
    steps = [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]
    return [Removal(step["kind"], step["name"]) for step in steps]


def _files(relations: Sequence[Removal]) -> Iterator[Removal]:
    """Name what generator, replay and flow have written, in the order in which it goes."""
    warehouse, landing, canonical = warehouse_file(), landing_directory(), canonical_directory()
    if warehouse.exists() and not _of_others(relations):
        yield Removal("file", str(warehouse), lambda: _remove_warehouse(warehouse))
    if state_folder(landing).exists() or window_files(landing):
        windows = len(window_files(landing))
        yield Removal("replay", f"{landing} ({windows} windows)", lambda: _remove_replay(landing))
    own = [file for name in dataset_files() for file in canonical.glob(name)]
    if own:
        yield Removal("dataset", str(canonical), lambda: _remove_files(own, canonical))
    streets = _downloaded_streets()
    if streets:
        yield Removal(
            "streets", str(roads_directory()), lambda: _remove_files(streets, roads_directory())
        )
    prefect = data_directory() / "prefect"
    if prefect.exists():
        yield Removal("folder", str(prefect), lambda: shutil.rmtree(prefect))


def _downloaded_streets() -> list[Path]:
    folder = roads_directory()
    return [*folder.glob("*.graphml"), *folder.glob("*.addresses.csv")]


def _remove_warehouse(file: Path) -> None:
    file.unlink()
    file.with_name(file.name + ".wal").unlink(missing_ok=True)


def _of_others(relations: Sequence[Removal]) -> list[str]:
    """Return what is in the DuckDB file and is not among what dbt drops."""
    own = {relation.name.replace('"', "").partition(".")[2] for relation in relations}
    return [name for name in _left_in_warehouse() if name not in own]


def _left_in_warehouse() -> list[str]:
    file = warehouse_file()
    if not file.exists():
        return []
    query = (
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() UNION ALL "
        "SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal UNION ALL "
        "SELECT schema_name || '.' || function_name FROM duckdb_functions() WHERE NOT internal "
        "ORDER BY ALL"
    )
    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            return [str(name) for (name,) in connection.execute(query).fetchall()]
    except duckdb.Error as error:
        raise lock_trouble(str(error)) or UserError(
            f"{file} cannot be read ({str(error).splitlines()[0]}): move it away by hand."
        ) from error


def _remove_replay(landing: Path) -> None:
    commands.reset(landing)
    shutil.rmtree(state_folder(landing))
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


def _what_stays(target: str) -> Iterator[str]:
    """Say what is left of what the project could have touched, and whose it is."""
    if target != _WITH_FILES:
        yield _FILES_OF_OTHERS.get(
            target, "Landed events and dataset stay: `python -m flows.teardown` removes them."
        )
        return
    left = _of_others([])
    if left:
        yield (
            f"{warehouse_file()} stays: it holds what is not of this project ({', '.join(left)})."
        )
    for folder in (landing_directory(), canonical_directory(), roads_directory()):
        if folder.is_dir() and any(folder.iterdir()):
            yield f"{folder} stays: it holds files that are not of this project."


def _agreed() -> bool:
    try:
        return input("Remove all of this? [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m flows.teardown",
        description="Remove what this project has made, and nothing else.",
    )
    parser.add_argument(
        "--target",
        default="duckdb",
        metavar="NAME",
        help="target of profiles.yml whose tables go (default: %(default)s)",
    )
    parser.add_argument("--dry-run", action="store_true", help="only show what would be removed")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    return parser


if __name__ == "__main__":
    sys.exit(main())
