"""A snapshot as files and as text."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from common.dataset_files import table_file
from common.errors import UserError
from common.landing.window import format_position
from common.storage.atomic_directory import atomic_directory
from generator.snapshot.couriers import OFF_SHIFT, STATES
from generator.snapshot.open_orders import STAGES
from generator.snapshot.snapshot import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from generator.snapshot.snapshot import Snapshot

DESCRIPTION_FILE = "snapshot.json"
FORMATS = ("table", "json", "csv")


def write_parquet(snapshot: Snapshot, out: Path, description: dict[str, Any]) -> None:
    """Write a snapshot as a folder of Parquet files, all at once; the same bytes for the same one.

    Parameters
    ----------
    snapshot
        The snapshot.
    out
        The folder, which may hold an older snapshot and nothing else.
    description
        What it was made from, for ``snapshot.json``.

    Raises
    ------
    UserError
        If the folder holds other files.
    """
    names = {DESCRIPTION_FILE, *map(table_file, TABLES)}
    with atomic_directory(out, names, commit_marker=DESCRIPTION_FILE) as folder:
        for name, table in snapshot.tables.items():
            pq.write_table(table, folder / table_file(name), compression="zstd")
        moment = {"at": snapshot.at.isoformat(), "position": snapshot.position}
        text = json.dumps(moment | description, indent=2) + "\n"
        (folder / DESCRIPTION_FILE).write_text(text, encoding="utf-8")


def as_json(snapshot: Snapshot, description: dict[str, Any]) -> str:
    """Return a snapshot as one JSON object: the moment, and the rows of each table."""
    moment = {"at": snapshot.at.isoformat(), "position": snapshot.position}
    tables = {name: table.to_pylist() for name, table in snapshot.tables.items()}
    return json.dumps(moment | description | tables, default=lambda value: value.isoformat())


def as_csv(snapshot: Snapshot, table: str) -> str:
    """Return one table of a snapshot as CSV; the orders of a courier are separated by spaces."""
    found = snapshot.tables[table]
    columns = [
        pa.array([" ".join(value) for value in column.to_pylist()], pa.string())
        if pa.types.is_list(column.type)
        else column
        for column in found.columns
    ]
    text = io.BytesIO()
    pa.csv.write_csv(pa.table(columns, names=found.column_names), text)
    return text.getvalue().decode()


def as_text(snapshot: Snapshot, table: str | None = None) -> str:
    """Return a snapshot, or one table of it, for people.

    Couriers who are off shift are counted, not listed.
    """
    parts = [f"{snapshot.at:%A, %Y-%m-%d %H:%M:%S}, {format_position(snapshot.position)}"]
    if table is None:
        parts.append(_counts("Open orders by stage", snapshot.tables["stages"], STAGES))
    for name in TABLES if table is None else (table,):
        if table is None and name == "stages":
            continue
        parts.append(_section(name, snapshot.tables[name]))
    return "\n\n".join(parts)


def check_table(table: str | None, form: str) -> None:
    """Refuse CSV of more than one table.

    Raises
    ------
    UserError
        If no table was chosen.
    """
    if form == "csv" and table is None:
        raise UserError(f"--format csv holds one table: choose it with --table {'|'.join(TABLES)}.")


def _counts(title: str, stages: pa.Table, columns: Sequence[str]) -> str:
    rows: dict[str, dict[str, int]] = {}
    for row in stages.to_pylist():
        rows.setdefault(row["location_code"], {})[row["stage"]] = row["orders"]
    lines = [
        [code, *(str(found[name]) for name in columns), str(sum(found.values()))]
        for code, found in rows.items()
    ]
    return f"{title}\n{_aligned([['kitchen', *columns, 'all'], *lines])}"


def _section(name: str, table: pa.Table) -> str:
    rows = table.drop_columns("location_id").to_pylist()
    title = f"{name.capitalize()} ({len(rows)})"
    if name == "couriers":
        counts = {state: sum(1 for row in rows if row["state"] == state) for state in STATES}
        title += ": " + ", ".join(f"{number} {state}" for state, number in counts.items())
        rows = [row for row in rows if row["state"] != OFF_SHIFT]
    columns = [each for each in table.column_names if each != "location_id"]
    lines = [[_text(row[column]) for column in columns] for row in rows]
    return f"{title}\n{_aligned([columns, *lines])}"


def _text(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, list):
        return " ".join(map(str, value)) or "-"
    if isinstance(value, float):
        return f"{value:.6f}"
    return str(value)


def _aligned(rows: Iterable[Sequence[str]]) -> str:
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
