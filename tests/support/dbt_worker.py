"""Runs dbt commands, each in a fork of one process that has imported dbt and parsed the project.

A build then pays neither for imports nor for parsing, and the lock on the warehouse ends with the
fork. ``python dbt_worker.py TARGET SHARED`` reads one JSON object a line from standard input
(``{"data": folder, "arguments": [...]}``) and answers each with one line (``{"success", "error",
"results": {node: status}, "messages"}``). TARGET is dbt's target folder; SHARED is a folder in
which the processes of one test run leave the parsed project for each other.
"""

import gc
import json
import os
import shutil
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

Command = dict[str, Any]
Answer = dict[str, Any]
PARSED = "partial_parse.msgpack"


def parse_project(target: Path, shared: Path, *arguments: str) -> Any:  # noqa: ANN401  (dbt's own)
    """Return the manifest of the project; start from what another process has parsed already."""
    from dbt.cli.main import dbtRunner  # noqa: PLC0415  (standard output has to be moved first)

    if (shared / PARSED).exists():
        shutil.copy(shared / PARSED, target)
    folders = ["--target-path", str(target), "--log-path", str(target)]
    outcome = dbtRunner().invoke(["parse", *arguments, *folders])
    if not outcome.success:
        raise RuntimeError(f"dbt cannot parse the project: {outcome.exception}")
    if not (shared / PARSED).exists():
        copy = shared / f"{PARSED}.{os.getpid()}"
        shutil.copy(target / PARSED, copy)
        copy.replace(shared / PARSED)
    return outcome.result


def run_command(command: Command, manifest: Any) -> Answer:  # noqa: ANN401  (dbt's own)
    """Run one dbt command in this process."""
    from dbt.cli.main import dbtRunner  # noqa: PLC0415  (standard output has to be moved first)

    messages: list[str] = []

    def remember(event: Any) -> None:  # noqa: ANN401  (a protobuf message of dbt's)
        if event.info.level in ("info", "warn", "error"):
            messages.append(event.info.msg)

    os.environ["CASPERS_DATA"] = command["data"]
    world = command.get("world")
    if world:
        os.environ["CASPERS_WORLD"] = world
    # Variables may be part of the parsed project, as seeds are, and another project is another one
    # altogether.
    if world or {"--vars", "--project-dir"} & set(command["arguments"]):
        manifest = None
        # The parser that dbt brings in Rust waits forever for threads that a fork does not have.
        os.environ["DBT_STATIC_PARSER"] = "false"
    outcome = dbtRunner(manifest, callbacks=[remember]).invoke(command["arguments"])
    results = getattr(outcome.result, "results", None) or []
    return {
        "success": outcome.success,
        "error": str(outcome.exception) if outcome.exception else None,
        "results": {r.node.unique_id: str(r.status) for r in results if getattr(r, "node", None)},
        "messages": messages,
    }


def in_a_fork(action: Callable[[], Answer]) -> Answer:
    """Return what an action answers that runs in a process of its own."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(read_end)
            with os.fdopen(write_end, "w") as answers:
                json.dump(action(), answers)
            code = 0
        except BaseException:  # the parent has to report it
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    os.close(write_end)
    with os.fdopen(read_end) as answers:
        answer = answers.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code:
        raise RuntimeError(f"the fork ended with exit code {code}: see the worker's log")
    result: Answer = json.loads(answer)
    return result


def reserve_standard_output() -> TextIO:
    """Return standard output for answers; all that is printed from now on goes to the log."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return answers


def serve(make_handler: Callable[[], Callable[[Command], Answer]]) -> None:
    """Answer commands until standard input ends."""
    answers = reserve_standard_output()
    handle = make_handler()
    for line in sys.stdin:
        answers.write(json.dumps(handle(json.loads(line))) + "\n")
        answers.flush()


def main() -> None:
    """Parse the project, then run each command in a fork."""

    def make_handler() -> Callable[[Command], Answer]:
        manifest = parse_project(Path(sys.argv[1]), Path(sys.argv[2]))
        gc.freeze()  # so that forks do not copy the memory of what they only read
        return lambda command: in_a_fork(lambda: run_command(command, manifest))

    serve(make_handler)


if __name__ == "__main__":
    main()
