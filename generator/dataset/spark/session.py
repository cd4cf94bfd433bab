"""The Spark session to work with: the one that is there, or one of our own."""

from __future__ import annotations

import os
import sys
import tempfile
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import generator
from common.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import SparkSession

_INSTALL = (
    "--engine spark needs pyspark, which is not installed: `python -m pip install '.[spark]'` in "
    "the folder of this project (and Java 17 or newer), or leave --engine out."
)
# All cores; a task that dies is tried again, which Spark's own local mode does not do.
_THIS_MACHINE = "local[*,4]"
_NOT_OUR_CONCERN = ("DATABRICKS_RUNTIME_VERSION", "PYSPARK_GATEWAY_PORT")
_ON_THIS_MACHINE = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "2g",
    "spark.log.level": "ERROR",
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


@contextmanager
def spark_session() -> Iterator[SparkSession]:
    """Offer the active session, or else build one and stop it in the end.

    The one that is built is that of ``SPARK_REMOTE`` (Spark Connect) or ``SPARK_MASTER``; else it
    is Spark on this machine, on the loopback address only. Databricks and ``spark-submit`` decide
    for themselves.

    Raises
    ------
    UserError
        Where pyspark is missing or Spark does not start.
    """
    try:
        from pyspark.errors import PySparkException  # noqa: PLC0415  # optional, and slow to import
        from pyspark.sql import SparkSession  # noqa: PLC0415
    except ImportError as error:
        raise UserError(_INSTALL) from error
    active = SparkSession.getActiveSession()
    if active is not None:
        yield active
        return
    try:
        session = _build(SparkSession.builder)
    except (PySparkException, OSError, RuntimeError) as error:
        reason = " ".join(str(error).split("\n", maxsplit=1)[0].split())
        raise UserError(
            f"Spark does not start ({reason}); check that Java 17 or newer is installed, and "
            "SPARK_REMOTE or SPARK_MASTER if you have set one of them."
        ) from error
    try:
        yield session
    finally:
        session.stop()


def _build(builder: SparkSession.Builder) -> SparkSession:
    builder = builder.appName("casper-kitchens")
    if any(os.environ.get(name) for name in _NOT_OUR_CONCERN):
        return builder.getOrCreate()
    if os.environ.get("SPARK_REMOTE"):
        return _with_this_package(builder.getOrCreate())
    master = os.environ.get("SPARK_MASTER") or _THIS_MACHINE
    builder = builder.master(master)
    if not master.startswith("local"):
        return _with_this_package(builder.getOrCreate())
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    for name, value in _ON_THIS_MACHINE.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def _with_this_package(session: SparkSession) -> SparkSession:
    """Send the generator to the executors; the libraries that it imports have to be there."""
    root = Path(generator.__file__).resolve().parent.parent
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "caspers_generator.zip"
        with zipfile.ZipFile(archive, "w") as packed:
            for package in ("common", "generator"):
                for file in sorted((root / package).rglob("*.py")):
                    packed.write(file, file.relative_to(root))
        session.addArtifacts(str(archive), pyfile=True)
    return session
