"""The published build into Postgres: ``python -m flows.sync run [--full]``."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from common.errors import UserError
from flows.sync.mirror import synchronize

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, print a line and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m flows.sync", description=__doc__)
    parser.add_argument("command", choices=["run"])
    parser.add_argument("--full", action="store_true", help="compare even what was synced")
    try:
        synced = synchronize(full=parser.parse_args(arguments).full)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"Build {synced.build} synced: {synced.written:,} written, {synced.deleted:,} deleted.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
