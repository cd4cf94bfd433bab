"""Spark's own parser reads every statement; what it refuses is known to be of Databricks alone."""

from pathlib import Path

import pytest

from tests.engines.text.golden_files import Recorded
from tests.engines.text.statements_of_databricks_alone import OF_DATABRICKS_ALONE, known
from tests.engines.text.words_of_both_engines import FUNCTIONS
from tests.engines.text.worker import answer_of


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
    said = dict(zip(question["statements"], answer["complaints"], strict=True))
    assert said.pop(nonsense) is not None, "the parser takes anything"
    refused = {text: complaint for text, complaint in said.items() if complaint and not known(text)}
    assert refused == {}
    read = {text for text, complaint in said.items() if complaint is None and known(text)}
    assert read == set(), "Spark reads these after all: they need no excuse"
    assert {known(text) for text in texts} - {None} == set(OF_DATABRICKS_ALONE), "an idle excuse"
    assert answer["unknown"] == ["json_transform"], "the models may call only what Spark has"
