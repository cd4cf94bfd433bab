"""The bundle names only what exists, as far as can be checked without a workspace.

`databricks bundle validate` needs one. Here the resources go through the classes that Databricks
publishes for bundles in Python, which know every field and type, and the references that those
classes leave alone are followed by hand.
"""

from __future__ import annotations

import importlib
import re
import shlex
import tomllib
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from databricks.bundles.jobs import Job
from databricks.bundles.schemas import Schema
from databricks.bundles.volumes import Volume

from common.paths import PROJECT
from flows.databricks import PIPELINE_IS_DUE, parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = {"jobs": Job, "schemas": Schema, "volumes": Volume}
BUNDLE: dict[str, Any] = yaml.safe_load((PROJECT / "databricks.yml").read_text())
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text())
JOBS: dict[str, Any] = BUNDLE["resources"]["jobs"]
TASKS = [(job, task) for job in JOBS.values() for task in job["tasks"]]
SEEDS = {
    "CATALOG": "caspersdev",
    "SCHEMA": "simulator",
    "VOLUME": "events",
    "START_DAY": 70,
    "SPEED_MULTIPLIER": 60,
    "SCHEDULE_MINUTES": 3,
    "PIPELINE_SCHEDULE_MINUTES": 0,
}


def texts(value: object) -> Iterator[str]:
    """All texts in a part of the bundle."""
    if isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value


def found(pattern: str, value: object) -> set[str]:
    return {match for text in texts(value) for match in re.findall(pattern, text)}


def filled(target: str) -> dict[str, Any]:
    """The resources as a target deploys them, with every variable filled in."""
    values = {name: each.get("default", "0123abcd") for name, each in BUNDLE["variables"].items()}
    values |= BUNDLE["targets"][target].get("variables", {})

    def fill(value: Any) -> Any:  # noqa: ANN401  # whatever YAML holds
        if isinstance(value, dict):
            return {key: fill(each) for key, each in value.items()}
        if isinstance(value, list):
            return [fill(each) for each in value]
        if not isinstance(value, str):
            return value
        whole = re.fullmatch(r"\$\{var\.(\w+)\}", value)
        if whole:
            return values[whole[1]]
        return re.sub(r"\$\{var\.(\w+)\}", lambda match: str(values[match[1]]), value)

    return fill(BUNDLE["resources"])


@pytest.mark.parametrize("target", ["default", "free"])
@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind, those in BUNDLE["resources"].items() for name in those],
)
def test_resources_have_the_fields_and_types_of_databricks(
    target: str, kind: str, name: str
) -> None:
    resource = filled(target)[kind][name]
    if kind == "jobs":  # job parameters are texts: the bundle turns numbers into them
        for parameter in resource["parameters"]:
            parameter["default"] = str(parameter["default"])
    assert KINDS[kind].from_dict(resource).as_dict()


def test_a_field_that_databricks_does_not_know_is_found() -> None:
    with pytest.raises(ValueError, match="max_concurent_runs"):
        Job.from_dict({**JOBS["order_items_pipeline"], "max_concurent_runs": 1})


def test_parameters_are_those_of_the_business() -> None:
    defaults = {name: each.get("default") for name, each in BUNDLE["variables"].items()}
    assert defaults == SEEDS | {"WAREHOUSE_ID": None}
    assert BUNDLE["targets"]["default"] == {"default": True}
    assert BUNDLE["targets"]["free"]["variables"] == {"PIPELINE_SCHEDULE_MINUTES": 3}


def test_every_variable_is_declared_and_used() -> None:
    assert found(r"\$\{var\.(\w+)\}", BUNDLE) == set(BUNDLE["variables"])


def test_every_referenced_resource_exists() -> None:
    named = found(r"\$\{resources\.([\w.]+)\}", BUNDLE)
    assert named
    for path in named:
        kind, name, field = path.split(".")
        assert name in BUNDLE["resources"][kind]
        assert field in {"id", "name"}


@pytest.mark.parametrize("name", JOBS)
def test_a_job_runs_once_at_a_time_on_serverless_compute(name: str) -> None:
    job = JOBS[name]
    assert job["max_concurrent_runs"] == 1
    assert not any("cluster" in key for each in (job, *job["tasks"]) for key in each)
    environments = {each["environment_key"] for each in job.get("environments", [])}
    asked = {task["environment_key"] for task in job["tasks"] if "environment_key" in task}
    assert environments == asked
    for task in job["tasks"]:
        needs_one = task.keys() & {"python_wheel_task", "dbt_task"}
        assert bool(needs_one) == ("environment_key" in task)


