"""The two engines that stand in for a Databricks cluster, each as a Spark session."""

import os
import sys
from pathlib import Path
from typing import Any

from tests.engines.rewritten_statements import Engine

JARS = Path(__file__).resolve().parents[2] / "data" / "jars"


def session_of(engine: Engine, warehouse: Path) -> Any:  # noqa: ANN401  (two kinds of session)
    """Open a session that keeps its Delta tables in the given folder."""
    return sail_session(warehouse) if engine == "sail" else spark_session(warehouse)


def spark_settings(warehouse: Path) -> dict[str, str]:
    """Return the settings of every Spark of these tests: Delta Lake, loopback, and small tables."""
    jars = sorted(JARS.glob("delta-*.jar"))
    assert jars, f"Delta Lake is not in {JARS}: run these tests with `make test-spark`"
    return {
        "spark.jars": ",".join(map(str, jars)),
        "spark.sql.warehouse.dir": str(warehouse),
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "2g",
        "spark.ui.enabled": "false",
        # Small tables: more partitions cost more than they gain, as does the optimizing compiler.
        # The quick one discards compiled code of dbt's many statements, unless its cache is large.
        "spark.sql.shuffle.partitions": "2",
        "spark.databricks.delta.snapshotPartitions": "1",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=512m",
    }


def sail_session(warehouse: Path) -> Any:  # noqa: ANN401
    """Start Sail inside this process and connect to it by Spark Connect, on loopback."""
    # Sail keeps its tables below the working directory of its server.
    os.environ["SAIL_CATALOG__LIST"] = (
        '[{type="memory", name="hive_metastore", initial_database=["default"]}]'
    )
    os.environ["SAIL_CATALOG__DEFAULT_CATALOG"] = "hive_metastore"
    # Sail has no _metadata: where it reads a file in two halves, nothing says which comes first.
    os.environ["SAIL_EXECUTION__DEFAULT_PARALLELISM"] = "1"
    from pysail.spark import SparkConnectServer  # noqa: PLC0415
    from pyspark.sql import SparkSession  # noqa: PLC0415

    server = SparkConnectServer("127.0.0.1", 0)
    server.start()
    _, port = server.listening_address
    session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
    session.conf.set("spark.sql.session.timeZone", "UTC")
    session.conf.set("spark.sql.warehouse.dir", str(warehouse))
    session.server = server
    return session


def spark_session(warehouse: Path) -> Any:  # noqa: ANN401
    """Start Spark in local mode with Delta Lake."""
    os.environ["PYSPARK_PYTHON"] = sys.executable
    from pyspark.sql import SparkSession  # noqa: PLC0415

    builder = SparkSession.builder.master("local[2]")
    settings = spark_settings(warehouse) | {
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.catalogImplementation": "in-memory",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()
