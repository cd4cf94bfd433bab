"""The wheel holds all that the jobs need at run time, and nothing else."""

import configparser
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from common.paths import PROJECT

EXTRAS = (
    *("dbt", "fastapi", "geopandas", "matplotlib", "networkx", "osmnx", "pandas", "plotly"),
    *("jinja2", "openai", "prefect", "psycopg", "requests", "sqlalchemy", "uvicorn"),
)
# Runs a module as `python -m` does, in a Python that has nothing of the extras.
BARE = """
import importlib.abc, runpy, sys
class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {extras!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Missing())
del sys.argv[0]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built as the bundle builds it but without a package index."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in ("common", "generator", "flows", "reports", "seeds"):
        shutil.copytree(PROJECT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "pyproject.toml", source)
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"),
            *("--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", out, "."),
        ],
        cwd=source,
        check=True,
    )
    (built,) = out.glob("*.whl")
    return built


def installed(wheel: Path, folder: Path) -> Path:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run_bare(site: Path, folder: Path, *command: str | Path) -> "subprocess.CompletedProcess[str]":
    folder.mkdir(exist_ok=True)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CASPERS_")}
    return subprocess.run(
        [sys.executable, "-c", BARE.format(extras=EXTRAS), *command],
        cwd=folder,
        env={**clean, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_module_seed_and_configuration_is_in_it(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    # A plugin of dbt or of Spark is found by its name alone, so it is a top-level package.
    wanted = {
        re.sub("^(flows|generator)/plugins/", "", str(file.relative_to(PROJECT)))
        for package in ("common", "generator", "flows", "reports")
        for file in (PROJECT / package).rglob("*")
        if file.suffix in {".py", ".json", ".geojson", ".csv", ".sql", ".html", ".css", ".js"}
        # Pages for Node.js, which are built in a checkout.
        and not file.is_relative_to(PROJECT / "reports" / "evidence")
    }
    seeds = [file for kind in ("csv", "json") for file in (PROJECT / "seeds").glob(f"*.{kind}")]
    wanted |= {f"generator/seeds/{file.name}" for file in seeds}
    assert packed == wanted


def test_it_asks_for_little_and_for_no_extra(wheel: Path, tmp_path: Path) -> None:
    (info,) = installed(wheel, tmp_path).glob("*.dist-info")
    required = importlib.metadata.PathDistribution(info).requires or []
    base = {re.split(r"[^\w-]", each)[0] for each in required if "extra ==" not in each}
    libraries = {"numpy", "pyarrow", "pydantic", "python-dateutil", "rich", "scipy", "shapely"}
    assert base == {"duckdb", "filelock", *libraries}
    scripts = configparser.ConfigParser()
    scripts.read(info / "entry_points.txt")
    assert set(scripts["console_scripts"]) == {
        *("caspers-canonical-job", "caspers-generator", "caspers-replay", "caspers-replay-job"),
        *("caspers-decisions-job", "caspers-lakebase-job", "caspers-lakebase-removal-job"),
        *("caspers-report-job", "caspers-stream-job"),
    }


def test_dataset_and_replay_are_made_without_the_checkout_and_without_extras(
    wheel: Path, tmp_path: Path
) -> None:
    site, work = installed(wheel, tmp_path / "site"), tmp_path / "work"
    made = run_bare(site, work, "generator", "canonical", "--days", "1", "--locations", "sv")
    assert made.returncode == 0, made.stderr
    assert (work / "data" / "canonical" / "events.parquet").is_file()
    landed = run_bare(
        site, work, "flows.replay", "run", "--start-day", "0", "--now", "2026-11-21T18:00"
    )
    assert landed.returncode == 0, landed.stderr
    assert len(list((work / "data" / "landing" / "events").glob("window-*.jsonl"))) == 1
    configured = run_bare(
        site,
        work,
        *("generator", "canonical", "--days", "1", "--out", "configured"),
        *("--config", site / "generator" / "configuration" / "examples" / "sf.json"),
    )
    assert configured.returncode == 0, configured.stderr


@pytest.mark.parametrize(
    ("command", "extra"),
    [
        (("canonical", "--days", "1", "--roads", "osm"), "streets"),
        (("roads", "draw", "--locations", "sv", "--out", "sv.png"), "pictures"),
    ],
)
def test_what_needs_an_extra_names_it(
    wheel: Path, tmp_path: Path, command: tuple[str, ...], extra: str
) -> None:
    site = installed(wheel, tmp_path / "site")
    ended = run_bare(site, tmp_path / "work", "generator", *command)
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("error: ")
    assert f"pip install 'caspers-kitchens[{extra}]'" in ended.stderr


def test_the_jobs_import_without_extras(wheel: Path, tmp_path: Path) -> None:
    site = installed(wheel, tmp_path / "site")
    asked = run_bare(site, tmp_path / "work", "flows.databricks", "--START_DAY=0")
    assert asked.returncode == 0, asked.stderr


@pytest.mark.spark
def test_spark_finds_the_source_where_the_wheel_is(wheel: Path, tmp_path: Path) -> None:
    """Without a line that registers it, and in a folder that has nothing of the project."""
    site, work = installed(wheel, tmp_path / "site"), tmp_path / "work"
    made = run_bare(site, work, "generator", "canonical", "--days", "1", "--locations", "sv")
    assert made.returncode == 0, made.stderr
    reading = """