@pytest.mark.parametrize("name", JOBS)
def test_a_job_has_the_parameters_that_its_tasks_read(name: str) -> None:
    declared = [parameter["name"] for parameter in JOBS[name]["parameters"]]
    assert len(declared) == len(set(declared))
    assert found(r"\{\{job\.parameters\.(\w+)\}\}", JOBS[name]["tasks"]) == set(declared)


@pytest.mark.parametrize("name", JOBS)
def test_tasks_depend_on_tasks_that_exist(name: str) -> None:
    before: set[str] = set()
    for task in JOBS[name]["tasks"]:
        assert {each["task_key"] for each in task.get("depends_on", [])} <= before
        for upstream, value in found_values(task):
            assert upstream in {each["task_key"] for each in task["depends_on"]}
            assert value == PIPELINE_IS_DUE
        before.add(task["task_key"])


def found_values(task: object) -> list[tuple[str, str]]:
    return [
        match
        for text in texts(task)
        for match in re.findall(r"\{\{tasks\.(\w+)\.values\.(\w+)\}\}", text)
    ]


def test_the_build_follows_the_replay_when_it_says_so() -> None:
    _, is_due, build = JOBS["canonical_data_replay"]["tasks"]
    assert found_values(is_due) == [("replay", PIPELINE_IS_DUE)]
    assert is_due["condition_task"]["right"] == "true"
    assert build["depends_on"] == [{"task_key": is_due["task_key"], "outcome": "true"}]


def test_jobs_are_started_with_parameters_that_they_have() -> None:
    started = [task["run_job_task"] for _, task in TASKS if "run_job_task" in task]
    assert len(started) == 2
    for start in started:
        job = JOBS[start["job_id"].split(".")[2]]
        assert start["job_parameters"].keys() == {each["name"] for each in job["parameters"]}


def test_entry_points_are_in_the_wheel_and_accept_their_parameters() -> None:
    wheels = [task["python_wheel_task"] for _, task in TASKS if "python_wheel_task" in task]
    assert len(wheels) == 2
    for wheel in wheels:
        assert wheel["package_name"].replace("_", "-") == PYPROJECT["project"]["name"]
        module, function = PYPROJECT["project"]["scripts"][wheel["entry_point"]].split(":")
        assert callable(getattr(importlib.import_module(module), function))
        given = [f"--{name}={SEEDS[name]}" for name in wheel["named_parameters"]]
        assert len(given) == len(SEEDS)
        assert parameters(given) == parameters([])


def test_the_wheel_that_is_built_is_the_one_that_is_installed() -> None:
    build = shlex.split(BUNDLE["artifacts"]["wheel"]["build"])
    folder = build[build.index("--wheel-dir") + 1]
    assert BUNDLE["artifacts"]["wheel"]["path"] == build[-1] == "."
    specs = [each["spec"] for job in JOBS.values() for each in job.get("environments", [])]
    assert [f"./{folder}/*.whl"] in [spec["dependencies"] for spec in specs]


def test_what_dbt_needs_goes_to_the_workspace_and_tests_stay() -> None:
    excluded = BUNDLE["sync"]["exclude"]
    ignored = (PROJECT / ".gitignore").read_text().splitlines()

    def is_synced(path: str) -> bool:
        return not any(fnmatch(path, pattern) for pattern in excluded)

    for file in PROJECT.rglob("*"):
        path = str(file.relative_to(PROJECT))
        top = path.split("/", maxsplit=1)[0]
        if file.is_dir() or top.startswith(".") or f"{top}/" in ignored:
            continue
        if top in {"models", "macros", "seeds", "analyses"} or path.startswith("tests/dbt/"):
            assert is_synced(path)
        if top == "tests" and not path.startswith("tests/dbt/"):
            assert not is_synced(path)
    assert all(is_synced(path) for path in ("dbt_project.yml", "profiles.yml", "pyproject.toml"))


def test_dbt_looks_where_the_replay_lands() -> None:
    (task,) = [task["dbt_task"] for _, task in TASKS if "dbt_task" in task]
    (command,) = task["commands"]
    for name in ("CATALOG", "SCHEMA", "VOLUME"):
        command = command.replace("{{job.parameters." + name + "}}", str(SEEDS[name]))
    dbt, build, option, variables = shlex.split(command)
    assert (dbt, build, option) == ("dbt", "build", "--vars")
    landing = parameters([]).landing
    assert yaml.safe_load(variables) == {
        "landing_path": str(landing),
        "decisions_path": str(landing.with_name("decisions")),
    }
    macro = (PROJECT / "macros" / "engine" / "landed_files.sql").read_text()
    assert "var('landing_path'" in macro
    assert ".upload'" in macro, "what lies beside its note has not landed yet"


def test_the_bundle_contains_no_secret_and_no_workspace() -> None:
    text = (PROJECT / "databricks.yml").read_text()
    assert not re.search(r"dapi[0-9a-f]{8}|https?://|token:|password", text)
