"""What a sync did and how far it is behind, as lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from flows.sync.mirror import Lag, Synced


def format_synced(synced: Synced) -> str:
    """Return what a sync did."""
    return (
        f"Build {synced.build} is in Postgres (rows written: {synced.written:,}, "
        f"deleted: {synced.deleted:,})."
    )


def format_lag(lag: Lag, now: datetime) -> str:
    """Return how far Postgres is behind at a moment."""
    if lag.is_equal:
        return f"Postgres has build {lag.synced}, which is published: no lag."
    seconds = (now - lag.published_at).total_seconds()
    behind = f"Build {lag.published} was published {seconds:,.0f} s ago"
    if lag.synced is None or lag.synced_at is None:
        return f"{behind}; Postgres has none yet: `python -m flows.sync run`."
    return (
        f"{behind}; Postgres has build {lag.synced}, synced at "
        f"{lag.synced_at:%Y-%m-%d %H:%M:%S %Z}: `python -m flows.sync run`."
    )
