"""Runs dbt commands one after the other on a project that is parsed once.

Answers as ``tests/support/dbt_worker.py`` does. Reading the parsed project again takes longer than
building a landing of a hundred lines, and the project does not change while the tests run.
"""

import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.support.dbt_worker import Command, answer_each_line

# Nobody reads what dbt writes down of these runs.
UNWRITTEN = ["--no-write-json", "--log-level", "none", "--log-level-file", "none"]


def runner_of_parsed_project() -> Any:  # noqa: ANN401  (a function of commands)
    """Parse the project at the first command and return a function that runs one command."""
    from dbt.cli.main import dbtRunner  # noqa: PLC0415  (standard output has to be moved first)

    messages: list[str] = []
    manifests: list[Any] = []

    def remember(event: Any) -> None:  # noqa: ANN401  (a protobuf message of dbt's)
        if event.info.level in ("info", "warn", "error"):
            messages.append(event.info.msg)

    def run(command: Command) -> Command:
        os.environ["CASPERS_DATA"] = command["data"]
        messages.clear()
        arguments = command["arguments"]
        if not manifests:
            options = arguments[arguments.index("--target-path") :]
            parsed = dbtRunner(callbacks=[remember]).invoke(["parse", *options])
            if not parsed.success:
                return {"success": False, "error": str(parsed.exception), "messages": messages}
            manifests.append(parsed.result)
        outcome = dbtRunner(manifest=manifests[0], callbacks=[remember]).invoke(
            [*arguments, *UNWRITTEN]
        )
        results = getattr(outcome.result, "results", None) or []
        return {
            "success": outcome.success,
            "error": str(outcome.exception) if outcome.exception else None,
            "results": {r.node.unique_id: str(r.status) for r in results},
            "messages": messages,
        }

    return run


if __name__ == "__main__":
    answer_each_line(runner_of_parsed_project)
