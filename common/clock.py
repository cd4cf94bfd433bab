"""Real time, as every command that does not know better takes it."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the real time, UTC, without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)
