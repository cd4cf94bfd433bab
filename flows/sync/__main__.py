"""The published build into Postgres: ``python -m flows.sync run [--full]`` and ``status``."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from common.errors import UserError
from flows.sync.messages import format_lag, format_synced
from flows.sync.mirror import read_lag, synchronize

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, print a line and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m flows.sync", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    running = commands.add_parser("run", help="make Postgres equal to the published build")
    running.add_argument("--full", action="store_true", help="compare even what was synced")
    commands.add_parser("status", help="show how far Postgres is behind")
    options = parser.parse_args(arguments)
    try:
        if options.command == "run":
            print(format_synced(synchronize(full=options.full)))
        else:
            print(format_lag(read_lag(), datetime.now(UTC)))
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
