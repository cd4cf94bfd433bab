"""What is uploaded of a Python model is its one file, and serverless compute can run it."""

import ast
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from common.paths import PROJECT
from tests.engines.text.golden_files import Recorded, source_of

pytestmark = pytest.mark.engine

# Libraries of a serverless environment that the model may import, beside Python's own.
OF_SERVERLESS = {"numpy", "pandas", "pyarrow", "pyspark"}

# What brings rows from where they are to the driver.
DRAWS_ROWS = {
    "collect",
    "first",
    "foreach",
    "head",
    "tail",
    "take",
    "toArrow",
    "toLocalIterator",
    "toPandas",
    "to_pandas",
}

# The only function whose result comes to the driver: the days that have to be scored again.
ASKS = "affected"


def jobs(recorded: Recorded) -> list[dict[str, Any]]:
    """Return every job that was submitted."""
    return [job for found in recorded.values() for job in found["jobs"]]


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Return every call in a program, each with the name of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node.func.attr, node
            elif isinstance(node.func, ast.Name):
                yield node.func.id, node


def imported(tree: ast.AST) -> set[str]:
    """Return the packages that a program imports, wherever it does."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a notebook is in no package"
            found.add((node.module or "").split(".")[0])
    return found


def without_what_is_tried(tree: ast.Module) -> ast.Module:
    """Return a program without the imports that may fail, as the adapter writes them."""
    kept = [
        node
        for node in tree.body
        if not (
            isinstance(node, ast.Try)
            and all(ast.unparse(h.type) == "ImportError" for h in node.handlers if h.type)
        )
    ]
    return ast.Module(kept, tree.type_ignores)


def test_a_python_model_is_uploaded_in_every_build(recorded: Recorded) -> None:
    # One scenario builds bronze alone.
    built = [name for name in recorded if not name.startswith(("teardown", "object_store"))]
    # That of bronze is for DuckDB alone.
    models = len([*(PROJECT / "models").rglob("*.py")]) - 1
    assert [len(recorded[name]["jobs"]) for name in built] == [models] * len(built)


def test_what_is_uploaded_is_the_projects_one_file(recorded: Recorded) -> None:
    for job in jobs(recorded):
        assert job["code"].count(source_of(job)) == 1
        after = ast.parse(job["code"].split(source_of(job))[1])
        own = {node.name for node in after.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        # All that dbt adds: how references are looked up, and what it knows of the model.
        assert own == {"ref", "source", "config", "this", "dbtObj"}


def test_it_imports_only_what_serverless_compute_has(recorded: Recorded) -> None:
    for job in jobs(recorded):
        wanted = imported(without_what_is_tried(ast.parse(job["code"])))
        assert wanted <= OF_SERVERLESS | set(sys.stdlib_module_names)
        assert not job["settings"]["task"]["libraries"]


def test_no_table_comes_to_the_driver(recorded: Recorded) -> None:
    for job in jobs(recorded):
        tree = ast.parse(source_of(job))
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        drawn = {
            (function.name, name)
            for function in functions
            for name, _ in calls(function)
            if name in DRAWS_ROWS
        }
        # Words and phrases are seeds of a few hundred rows.
        seeds = {("read_phrases", "collect"), ("read_words", "collect")}
        assert drawn - seeds == {(ASKS, "collect")}
        # The same holds for what dbt adds.
        added = ast.parse(job["code"].split(source_of(job))[1])
        assert {name for name, _ in calls(added)} & DRAWS_ROWS == set()
