"""Asks what pages show as soon as a build is published, so that nobody waits for it."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import duckdb

from apps.desk.business import BusinessByDay, Curve, Measure
from apps.desk.days import chosen_period, known_days
from apps.desk.now import KITCHENS
from apps.desk.orders import kitchens
from apps.desk.published import NothingPublishedError
from apps.desk.quality import QualityByDay
from apps.desk.stories import Stories
from apps.desk.streets import encoded_streets

if TYPE_CHECKING:
    from apps.desk.kept import KeptQueries
    from apps.desk.published import Publication, PublishedTables

LOOK_SECONDS = 1.0
"""How often it looks for another build."""


def warm(kept: KeptQueries) -> None:
    """Have the answers kept that pages need where nothing is chosen.

    Raises
    ------
    NothingPublishedError
        If nothing is published, or the build does not have what everything needs.
    """
    known = known_days(kept)
    if known is None:
        return
    period = chosen_period(known, None, None)
    names = kitchens(kept)
    numbers = BusinessByDay(kept, names, [*names], period, known, Curve.WEEK)
    for measure in Measure:
        numbers.chart(measure, "")
    Stories(kept).charts()
    QualityByDay(kept, period, known).charts("")


class Warming(threading.Thread):
    """Does so for each build until it is stopped.

    Parameters
    ----------
    published
        Where builds are seen.
    kept
        Where answers are kept.
    """

    def __init__(self, published: PublishedTables, kept: KeptQueries) -> None:
        super().__init__(name="warming", daemon=True)
        self._published = published
        self._kept = kept
        self._ended = threading.Event()

    def run(self) -> None:
        """Look again and again."""
        warmed: Publication | None = None
        while not self._ended.is_set():
            # What cannot be read now is told by the page that needs it.
            with suppress(NothingPublishedError, OSError, duckdb.Error):
                latest = self._published.publication()
                if latest is not None and latest != warmed:
                    warm(self._kept)
                    warmed = latest
                    self._draw_streets()
            self._ended.wait(LOOK_SECONDS)

    def _draw_streets(self) -> None:
        """Have the streets of every kitchen kept; they are drawn once for a dataset."""
        for kitchen in self._published.query(KITCHENS):
            if not self._ended.is_set():
                encoded_streets(kitchen)

    def stop(self) -> None:
        """Let it end, and wait for that."""
        self._ended.set()
        self.join()
