"""Run every data test over all of history: ``python -m flows.check``.

A build with ``CASPERS_TESTS=affected`` tests the rows that it replaces. What was in the tables
before it, and what only all rows together show, is tested here.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from common.errors import UserError
from common.paths import warehouse_file
from common.system_errors import to_user_error
from flows.build import Builder
from flows.dbt.warm import WarmDbt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.build_results import Build


def main(arguments: Sequence[str] | None = None) -> int:
    """Test, print the result and return the exit code: 0 where no test failed."""
    _parser().parse_args(arguments)
    try:
        checked = check()
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {to_user_error(error, 'check', 'CASPERS_DATA')}", file=sys.stderr)
        return 1
    print("\n".join(format_check(checked)))
    return 0


def check() -> Build:
    """Run every data test over all of history.

    Raises
    ------
    BusyError
        If a build runs, or another program keeps the DuckDB file open.
    UserError
        If a test fails, nothing has been built yet, or dbt cannot begin.
    """
    if not warehouse_file().exists():
        raise UserError(
            f"{warehouse_file()} does not exist: build it first with `make run` or `dbt build`."
        )
    with closing(WarmDbt()) as dbt:
        return Builder(dbt).test_everything()


def format_check(checked: Build) -> list[str]:
    """Return a sentence on what was tested, and one for each warning."""
    return [
        (
            f"Tested all of history in {checked.seconds:.0f} s: {len(checked.tested)} data tests "
            f"passed, {len(checked.warned)} warned, none failed."
        ),
        *(f"Warning: {node.name}: {node.short_message}" for node in checked.warned),
    ]


def _parser() -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        prog="python -m flows.check", description="Run every data test over all of history."
    )


if __name__ == "__main__":
    sys.exit(main())
