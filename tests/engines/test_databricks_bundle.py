"""The bundle names only what exists, as far as can be checked without a workspace.

`databricks bundle validate` needs one. Here the resources go through the classes that Databricks
publishes for bundles in Python, which know every field and type, and the references that those
classes leave alone are followed by hand.
"""

from __future__ import annotations

import copy
import importlib
import re
import shlex
import subprocess
import tomllib
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from databricks.bundles.apps import App
from databricks.bundles.database_catalogs import DatabaseCatalog
from databricks.bundles.database_instances import DatabaseInstance
from databricks.bundles.jobs import Job
from databricks.bundles.model_serving_endpoints import ModelServingEndpoint
from databricks.bundles.schemas import Schema
from databricks.bundles.volumes import Volume

from common.paths import PROJECT
from flows.databricks import DECISIONS_VOLUME, PIPELINE_IS_DUE, STREAMED_TABLE, parameters
from flows.lakebase import MIRRORS

if TYPE_CHECKING:
    from collections.abc import Iterator

REFUND_MODELS = "path:models/recommender+"
COMPLAINT_MODELS = "path:models/complaints+"
KINDS = {
    "apps": App,
    "database_catalogs": DatabaseCatalog,
    "database_instances": DatabaseInstance,
    "jobs": Job,
    "model_serving_endpoints": ModelServingEndpoint,
    "schemas": Schema,
    "volumes": Volume,
}
TARGETS = ["default", "complaints", "all", "free"]
BUNDLE: dict[str, Any] = yaml.safe_load((PROJECT / "databricks.yml").read_text())
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text())


def deployed(target: str) -> dict[str, Any]:
    """The resources of a target: those of all targets, and its own merged into them."""
    resources = copy.deepcopy(BUNDLE["resources"])
    for kind, own in BUNDLE["targets"][target].get("resources", {}).items():
        for name, resource in copy.deepcopy(own).items():
            if name not in resources.setdefault(kind, {}):
                resources[kind][name] = resource
            else:
                assert kind == "jobs"
                assert resource.keys() == {"tasks"}
                resources[kind][name]["tasks"] += resource["tasks"]
    return resources


JOBS: dict[str, Any] = deployed("all")["jobs"]
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


VOLUME_OF_THE_RUN = "/Volumes/" + "/".join(
    "{{job.parameters." + name + "}}" for name in ("CATALOG", "SCHEMA", "VOLUME")
)


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

    return fill(deployed(target))


@pytest.mark.parametrize(
    ("target", "kind", "name"),
    [
        (target, kind, name)
        for target in TARGETS
        for kind, those in deployed(target).items()
        for name in those
    ],
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
    assert defaults == SEEDS | {
        "WAREHOUSE_ID": None,
        "PIPELINE_SELECTION": f"--exclude {REFUND_MODELS} {COMPLAINT_MODELS}",
        "COMPLAINT_RATE": 0.15,
        "AGENT_VERSION": 1,
        "LLM_MODEL": "databricks-meta-llama-3-3-70b-instruct",
        "LANDING": VOLUME_OF_THE_RUN,
    }
    assert [*BUNDLE["targets"]] == TARGETS
    assert BUNDLE["targets"]["default"].keys() == {"default", "resources"}
    assert BUNDLE["targets"]["default"]["default"] is True
    assert BUNDLE["targets"]["free"] == {
        "variables": {"PIPELINE_SCHEDULE_MINUTES": 3, "PIPELINE_SELECTION": "--select fqn:*"}
    }
    rate = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]["complaint_rate"]
    assert rate == BUNDLE["variables"]["COMPLAINT_RATE"]["default"]


def test_every_variable_is_declared_and_used() -> None:
    assert found(r"\$\{var\.(\w+)\}", BUNDLE) == set(BUNDLE["variables"])


