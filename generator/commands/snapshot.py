"""``python -m generator snapshot``: the state of the world at a moment."""

from __future__ import annotations

import argparse
from pathlib import Path

from generator.commands.options import add_kitchen_options, add_roads_option, read_date
from generator.configuration.defaults import DEFAULT_SEED, DEFAULT_START

_FORMATS = ("table", "json", "csv")
_TABLES = ("orders", "stages", "stations", "couriers", "population")

_EXAMPLES = """\
examples:
  python -m generator snapshot --at "day 12 18:30"
  python -m generator snapshot --at "2024-01-13 18:30:15" --locations sf --table couriers
  python -m generator snapshot --at "day 12 18:30" --format json | jq .stations
  python -m generator snapshot --at "day 12 18:30" --out /tmp/snapshot
"""


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser of the generator."""
    command = commands.add_parser(
        "snapshot",
        help="show the state of the world at a moment",
        description="The state of the world at a moment, as tables: open orders and their stages, "
        "what is busy in the kitchens, where couriers are and what they do, who orders. It is "
        "what the events of a dataset of the same options say, and what no event says.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "--at",
        required=True,
        metavar="MOMENT",
        help='"day 12 18:30", with seconds or not, or a time of the dataset as in '
        '"2024-01-13 18:30"; what happens at it has happened',
    )
    command.add_argument(
        "--start-date",
        type=read_date,
        default=DEFAULT_START,
        metavar="DATE",
        help="day 0, as 2024-01-31 (default: %(default)s)",
    )
    command.add_argument(
        "--seed",
        type=int,
        default=DEFAULT_SEED,
        metavar="N",
        help="seed of the dataset (default: %(default)s)",
    )
    add_kitchen_options(command)
    add_roads_option(command)
    command.add_argument("--table", choices=_TABLES, help="only this table")
    command.add_argument(
        "--format",
        choices=_FORMATS,
        default=_FORMATS[0],
        help="what is printed; csv needs --table (default: %(default)s)",
    )
    command.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="write the tables into this folder, as Parquet, instead of printing them",
    )
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    # Loaded when the command runs, so that --help answers at once.
    from datetime import datetime, time  # noqa: PLC0415

    from generator.dataset.canonical import GENERATOR_VERSION  # noqa: PLC0415
    from generator.dataset.kitchens import prepare_kitchens  # noqa: PLC0415
    from generator.dataset.plan import plan_dataset  # noqa: PLC0415
    from generator.snapshot.files import (  # noqa: PLC0415
        as_csv,
        as_json,
        as_text,
        check_table,
        write_parquet,
    )
    from generator.snapshot.moments import read_moment  # noqa: PLC0415
    from generator.snapshot.snapshot import World  # noqa: PLC0415

    check_table(options.table, options.format)
    position = read_moment(options.at, options.start_date)
    plan = plan_dataset(
        start=options.start_date,
        seed=options.seed,
        locations=options.locations,
        configurations=options.config,
        roads=options.roads,
    )
    zero = datetime.combine(plan.start, time.min)
    kitchens = [planned.kitchen for planned in prepare_kitchens(plan)]
    snapshot = World(kitchens).at(position, zero)
    description = {"generator_version": GENERATOR_VERSION, "seed": plan.seed}
    if options.out is not None:
        write_parquet(snapshot, options.out, description)
        rows = ", ".join(f"{table.num_rows} {name}" for name, table in snapshot.tables.items())
        print(f"{snapshot.at}: {rows}: {options.out}")
    elif options.format == "json":
        print(as_json(snapshot, description))
    elif options.format == "csv":
        print(as_csv(snapshot, options.table), end="")
    else:
        print(as_text(snapshot, options.table))
