"""Recorded statements as files that a person can review, and their comparison with the golden ones.

One file per scenario and node: ``golden/first_build/landed_lines.sql``. What differs from run to
run is normalized by ``NORMALIZED``; statements that are not the project's own text are
summarized in one line each by ``SUMMARIZED``. Where a statement begins like one of the same node in
an earlier scenario, only the difference is shown.

Golden are the statements of the models and seeds listed in ``golden_nodes.txt``; those of any
other node are neither recorded nor compared. An update (see ``test_golden_statements.py``) lists
every node that there is.
"""

import difflib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

GOLDEN = Path(__file__).with_name("golden")
NODES = Path(__file__).with_name("golden_nodes.txt")
PROJECT = Path(__file__).resolve().parents[3]
UPDATE = "CASPERS_GOLDEN"

# A shorter statement is shown in full wherever it occurs.
SHORT = 8

Recorded = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Normalized:
    """Text that a golden file writes in another way; the pattern is a regular expression."""

    reason: str
    pattern: str
    replacement: str


NORMALIZED = (
    Normalized("Jinja leaves blank lines and blanks at the ends of lines.", r"[ \t]*\n\s*\n", "\n"),
    Normalized("The same.", r"[ \t]+(?=\n|$)", ""),
    Normalized(
        "The rows of a seed are in its file: two are enough to see their form.",
        r"(?s)(insert overwrite .*? values\s+\(.*?\),\s*\(.*?\)),\s*\(.*",
        r"\1, ...",
    ),
    Normalized(
        "A job is named after the invocation of dbt.",
        r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",
        "<invocation>",
    ),
)


@dataclass(frozen=True)
class Summarized:
    """Statements that a golden file shows as one line; the pattern matches from their beginning."""

    reason: str
    pattern: str
    line: str


SUMMARIZED = (
    Summarized(
        "The contract's own question holds the whole query again.",
        r"(?s)select \* from \(.*where false\s+limit 0$",
        "the columns of the query, or of its contract, are asked for",
    ),
    Summarized(
        "The adapter's question about what a schema holds.",
        r"(?is)select\s+table_name,.*from `system`\.`information_schema`\.`tables`.*"
        r"table_schema = '(?P<schema>\w+)'",
        r"the relations of \g<schema> are asked for",
    ),
    Summarized(
        "The adapter's questions about what is set on a table: nothing.",
        r"(?is)select\s.*?from `\w+`\.`?information_schema`?\.`?(?P<what>\w+)`?.*",
        r"information_schema.\g<what> is asked",
    ),
    Summarized(
        "Comments are the descriptions in the project's YAML.",
        r"(?is)comment on (?P<what>column|table|view) `\w+`\.`\w+`\.`(?P<name>\w+)`.*",
        r"descriptions become comments (\g<what> of \g<name>)",
    ),
)

# The text of tests that come with dbt is dbt's: it is parsed but is not golden.
TESTS_OF_DBT = ("unique", "accepted_values", "relationships")


def summary_of(text: str) -> str | None:
    """Return the line that replaces a statement, or None if the statement itself is shown."""
    for entry in SUMMARIZED:
        found = re.match(entry.pattern, text)
        if found:
            return f"-- ({found.expand(entry.line)})"
    return None


def normalized(text: str) -> str:
    """Return a text without what differs from run to run."""
    for entry in NORMALIZED:
        text = re.sub(entry.pattern, entry.replacement, text)
    return text.strip()


def file_of(node: str | None, text: str) -> str | None:
    """Return the golden file of a statement of a node, without its extension, or None."""
    if node is None:
        seeded = re.match(r"insert overwrite `\w+`\.`\w+`\.`(\w+)`", text)
        return seeded[1] if seeded else "run"
    kind, _, name = node.split(".")[:3]
    if kind == "unit_test":
        return None
    if kind == "test":
        return None if name.startswith(TESTS_OF_DBT) else "tests"
    return name


