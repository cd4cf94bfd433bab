"""Runs dbt commands one after the other, so that its imports and its parse are paid for once.

Reads one JSON object a line from standard input ({"data": folder, "arguments": [...]}) and
answers each with one ({"success", "error", "results": {node: status}, "messages"}).
"""

import json
import os
import sys
from typing import Any


def main() -> None:
    """Answer commands until standard input ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    sys.stdout = sys.stderr
    from dbt.cli.main import dbtRunner  # noqa: PLC0415  (standard output has to be moved first)

    messages: list[str] = []

    def remember(event: Any) -> None:  # noqa: ANN401  (a protobuf message of dbt's)
        if event.info.level in ("info", "warn", "error"):
            messages.append(event.info.msg)

    runner = dbtRunner(callbacks=[remember])
    for line in sys.stdin:
        command = json.loads(line)
        os.environ["CASPERS_DATA"] = command["data"]
        messages.clear()
        outcome = runner.invoke(command["arguments"])
        results = getattr(outcome.result, "results", None) or []
        answers.write(
            json.dumps(
                {
                    "success": outcome.success,
                    "error": str(outcome.exception) if outcome.exception else None,
                    "results": {
                        r.node.unique_id: str(r.status) for r in results if getattr(r, "node", None)
                    },
                    "messages": messages,
                }
            )
            + "\n"
        )
        answers.flush()


if __name__ == "__main__":
    main()
