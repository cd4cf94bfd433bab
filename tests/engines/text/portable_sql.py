# ruff: noqa: SIM905  (a list of words is easier to read, and to add to, as words)
"""What SQL outside ``macros/engine/`` is made of: functions of every engine, and no dialect."""

import re
from dataclasses import dataclass

# Known to DuckDB, to Spark 4.0 and to Databricks. The tests ask the first two.
FUNCTIONS = frozenset(
    """
    abs approx_count_distinct array_agg array_contains array_sort asin avg concat cos count
    date_trunc exp first_value floor greatest lag lead least lower lpad max max_by min nullif
    percentile_cont power radians regexp_replace round row_number sin split_part sqrt substr sum
    """.split()
)

# Words before a parenthesis that are grammar rather than functions.
GRAMMAR = frozenset(
    """
    cast coalesce current_timestamp decimal extract join try_cast
    """.split()
)

# Functions of Jinja and dbt.
JINJA_FUNCTIONS = frozenset(
    """
    config datediff env_var fromjson int is_incremental load_cached_relation load_relation log map
    namespace print range ref rejectattr reject replace return run_query selectattr source tojson
    type_string unique var
    """.split()
)


@dataclass(frozen=True)
class Dialect:
    """Syntax that only some engines have; the pattern is a regular expression."""

    reason: str
    pattern: str
    example: str


DIALECTS = (
    Dialect("Spark has no `::`: write cast(… as …).", r"(?<!:)::(?!:)", "x::date"),
    Dialect(
        "These types are of DuckDB: string, binary and decimal are of both.",
        r"(?<![\w'.])(varchar|text|blob|hugeint|u?tinyint|ubigint|uinteger|timestamptz)\b(?=\s*[,)\]]|$)",
        "cast(x as varchar)",
    ),
    Dialect(
        "TIMESTAMP is understood by both: without a zone, or in the session's, which is UTC.",
        r"\btimestamp_(ntz|ltz|s|ms|ns)\b|\bwith(out)? time zone\b|\bat time zone\b",
        "cast(x as timestamp_ntz)",
    ),
    Dialect(
        "Spark 4.0 has no QUALIFY.", r"\bqualify\b", "select 1 qualify row_number() over () = 1"
    ),
    Dialect(
        "GROUP BY ALL is of both, ORDER BY ALL and DISTINCT ON are not.",
        r"\border\s+by\s+all\b|\bdistinct\s+on\b",
        "order by all",
    ),
    Dialect(
        "SELECT * EXCLUDE and REPLACE are DuckDB's, EXCEPT Databricks'.",
        r"\*\s+(exclude|replace|except)\b|\*\s*\(\s*(exclude|replace|except)\b",
        "select * exclude (a)",
    ),
    Dialect(
        "The first element of a list has another number on each, and so has a day of the week.",
        r"(?<=[\w)])\[\d+\](?!\.(values|rows))|\bextract\s*\(\s*(dow|dayofweek|isodow|week)\b",
        "brands[1]",
    ),
    Dialect(
        "A lambda is `lambda x:` on DuckDB and `x ->` on Spark.", r"\blambda\b|->", "x -> x + 1"
    ),
    Dialect(
        "A join of DuckDB's, or of Spark's.", r"\b(asof|positional|lateral\s+view)\b", "asof join b"
    ),
    Dialect("A sample is drawn otherwise.", r"\b(using\s+sample|tablesample)\b", "using sample 10"),
    Dialect("A path into JSON is not read alike.", r"(?<=\w):\w+(?!['\w])", "select body:items"),
    Dialect(
        "A quoted name is a text on Spark.", r'(?<=[\s(.,])"\w+"(?=[\s),.])', 'select "name" from a'
    ),
)

ASKS_FOR_THE_ENGINE = r"\btarget\.type\b|\badapter\.type\(\)|\btarget\.name\b"
MACRO_OF_AN_ENGINE = r"\bmacro\s+((?:duckdb|spark|databricks|default)__\w+)"
CALLED = r"(?<![\w.])([A-Za-z_]\w*)\("


def without_comments(text: str) -> str:
    """Return a file without the comments of Jinja and of SQL."""
    return re.sub(r"--[^\n]*", "", re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL))


def sql_of(text: str) -> str:
    """Return the SQL of a file without its texts, and the SQL that its Jinja holds as texts."""
    text = without_comments(text)
    jinja = r"\{%.*?%\}|\{\{.*?\}\}"
    written = [piece for code in re.findall(jinja, text, re.DOTALL) for piece in _texts_in(code)]
    sql = "\n".join([re.sub(jinja, " ", text, flags=re.DOTALL), *written])
    return re.sub(r"'[^'\n]*'", "''", sql)


def _texts_in(code: str) -> list[str]:
    """Return the texts in a piece of Jinja that can be SQL: those of several words."""
    pairs = re.findall(r"\"([^\"]*)\"|'([^']*)'", code)
    return [text for text in (one or other for one, other in pairs) if " " in text.strip()]


def called(text: str) -> set[str]:
    """Return the names that are called in a file, in SQL and in Jinja, its texts included."""
    return {name.lower() for name in re.findall(CALLED, without_comments(text))}
