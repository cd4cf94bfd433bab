"""``python -m generator world``: check, make, read and write worlds."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from common.errors import UserError
from common.paths import seeds_directory

_CHECK_EXAMPLES = """\
examples:
  python -m generator world check worlds/london-amsterdam
  CASPERS_WORLD=worlds/pharmacy python -m generator world check
"""


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the group of commands to the parser of the generator."""
    world = commands.add_parser(
        "world",
        help="check, make, read and write worlds",
        description="Worlds: businesses as folders of tables and settings (docs/worlds.md).",
    )
    world_commands = world.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_check(world_commands)


def _add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "check",
        help="name everything that is wrong with a world",
        description="Name everything that is wrong with a world, each with file and line or key, "
        "and end with code 2; with a summary and code 0 where nothing is.",
        epilog=_CHECK_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "world",
        nargs="?",
        type=Path,
        metavar="PATH",
        help="folder of the world (default: CASPERS_WORLD, or seeds/)",
    )
    command.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> None:
    from generator.business.check import WORLD_TABLES, check_world  # noqa: PLC0415
    from generator.world.trade import KITCHENS, SETTINGS  # noqa: PLC0415

    folder = options.world or seeds_directory()
    checked = check_world(folder)
    for problem in checked.problems:
        print(problem, file=sys.stderr)
    if checked.problems:
        count = len(checked.problems)
        raise UserError(f"{folder}: {count} {'problem' if count == 1 else 'problems'}.")
    found = checked.catalogue
    settings = sum((folder / name).exists() for name in SETTINGS)
    settings += len(list((folder / KITCHENS).glob("*.json")))
    print(
        f"{folder}: {len(found.locations)} kitchens, {len(found.brands)} brands, "
        f"{len(found.items)} items in {len(WORLD_TABLES)} tables, {settings} files of settings: "
        "nothing is wrong."
    )
