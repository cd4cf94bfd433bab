"""``python -m generator catalogue``: make a business out of the tables beside a dataset."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

from common.paths import SEEDS, world_directory

_EXAMPLES = """\
examples:
  python -m generator catalogue import ../their/canonical_dataset --out worlds/theirs
  CASPERS_WORLD=worlds/theirs python -m generator canonical --days 7 --out /tmp/week
"""


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the group of commands to the parser of the generator."""
    catalogue = commands.add_parser(
        "catalogue",
        help="make a business out of the tables beside a dataset",
        description="The business: kitchens, brands, menus and items.",
    )
    catalogue_commands = catalogue.add_subparsers(
        title="commands", required=True, metavar="COMMAND"
    )
    command = catalogue_commands.add_parser(
        "import",
        help="make a business out of the tables beside a dataset",
        description="Make a world, the six tables of a business, out of those beside a dataset. "
        "What they lack is filled, and everything that was filled, changed or left out is said.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "dataset", type=Path, metavar="DIR", help="folder of the dataset, with its *.parquet"
    )
    command.add_argument(
        "--out",
        metavar="DIR",
        help="folder to make, inside the project (default: worlds/ and the name of the dataset)",
    )
    command.set_defaults(run=_import)


def _import(options: argparse.Namespace) -> None:
    from generator.catalogue.seed_files import load_catalogue  # noqa: PLC0415
    from generator.dataset.catalogue_import import import_catalogue  # noqa: PLC0415

    dataset = options.dataset.resolve()
    named = options.out or f"worlds/{dataset.name}"
    business = import_catalogue(dataset, world_directory(named, "--out"), load_catalogue(SEEDS))
    for notice in business.notices:
        print(notice)
    found = business.catalogue
    world, folder = shlex.quote(named), shlex.quote(str(options.dataset))
    print(
        f"{len(found.locations)} kitchens, {len(found.brands)} brands, {len(found.items)} items: "
        f"{business.folder}\n"
        "Give it data and tables of its own, replay its dataset, and build:\n"
        f"  export CASPERS_WORLD={world} CASPERS_DATA=data/{shlex.quote(Path(named).name)}\n"
        f"  python -m flows.replay run --canonical {folder}\n"
        "  dbt build"
    )
