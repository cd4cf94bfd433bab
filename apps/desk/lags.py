"""How old each stage is, on the way from landed lines to tables, to Postgres and back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
from psycopg.errors import InsufficientPrivilege, InvalidSchemaName, UndefinedTable

from apps.desk.published import NothingPublishedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

    from apps.desk.database import Database, Row
    from apps.desk.kept import KeptQueries
    from apps.desk.published import Publication
    from flows.business.run_log import RunRecord

_WAIT_SECONDS = 1.0
_LOG = "the log of the windows"
_AWAY = "Postgres cannot be reached"


@dataclass(frozen=True)
class Stage:
    """How old one stage is.

    Attributes
    ----------
    name
        What it is called.
    newest
        What the newest thing in it is.
    since
        Since when it is there, UTC; ``None`` where that is not known or nothing waits.
    source
        Where that is known from.
    is_behind
        Whether it lacks something that the stage before has.
    """

    name: str
    newest: str
    since: datetime | None
    source: str
    is_behind: bool = False


def read_stages(
    runs: Sequence[RunRecord],
    publication: Publication | None,
    kept: KeptQueries,
    database: Database,
) -> list[Stage]:
    """Return the stages in the order in which data passes them.

    Parameters
    ----------
    runs
        The newest windows, the newest first.
    publication
        The published build.
    kept
        Queries of that build.
    database
        Postgres.
    """
    return [
        _landing(runs),
        _build(runs),
        _published(publication),
        *_in_postgres(publication, kept, database),
    ]


def _landing(runs: Sequence[RunRecord]) -> Stage:
    for run in runs:
        if run.events and run.emitted_to is not None:
            return Stage(
                "Landing",
                f"{run.events:,} events up to {run.virtual_to}",
                _after(run, "landing"),
                _LOG,
            )
    return Stage("Landing", "not known: no window has been recorded yet", None, _LOG)


def _build(runs: Sequence[RunRecord]) -> Stage:
    newest = runs[0] if runs else None
    for run in runs:
        if run.tables:
            failed = newest is not None and newest is not run
            return Stage(
                "Build",
                f"{run.tables} tables, {run.tests} tests passed"
                + ("; no window after that has built" if failed else ""),
                _after(run, "build"),
                _LOG,
                is_behind=failed,
            )
    return Stage("Build", "not known: no build has been recorded yet", None, _LOG)


def _published(publication: Publication | None) -> Stage:
    source = "the published folder"
    if publication is None:
        return Stage("Publication", "nothing is published yet", None, source, is_behind=True)
    return Stage("Publication", f"build {publication.build}", publication.published_ts, source)


def _in_postgres(
    publication: Publication | None, kept: KeptQueries, database: Database
) -> list[Stage]:
    sync, export = "Sync to Postgres", "Decisions from Postgres"
    try:
        with database.connection(_WAIT_SECONDS) as connection:
            decisions = _decisions(kept, connection)
            mirrored = _mirrored(publication, connection)
    except psycopg.OperationalError:
        return [
            Stage(sync, _AWAY, None, "sync.state", is_behind=True),
            Stage(export, _AWAY, None, "refunds.refund_decisions", is_behind=True),
        ]
    return [mirrored, decisions]


def _mirrored(publication: Publication | None, connection: Connection[Row]) -> Stage:
    name, source = "Sync to Postgres", "sync.state"
    try:
        state = connection.execute("select build, synced_ts from sync.state").fetchone()
    except (InsufficientPrivilege, InvalidSchemaName, UndefinedTable):
        return Stage(name, "not known: the desk may not read it in this Postgres", None, source)
    if state is None:
        return Stage(name, "nothing is synced yet", None, source, is_behind=True)
    build, synced_ts = state["build"], state["synced_ts"]
    if publication is None or build == publication.build:
        return Stage(name, f"build {build}", synced_ts, source)
    return Stage(
        name, f"build {build}; {publication.build} is published", synced_ts, source, is_behind=True
    )


def _decisions(kept: KeptQueries, connection: Connection[Row]) -> Stage:
    name, source = "Decisions from Postgres", "refunds.refund_decisions"
    try:
        (row,) = kept.query(
            """select max(decision_id) as latest, count(*) as landed
            from recommender.refund_decisions"""
        )
    except NothingPublishedError as error:
        return Stage(name, str(error), None, source)
    (found,) = connection.execute(
        """select count(*) as made, min(decided_ts) filter (where id > %s) as oldest,
          max(decided_ts) as newest from refunds.refund_decisions""",
        [row["latest"] or 0],
    )
    made, oldest, newest = (found[each] for each in ("made", "oldest", "newest"))
    if not made:
        return Stage(name, "nobody has decided anything yet", None, source)
    waiting = made - row["landed"]
    if waiting <= 0:
        return Stage(name, f"all {made:,} are in the tables", newest, source)
    return Stage(
        name,
        f"{waiting:,} of {made:,} wait for the next window, since",
        oldest,
        source,
        is_behind=True,
    )


def _after(run: RunRecord, step: str) -> datetime:
    """Return when a step of a window ended."""
    seconds = 0.0
    for each in run.steps:
        seconds += each.seconds
        if each.name == step:
            break
    return run.began.replace(tzinfo=UTC) + timedelta(seconds=seconds)
