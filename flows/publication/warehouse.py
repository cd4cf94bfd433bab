"""Publish the warehouse of the data folder, from a process that is not dbt's."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import duckdb

from common.errors import UserError
from common.paths import PROJECT, published_directory, warehouse_file
from flows.publication.publish import publish
from flows.publication.tables import published_tables
from flows.warehouse_lock import build_lock, locked_file_error, wait_until_closed

if TYPE_CHECKING:
    from pathlib import Path

    from flows.publication.publish import Publication


def publish_warehouse(project: Path = PROJECT) -> Publication:
    """Publish what the last build of the data folder has made.

    Parameters
    ----------
    project
        Folder of ``dbt_project.yml``, in which dbt has left its manifest.

    Raises
    ------
    BusyError
        If a build runs, or another program has the DuckDB file open.
    UserError
        If nothing was built yet, or the files cannot be written. What was published stays.
    """
    manifest = project / os.environ.get("DBT_TARGET_PATH", "target") / "manifest.json"
    file = warehouse_file()
    if not file.exists():
        raise UserError(f"There is no {file} to publish yet: build it with `make run`.")
    if not manifest.exists():
        raise UserError(f"There is no {manifest}, which names the tables: run `dbt parse`.")
    tables = published_tables(json.loads(manifest.read_text(encoding="utf-8")))
    with build_lock():
        wait_until_closed(file)
        try:
            connection = duckdb.connect(str(file))
        except duckdb.Error as error:
            reason = str(error).split("\n", maxsplit=1)[0]
            raise locked_file_error(str(error)) or UserError(
                f"{file} cannot be opened ({reason}), so nothing was published."
            ) from error
        with connection:
            return publish(connection, tables, published_directory())
