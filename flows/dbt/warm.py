"""dbt that has imported and parsed everything before it is asked, for build after build."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from common.errors import UserError
from common.paths import PROJECT, data_directory
from flows.build_results import Node
from flows.dbt.command_line import dbt_environment
from flows.dbt.log_events import REMEMBERED_EVENTS, LogEvent, parse_log_line
from flows.publication.publish import Publication

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

_STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class DbtResult:
    """What one dbt command did.

    Attributes
    ----------
    success
        Whether dbt went through and no node failed.
    error
        What stopped dbt altogether, or nothing.
    nodes
        What became of each model, seed and test.
    cpu_seconds
        User and system time of its process.
    events
        Its last events, of level ``info`` and above.
    publication
        What was published behind it.
    """

    success: bool
    error: str
    nodes: tuple[Node, ...]
    cpu_seconds: float
    events: tuple[LogEvent, ...]
    publication: Publication | None = None


class WarmDbt:
    """A process that has imported dbt and parsed the project, and forks a child for each command.

    The lock on the DuckDB file ends with the child. Files of the project that have changed since
    are parsed again before the next command.

    Parameters
    ----------
    project
        Folder of ``dbt_project.yml`` and ``profiles.yml``.
    """

    def __init__(self, project: Path = PROJECT) -> None:
        self.project = project
        self._log = data_directory() / "prefect" / "dbt.log"
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._process = self._start()

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def run(
        self,
        arguments: Sequence[str],
        *,
        variables: Mapping[str, str] | None = None,
        on_event: Callable[[LogEvent], None] = lambda _: None,
        on_wait: Callable[[str], None] = lambda _: None,
        wait_seconds: float = 0.0,
        publish: bool = False,
        keep_warm: bool = False,
    ) -> DbtResult:
        """Run one dbt command and return what it did.

        Parameters
        ----------
        arguments
            Command and options, without those of ``dbt`` itself.
        variables
            Environment variables for this command, on top of those of this process.
        on_event
            Called with each event as it arrives.
        on_wait
            Called with a sentence, once a second, while another program has the warehouse open.
        wait_seconds
            How long to wait for that program.
        publish
            Whether to publish the tables for readers if the command succeeds.
        keep_warm
            Whether more commands will follow: the process prepares for them when it has answered.

        Raises
        ------
        UserError
            If the process ends without an answer.
        """
        if self._process.poll() is not None:
            self._process = self._start()
        command = {
            "arguments": list(arguments),
            "environment": dbt_environment({**os.environ, **(variables or {})}),
            "wait_seconds": wait_seconds,
            "publish": publish,
            "keep_warm": keep_warm,
        }
        assert self._process.stdin is not None  # noqa: S101  # it is a pipe
        with suppress(BrokenPipeError):  # that it has ended is seen below
            self._process.stdin.write(json.dumps(command) + "\n")
            self._process.stdin.flush()
        try:
            return self._read_answer(on_event, on_wait)
        except BaseException:
            # The rest of the answer would be taken for that of the next command.
            self.kill()
            raise

    def close(self) -> None:
        """End the process; a command that runs comes to its end first."""
        assert self._process.stdin is not None  # noqa: S101  # it is a pipe
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End the process and the command that it runs, at once."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _start(self) -> subprocess.Popen[str]:
        with self._log.open("ab") as log:
            # A group of its own: Ctrl-C must not reach a build that is to be finished.
            # No session of its own: Linux shares processors among sessions before it looks at the
            # priority of a process, and what runs beside a build would get half of them.
            return subprocess.Popen(
                [sys.executable, "-m", "flows.dbt.warm_process", str(self.project)],
                cwd=self.project,
                env={**dbt_environment(os.environ), "PYTHONPATH": str(PROJECT)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
                process_group=0,
            )

    def _read_answer(
        self, on_event: Callable[[LogEvent], None], on_wait: Callable[[str], None]
    ) -> DbtResult:
        assert self._process.stdout is not None  # noqa: S101  # it is a pipe
        remembered: deque[LogEvent] = deque(maxlen=REMEMBERED_EVENTS)
        result: dict[str, Any] | None = None
        for line in self._process.stdout:
            ((kind, content),) = json.loads(line).items()
            if kind == "event":
                event = parse_log_line(content)
                remembered.append(event)
                on_event(event)
            elif kind == "waiting":
                on_wait(content)
            elif kind == "result":
                result = content
            elif result is not None:
                return _to_result(result, remembered)
            else:
                raise UserError(f"dbt ended with code {content} and no result; see {self._log}.")
        raise UserError(f"The process that runs dbt has ended; see {self._log}, then run again.")


def _to_result(fields: dict[str, Any], events: Iterable[LogEvent]) -> DbtResult:
    publication = fields["publication"]
    return DbtResult(
        success=fields["success"],
        error=fields["error"],
        nodes=tuple(Node(**node) for node in fields["nodes"]),
        cpu_seconds=fields["cpu_seconds"],
        events=tuple(events),
        publication=Publication(**publication) if publication else None,
    )


@contextmanager
def warm_dbt(project: Path = PROJECT) -> Iterator[WarmDbt]:
    """Have a `WarmDbt` for as long as this lasts. It begins to import and parse at once."""
    dbt = WarmDbt(project)
    try:
        yield dbt
    except BaseException:
        dbt.kill()
        raise
    finally:
        dbt.close()
