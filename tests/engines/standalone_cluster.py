"""A standalone Spark cluster on loopback: a master and two workers, each a process of its own."""

import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pyspark

from tests.engines.sessions import spark_settings

SPARK_CLASS = Path(pyspark.__file__).parent / "bin" / "spark-class"
WORKERS = 2
STARTED_WITHIN_SECONDS = 120


@dataclass
class StandaloneCluster:
    """Master and workers; their logs and the files of their executors are in one folder."""

    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> str:
        """Start all of them and return the address of the master, ``spark://…``."""
        self.folder.mkdir(parents=True, exist_ok=True)
        kind = "org.apache.spark.deploy"
        self._run("master", f"{kind}.master.Master", "--port", "0")
        master = self._logged("master", r"Starting Spark master at (spark://\S+)")
        for number in range(WORKERS):
            name = f"worker-{number}"
            size = ["--cores", "1", "--memory", "1g"]
            where = ["--work-dir", str(self.folder / name)]
            self._run(name, f"{kind}.worker.Worker", *size, *where, master)
        for number in range(WORKERS):
            self._logged(f"worker-{number}", r"(Successfully registered with master)")
        return master

    def stop(self) -> None:
        """Stop all of them; an executor ends with its worker."""
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait(timeout=30)

    def _run(self, name: str, kind: str, *options: str) -> None:
        command = [str(SPARK_CLASS), kind, "--host", "127.0.0.1", "--webui-port", "0", *options]
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes.append(subprocess.Popen(command, stdout=log, stderr=log))

    def _logged(self, name: str, pattern: str) -> str:
        """Wait until a process has logged a pattern; return the group of the match."""
        log = self.folder / f"{name}.log"
        latest = time.monotonic() + STARTED_WITHIN_SECONDS
        while time.monotonic() < latest:
            found = re.search(pattern, log.read_text(errors="replace"))
            if found:
                return found[1]
            time.sleep(0.2)
        raise AssertionError(f"{name} did not start:\n{log.read_text(errors='replace')}")


def configuration(folder: Path, warehouse: Path) -> dict[str, str]:
    """Write the settings of a user's cluster into its SPARK_CONF_DIR; return the environment."""
    settings = spark_settings(warehouse) | {
        "spark.hadoop.javax.jdo.option.ConnectionURL": (
            f"jdbc:derby:;databaseName={folder / 'metastore'};create=true"
        ),
        "spark.executor.memory": "900m",
    }
    settings["spark.driver.extraJavaOptions"] += f" -Dderby.system.home={folder}"
    folder.mkdir(parents=True, exist_ok=True)
    lines = (f"{name} {value}\n" for name, value in settings.items())
    (folder / "spark-defaults.conf").write_text("".join(lines))
    (folder / "log4j2.properties").write_text("rootLogger.level = error\n")
    return {"SPARK_CONF_DIR": str(folder), "PYSPARK_PYTHON": sys.executable}
