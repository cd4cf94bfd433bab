"""Each target of profiles.yml names the variable that is missing; the project suits each."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from flows.dbt.command_line import DBT
from tests.support.business import PROJECT

pytestmark = pytest.mark.engine

VARIABLES = {"DATABRICKS_HOST": "host", "DATABRICKS_HTTP_PATH": "path", "DATABRICKS_TOKEN": "token"}


DBT_WITHOUT_SPARK = (
    "-c",
    "import sys; sys.modules['pyspark'] = None; from dbt.cli.main import cli; cli()",
)


def other_variables() -> dict[str, str]:
    """Return the environment without what the targets ask for."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DATABRICKS_", "SPARK_", "CASPERS_"))
    }


def parse(
    target: str,
    environment: dict[str, str],
    folder: Path,
    *more: str,
    program: tuple[str, ...] = DBT,
) -> subprocess.CompletedProcess[str]:
    """Let dbt read the project for a target with these variables alone."""
    command = [sys.executable, *program, "ls", "--select", "landed_lines"]
    options = ["--target", target, "--target-path", str(folder), "--log-path", str(folder)]
    return subprocess.run(
        [*command, *options, *more],
        cwd=PROJECT,
        env={**other_variables(), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


# Asks the same as `parse` for several environments, each in a fork, and so imports dbt once.
EACH_IN_A_FORK = """
import json, os, sys
from dbt.cli.main import cli
answers = {}
for target, environment, output in json.load(sys.stdin):
    child = os.fork()
    if child == 0:
        os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT), 1)
        os.environ.update(environment)
        sys.argv += ["--target", target]
        cli()
    answers[output] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
json.dump(answers, sys.stdout)
"""


@pytest.fixture(scope="module")
def without_a_variable(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str]]:
    """Exit code and output of dbt by the name of the one variable that is missing."""
    folder = tmp_path_factory.mktemp("missing")
    given = {
        missing: ("databricks", {n: v for n, v in VARIABLES.items() if n != missing})
        for missing in VARIABLES
    } | {"SPARK_MASTER": ("spark", {})}
    asked = [(*options, str(folder / missing)) for missing, options in given.items()]
    options = ("--select", "landed_lines", "--target-path", str(folder), "--log-path", str(folder))
    ended = subprocess.run(
        [sys.executable, "-c", EACH_IN_A_FORK, "ls", *options],
        cwd=PROJECT,
        env=other_variables(),
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    codes = json.loads(ended.stdout)
    return {name: (codes[str(folder / name)], (folder / name).read_text()) for name in given}


@pytest.mark.parametrize("missing", [*sorted(VARIABLES), "SPARK_MASTER"])
def test_a_missing_variable_is_named(
    without_a_variable: dict[str, tuple[int, str]], missing: str
) -> None:
    code, output = without_a_variable[missing]
    assert code == 2
    assert f"Env var required but not provided: '{missing}'" in output


def test_duckdb_needs_none_of_them(tmp_path: Path) -> None:
    ended = parse("duckdb", {}, tmp_path)
    assert ended.returncode == 0, ended.stdout


@pytest.fixture(scope="module")
def parsed_for_databricks(
    tmp_path_factory: pytest.TempPathFactory,
) -> subprocess.CompletedProcess[str]:
    """Parsed with all warnings; the plugin for Spark is installed, Spark is not."""
    installed = {**VARIABLES, "PYTHONPATH": str(PROJECT / "flows" / "plugins")}
    warnings = ("--show-all-deprecations", "--warn-error-options", '{"silence": []}')
    folder = tmp_path_factory.mktemp("databricks")
    return parse("databricks", installed, folder, *warnings, program=DBT_WITHOUT_SPARK)


def test_the_plugin_for_spark_leaves_databricks_alone(
    parsed_for_databricks: subprocess.CompletedProcess[str],
) -> None:
    """The plugin is installed with the project, also where there is Databricks and no Spark."""
    ended = parsed_for_databricks
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_only_keys_of_adapters_are_unknown_to_dbt(
    parsed_for_databricks: subprocess.CompletedProcess[str],
) -> None:
    """dbt checks configurations against its schema for some adapters only, of which this is one."""
    output = " ".join(parsed_for_databricks.stdout.split())
    unknown = re.findall(r"Custom key `\+?(\w+)`", output)
    assert set(unknown) == {"parameters", "fast", "incremental_apply_config_changes"}
    assert set(re.findall(r"\w+Deprecation\b", output)) == {"CustomKeyInConfigDeprecation"}
