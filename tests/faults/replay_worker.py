"""Lands a window and builds the tables, once per request, and is killed where the request says.

The process of ``dbt_worker.py`` is the one that answers, and runs every request in a fork: imports,
parsing and compiling are paid for once. A request's ``kill`` is ``null`` or one of

* ``{"before": "any", "number": n}``: before the landing's n-th change of the file system; instead
  of ``any`` one kind of change by the name of its audit event, such as ``os.rename``,
* ``{"at": "NodeStart", "number": n}``: when dbt begins its n-th node,
* ``{"at": "NodeFinished", "number": n}``: when dbt has finished its n-th node,
* ``{"seconds": s}``: after that many seconds, wherever the run is.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

from flows.dbt.in_process import close_file
from flows.replay.__main__ import main as replay
from tests.support.kill_sweep import touches

DBT_FAILED = 7
"""Exit code where dbt did not succeed; the replay has its own codes."""
UNEXPECTED_ERROR = 99


def kill_this_process() -> None:
    """End this process as a power cut does: without any clean-up."""
    os.kill(os.getpid(), signal.SIGKILL)


def land(request: dict[str, Any]) -> int:
    """Land the next window as the command does."""
    landing = Path(request["data"]) / "landing" / "events"
    kill = request["kill"] or {}
    left = kill.get("number", 0) if "before" in kill else 0

    def count_down(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if not left or not touches(event, arguments, landing):
            return
        if kill["before"] in {"any", event}:
            left -= 1
            if not left:
                kill_this_process()

    sys.addaudithook(count_down)
    folders = ["--canonical", request["canonical"], "--landing", str(landing)]
    return replay(["run", "--now", request["now"], *folders])


def build(request: dict[str, Any], manifest: Any) -> int:  # noqa: ANN401  # dbt's own
    """Build the tables."""
    from dbt.cli.main import dbtRunner  # noqa: PLC0415  # standard output moves first

    kill = request["kill"] or {}
    left = kill.get("number", 0) if "at" in kill else 0

    def count_down(event: Any) -> None:  # noqa: ANN401  # a protobuf message of dbt's
        nonlocal left
        if left and event.info.name == kill["at"]:
            left -= 1
            if not left:
                kill_this_process()

    target = str(Path(request["data"]) / "target")
    options = ["--target-path", target, "--log-path", target]
    options += ["--log-level-file", "none", "--log-level", "error"]
    outcome = dbtRunner(manifest, callbacks=[count_down]).invoke([*request["command"], *options])
    close_file()
    return 0 if outcome.success else DBT_FAILED


def run_request(request: dict[str, Any], manifest: Any, output: int) -> NoReturn:  # noqa: ANN401
    """Run a request in this process and exit with its code."""
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.stdout = sys.stderr
    os.environ.update({"CASPERS_DATA": request["data"], **request["environment"]})
    time.tzset()
    code = 0
    try:
        if request["file_limit"] is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (request["file_limit"],) * 2)
        if request["now"]:
            code = land(request)
        if code == 0 and request["command"]:
            code = build(request, manifest)
    except BaseException as error:  # the parent has to report it
        print(repr(error), file=sys.stderr)
        code = UNEXPECTED_ERROR
    sys.stderr.flush()
    os._exit(code)


def answer(request: dict[str, Any], manifest: Any) -> dict[str, Any]:  # noqa: ANN401  # dbt's own
    """Run a request in a fork; kill the fork when its time is up.

    The answer has exit code, seconds and output.
    """
    read_end, write_end = os.pipe()
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        run_request(request, manifest, write_end)
    os.close(write_end)
    deadline = started + (request["kill"] or {}).get("seconds", 3600)
    output = b""
    while select.select([read_end], [], [], max(0.0, deadline - time.monotonic()))[0]:
        piece = os.read(read_end, 1 << 16)
        if not piece:
            break
        output += piece
    else:
        os.kill(child, signal.SIGKILL)
    os.close(read_end)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    seconds = time.monotonic() - started
    return {"code": code, "seconds": seconds, "output": output.decode(errors="replace")}
