"""The project's own Postgres by hand: ``python -m flows.postgres start|stop|status``."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from common.errors import UserError
from flows.postgres.server import start, status, stop

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, print a line and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m flows.postgres", description="The project's own Postgres server."
    )
    parser.add_argument("command", choices=["start", "stop", "status"])
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
    port = status()
    return "Postgres does not run." if port is None else f"Postgres runs on 127.0.0.1:{port}."


if __name__ == "__main__":
    sys.exit(main())
