"""Lands a window and builds the tables, again and again, and dies where it is told to.

Each run is a fork, so that dbt is loaded and the project is parsed once. Reads a request a line
from standard input, as JSON, and answers it with what became of it. A request's ``kill`` is
``null`` or one of

* ``{"before": "any", "number": n}``: before the landing's n-th change of the file system; instead
  of ``any`` one kind of change as Python audits it, such as ``os.rename``,
* ``{"at": "NodeStart", "number": n}``: when dbt begins its n-th node,
* ``{"at": "NodeFinished", "number": n}``: when dbt has ended its n-th node,
* ``{"seconds": s}``: after so long, wherever it is.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

from flows.replay.__main__ import main as replay
from tests.support.kill_sweep import touches

REFUSED = 7
"""Exit code where dbt did not succeed; that of the replay is its own."""


def kill_myself() -> None:
    """End this process as a power cut does: nothing of it is cleaned up."""
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
                kill_myself()

    sys.addaudithook(count_down)
    places = ["--canonical", request["canonical"], "--landing", str(landing)]
    return replay(["run", "--now", request["now"], *places])


def build(request: dict[str, Any], manifest: Any) -> int:  # noqa: ANN401  # dbt's own
    """Build the tables."""
    from dbt.cli.main import dbtRunner  # noqa: PLC0415  # standard output moves first

    kill = request["kill"] or {}
    left = kill.get("number", 0) if "at" in kill else 0

    def watch(event: Any) -> None:  # noqa: ANN401  # a protobuf message of dbt's
        nonlocal left
        if left and event.info.name == kill["at"]:
            left -= 1
            if not left:
                kill_myself()

    target = str(Path(request["data"]) / "target")
    places = ["--target-path", target, "--log-path", target]
    outcome = dbtRunner(manifest, callbacks=[watch]).invoke([*request["command"], *places])
    return 0 if outcome.success else REFUSED


def work(request: dict[str, Any], manifest: Any, said: int) -> NoReturn:  # noqa: ANN401  # dbt's
    """Do what a request asks for and leave with its exit code."""
    os.dup2(said, 1)
    os.dup2(said, 2)
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
    except BaseException as error:  # whatever it is, the asker must hear of it
        print(repr(error), file=sys.stderr)
        code = 99
    sys.stderr.flush()
    os._exit(code)


def obey(request: dict[str, Any], manifest: Any) -> dict[str, Any]:  # noqa: ANN401  # dbt's own
    """Do a request in a fork and say what became of it."""
    hear, say = os.pipe()
    begun = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(hear)
        work(request, manifest, say)
    os.close(say)
    deadline = begun + (request["kill"] or {}).get("seconds", 3600)
    heard = b""
    while select.select([hear], [], [], max(0.0, deadline - time.monotonic()))[0]:
        words = os.read(hear, 1 << 16)
        if not words:
            break
        heard += words
    else:
        os.kill(child, signal.SIGKILL)
    os.close(hear)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    seconds = time.monotonic() - begun
    return {"code": code, "seconds": seconds, "said": heard.decode(errors="replace")}


def main() -> None:
    """Answer requests until standard input ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    sys.stdout = sys.stderr
    from dbt.cli.main import dbtRunner  # noqa: PLC0415  # standard output moves first

    places = ["--target-path", sys.argv[1], "--log-path", sys.argv[1]]
    manifest = dbtRunner().invoke(["parse", *places]).result
    for line in sys.stdin:
        answers.write(json.dumps(obey(json.loads(line), manifest)) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
