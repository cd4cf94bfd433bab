"""The report as a job of ``databricks.yml``: an entry point of the wheel."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from flows.databricks import MISC_VOLUME, check_name, schema_folder
from reports.page.source import SparkSource
from reports.page.write import write_report

if TYPE_CHECKING:
    from collections.abc import Sequence

REPORT = "report.html"
"""Its name in the volume of what is not landed events."""


def report(arguments: Sequence[str] | None = None, *, session: Any = None) -> None:  # noqa: ANN401  (two kinds of session)
    """Write the report to a volume, from the tables of a catalog.

    A `UserError` is not caught: the page of the failed run shows its message.

    Parameters
    ----------
    arguments
        The command line; by default that of the process.
    session
        The Spark session; by default that of the job.
    """
    parser = argparse.ArgumentParser(prog="caspers-job", description=__doc__, allow_abbrev=False)
    parser.add_argument("--CATALOG", default="caspersdev")
    parser.add_argument("--SCHEMA", default="simulator")
    given = vars(parser.parse_args(arguments))
    for name in given:
        check_name(given, name)
    source = SparkSource(session or _session_of_the_job(), given["CATALOG"])
    out = schema_folder(given["CATALOG"], given["SCHEMA"]) / MISC_VOLUME / REPORT
    written = write_report(source, out)
    print(f"{written.file}: {written.size / 1e6:.1f} MB, until {written.until}")


def _session_of_the_job() -> Any:  # noqa: ANN401
    from pyspark.sql import SparkSession  # noqa: PLC0415  (only there on Databricks)

    return SparkSession.builder.getOrCreate()
