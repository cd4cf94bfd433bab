"""What has a usual form is read faster, and judged as it would be without that."""

import json
import random
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from common.paths import PROJECT
from tests.support.business import Business

FORMS = (
    "{'name': 'VARCHAR', 'size': 'DOUBLE'}",
    "{'points': [['DOUBLE']], 'owner': {'name': 'VARCHAR'}}",
    "{}",
)
TEXTS = (
    '{"name":"","size":0}',
    '{"name":"a \\"b\\" \\\\ \\/ \\n é 😀","size":-12.50}',
    '{"name":"nan,]","size":999999999999999.125}',
    '{"points":[[1,2.5],[-0.5,3]],"owner":{"name":"x"}}',
    '{"points":[],"owner":{"name":"inf"}}',
    "{}",
)
SPOILERS = '"\\{}[],:0123456789.eE+-nNaAiIfF/ \t\n\x00\x1f\x7fé\u2028u'


def compiled(business: Business, expression: str) -> str:
    """Return the SQL of an expression in dbt's language."""
    answer = business.dbt("compile", "--inline", f"select '<', {expression}, '>'")
    text = next(message for message in answer["messages"] if "select '<'," in message)
    return text[text.index("'<',") + 4 : text.index(", '>'")]


def spoiled(rng: random.Random) -> str:
    """Return a text with a few characters changed, left out or added."""
    text = list(rng.choice(TEXTS))
    for _ in range(rng.randrange(4)):
        at = rng.randrange(len(text) + 1)
        text[at : at + rng.randrange(2)] = rng.choice(["", *SPOILERS, '"name":"",', "1e999", "NaN"])
    return "".join(text)


def test_a_pattern_changes_no_answer(business: Business) -> None:
    forms = f"[{', '.join(FORMS)}]"
    slowly = compiled(business, "{{ is_json_object('text') }}")
    quickly = compiled(business, f"{{{{ is_json_object('text', usual_forms={forms}) }}}}")
    fits = compiled(
        business, f"regexp_full_match(text, {{{{ text_literal(duckdb_json_pattern({forms})) }}}})"
    )
    rng = random.Random(16)  # noqa: S311  # not for secrets
    texts = [*TEXTS, *{spoiled(rng) for _ in range(20_000)}]
    connection = duckdb.connect()
    rows = connection.execute(
        f"select text, {slowly}, {quickly}, {fits} from (select unnest($1::varchar[]) as text)",
        [texts],
    ).fetchall()
    assert [row for row in rows if row[1] != row[2]] == []
    fitting = [text for text, _, _, fit in rows if fit]
    assert set(TEXTS) <= set(fitting)
    assert 500 < len(fitting) < len(texts) / 2
    for text in fitting:
        # Python refuses what is no JSON, and keys that occur twice.
        json.loads(text, object_pairs_hook=_without_repetition, parse_constant=_refuse)


def _without_repetition(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    assert len(found) == len(pairs), pairs
    return found


def _refuse(constant: str) -> None:
    raise AssertionError(constant)


@pytest.fixture
def landed(tmp_path: Path) -> Path:
    """A day of one kitchen."""
    for command in (
        ["generator", "canonical", "--days", "2", "--locations", "sv", "--out", "canonical"],
        ["flows.replay", "run", "--canonical", "canonical", "--landing", "landing"],
    ):
        subprocess.run(
            [sys.executable, "-m", *command],
            cwd=tmp_path,
            env={"PYTHONPATH": str(PROJECT), "CASPERS_DATA": str(tmp_path)},
            check=True,
            capture_output=True,
        )
    return tmp_path / "landing"


@pytest.mark.thorough
def test_the_generator_writes_the_usual_forms(business: Business, landed: Path) -> None:
    line = compiled(
        business,
        "regexp_full_match(line,"
        " {{ text_literal(duckdb_json_pattern([usual_event_forms().line])) }})",
    )
    body = compiled(
        business,
        "regexp_full_match(line->>'body',"
        " {{ text_literal(duckdb_json_pattern(usual_event_forms().bodies)) }})",
    )
    (file,) = landed.glob("*.jsonl")
    lines = file.read_text(encoding="utf-8").splitlines()
    assert len(lines) > 1_000
    rows = duckdb.execute(
        f"select line->>'event_type', {line}, {body}, count(*)"
        " from (select unnest($1::varchar[]) as line) group by all",
        [lines],
    ).fetchall()
    assert {fits for _, fits, _, _ in rows} == {True}
    assert {kind for kind, _, fits, _ in rows if not fits} == {"order_created"}