@pytest.mark.parametrize("target", TARGETS)
def test_every_referenced_resource_exists(target: str) -> None:
    resources = deployed(target)
    named = found(r"\$\{resources\.([\w.]+)\}", resources)
    assert named
    for path in named:
        kind, name, field = path.split(".")
        assert name in resources[kind]
        # Databricks gives an app a service principal of its own, and a job an id.
        given = {"apps": {"service_principal_client_id"}, "jobs": {"id"}}.get(kind, set())
        assert field in given | resources[kind][name].keys()


def test_each_target_has_what_it_is_for() -> None:
    lakebase = ("database_catalogs", "database_instances")
    streams = {
        "refunds": {"refund_recommender_stream", "decisions_export", "refund_lakebase"},
        "complaints": {"complaint_stream", "complaint_lakebase"},
    }
    wanted = {
        "default": ({"refund_manager"}, streams["refunds"], {"refund_manager"}, set()),
        "complaints": ({"complaint_manager"}, streams["complaints"], set(), set()),
        "all": (
            {"refund_manager", "complaint_manager"},
            streams["refunds"] | streams["complaints"],
            {"refund_manager"},
            {"refund_agent", "complaint_agent"},
        ),
        "free": (set(), set(), set(), set()),
    }
    for target, (databases, jobs, apps, endpoints) in wanted.items():
        resources = deployed(target)
        of_all = BUNDLE["resources"]["jobs"].keys()
        removal = {"lakebase_removal"} if databases else set()
        assert resources["jobs"].keys() - of_all == jobs | removal
        assert [resources.get(kind, {}).keys() for kind in lakebase] == [databases] * 2
        assert resources.get("apps", {}).keys() == apps
        assert resources.get("model_serving_endpoints", {}).keys() == endpoints


def test_lakebase_is_where_the_jobs_look_for_it() -> None:
    resources = filled("all")
    expected = {mirror.instance_name("caspersdev"): mirror.database for mirror in MIRRORS.values()}
    catalogs = resources["database_catalogs"].values()
    assert {each["name"]: each["database_name"] for each in catalogs} == expected
    assert {each["name"] for each in resources["database_instances"].values()} == expected.keys()
    assert not any("-" in name or "_" in name for name in expected)


def test_what_lakebase_mirrors_has_a_change_data_feed() -> None:
    models = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["models"]["caspers_kitchens"]
    for mirror in MIRRORS.values():
        schema, table = mirror.source.split(".")
        properties = models[schema][table]["+tblproperties"]
        assert "'delta.enableChangeDataFeed': 'true'} if var('change_data_feed'" in properties


def test_streams_run_every_ten_minutes_and_build_one_after_another() -> None:
    streams = {name: job for name, job in JOBS.items() if name.endswith("_stream")}
    assert len(streams) == 2
    for job in (*streams.values(), JOBS["decisions_export"]):
        assert job["trigger"]["periodic"] == {"interval": 10, "unit": "MINUTES"}
        assert job["queue"] == {"enabled": False}
    builds = [task for _, task in TASKS if "dbt_task" in task]
    assert builds == JOBS["order_items_pipeline"]["tasks"]
    assert JOBS["order_items_pipeline"]["max_concurrent_runs"] == 1
    assert JOBS["order_items_pipeline"]["queue"] == {"enabled": True}
    starts = [task["run_job_task"] for job in streams.values() for task in job["tasks"]]
    assert [start["job_id"].split(".")[2] for start in starts] == ["order_items_pipeline"] * 2
    refunds, complaints = (start["job_parameters"]["SELECTION"] for start in starts)
    assert refunds == f"--select {REFUND_MODELS} --exclude {COMPLAINT_MODELS}"
    # With the models of refunds that complaints are made from.
    above = "+path:models/complaints,path:models/recommender"
    assert complaints == f"--select {COMPLAINT_MODELS} {above}"
    for folder in (REFUND_MODELS, COMPLAINT_MODELS):
        path = folder.removeprefix("path:").removesuffix("+")
        assert [*(PROJECT / path).glob("*.sql")]