@dataclass
class Shown:
    """What golden files show in full so far: scenario and text of a node's statements."""

    texts: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def show(self, scenario: str, name: str, text: str) -> str:
        """Return a text in full, or where it was shown before and what differs now."""
        head = text.splitlines()[0]
        first, before = self.texts.setdefault((name, head), (scenario, text))
        if first == scenario or text.count("\n") < SHORT:
            return text
        changes = [
            line
            for line in difflib.unified_diff(
                before.splitlines(), text.splitlines(), n=0, lineterm=""
            )
            if not line.startswith(("---", "+++"))
        ]
        if not changes:
            return f"-- (as in {first}: {head})"
        if len(changes) > text.count("\n") // 2:
            return text
        return "\n".join([f"-- (as in {first}, but: {head})", *changes])


def rendered(recorded: Recorded) -> dict[str, str]:
    """Return the golden files of all that was recorded: text by path below ``golden/``."""
    files: dict[str, list[str]] = {}
    shown = Shown()
    for scenario, found in recorded.items():
        for statement in found["statements"]:
            name = file_of(statement["node"], statement["text"])
            if name is None:
                continue
            lines = files.setdefault(f"{scenario}/{name}.sql", [])
            line = summary_of(statement["text"])
            if line is None:
                lines.append(shown.show(scenario, name, normalized(statement["text"]) + ";"))
            elif line not in lines:
                lines.append(line)
        for job in found["jobs"]:
            name = job["path"].rsplit("/", 1)[-1] + ".job"
            files[f"{scenario}/{name}.txt"] = [shown.show(scenario, name, rendered_job(job))]
    for path, lines in files.items():
        # dbt lists schemas in the order of a set.
        if path.endswith("/run.sql") and "teardown" not in path:
            files[path] = sorted(set(lines))
    return {path: "\n\n".join(lines) + "\n" for path, lines in files.items()}


def rendered_job(job: dict[str, Any]) -> str:
    """Return how a Python model is submitted, and what the adapter adds to its file."""
    source = source_of(job)
    before, after = job["code"].split(source)
    settings = json.dumps(job["settings"], indent=2, sort_keys=True)
    parts = [settings, f"{before}<models/{source_path(job)}>{after}"]
    return "\n".join(normalized(part) for part in parts)


def source_path(job: dict[str, Any]) -> str:
    """Return the path of a Python model below ``models/``."""
    name = job["path"].rsplit("/", 1)[-1]
    (path,) = (PROJECT / "models").rglob(f"{name}.py")
    return path.relative_to(PROJECT / "models").as_posix()


def source_of(job: dict[str, Any]) -> str:
    """Return the text of a Python model, as it is in the project."""
    return (PROJECT / "models" / source_path(job)).read_text().strip()


def listed_nodes(nodes: Iterable[str]) -> list[str]:
    """Return the models and seeds whose statements are golden; on an update these are all nodes."""
    if os.environ.get(UPDATE) == "update":
        NODES.write_text("".join(f"{name}\n" for name in sorted(nodes)))
    return NODES.read_text().split()


def golden_files() -> dict[str, str]:
    """Return the golden files: text by path below ``golden/``."""
    return {
        path.relative_to(GOLDEN).as_posix(): path.read_text()
        for path in sorted(GOLDEN.rglob("*"))
        if path.is_file()
    }


def write(files: dict[str, str]) -> None:
    """Replace the golden files by these."""
    for path in golden_files():
        if path not in files:
            (GOLDEN / path).unlink()
    for path, text in files.items():
        (GOLDEN / path).parent.mkdir(parents=True, exist_ok=True)
        (GOLDEN / path).write_text(text)


def difference(golden: dict[str, str], now: dict[str, str], paths: Iterable[str]) -> str:
    """Return how files differ, as ``diff`` shows it."""
    lines: list[str] = []
    for path in paths:
        here, there = golden.get(path, "").splitlines(), now.get(path, "").splitlines()
        lines += difflib.unified_diff(
            here, there, f"golden/{path}", f"recorded/{path}", lineterm=""
        )
    return "\n".join(lines)
