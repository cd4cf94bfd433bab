"""Runs dbt commands one after the other, so that its imports and its parse are paid for once.

Reads one JSON object a line from standard input ({"data": folder, "arguments": [...]}) and
answers each with one ({"success", "error", "results": {node: status}, "messages"}).
"""

import json
import os
import sys
from collections.abc import Callable
from typing import Any, TextIO

Command = dict[str, Any]


def runner_of_dbt() -> Callable[[Command], Command]:
    """Import dbt and return a function that runs one command with it."""
    from dbt.cli.main import dbtRunner  # noqa: PLC0415  (standard output has to be moved first)

    messages: list[str] = []

    def remember(event: Any) -> None:  # noqa: ANN401  (a protobuf message of dbt's)
        if event.info.level in ("info", "warn", "error"):
            messages.append(event.info.msg)

    runner = dbtRunner(callbacks=[remember])

    def run(command: Command) -> Command:
        os.environ["CASPERS_DATA"] = command["data"]
        messages.clear()
        outcome = runner.invoke(command["arguments"])
        results = getattr(outcome.result, "results", None) or []
        return {
            "success": outcome.success,
            "error": str(outcome.exception) if outcome.exception else None,
            "results": {
                r.node.unique_id: str(r.status) for r in results if getattr(r, "node", None)
            },
            "messages": messages,
        }

    return run


def answers_alone() -> TextIO:
    """Return standard output for answers; all that is printed from now on goes elsewhere."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return answers


def answer_each_line(make_answerer: Callable[[], Callable[[Command], Command]]) -> None:
    """Answer commands until standard input ends."""
    answers = answers_alone()
    answer = make_answerer()
    for line in sys.stdin:
        answers.write(json.dumps(answer(json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    answer_each_line(runner_of_dbt)