def test_the_report_follows_a_build_of_everything_and_has_what_it_needs() -> None:
    build, report = JOBS["business_report"]["tasks"]
    assert build["run_job_task"]["job_parameters"]["SELECTION"] == "--select fqn:*"
    assert report["depends_on"] == [{"task_key": build["task_key"]}]
    (environment,) = JOBS["business_report"]["environments"]
    wheel, *libraries = environment["spec"]["dependencies"]
    assert wheel == "./dist/*.whl"
    assert libraries == PYPROJECT["project"]["optional-dependencies"]["report"]


def test_the_app_finds_its_database_and_its_command() -> None:
    app = yaml.safe_load((PROJECT / "app.yaml").read_text())
    environment = {each["name"]: each["value"] for each in app["env"]}
    assert environment == {
        "CASPERS_DESK_TRUST_PROXY": "1",
        "CASPERS_POSTGRES_TOKEN_COMMAND": "python -m flows.lakebase token",
    }
    shell, option, script = app["command"]
    (source,) = [each["source_code_path"] for each in deployed("all")["apps"].values()]
    assert (PROJECT / source / "app.yaml").is_file()
    assert (PROJECT / source / "requirements.txt").read_text().splitlines()[1] == ".[desk]"
    given = {
        "PGUSER": "1234-ab",
        "PGHOST": "host",
        "PGPORT": "5432",
        "PGDATABASE": "caspers",
        "DATABRICKS_APP_PORT": "8000",
        "PATH": "/usr/bin:/bin",
    }
    printing = script.replace("exec python", 'echo "$CASPERS_POSTGRES"; echo')
    printed = subprocess.run(
        [shell, option, printing], env=given, capture_output=True, text=True, check=True
    )
    assert printed.stdout.splitlines() == [
        "postgresql://1234-ab@host:5432/caspers?sslmode=require",
        "-m apps.desk --host 0.0.0.0 --port 8000",
    ]


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
    tasks = filled("all")["jobs"][name]["tasks"]
    assert found(r"\{\{job\.parameters\.(\w+)\}\}", tasks) == set(declared)


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
    assert len(started) == 11
    for start in started:
        job = JOBS[start["job_id"].split(".")[2]]
        assert start["job_parameters"].keys() == {each["name"] for each in job["parameters"]}


def test_entry_points_are_in_the_wheel_and_accept_their_parameters() -> None:
    wheels = [task["python_wheel_task"] for _, task in TASKS if "python_wheel_task" in task]
    assert len(wheels) == 8
    landing = [wheel for wheel in wheels if wheel["named_parameters"].keys() == SEEDS.keys()]
    assert len(landing) == 3
    for wheel in wheels:
        assert wheel["package_name"].replace("_", "-") == PYPROJECT["project"]["name"]
        module, function = PYPROJECT["project"]["scripts"][wheel["entry_point"]].split(":")
        job = getattr(importlib.import_module(module), function)
        given = [f"--{name}={SEEDS.get(name, value)}" for name, value in parameters_of(wheel)]
        if wheel in landing:
            assert parameters(given) == parameters([])
        else:
            # It accepts all of them, and then asks the workspace.
            asked = "session" if job.__module__.startswith("reports.") else "workspace"
            with pytest.raises(AskedError):
                job(given, **{asked: NoWorkspace()})


class AskedError(Exception):
    """The workspace was asked."""


class NoWorkspace:
    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        raise AskedError(name)


def parameters_of(wheel: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in wheel["named_parameters"].items()]


def test_the_wheel_that_is_built_is_the_one_that_is_installed() -> None:
    build = shlex.split(BUNDLE["artifacts"]["wheel"]["build"])
    folder = build[build.index("--wheel-dir") + 1]
    assert BUNDLE["artifacts"]["wheel"]["path"] == build[-1] == "."
    specs = [each["spec"] for job in JOBS.values() for each in job.get("environments", [])]
    assert [f"./{folder}/*.whl"] in [spec["dependencies"] for spec in specs]


