"""Answers which tables are published, by the manifest that the process of dbt has in memory."""

from dataclasses import astuple
from typing import Any

from flows.publication.tables import published_tables


def answer(_command: dict[str, Any], manifest: object) -> dict[str, Any]:
    """Return the published tables."""
    return {"tables": [astuple(table) for table in published_tables(manifest)]}
