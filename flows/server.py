"""The Prefect server of a run: the one that the user names, else one started on loopback.

A server that happens to answer on the usual port is not used: it may belong to another project,
and may end while this one depends on it.

Nothing here imports Prefect, so that its environment can still be set.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from common.errors import BusyError, UserError
from common.loopback import bypass_proxies, is_loopback
from common.paths import data_directory
from common.system_errors import to_user_error

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOPBACK = "127.0.0.1"
USUAL_PORT = 4200

_START_SECONDS = 180.0
_STOP_SECONDS = 30.0
_ANSWER_SECONDS = 2.0


def prefect_environment(home: Path) -> dict[str, str]:
    """Return what Prefect must find in its environment before it is imported.

    Its state stays in the data folder, it sends no telemetry, and a temporary server gets the time
    that it needs on a small machine.
    """
    return {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_CLI_PROMPT": "false",
        "DO_NOT_TRACK": "1",
    }


def server_arguments(port: int) -> list[str]:
    """Return the command line of a server that only this machine reaches."""
    command = [sys.executable, "-m", "prefect", "server", "start"]
    return [*command, "--host", LOOPBACK, "--port", str(port)]


def prepare_environment() -> None:
    """Set `prefect_environment` in this process; variables that are already set stay.

    Loopback is added to those that name hosts which are asked without a proxy.
    """
    for name, value in prefect_environment(data_directory() / "prefect").items():
        os.environ.setdefault(name, value)
    # The server, its clients and every process that is started here inherit this.
    os.environ.update(bypass_proxies(os.environ, os.environ.get("PREFECT_API_URL", "")))


def silence_prefect_console() -> None:
    """Keep Prefect's log lines off the terminal, which shows the command's own progress.

    They are all in Prefect's pages. Of no effect on a server that was started before.
    """
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")


def named_server() -> str | None:
    """Return the API that ``PREFECT_API_URL`` names, ``None`` where it names none.

    Raises
    ------
    UserError
        If nothing healthy answers there.
    """
    api = os.environ.get("PREFECT_API_URL")
    if api and not _is_healthy(api):
        raise UserError(
            f"No Prefect server answers at {api} (PREFECT_API_URL): start it, or unset the "
            "variable and one is started for the run."
        )
    return api or None


class PrefectServer:
    """The server of a run: the one that ``PREFECT_API_URL`` names, or one of its own.

    One of its own is started by `start_server` and ends with `stop`. One that outlived the run that
    had started it, because that was killed, is used again.

    Attributes
    ----------
    api
        Its API address.
    """

    def __init__(self, api: str, process: _ServerProcess | None, running: ExitStack) -> None:
        self.api = api
        self._process = process
        self._running = running

    def wait_until_healthy(self) -> None:
        """Wait until it answers.

        Raises
        ------
        UserError
            If it does not answer in time, or has ended.
        """
        try:
            if self._process:
                _wait_until_healthy(self._process, self.api)
        except BaseException:
            self.stop()
            raise
        # Others may start theirs.
        self._running.close()

    @property
    def pid(self) -> int | None:
        """The id of its process, ``None`` where another program started it."""
        return self._process.pid if self._process else None

    def stop(self) -> None:
        """End it, if it was started here, and forget its address."""
        if self._process:
            self._process.stop()
            _record().unlink(missing_ok=True)
            self._process = None
            os.environ.pop("PREFECT_API_URL", None)
        self._running.close()


def start_server() -> PrefectServer:
    """Return the server that ``PREFECT_API_URL`` names, or start one without waiting for it.

    ``PREFECT_API_URL`` says its address until it ends.

    Raises
    ------
    UserError
        If the named server does not answer, or none can be started.
    """
    with ExitStack() as running:
        api = named_server()
        if api:
            return PrefectServer(api, None, running.pop_all())
        process = _left_over()
        if process is None:
            running.enter_context(_start_lock())
            port = running.enter_context(_reserved_port())
            process = _start(port)
        os.environ["PREFECT_API_URL"] = process.api
        return PrefectServer(process.api, process, running.pop_all())


@dataclass(frozen=True)
class _ServerProcess:
    """A server on loopback: its address, and its process, which may be that of an earlier run."""

    api: str
    pid: int
    started: subprocess.Popen[bytes] | None

    def has_ended(self) -> bool:
        if self.started:
            return self.started.poll() is not None
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        return False

    def stop(self) -> None:
        for sent in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.kill(self.pid, sent)
            deadline = time.monotonic() + _STOP_SECONDS
            while not self.has_ended() and time.monotonic() < deadline:
                time.sleep(0.05)
            if self.has_ended():
                return


def _record() -> Path:
    """Return the file that says which server a run has started."""
    return data_directory() / "prefect" / "server.json"


def _log() -> Path:
    return data_directory() / "prefect" / "server.log"


def _left_over() -> _ServerProcess | None:
    """Return the server that a killed run of this data folder has left, if it answers."""
    try:
        recorded = json.loads(_record().read_text(encoding="utf-8"))
        process = _ServerProcess(str(recorded["api"]), int(recorded["pid"]), None)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return process if not process.has_ended() and _is_healthy(process.api) else None


def _start(port: int) -> _ServerProcess:
    _log().parent.mkdir(parents=True, exist_ok=True)
    with _log().open("ab") as output:
        # A process session of its own: Ctrl-C must reach the flow first and the server last.
        process = subprocess.Popen(
            server_arguments(port),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    recorded = json.dumps({"api": _api(port), "pid": process.pid})
    _record().write_text(recorded, encoding="utf-8")
    return _ServerProcess(_api(port), process.pid, process)


def _api(port: int) -> str:
    return f"http://{LOOPBACK}:{port}/api"


def _is_healthy(api: str) -> bool:
    if not api.startswith(("http://", "https://")):
        return False
    try:
        with _opener(api).open(f"{api.rstrip('/')}/health", timeout=_ANSWER_SECONDS) as answer:
            return bool(answer.status == 200 and answer.read().strip() == b"true")  # noqa: PLR2004  # OK
    except (OSError, urllib.error.URLError, ValueError):
        return False


def _opener(api: str) -> urllib.request.OpenerDirector:
    without_proxy = [urllib.request.ProxyHandler({})] if is_loopback(api) else []
    return urllib.request.build_opener(*without_proxy)


@contextmanager
def _start_lock() -> Iterator[None]:
    """Start servers one after another: a new one prepares the database that they share."""
    home = Path(os.environ.get("PREFECT_HOME") or data_directory() / "prefect")
    lock = FileLock(home / "server.lock")
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=_START_SECONDS)
    except Timeout:
        raise BusyError(
            f"Another Prefect server has been starting in {home} for {_START_SECONDS:.0f} s: stop "
            "it, then run again."
        ) from None
    except OSError as error:
        raise to_user_error(error, "start a Prefect server in", "PREFECT_HOME") from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _reserved_port() -> Iterator[int]:
    """Offer the usual port, or a free one if another process has it or is about to.

    A server needs seconds to bind its port. Two that start together would both find it free, and
    the second would talk to the first.
    """
    lock = FileLock(Path(tempfile.gettempdir()) / f"caspers-prefect-{USUAL_PORT}.lock")
    try:
        lock.acquire(timeout=0)
        first_choice = USUAL_PORT
    except (Timeout, OSError):
        first_choice = 0
    try:
        yield _free_port(first_choice)
    finally:
        lock.release()


def _free_port(first_choice: int) -> int:
    for port in (first_choice, 0):
        with socket.socket() as probe:
            # A port in TIME_WAIT after an earlier server counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise UserError("No port is free on loopback for the Prefect server: close some programs.")


def _wait_until_healthy(process: _ServerProcess, api: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.has_ended():
            raise UserError(f"The Prefect server ended at once; see {_log()}.")
        if _is_healthy(api):
            return
        time.sleep(0.1)
    raise UserError(f"The Prefect server did not answer in {_START_SECONDS:.0f} s; see {_log()}.")
