"""Decisions out of Postgres into the landing: ``python -m flows.decisions export``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from common.errors import UserError
from common.paths import decisions_directory
from common.system_errors import to_user_error
from flows.decisions.export import export_decisions

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, print a line and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m flows.decisions", description=__doc__)
    parser.add_argument("command", choices=["export"])
    parser.add_argument(
        "--landing",
        type=Path,
        metavar="DIR",
        default=decisions_directory(),
        help="where decisions land (default: %(default)s)",
    )
    landing = parser.parse_args(arguments).landing
    try:
        exported = export_decisions(landing)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {to_user_error(error, 'land decisions')}", file=sys.stderr)
        return 1
    if exported is None:
        command = "python -m flows.postgres start"
        print(f"error: Postgres is not running: start it with `{command}`.", file=sys.stderr)
        return 1
    where = f" in {exported.file}" if exported.file else ""
    print(f"{exported.decisions:,} new decisions{where}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
