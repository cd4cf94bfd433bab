"""The same numbers come from the tables of a Spark session, as a job on Databricks has one."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from common.errors import UserError
from common.paths import PROJECT
from reports.page.business import read_business
from reports.page.databricks import report
from reports.page.source import SparkSource, published_source
from tests.reports.page.conftest import Reported
from tests.reports.page.reading import as_plain, read_page
from tests.support.volume_shim import mounted


def test_a_spark_session_reads_what_the_published_tables_say(
    reported: Reported, tmp_path: Path
) -> None:
    with duckdb.connect(str(reported.published / "caspers.duckdb"), read_only=True) as connection:
        for schema, name in connection.execute(
            "select schema_name, table_name from duckdb_tables()"
        ).fetchall():
            file = tmp_path / f"{schema}.{name}.parquet"
            connection.execute(f"copy {schema}.{name} to '{file}' (format parquet)")
    worked = subprocess.run(
        [sys.executable, "-m", "tests.reports.page.spark_worker", tmp_path],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert worked.returncode == 0, worked.stderr[-3000:]
    by_spark = json.loads(worked.stdout.splitlines()[-1])
    with published_source(reported.published) as source:
        by_duckdb = as_plain(read_business(source))
    assert (by_spark.pop("origin"), by_duckdb.pop("origin")) == (
        "the tables of a Spark session",
        "published build 7",
    )
    different = {
        key: (value, by_spark["totals"].get(key))
        for key, value in by_duckdb.pop("totals").items()
        if value != by_spark["totals"].get(key)
    }
    assert different == {}
    del by_spark["totals"]
    assert by_spark == by_duckdb


class DuckDbAsSpark:
    """A session that answers like Spark's, from published tables."""

    def __init__(self, published: Path) -> None:
        self._connection = duckdb.connect(str(published / "caspers.duckdb"), read_only=True)
        self.catalogs: list[str] = []

    def sql(self, statement: str) -> SimpleNamespace:
        if statement.startswith("use catalog "):
            self.catalogs.append(statement)
            return SimpleNamespace()
        found = self._connection.execute(statement)
        names = [column[0] for column in found.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        return SimpleNamespace(
            collect=lambda: [SimpleNamespace(asDict=lambda row=row: row) for row in rows]
        )


def test_the_job_writes_the_report_to_its_volume(
    reported: Reported,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "backing" / "main" / "simulator" / "misc").mkdir(parents=True)
    with mounted(tmp_path / "Volumes", tmp_path / "backing") as volume:
        misc = volume.root / "main" / "simulator" / "misc"
        session = DuckDbAsSpark(reported.published)
        report(["--CATALOG=main"], session=session)
        page = read_page((misc / "report.html").read_text(encoding="utf-8"))
        names = [path.name for path in misc.iterdir()]
    assert names == ["report.html"]
    assert session.catalogs == ["use catalog `main`"]
    assert "Made from catalog main." in page.words
    assert page.figures == read_page(reported.html).figures
    assert "misc/report.html" in capsys.readouterr().out


def test_a_table_that_spark_misses_is_reported() -> None:
    class AnalysisException(Exception):  # noqa: N818  # as Spark calls it
        pass

    def refuse(_statement: str) -> object:
        raise AnalysisException("[TABLE_OR_VIEW_NOT_FOUND] lakeflow.fct_orders\nmore")

    source = SparkSource(SimpleNamespace(sql=refuse))
    with pytest.raises(UserError, match=r"misses a table .*fct_orders\)"):
        source.rows("select 1")
    with pytest.raises(UserError, match=r"CATALOG='a\.b' is not a name"):
        report(["--CATALOG=a.b"], session=SimpleNamespace(sql=refuse))
