"""The Spark session to use: the active one, or one of our own."""

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
    "{needed_by} needs pyspark, which is not installed: `python -m pip install '.[spark]'` in the "
    "folder of this project (and Java 17 or newer){otherwise}."
)
# All cores; a task that dies is retried, which Spark's local mode does not do by default.
_THIS_MACHINE = "local[*,4]"
_MANAGED_BY = ("DATABRICKS_RUNTIME_VERSION", "PYSPARK_GATEWAY_PORT")
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
def spark_session(
    needed_by: str = "--engine spark", otherwise: str = ", or leave --engine out"
) -> Iterator[SparkSession]:
    """Offer the active session; without one, build a session and stop it at the end.

    A new session connects to ``SPARK_REMOTE`` (Spark Connect) or ``SPARK_MASTER``; without either
    it is Spark on this machine, on the loopback address only. Databricks and ``spark-submit``
    configure their own.

    Parameters
    ----------
    needed_by, otherwise
        What the message says where pyspark is missing: who needs it, and what else can be done.

    Raises
    ------
    UserError
        If pyspark is missing or Spark does not start.
    """
    try:
        from pyspark.errors import PySparkException  # noqa: PLC0415  # optional, and slow to import
        from pyspark.sql import SparkSession  # noqa: PLC0415
    except ImportError as error:
        raise UserError(_INSTALL.format(needed_by=needed_by, otherwise=otherwise)) from error
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
    if any(os.environ.get(name) for name in _MANAGED_BY):
        return builder.getOrCreate()
    if os.environ.get("SPARK_REMOTE"):
        return _send_packages(builder.getOrCreate())
    master = os.environ.get("SPARK_MASTER") or _THIS_MACHINE
    builder = builder.master(master)
    if not master.startswith("local"):
        return _send_packages(builder.getOrCreate())
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    for name, value in _ON_THIS_MACHINE.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def _send_packages(session: SparkSession) -> SparkSession:
    """Send the generator to the executors, which must have the libraries that it imports."""
    root = Path(generator.__file__).resolve().parent.parent
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "caspers_generator.zip"
        with zipfile.ZipFile(archive, "w") as packed:
            for package in ("common", "generator"):
                for file in sorted((root / package).rglob("*.py")):
                    packed.write(file, file.relative_to(root))
        session.addArtifacts(str(archive), pyfile=True)
    return session
