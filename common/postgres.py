"""Where Postgres is, and how each part of the business logs in (docs/contract.md, section 9)."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import time
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit, urlunsplit

from common.errors import BusyError, UserError
from common.paths import data_directory

if TYPE_CHECKING:
    from pathlib import Path

DATABASE = "caspers"
URL_VARIABLE = "CASPERS_POSTGRES"
TOKEN_COMMAND_VARIABLE = "CASPERS_POSTGRES_TOKEN_COMMAND"  # noqa: S105  (a name, not a secret)

# Whatever listens there may accept a connection and never answer.
_CONNECT_TIMEOUT = "connect_timeout=10"

# Tokens of Lakebase are valid for an hour: one of this age still has most of it before it.
_TOKEN_SECONDS = 600.0
_TOKEN_COMMAND_SECONDS = 60.0
_tokens: dict[str, tuple[float, str]] = {}


class Role(StrEnum):
    """Who connects: each role may do what its part of the business needs, and no more."""

    SYNC = "caspers_sync"
    DESK = "caspers_desk"
    EXPORT = "caspers_export"


def postgres_directory() -> Path:
    """Return the folder of the project's own server."""
    return data_directory() / "postgres"


def credentials_file(directory: Path) -> Path:
    """Return the file with the port and the passwords of the server in a folder."""
    return directory / "credentials.json"


def connection_string(role: Role, directory: Path | None = None) -> str:
    """Return the URL with which a role connects.

    Ask again for each new connection: ports and tokens change.

    Parameters
    ----------
    role
        Who connects. A user in ``CASPERS_POSTGRES`` replaces it.
    directory
        The folder of a server of our own; ``CASPERS_POSTGRES`` is not read then.

    Raises
    ------
    BusyError
        If the project's own server has never been started.
    UserError
        If ``CASPERS_POSTGRES``, its token command or the credentials cannot be used.
    """
    url = os.environ.get(URL_VARIABLE)
    if url and directory is None:
        return _url_of_another_server(url, role)
    directory = directory or postgres_directory()
    port, passwords = read_credentials(directory)
    if not port:
        raise BusyError(
            f"{credentials_file(directory)}: the server has never been started: start it with "
            "`python -m flows.postgres start`."
        )
    return own_url(role, passwords[role], port)


def own_url(user: str, password: str, port: int, database: str = DATABASE) -> str:
    """Return the URL of a user of the project's own server."""
    login = f"{user}:{quote(password, safe='')}"
    return f"postgresql://{login}@127.0.0.1:{port}/{database}?{_CONNECT_TIMEOUT}"


def read_credentials(directory: Path) -> tuple[int, dict[str, str]]:
    """Return the port (0 before the first start) and the password of each role.

    Raises
    ------
    BusyError
        If there are none yet.
    UserError
        If the file cannot be read.
    """
    file = credentials_file(directory)
    try:
        content = json.loads(file.read_text())
        passwords = {str(user): str(value) for user, value in content["passwords"].items()}
        port = int(content["port"])
    except FileNotFoundError:
        raise BusyError(
            f"There is no {file}: start Postgres with `python -m flows.postgres start`, or name "
            f"another server with {URL_VARIABLE}."
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{file} cannot be read ({error}): restore it from a backup.") from error
    if missing := {*Role} - passwords.keys():
        raise UserError(f"{file} has no password of {min(missing)}: restore it from a backup.")
    return port, passwords


def _url_of_another_server(url: str, role: Role) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname
        port = parts.port
    except ValueError as error:
        raise UserError(f"{URL_VARIABLE} is not a URL ({error}): correct it.") from None
    if parts.scheme not in {"postgresql", "postgres"} or not host:
        raise UserError(
            f"{URL_VARIABLE} has to be a URL such as "
            "postgresql://host:5432/caspers?sslmode=verify-full: correct it."
        )
    user = parts.username or role.value  # percent-encoded as it came
    password = parts.password
    if command := os.environ.get(TOKEN_COMMAND_VARIABLE):
        password = quote(_token(command), safe="")
    login = user if password is None else f"{user}:{password}"
    address = f"[{host}]" if ":" in host else host
    place = f"{address}:{port}" if port else address
    path = parts.path if parts.path not in {"", "/"} else f"/{DATABASE}"
    query = parts.query
    if "connect_timeout" not in parse_qs(query):
        query = f"{query}&{_CONNECT_TIMEOUT}" if query else _CONNECT_TIMEOUT
    return urlunsplit(("postgresql", f"{login}@{place}", path, query, ""))


def _token(command: str) -> str:
    """Return what the command prints, or what it printed a short while ago."""
    asked, token = _tokens.get(command, (0.0, ""))
    if token and time.monotonic() - asked < _TOKEN_SECONDS:
        return token
    try:
        answer = subprocess.run(
            shlex.split(command),
            check=True,
            capture_output=True,
            text=True,
            timeout=_TOKEN_COMMAND_SECONDS,
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        # Neither its output nor the command itself: both may contain secrets.
        raise UserError(
            f"The command in {TOKEN_COMMAND_VARIABLE} failed ({type(error).__name__}): "
            "run it by hand and correct it."
        ) from None
    token = answer.stdout.strip()
    if not token:
        raise UserError(f"The command in {TOKEN_COMMAND_VARIABLE} printed nothing: correct it.")
    _tokens[command] = (time.monotonic(), token)
    return token
