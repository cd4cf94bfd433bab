"""The Prefect server of a run: the one that the user names, else one started on loopback.

A server that happens to answer on the usual port is not used: it may belong to another project,
and may end while this one depends on it.

Nothing here imports Prefect, so that its environment can still be set.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
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


@contextmanager
def prefect_server() -> Iterator[str]:
    """Use the server that ``PREFECT_API_URL`` names, or run one for as long as this lasts.

    Yields
    ------
    str
        Its API address. ``PREFECT_API_URL`` says the same meanwhile.

    Raises
    ------
    UserError
        If the server does not answer, or not in time.
    """
    api = named_server()
    if api:
        with _api_in_environment(api):
            yield api
        return
    with _reserved_port() as port:
        process = _start(port)
        try:
            with _api_in_environment(_api(port)):
                yield _api(port)
        finally:
            _stop(process)


def _start(port: int) -> subprocess.Popen[bytes]:
    """Start a server and return it once it answers."""
    log = data_directory() / "prefect" / "server.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with _start_lock():
        with log.open("ab") as output:
            # A process session of its own: Ctrl-C must reach the flow first and the server last.
            process = subprocess.Popen(
                server_arguments(port),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            _wait_until_healthy(process, _api(port), log)
        except BaseException:
            _stop(process)
            raise
    return process


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


def _wait_until_healthy(process: subprocess.Popen[bytes], api: str, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise UserError(f"The Prefect server ended at once; see {log}.")
        if _is_healthy(api):
            return
        time.sleep(0.25)
    raise UserError(f"The Prefect server did not answer in {_START_SECONDS:.0f} s; see {log}.")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def _api_in_environment(api: str) -> Iterator[None]:
    before = os.environ.get("PREFECT_API_URL")
    os.environ["PREFECT_API_URL"] = api
    try:
        yield
    finally:
        if before is None:
            del os.environ["PREFECT_API_URL"]
        else:
            os.environ["PREFECT_API_URL"] = before
