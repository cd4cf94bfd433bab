"""``python -m generator world``: check, make, read and write worlds."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from common.errors import UserError
from common.paths import PROJECT, SEEDS, seeds_directory, world_directory

if TYPE_CHECKING:
    from generator.catalogue.records import Catalogue

_CHECK_EXAMPLES = """\
examples:
  python -m generator world check worlds/london-amsterdam
  CASPERS_WORLD=worlds/pharmacy python -m generator world check
"""


_IMPORT_EXAMPLES = """\
examples:
  python -m generator world import ../engine/templates --out worlds/theirs
  python -m generator world check worlds/theirs
"""
_EXPORT_EXAMPLES = """\
examples:
  python -m generator world export worlds/london-amsterdam --out /tmp/templates
"""
_NEW_EXAMPLES = """\
examples:
  python -m generator world new leeds
  python -m generator world new leeds --like worlds/london-amsterdam --name "Tykes' Kitchens" \\
      --kitchen Leeds,53.7997,-1.5492 --kitchen Bradford,53.7938,-1.7527 --brands 2
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
    _add_import(world_commands)
    _add_export(world_commands)
    _add_new(world_commands)


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


def _add_import(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "import",
        help="make a world out of templates",
        description="Make a world out of JSON templates: sites/*.json with kitchens and stations, "
        "brands/*.json with menus, items and recipes, ingredients.json. What they lack is "
        "filled, and everything that was filled, changed or left out is said. No world is "
        "written over.",
        epilog=_IMPORT_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("source", metavar="SOURCE", help="folder of the templates")
    command.add_argument(
        "--out",
        metavar="DIR",
        help="folder to make, inside the project (default: worlds/ and the name of the source)",
    )
    command.set_defaults(run=_import)


def _add_export(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "export",
        help="write a world as templates",
        description="Write a world as JSON templates, the form that `world import` reads; what "
        "templates cannot carry is said.",
        epilog=_EXPORT_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("world", type=Path, metavar="WORLD", help="folder of the world")
    command.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder to make for the templates"
    )
    command.set_defaults(run=_export)


def _add_new(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "new",
        help="make a world that is like another",
        description="Make a world that is like another, with a name, kitchens and brands of its "
        "own. On a terminal it asks what no option says.",
        epilog=_NEW_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("world", metavar="NAME", help="folder to make: worlds/NAME, or a path")
    command.add_argument(
        "--like",
        metavar="WORLD",
        help="the world that it begins as: seeds, or the path of a world (default: seeds)",
    )
    command.add_argument("--name", metavar="TEXT", help="what the business is called")
    command.add_argument(
        "--kitchen",
        action="append",
        default=[],
        metavar="NAME,LAT,LON",
        help="a kitchen, as often as there are some (default: those of the other world)",
    )
    command.add_argument(
        "--brands", type=int, metavar="N", help="take the first N brands of the other world"
    )
    command.set_defaults(run=_new)


def _new(options: argparse.Namespace) -> None:
    from generator.business.new_world import (  # noqa: PLC0415
        ANOTHER_NAME,
        WorldOptions,
        ask_for_options,
        make_world,
        read_place,
    )
    from generator.dataset.catalogue_import import refuse_existing  # noqa: PLC0415

    named = options.world if "/" in options.world else f"worlds/{options.world}"
    world = world_directory(named, "NAME")
    refuse_existing(world, ANOTHER_NAME)
    is_silent = options.like or options.name or options.kitchen or options.brands is not None
    if is_silent or not sys.stdin.isatty():
        world_options = WorldOptions(
            like=_like(options.like or "seeds"),
            business=options.name,
            places=tuple(read_place(text) for text in options.kitchen),
            brands=options.brands,
        )
    else:
        like = input("Which world is it like? A path, such as worlds/pharmacy [seeds] ").strip()
        world_options = ask_for_options(_like(like or "seeds"), input)
    _print_made(make_world(world, world_options), named)


def _like(named: str) -> Path:
    folder = SEEDS if named == "seeds" else PROJECT / named
    if not folder.is_dir():
        raise UserError(f"--like {named}: there is no folder {folder}; name a world, or seeds.")
    return folder


def _import(options: argparse.Namespace) -> None:
    from common.problems import Problems  # noqa: PLC0415
    from generator.business.from_templates import import_templates  # noqa: PLC0415
    from generator.business.templates import open_templates  # noqa: PLC0415
    from generator.catalogue.seed_files import load_catalogue  # noqa: PLC0415

    problems = Problems(collect=True)
    named = options.out or f"worlds/{Path(options.source).name}"
    with open_templates(options.source) as folder:
        try:
            business = import_templates(
                folder, world_directory(named, "--out"), load_catalogue(SEEDS), problems
            )
        finally:
            for problem in problems.found:
                print(problem, file=sys.stderr)
    for notice in business.notices:
        print(notice)
    _print_made(business.catalogue, named)


def _export(options: argparse.Namespace) -> None:
    from generator.business.to_templates import export_templates  # noqa: PLC0415

    for notice in export_templates(options.world, options.out):
        print(notice)
    print(options.out)


def _size(found: Catalogue) -> str:
    """Return how large a business is."""
    counts = {
        "kitchen": len(found.locations),
        "brand": len(found.brands),
        "item": len(found.items),
    }
    return ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts.items())


def _print_made(found: Catalogue, named: str) -> None:
    """Say what a new world has, and what to do with it."""
    world = shlex.quote(named)
    print(
        f"{_size(found)}: {named}\n"
        f"Look it over, check it, and run it, with data and tables of its own:\n"
        f"  python -m generator world check {world}\n"
        f"  make run CASPERS_WORLD={world}"
    )


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
        f"{folder}: {_size(found)} in {len(WORLD_TABLES)} tables, {settings} files of settings: "
        "nothing is wrong."
    )
