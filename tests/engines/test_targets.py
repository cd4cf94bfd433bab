"""Each target of profiles.yml names the variable that is missing; the project suits each."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from flows.dbt import DBT
from tests.support.business import PROJECT

VARIABLES = {"DATABRICKS_HOST": "host", "DATABRICKS_HTTP_PATH": "path", "DATABRICKS_TOKEN": "token"}


DBT_WITHOUT_SPARK = (
    "-c",
    "import sys; sys.modules['pyspark'] = None; from dbt.cli.main import cli; cli()",
)


def parse(
    target: str,
    environment: dict[str, str],
    folder: Path,
    *more: str,
    program: tuple[str, ...] = DBT,
) -> subprocess.CompletedProcess[str]:
    """Let dbt read the project for a target with these variables alone."""
    others = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DATABRICKS_", "SPARK_", "CASPERS_"))
    }
    command = [sys.executable, *program, "ls", "--select", "landed_lines"]
    options = ["--target", target, "--target-path", str(folder), "--log-path", str(folder)]
    return subprocess.run(
        [*command, *options, *more],
        cwd=PROJECT,
        env={**others, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("missing", sorted(VARIABLES))
def test_a_missing_variable_is_named(missing: str, tmp_path: Path) -> None:
    given = {name: value for name, value in VARIABLES.items() if name != missing}
    ended = parse("databricks", given, tmp_path)
    assert ended.returncode == 2
    assert f"Env var required but not provided: '{missing}'" in ended.stdout


def test_the_spark_target_names_its_variable(tmp_path: Path) -> None:
    ended = parse("spark", {}, tmp_path)
    assert ended.returncode == 2
    assert "Env var required but not provided: 'SPARK_MASTER'" in ended.stdout


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
    assert set(unknown) == {"parameters", "incremental_apply_config_changes"}
    assert set(re.findall(r"\w+Deprecation\b", output)) == {"CustomKeyInConfigDeprecation"}
