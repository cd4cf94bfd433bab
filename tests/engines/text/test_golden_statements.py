"""What dbt sends to a SQL warehouse is what has been reviewed."""

import os
import re

import pytest

from tests.engines.text.golden_files import (
    NORMALIZED,
    SUMMARIZED,
    UPDATE,
    Recorded,
    difference,
    golden_files,
    rendered,
    summary_of,
    write,
)

pytestmark = pytest.mark.engine

THIS = "tests/engines/text/test_golden_statements.py"


def test_every_statement_is_the_golden_one(recorded: Recorded) -> None:
    now = rendered(recorded)
    if os.environ.get(UPDATE) == "update":
        write(now)
    golden = golden_files()
    different = sorted(path for path in {*golden, *now} if golden.get(path) != now.get(path))
    assert not different, (
        f"{difference(golden, now, different)}\n\nThese statements are not the golden ones. Where "
        f"they should be, run `{UPDATE}=update python -m pytest {THIS}` and review what git shows."
    )


def test_every_entry_that_shortens_golden_files_is_needed(recorded: Recorded) -> None:
    texts = [s["text"] for found in recorded.values() for s in found["statements"]]
    texts += [str(job["settings"]) for found in recorded.values() for job in found["jobs"]]
    for entry in NORMALIZED:
        assert any(re.search(entry.pattern, text) for text in texts), entry
    for line in SUMMARIZED:
        assert any(re.match(line.pattern, text) and summary_of(text) for text in texts), line
