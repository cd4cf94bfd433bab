"""The publication as one more reader of the log of changes (macros/increments/).

It is known there as a model for each table. After that, every build of the table records which days
it has changed, until the publication records that it has seen them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.publication.partitions import NO_DAY

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

    from flows.publication.tables import PublishedTable

# No model can have these names.
_READER = "published:"
_BUILDS = "published:"


@dataclass(frozen=True, slots=True)
class Seen:
    """How far the publication has followed a table.

    Attributes
    ----------
    step
        Number of the last record of it; 0 where it is not known in the log.
    change_number
        The last change that was published.
    declared
        How the table was declared then.
    """

    step: int = 0
    change_number: int = -1
    declared: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a table has to be published for.

    Attributes
    ----------
    seen
        How far it was followed.
    latest
        Its latest change.
    days
        The changed days as the log writes them, ``None`` among them for a change of everything;
        ``None`` where the table was not followed until now.
    """

    seen: Seen
    latest: int
    days: frozenset[str | None] | None


class ChangeLog:
    """The log of changes in a warehouse.

    Parameters
    ----------
    cursor
        A connection to it.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self.cursor = cursor

    def exists(self) -> bool:
        """Whether a build has made it."""
        return bool(
            self.cursor.execute(
                "SELECT 1 FROM duckdb_views() WHERE database_name = current_database() "
                "AND schema_name = 'increments' AND view_name = 'pending'"
            ).fetchall()
        )

    def known_builds(self) -> tuple[int, frozenset[str]]:
        """Return the number of the last build that was begun, and the tokens it may be known by.

        There are two of them where a publication may have been killed before its last step.
        """
        seen = self._progress().get(_BUILDS, Seen())
        return max(seen.change_number, 0), frozenset(seen.declared.split())

    def announce(self, build: int, *tokens: str) -> None:
        """Record that a build is published next, and by which tokens it may be known."""
        step = self._progress().get(_BUILDS, Seen()).step + 1
        self._record(_BUILDS, "", step, build, " ".join(tokens))

    def changes(self, tables: Iterable[PublishedTable]) -> dict[str, Changes]:
        """Return what has changed in tables since they were published, by ``schema.table``."""
        progress = self._progress()
        latest = dict(
            self.cursor.execute(
                "SELECT model, max(change_number) FROM increments.changes GROUP BY model"
            ).fetchall()
        )
        pending: dict[str, set[str | None]] = {}
        for model, key_name, key_value in self.cursor.execute(
            "SELECT model, key_name, key_value FROM increments.pending WHERE starts_with(model, ?)",
            [_READER],
        ).fetchall():
            pending.setdefault(model, set()).add(None if key_name == "*" else key_value)
        found = {}
        for table in tables:
            seen = progress.get(_READER + table.model, Seen())
            days = frozenset(pending.get(_READER + table.model, ()))
            is_followed = seen.step > 0 and seen.declared == _declared(table)
            found[table.full_name] = Changes(
                seen, latest.get(table.model, 0), days if is_followed else None
            )
        return found

    def record(self, table: PublishedTable, changes: Changes) -> None:
        """Record that the changes of a table are published, and how its days are told."""
        seen, declared = changes.seen, _declared(table)
        if (seen.change_number, seen.declared) != (changes.latest, declared):
            self._record(
                _READER + table.model, table.model, seen.step + 1, changes.latest, declared
            )

    def _progress(self) -> dict[str, Seen]:
        return {
            model: Seen(step, change_number, declared)
            for model, step, change_number, declared in self.cursor.execute(
                "SELECT model, max(step), max(change_number), max_by(fingerprint, step) "
                "FROM increments.progress WHERE starts_with(model, ?) GROUP BY model",
                [_READER],
            ).fetchall()
        }

    def _record(
        self, model: str, upstream: str, step: int, change_number: int, fingerprint: str
    ) -> None:
        self.cursor.execute(
            "INSERT INTO increments.progress VALUES (?, ?, ?, ?, ?)",
            [model, upstream, step, change_number, fingerprint],
        )


def day_of_row(partition: str) -> str:
    """Return the expression for the day of a row; a row that has none is on `NO_DAY`."""
    return f"coalesce({partition}, date '{NO_DAY}')"


def _declared(table: PublishedTable) -> str:
    """Return how a change of the table affects what is published, as the log words it."""
    return json.dumps([{"partition": day_of_row(table.partition or "")}])
