"""The process behind `WarmDbt`: it has parsed the project, and forks for each command.

``python -m flows.dbt.warm_process PROJECT`` reads one JSON object a line from standard input, with
the arguments of `WarmDbt.run` in it. It answers with lines of JSON: ``{"event": …}`` for each event
of dbt, ``{"waiting": …}`` where another program has the warehouse open, ``{"result": …}`` (the
fields of `DbtResult`), and ``{"ended": exit code}`` last.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from common.errors import UserError
from common.paths import published_directory
from flows.dbt.in_process import (
    close_file,
    fork,
    ignore_path_of_warehouse,
    keep_compiled_templates,
    keep_file_open,
    leave_out_debug_events,
    open_connection,
    parse_in_forks,
    reserve_standard_output,
    wait_for,
    wait_while_file_is_open_elsewhere,
)
from flows.dbt.project_files import states_of_project
from flows.publication.publish import publish
from flows.publication.tables import published_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from common.errors import BusyError

# Nothing reads what the warm-up writes.
_SILENT = ["--no-write-json", "--log-level", "none", "--log-level-file", "none"]


class _Answers:
    """Standard output, kept for answers: all else that is printed goes to standard error."""

    def __init__(self) -> None:
        self._lines = reserve_standard_output()

    def write(self, kind: str, content: object) -> None:
        self._lines.write(json.dumps({kind: content}) + "\n")
        self._lines.flush()


class _WarmProject:
    """A dbt project, parsed when its files have changed."""

    def __init__(self, project: Path, answers: _Answers) -> None:
        self._folders = ["--project-dir", str(project), "--profiles-dir", str(project)]
        self._project = project
        self._answers = answers
        self._manifest: Any = None
        self._parsed: object = None
        self._warm = False

    def parse(self) -> dict[str, Any] | None:
        """Parse the project if it is not parsed as its files are now; return the error, if any."""
        from dbt.cli.main import dbtRunner  # noqa: PLC0415  (standard output has to be kept first)

        files = states_of_project(self._project)
        if self._parsed == files:
            return None
        runner = dbtRunner(callbacks=[self._report])
        outcome = runner.invoke(["--no-write-json", *_LOG, "parse", *self._folders])
        if not outcome.success:
            return _result(outcome, 0.0)
        self._manifest, self._parsed, self._warm = outcome.result, files, False
        gc.collect()
        gc.freeze()  # so that forks do not copy the memory of what they only read
        return None

    def execute(self, command: dict[str, Any]) -> None:
        """Run one command in this process, which is a fork."""
        from dbt.artifacts.schemas.run import RunExecutionResult  # noqa: PLC0415  (as above)
        from dbt.cli.main import dbtRunner  # noqa: PLC0415  (as above)

        os.environ.update(command["environment"])
        parse_in_forks()
        wait_while_file_is_open_elsewhere(command["wait_seconds"], self._report_wait)
        name, *options = command["arguments"]
        runner = dbtRunner(self._manifest, callbacks=[self._report])
        outcome = runner.invoke(["--no-write-json", *_LOG, name, *options, *self._folders])
        if isinstance(outcome.result, RunExecutionResult):
            # `dbt retry` reads it; the manifest, which takes longest to write, it makes again.
            outcome.result.write(str(self._results()))
        publication = self._publish() if command["publish"] and outcome.success else None
        close_file()
        usage = resource.getrusage(resource.RUSAGE_SELF)
        result = _result(outcome, usage.ru_utime + usage.ru_stime)
        self._answers.write("result", result | (publication or {}))

    def _publish(self) -> dict[str, Any]:
        """Publish what was built, by the connection of the build: nobody comes in between."""
        try:
            tables = published_tables(self._manifest)
            publication = publish(open_connection(), tables, published_directory())
        except UserError as error:
            return {"error": str(error), "success": False}
        return {"publication": asdict(publication)}

    def warm_up(self) -> None:
        """Build nothing, in a scratch folder: forks then find macros compiled, modules imported."""
        from dbt.cli.main import dbtRunner  # noqa: PLC0415  (as above)

        if self._warm or self._manifest is None:
            return
        self._warm = True
        before = os.environ.get("CASPERS_DATA")
        with tempfile.TemporaryDirectory(prefix="caspers-warm-") as scratch:
            (Path(scratch) / "landing" / "events").mkdir(parents=True)
            os.environ["CASPERS_DATA"] = scratch
            targets = ["--target-path", scratch, "--log-path", scratch]
            for arguments in (["seed"], ["run"], ["build", "--exclude", "resource_type:unit_test"]):
                runner = dbtRunner(self._manifest.deepcopy())
                runner.invoke([*_SILENT, *arguments, *self._folders, *targets])
            close_file()
        if before is None:
            del os.environ["CASPERS_DATA"]
        else:
            os.environ["CASPERS_DATA"] = before
        gc.collect()
        gc.freeze()

    def _results(self) -> Path:
        target = os.environ.get("DBT_TARGET_PATH", "target")
        return self._project / target / "run_results.json"

    def _report(self, event: Any) -> None:  # noqa: ANN401  (a protobuf message of dbt's)
        from dbt_common.events.functions import msg_to_json  # noqa: PLC0415

        if event.info.level in ("info", "warn", "error"):
            self._answers.write("event", msg_to_json(event))

    def _report_wait(self, busy: BusyError) -> None:
        self._answers.write("waiting", str(busy))


# dbt's events reach whoever gave the command; a person reads logs/dbt.log.
_LOG = ["--log-level", "none", "--log-level-file", "info", "--no-use-colors"]


def _result(outcome: Any, cpu_seconds: float) -> dict[str, Any]:  # noqa: ANN401  (dbt's own)
    """Return the fields of `DbtResult`."""
    results: Sequence[Any] = getattr(outcome.result, "results", None) or ()
    return {
        "success": outcome.success,
        "error": str(outcome.exception) if outcome.exception else "",
        "cpu_seconds": cpu_seconds,
        "publication": None,
        "nodes": [
            {
                "unique_id": result.node.unique_id,
                "relation": getattr(result.node, "relation_name", None),
                "status": str(result.status),
                "seconds": result.execution_time,
                "failures": result.failures or 0,
                "message": result.message or "",
            }
            for result in results
            if getattr(result, "node", None)
        ],
    }


def main() -> None:
    """Parse the project, then run each command in a fork, until standard input ends."""
    answers = _Answers()
    ignore_path_of_warehouse()
    keep_file_open()
    leave_out_debug_events()
    keep_compiled_templates()
    project = _WarmProject(Path(sys.argv[1]), answers)
    project.parse()
    for line in sys.stdin:
        command = json.loads(line)
        error = project.parse()
        if error is not None:
            answers.write("result", error)
            answers.write("ended", 0)
            continue
        answers.write("ended", wait_for(fork(lambda command=command: project.execute(command))))  # type: ignore[misc]
        if command["keep_warm"]:
            project.warm_up()


if __name__ == "__main__":
    main()