from pyspark.sql import SparkSession
session = (
    SparkSession.builder.master("local[1]")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.ui.enabled", "false")
    .getOrCreate()
)
source = {"datasetPath": "data/canonical", "simulationStartDay": "3"}
rows = session.read.format("caspers").options(**source).load()
assert rows.columns[0] == "event_id"
print("orders", rows.where("event_type = 'order_created'").count())
stream = session.readStream.format("caspers").options(**source).load()
writer = stream.writeStream.format("memory").queryName("landed").trigger(availableNow=True)
while True:
    try:
        writer.start().awaitTermination()
        break
    except Exception as error:
        # Spark gives Python ten seconds to start, which a busy machine may exceed.
        if "Python worker failed to connect back" not in str(error):
            raise
print("streamed", session.table("landed").where("event_type = 'order_created'").count())
try:
    session.read.format("caspers").option("datasetPaht", "x").load()
except Exception as error:
    print("said" if "no option datasetpaht (did you mean datasetPath?)" in str(error) else error)
"""
    environment = {**os.environ, "PYTHONPATH": str(site), "PYSPARK_PYTHON": sys.executable}
    read = subprocess.run(
        [sys.executable, "-c", reading],
        cwd=work,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert read.returncode == 0, read.stderr[-3000:]
    orders, streamed, said = read.stdout.splitlines()
    assert int(orders.split()[1]) >= 100
    assert said == "said"
    assert streamed.split()[0] == "streamed"
    assert int(streamed.split()[1]) >= int(orders.split()[1])


@pytest.mark.long
@pytest.mark.parametrize("python", ["python3.11", "python3.12"])
def test_installed_from_the_package_index_it_runs(wheel: Path, tmp_path: Path, python: str) -> None:
    found = shutil.which(python)
    works = found and subprocess.run([found, "--version"], check=False).returncode == 0
    if not works:
        pytest.skip(f"{python} is not installed")
    clean = tmp_path / "environment"
    subprocess.run([str(found), "-m", "venv", clean], check=True)
    programs = clean / "bin"
    subprocess.run([programs / "pip", "install", "--quiet", wheel], check=True)
    work = tmp_path / "work"
    work.mkdir()
    for command in (
        (programs / "python", "-m", "generator", "canonical", "--days", "1"),
        (programs / "python", "-m", "flows.replay", "run", "--start-day", "0"),
        (programs / "caspers-generator", "canonical", "--days", "1", "--out", "again"),
        (programs / "caspers-replay", "status"),
    ):
        subprocess.run(command, cwd=work, check=True)
    assert list((work / "data" / "landing" / "events").glob("window-*.jsonl"))
    first, again = (work / name / "events.parquet" for name in ("data/canonical", "again"))
    assert first.read_bytes() == again.read_bytes()
