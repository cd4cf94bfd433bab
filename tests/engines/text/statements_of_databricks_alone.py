"""The statements that open-source Spark's parser refuses, and why Databricks takes them."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class OfDatabricksAlone:
    """A kind of statement; the pattern matches from its beginning."""

    reason: str
    pattern: str


OF_DATABRICKS_ALONE = (
    OfDatabricksAlone(
        "LIST is a statement of Unity Catalog: the objects at a URL, from Databricks Runtime 10.4.",
        r"list '/Volumes/[\w/]+'$",
    ),
    OfDatabricksAlone(
        "Volumes are of Unity Catalog, and so is SHOW VOLUMES, from Databricks Runtime 13.3.",
        r"show volumes in `\w+`\.`\w+`$",
    ),
)


def known(statement: str) -> OfDatabricksAlone | None:
    """Return the entry of the list that a statement belongs to, or None."""
    for entry in OF_DATABRICKS_ALONE:
        if re.match(entry.pattern, statement, re.IGNORECASE):
            return entry
    return None
