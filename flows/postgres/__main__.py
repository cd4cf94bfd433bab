"""Postgres by hand: ``python -m flows.postgres start|stop|status|setup``."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from common.errors import UserError
from common.postgres import URL_VARIABLE, Role, connection_string
from flows.postgres.server import set_up_another, start, status, stop

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, print a line and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m flows.postgres",
        description="The project's own Postgres server; setup is for another one.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("start", help="start it, and make it before the first start")
    commands.add_parser("stop", help="stop it")
    commands.add_parser("status", help="show whether it runs, and where")
    commands.add_parser(
        "setup",
        help=f"create tables, roles and rights in the database that {URL_VARIABLE} names",
    )
    try:
        print(_answer(parser.parse_args(arguments).command))
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _answer(command: str) -> str:
    if command == "start":
        server = start()
        verb = "started" if server.was_started else "runs already"
        return f"Postgres {verb} on 127.0.0.1:{server.port}, passwords in {server.directory}."
    if command == "stop":
        return "Postgres stopped." if stop() else "Postgres did not run."
    if command == "setup":
        return _set_up()
    port = status()
    return "Postgres does not run." if port is None else f"Postgres runs on 127.0.0.1:{port}."


def _set_up() -> str:
    url = os.environ.get(URL_VARIABLE, "")
    if not urlsplit(url).username:
        raise UserError(
            f"{URL_VARIABLE} has to name the owner of the database for this, as in "
            "postgresql://owner@host/caspers; afterwards without the user."
        )
    set_up_another(connection_string(Role.SYNC))
    roles = ", ".join(Role)
    return (
        f"Tables and rights are there. Give {roles} their passwords (`alter role … password …`), "
        "and each part of the business its own, for example in ~/.pgpass."
    )


if __name__ == "__main__":
    sys.exit(main())
