"""The statements that open-source Spark's parser refuses, and why Databricks takes them."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class DatabricksOnly:
    """A kind of statement; the pattern matches from its beginning."""

    reason: str
    pattern: str


DATABRICKS_ONLY = (
    DatabricksOnly(
        "LIST is a statement of Unity Catalog: the objects at a URL, from Databricks Runtime 10.4.",
        r"list '(/Volumes|s3:/)/[\w/]+'$",
    ),
    DatabricksOnly(
        "Volumes are of Unity Catalog, and so is SHOW VOLUMES, from Databricks Runtime 13.3.",
        r"show volumes in `\w+`\.`\w+`$",
    ),
    DatabricksOnly(
        "COMMENT ON COLUMN exists only on Databricks, from Databricks Runtime 16.1.",
        r"comment on column `\w+`\.`\w+`\.`\w+`\.`\w+` is ",
    ),
)


def known(statement: str) -> DatabricksOnly | None:
    """Return the entry of the list that a statement belongs to, or None."""
    for entry in DATABRICKS_ONLY:
        if re.match(entry.pattern, statement, re.IGNORECASE):
            return entry
    return None
