"""Runs dbt commands, each in a fork of one process that has imported dbt and parsed the project.

A build then pays neither for imports nor for parsing, and the lock on the warehouse ends with the
fork. ``python dbt_worker.py TARGET SHARED`` reads one JSON object a line from standard input
(``{"data": folder, "arguments": [...]}``, and ``"interruption"`` where it is not to end well) and
answers each with one line (``{"success", "error", "results": {node: status}, "messages"}``);
``{"warehouse": "seeded"}`` or ``"empty"`` with the path of one to copy (``warm_up``), and
``{"module": name, ...}`` with what ``answer`` of that module returns for the command. A command
with ``"environment"`` has that one and no other, and its answer has ``"events"``, the lines that a
dbt process would log; one with ``"variables"`` has these as well. With ``"planted"`` (``planting``)
the answer has ``"compiled"``, the text of every node. TARGET is dbt's target folder; SHARED is a
folder in which the processes of one test run leave the parsed project for each other.
"""

import gc
import importlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flows.dbt.in_process import (
    close_file,
    fork,
    ignore_path_of_warehouse,
    keep_compiled_templates,
    keep_file_open,
    leave_out_debug_events,
    parse_in_forks,
    reserve_standard_output,
    wait_for,
)
from tests.support.interruption import interrupt
from tests.support.planting import plant

Command = dict[str, Any]
Answer = dict[str, Any]
PARSED = "partial_parse.msgpack"
WAREHOUSE = "caspers.duckdb"
# Nothing reads the artifacts of these runs, and writing them takes a quarter of one. Functions hold
# no rows, and building them takes a fifth. Other tests keep the second processor busy.
RUN = ["run", "--no-write-json", "--threads", "1", "--exclude", "path:models/ai"]
# Behind `build` or `test`: no unit tests, because they read no table of a warehouse.
DATA = ["--no-write-json", "--exclude", "path:models/ai", "resource_type:unit_test"]


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
    from dbt_common.events.functions import msg_to_json  # noqa: PLC0415

    messages: list[str] = []
    events: list[str] = []

    def remember(event: Any) -> None:  # noqa: ANN401  (a protobuf message of dbt's)
        if event.info.level in ("info", "warn", "error"):
            messages.append(event.info.msg)
            if "environment" in command:
                events.append(msg_to_json(event))

    if "environment" in command:
        os.environ.clear()
        os.environ.update(command["environment"])
    os.environ.update(command.get("variables", {}))
    os.environ["CASPERS_DATA"] = command["data"]
    world = command.get("world")
    if world:
        os.environ["CASPERS_WORLD"] = world
    # Seeds are part of the parsed project, and another project is another one altogether.
    if world or "--project-dir" in command["arguments"]:
        manifest = None
    # A retry parses in any case, with the options of the run before it.
    parse_in_forks()
    if "interruption" in command:
        interrupt(command["interruption"])
    callbacks = [remember, plant(command["planted"])] if "planted" in command else [remember]
    outcome = dbtRunner(manifest, callbacks=callbacks).invoke(command["arguments"])
    close_file()
    if manifest is not None and "parse" in command["arguments"]:
        write_parsed(manifest, command["arguments"])
    results = getattr(outcome.result, "results", None) or []
    return {
        "success": outcome.success,
        "error": str(outcome.exception) if outcome.exception else None,
        "results": {r.node.unique_id: str(r.status) for r in results if getattr(r, "node", None)},
        "messages": messages,
        "events": events,
        "compiled": {
            r.node.unique_id: r.node.compiled_code
            for r in results
            if hasattr(r.node, "compiled_code")
        }
        if "planted" in command
        else {},
    }


def write_parsed(manifest: Any, arguments: list[str]) -> None:  # noqa: ANN401  (dbt's own)
    """Write what ``dbt parse`` writes, which dbt leaves out where it was given the manifest."""
    from dbt.parser.manifest import write_manifest  # noqa: PLC0415

    write_manifest(manifest, arguments[arguments.index("--target-path") + 1])


def warm_up(target: Path, manifest: Any) -> None:  # noqa: ANN401  (dbt's own)
    """Build in this process, so that its forks find macros compiled and modules imported.

    What is built stays in ``target``: a warehouse with the seeds alone (``seeded``), and one that
    was built when nothing had landed (``empty``).
    """
    for name, commands in (("seeded", [["seed"]]), ("empty", [RUN, RUN])):
        data = target / name
        (data / "landing" / "events").mkdir(parents=True)
        if name == "empty":
            shutil.copy(target / "seeded" / WAREHOUSE, data / WAREHOUSE)
        for arguments in commands:
            folders = ["--target-path", str(target), "--log-path", str(target)]
            answer = run_command(
                {"data": str(data), "arguments": [*arguments, *folders]}, manifest.deepcopy()
            )
            if not answer["success"]:
                raise RuntimeError("\n".join([str(answer["error"]), *answer["messages"][-30:]]))


def variables_of(arguments: list[str]) -> str:
    """Return the variables that a command sets: they are part of the parsed project."""
    return arguments[arguments.index("--vars") + 1] if "--vars" in arguments else ""


def in_a_fork(action: Callable[[], Answer]) -> Answer:
    """Return what an action answers that runs in a process of its own; it may be killed there."""
    read_end, write_end = os.pipe()

    def answer_through_pipe() -> None:
        os.close(read_end)
        with os.fdopen(write_end, "w") as answers:
            json.dump(action(), answers)

    child = fork(answer_through_pipe)
    os.close(write_end)
    with os.fdopen(read_end) as answers:
        answer = answers.read()
    code = wait_for(child)
    if code == -signal.SIGKILL:
        return {"success": False, "error": "killed", "results": {}, "messages": [], "events": []}
    if code:
        raise RuntimeError(f"the fork ended with exit code {code}: see the worker's log")
    result: Answer = json.loads(answer)
    return result


def serve(make_handler: Callable[[], Callable[[Command], Answer]]) -> None:
    """Answer commands until standard input ends."""
    answers = reserve_standard_output()
    handle = make_handler()
    for line in sys.stdin:
        answers.write(json.dumps(handle(json.loads(line))) + "\n")
        answers.flush()


def main() -> None:
    """Parse the project and warm up, then run each command in a fork."""

    def make_handler() -> Callable[[Command], Answer]:
        target = Path(sys.argv[1])
        ignore_path_of_warehouse()
        manifest = parse_project(target, Path(sys.argv[2]))
        keep_file_open()
        leave_out_debug_events()
        keep_compiled_templates()
        warm_up(target, manifest)
        gc.freeze()  # so that forks do not copy the memory of what they only read

        manifests = {"": manifest}

        def handle(command: Command) -> Answer:
            if "warehouse" in command:
                return {"path": str(target / command["warehouse"] / WAREHOUSE)}
            if "module" in command:
                # Imported here, so that its forks find it imported.
                answer = importlib.import_module(command["module"]).answer
                return answer(command, manifest)  # type: ignore[no-any-return]
            variables = variables_of(command["arguments"])
            if variables not in manifests:
                folder = target / f"variables_{len(manifests)}"
                folder.mkdir()
                manifests[variables] = parse_project(folder, folder, "--vars", variables)
            return in_a_fork(lambda: run_command(command, manifests[variables]))

        return handle

    serve(make_handler)


if __name__ == "__main__":
    main()
