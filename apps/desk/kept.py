"""Answers of queries over many days, kept as long as the build that they are of is the latest."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from cachetools import LRUCache

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apps.desk.published import PublishedTables, Row

_KEPT = 256


class KeptQueries:
    """Queries the published tables once per build, whoever asks.

    Parameters
    ----------
    published
        The tables.
    """

    def __init__(self, published: PublishedTables) -> None:
        self._published = published
        self._lock = threading.Lock()
        self._kept: LRUCache[object, Sequence[Row]] = LRUCache(_KEPT)
        self._asked: dict[object, threading.Lock] = {}

    def query(self, statement: str, values: dict[str, object] | None = None) -> Sequence[Row]:
        """Return the rows of a query, which are not to be changed.

        Raises
        ------
        NothingPublishedError
            If nothing is published, or the build has no such table.
        """
        before = self._published.publication()
        key = (before, statement, repr(sorted((values or {}).items())))
        with self._lock:
            if (kept := self._kept.get(key)) is not None:
                return kept
            asked = self._asked.setdefault(key, threading.Lock())
        # When a build comes all pages ask for the same: one of them does, the others wait for it.
        with asked:
            with self._lock:
                if (kept := self._kept.get(key)) is not None:
                    return kept
            try:
                rows = self._published.query(statement, values)
                # Published meanwhile, it may be of either build.
                if before is not None and self._published.publication() == before:
                    with self._lock:
                        self._kept[key] = rows
                return rows
            finally:
                with self._lock:
                    self._asked.pop(key, None)
