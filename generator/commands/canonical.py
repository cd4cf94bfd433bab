"""``python -m generator canonical``: write the canonical dataset."""

from __future__ import annotations

import argparse
import sys
import time

from common.paths import canonical_directory
from common.storage import place
from generator.commands.options import add_kitchen_options, add_roads_option, read_date
from generator.configuration.defaults import DEFAULT_DAYS, DEFAULT_SEED, DEFAULT_START

_ENGINES = ("local", "spark")
_PEOPLE = ("on", "off")

_EXAMPLES = """\
examples:
  python -m generator canonical
  python -m generator canonical --days 7 --locations sf,sv --out /tmp/week
  python -m generator canonical --roads osm
  python -m generator canonical --out s3://bucket/canonical
  python -m generator canonical --config generator/configuration/examples/chicago.json
  python -m generator canonical --days 9000 --engine spark
"""


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser of the generator."""
    command = commands.add_parser(
        "canonical",
        help="write the canonical dataset",
        description="Write the canonical dataset: every event of every order, in time order, "
        "with the business tables beside it. The same options give the same bytes. An existing "
        "dataset stays unchanged until the new one is complete.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "--days",
        type=int,
        metavar="N",
        help=f"days on which orders are placed (default: {DEFAULT_DAYS}, or as in --config)",
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
        help="another seed gives another business of the same kind (default: %(default)s)",
    )
    add_kitchen_options(command)
    add_roads_option(command)
    command.add_argument(
        "--people",
        choices=_PEOPLE,
        default=_PEOPLE[0],
        help="off writes the older form of the same days, which tells of nobody: no customers, "
        "couriers, promises or payments, and no cancelled orders (default: %(default)s)",
    )
    command.add_argument(
        "--out",
        type=place,
        default=canonical_directory(),
        metavar="PLACE",
        help="folder of the dataset (default: %(default)s)",
    )
    command.add_argument(
        "--engine",
        choices=_ENGINES,
        default=_ENGINES[0],
        help="where the kitchen-days are simulated: in this process, or on Spark (the active "
        "session, or that of SPARK_REMOTE or SPARK_MASTER, or one on this machine); the rows are "
        "the same (default: %(default)s)",
    )
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    # Loaded when the command runs, so that --help answers at once.
    from common.progress import show_progress  # noqa: PLC0415
    from generator.dataset.canonical import make_dataset  # noqa: PLC0415
    from generator.dataset.plan import plan_dataset  # noqa: PLC0415

    begin = time.perf_counter()
    plan = plan_dataset(
        days=options.days,
        start=options.start_date,
        seed=options.seed,
        locations=options.locations,
        configurations=options.config,
        roads=options.roads,
        engine=options.engine,
        people=options.people == _PEOPLE[0],
    )
    with show_progress(plan.steps) as progress:
        summary = make_dataset(plan, options.out, progress)
    for notice in summary.notices:
        print(notice, file=sys.stderr)
    seconds = time.perf_counter() - begin
    print(
        f"{summary.orders:,} orders, {summary.events:,} events, {plan.days} days, "
        f"kitchens {', '.join(kitchen.location_code for kitchen in summary.kitchens)}, "
        f"{seconds:.1f} s: {options.out}"
    )