def test_what_dbt_needs_goes_to_the_workspace_and_tests_stay() -> None:
    excluded = BUNDLE["sync"]["exclude"]
    ignored = set((PROJECT / ".gitignore").read_text().splitlines())

    def is_synced(path: str) -> bool:
        return not any(fnmatch(path, pattern) for pattern in excluded)

    for file in PROJECT.rglob("*"):
        path = str(file.relative_to(PROJECT))
        top = path.split("/", maxsplit=1)[0]
        # A bundle leaves out what git ignores, such as `__pycache__/`.
        if (
            file.is_dir()
            or top.startswith(".")
            or ignored & {f"{part}/" for part in path.split("/")}
        ):
            continue
        if top in {"models", "macros", "seeds", "analyses"} or path.startswith("tests/dbt/"):
            assert is_synced(path)
        if top == "tests" and not path.startswith("tests/dbt/"):
            assert not is_synced(path)
    # The app installs the project from what is there.
    packages = PYPROJECT["tool"]["setuptools"]["packages"]
    moved = PYPROJECT["tool"]["setuptools"]["package-dir"]
    folders = [moved.get(package, package.replace(".", "/")) for package in packages]
    assert all(is_synced(f"{folder}/__init__.py") for folder in folders)
    assert is_synced("reports/page/templates/page.html")
    files = ("dbt_project.yml", "profiles.yml", "pyproject.toml", "app.yaml")
    assert all(is_synced(path) for path in (*files, "requirements.txt", "apps/__init__.py"))


def test_the_stream_is_paused_and_its_build_follows() -> None:
    job = JOBS["canonical_generator"]
    replay = JOBS["canonical_data_replay"]
    assert job["trigger"] == replay["trigger"] | {"pause_status": "PAUSED"}
    stream, build = job["tasks"]
    assert stream["environment_key"] == replay["tasks"][0]["environment_key"]
    assert build["depends_on"] == [{"task_key": stream["task_key"]}]
    assert build["run_job_task"] == replay["tasks"][-1]["run_job_task"]
    # The place that its description and the docs name is the one that the job streams into.
    table = parameters([]).stream_target.table
    named = "delta:{{job.parameters.CATALOG}}.{{job.parameters.SCHEMA}}." + STREAMED_TABLE
    assert named in BUNDLE["variables"]["LANDING"]["description"]
    assert table == f"caspersdev.simulator.{STREAMED_TABLE}"


@pytest.mark.parametrize("landing", [None, f"delta:caspersdev.simulator.{STREAMED_TABLE}"])
def test_dbt_looks_where_the_replay_lands(
    landing: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if landing:
        monkeypatch.setitem(BUNDLE["variables"]["LANDING"], "default", landing)
    jobs = filled("all")["jobs"].values()
    (task,) = [t["dbt_task"] for job in jobs for t in job["tasks"] if "dbt_task" in t]
    (command,) = task["commands"]
    given = SEEDS | {"SELECTION": "--select all", "COMPLAINT_RATE": 0.15}
    for name in ("CATALOG", "SCHEMA", "VOLUME", "SELECTION", "COMPLAINT_RATE"):
        command = command.replace("{{job.parameters." + name + "}}", str(given[name]))
    dbt, build, select, selected, option, variables = shlex.split(command)
    assert (dbt, build, option) == ("dbt", "build", "--vars")
    assert (select, selected) == ("--select", "all")
    folder = parameters([]).landing
    assert yaml.safe_load(variables) == {
        "landing_path": landing or str(folder),
        "decisions_path": str(folder.with_name(DECISIONS_VOLUME)),
        "agent_responses_path": str(folder.with_name("agent_responses")),
        "complaint_rate": 0.15,
        "change_data_feed": True,
    }
    volumes = {each["name"] for each in filled("free")["volumes"].values()}
    assert {DECISIONS_VOLUME, "agent_responses", "events"} <= volumes
    macro = (PROJECT / "macros" / "engine" / "landed_files.sql").read_text()
    assert "var('landing_path'" in macro
    assert ".upload'" in macro, "what lies beside its note has not landed yet"


def test_the_bundle_contains_no_secret_and_no_workspace() -> None:
    text = (PROJECT / "databricks.yml").read_text()
    assert not re.search(r"dapi[0-9a-f]{8}|https?://|token:|password", text)
