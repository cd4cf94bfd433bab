"""What an engine cannot do as DuckDB does, each with its reason.

docs/databricks-and-spark.md describes all of it; a difference that is no longer there fails a test.
"""

from dataclasses import dataclass

# Columns that cannot be equal.
UNAVOIDABLE: dict[tuple[str, str], str] = {
    ("progress", "fingerprint"): "Each engine writes a row of a seed as text in its own way.",
}


@dataclass(frozen=True)
class StrangeLine:
    """A landed line that no generator writes and that engines judge differently.

    Attributes
    ----------
    reason
        Why they do.
    line
        It, with ``EVENT`` for the fields of a good event but its body.
    on_duckdb, elsewhere
        The code of its rejection; ``None`` where it is an event.
    """

    reason: str
    line: str
    on_duckdb: str | None
    elsewhere: str | None


STRANGE_LINES = (
    StrangeLine(
        "A key that occurs twice within a line of a basket: Spark's parser rejects the object.",
        r'{EVENT, "body": "{\"items\": [{\"id\": 1, \"price\": 2.5, \"qty\": 1, \"qty\": 2}]}"}',
        None,
        "body_not_an_object",
    ),
)
