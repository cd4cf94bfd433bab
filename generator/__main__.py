"""The commands of the generator: ``python -m generator --help`` lists them."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from common.errors import UserError
from common.system_errors import explain
from generator.commands import canonical, catalogue, live, realism, roads, snapshot, world

if TYPE_CHECKING:
    from collections.abc import Sequence

_BROKEN_ENVIRONMENT = 1
_WRONG_INPUT = 2
_INTERRUPTED = 130

# Packages that are installed only on request, with the extra in pyproject.toml that brings them.
_EXTRAS = {
    **dict.fromkeys(("networkx", "osmnx", "pandas", "requests"), "streets"),
    **dict.fromkeys(("matplotlib", "plotly"), "pictures"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, 2 for wrong input, 1 if the machine fails."""
    try:
        options = _parser().parse_args(arguments)
        options.run(options)
    except UserError as error:
        return _fail(str(error), _WRONG_INPUT)
    except OSError as error:
        file = f"{error.filename}: " if error.filename else ""
        return _fail(
            f"{file}{explain(error, '--out')}. Existing data is unchanged.", _BROKEN_ENVIRONMENT
        )
    except ModuleNotFoundError as error:
        extra = _EXTRAS.get(error.name or "")
        if extra is None:
            raise
        return _fail(
            f"{error.name} is required for this but not installed; run "
            f"`pip install 'caspers-kitchens[{extra}]'`.",
            _BROKEN_ENVIRONMENT,
        )
    except KeyboardInterrupt:
        return _fail("stopped; existing data is unchanged.", _INTERRUPTED)
    return 0


def _fail(message: str, code: int) -> int:
    print(f"error: {message}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m generator",
        description="Generate the life of Casper's Kitchens: orders, kitchens, streets, drivers.",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    canonical.add_command(commands)
    catalogue.add_commands(commands)
    live.add_command(commands)
    realism.add_command(commands)
    roads.add_commands(commands)
    snapshot.add_command(commands)
    world.add_commands(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
