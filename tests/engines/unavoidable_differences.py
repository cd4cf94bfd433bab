"""Columns in which an engine cannot equal DuckDB, each with its reason; there is none."""

UNAVOIDABLE: dict[tuple[str, str], str] = {}
