"""What a window is reported as: lines on the terminal, rows of artifacts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.landing.window import emitted_time, format_position
from flows.build_results import format_build
from flows.replay.messages import format_report

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from flows.build_results import Build
    from flows.replay.commands import Report
    from flows.sync.mirror import Synced


@dataclass(frozen=True)
class Exchanged:
    """What went between Postgres and the tables: decisions that landed, and what was mirrored."""

    decisions: int
    synced: Synced | None


def format_next_window(moment: datetime) -> str:
    """Return when the next window comes."""
    return f"The next window comes at {moment.astimezone():%H:%M:%S}."


def format_window(report: Report, built: Build, seconds: float, following: datetime) -> list[str]:
    """Return what a window did: a line on what landed, one on what was built and comes next.

    Parameters
    ----------
    report, built
        What landed, and what was built from it.
    seconds
        How long all of it took.
    following
        When the next window begins.
    """
    summary, *warnings = format_build(built)
    whole = f"{seconds:.1f} s in all."
    return [*format_report(report), f"{summary} {whole} {format_next_window(following)}", *warnings]


def window_row(report: Report, built: Build, exchanged: Exchanged) -> dict[str, object]:
    """Return what a run did as one row of an artifact."""
    window, settings = report.window, report.settings

    def emitted(position: int) -> str:
        moment = emitted_time(position, settings.profile.epoch, settings.shift_days)
        return moment.isoformat(sep=" ", timespec="milliseconds")

    return {
        "case": str(report.case),
        "from": emitted(window.first) if window else "",
        "to": emitted(window.last) if window else "",
        "virtual": f"{format_position(window.first)} - {format_position(window.last)}"
        if window
        else "",
        "events": report.events,
        "tables built": len(built.built),
        "tests passed": len(built.tested),
        "warnings": len(built.warned),
        "landing seconds": round(report.seconds, 1),
        "build seconds": round(built.seconds, 1),
        "build CPU seconds": round(built.cpu_seconds, 1),
        "publication seconds": round(built.publication.seconds, 1) if built.publication else 0.0,
        "decisions landed": exchanged.decisions,
        "rows written to Postgres": exchanged.synced.written
        if exchanged.synced
        else "none: it is away",
    }


def table_rows(built: Build, counts: Mapping[str, int]) -> list[dict[str, object]]:
    """Return what was built, table by table, with the rows that it holds now."""
    rows = []
    for node in built.built:
        table = ".".join((node.relation or "").replace('"', "").split(".")[-2:])
        if table in counts:
            rows.append({"table": table, "rows": counts[table], "seconds": round(node.seconds, 2)})
    return rows
