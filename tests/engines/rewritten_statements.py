"""Every statement that an engine receives in a form other than dbt's, each with its reason.

Two engines stand in for a Databricks cluster: ``sail`` and ``spark`` (open-source Spark with Delta
Lake). What they lack is either answered from here or rewritten into what they have; all else they
run as the adapter and the project's macros wrote it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Engine = Literal["sail", "spark"]


@dataclass(frozen=True)
class Answer:
    """Rows that answer a statement without the engine."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Answered:
    """A statement that does not reach the engine."""

    engines: tuple[Engine, ...]
    reason: str
    pattern: str
    answer: Answer


@dataclass(frozen=True)
class Rewritten:
    """A part of a statement that is rewritten; the pattern is a regular expression."""

    engines: tuple[Engine, ...]
    reason: str
    pattern: str
    replacement: str | Callable[[re.Match[str]], str]


ANSWERED = (
    Answered(
        ("sail", "spark"),
        "Only Databricks knows a runtime version; what is written for 15.4 Spark 4.0 understands.",
        r"SET spark\.databricks\.clusterUsageTags\.sparkVersion",
        Answer(("key", "value"), (("spark.databricks.clusterUsageTags.sparkVersion", "15.4.x"),)),
    ),
    Answered(
        ("sail",),
        "Sail has no CLUSTER BY; it is about the order of rows in files.",
        r"\balter table \S+ cluster by\b",
        Answer((), ()),
    ),
    Answered(
        ("sail",),
        "Sail has no functions written in SQL: those of `ai` are made and asked on Spark.",
        r"\bcreate or replace function\b",
        Answer((), ()),
    ),
    Answered(
        ("sail",),
        "Sail cannot comment on a table that exists, nor on its columns.",
        r"\bcomment on table \S+ is '|\balter table \S+ alter column \S+\s+comment '",
        Answer((), ()),
    ),
)


def _one_query_a_file(found: re.Match[str]) -> str:
    folder, files = found["folder"], found["files"].split(",")
    return " union all ".join(
        f"select '{file}' as file, 0 as block_start, "
        f"monotonically_increasing_id() as position, value from text.`{folder}/{file}`"
        for file in files
    )


REWRITTEN = (
    Rewritten(
        ("spark",),
        "Open-source Delta Lake takes the clustering of a table from SQL, not from Python.",
        r"\.clusterBy\(\[[^\]]*\]\)",
        "",
    ),
    Rewritten(
        ("spark",),
        "Open-source Spark calls its first catalog otherwise.",
        r"\bhive_metastore\b",
        "spark_catalog",
    ),
    Rewritten(
        ("spark",),
        "LIST is a statement of Databricks alone.",
        r"\blist '(?P<folder>[^']*)'",
        r"select path, length as size from binaryFile.`\g<folder>`",
    ),
    Rewritten(
        ("sail",),
        "LIST is a statement of Databricks alone. Sail lists files twice, without the first slash.",
        r"\blist '(?P<folder>[^']*)'",
        r"select distinct concat('/', path) as path, length as size from binaryFile.`\g<folder>`",
    ),
    Rewritten(
        ("spark",),
        "read_files is a function of Databricks alone; Spark reads the same pattern by name.",
        r"read_files\('(?P<pattern>[^']*)', format => 'text', lineSep => '(?P<end>[^']*)'\)",
        r"text.`\g<pattern>` with (lineSep = '\g<end>')",
    ),
    Rewritten(
        ("sail",),
        "Sail has neither read_files nor _metadata: a query for each file, which knows its name.",
        r"select\s+_metadata\.file_name as file,\s+_metadata\.file_block_start as block_start,"
        r"\s+monotonically_increasing_id\(\) as position,\s+value\s+"
        r"from read_files\('(?P<folder>[^']*)/\{(?P<files>[^']*)\}', "
        r"format => 'text', lineSep => '[^']*'\)",
        _one_query_a_file,
    ),
    Rewritten(
        ("sail",),
        "Sail has no CLUSTER BY; it is about the order of rows in files.",
        r"\bcluster by \([^)]*\)|\.clusterBy\([^)]*\)",
        "",
    ),
    Rewritten(
        ("sail",),
        "Sail cannot comment on a table that a query creates.",
        r"(?P<created>\bcreate or replace table \S+\s+using delta\s+)comment '(?:[^'\\]|\\.)*'",
        r"\g<created>",
    ),
)


# The reasons that were needed in this process: one that is never needed can be removed.
needed: set[str] = set()


def reasons(engine: Engine) -> set[str]:
    """Return why statements are rewritten or answered for an engine."""
    return {piece.reason for piece in (*ANSWERED, *REWRITTEN) if engine in piece.engines}


def answer_to(engine: Engine, statement: str) -> Answer | None:
    """Return the answer to a statement that does not reach the engine, or None."""
    for answered in ANSWERED:
        if engine in answered.engines and re.search(
            answered.pattern, statement, re.IGNORECASE | re.DOTALL
        ):
            needed.add(answered.reason)
            return answered.answer
    return None


def rewritten(engine: Engine, statement: str) -> str:
    """Return a statement as the engine receives it."""
    for piece in REWRITTEN:
        if engine in piece.engines:
            statement, count = re.subn(
                piece.pattern, piece.replacement, statement, flags=re.IGNORECASE | re.DOTALL
            )
            if count:
                needed.add(piece.reason)
    return statement
