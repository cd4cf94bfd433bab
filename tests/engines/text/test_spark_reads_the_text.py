"""Spark's own parser reads every statement; what it refuses only Databricks has, and is listed."""

from pathlib import Path

import pytest

from tests.engines.text.databricks_only_statements import DATABRICKS_ONLY, known
from tests.engines.text.golden_files import Recorded
from tests.engines.text.portable_sql import FUNCTIONS
from tests.engines.text.worker import answer_of


@pytest.mark.engine
@pytest.mark.spark
def test_spark_reads_every_statement(recorded: Recorded, tmp_path: Path) -> None:
    texts = sorted({s["text"] for found in recorded.values() for s in found["statements"]})
    assert len(texts) > 300, len(texts)
    nonsense = "select * from t where ("
    question = {
        "statements": [*texts, nonsense],
        "functions": [*sorted(FUNCTIONS), "json_transform"],
    }
    answer = answer_of("parse_worker", tmp_path, question)
    complaints = dict(zip(question["statements"], answer["complaints"], strict=True))
    assert complaints.pop(nonsense) is not None, "the parser accepts anything"
    refused = {
        text: complaint for text, complaint in complaints.items() if complaint and not known(text)
    }
    assert refused == {}
    read = {text for text, complaint in complaints.items() if complaint is None and known(text)}
    assert read == set(), "Spark reads these after all: remove them from the list"
    assert {known(text) for text in texts} - {None} == set(DATABRICKS_ONLY), (
        "an entry of the list that no statement needs"
    )
    assert answer["unknown"] == ["json_transform"], "the models may call only what Spark has"
