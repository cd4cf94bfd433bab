"""``python -m generator live``: the business as it happens."""

from __future__ import annotations

import argparse
import signal
import threading

from common.clock import utc_now
from common.paths import landing_directory
from common.standard_input import UNTIL_INPUT_ENDS, when_input_ends
from common.storage import place
from generator.commands.options import add_kitchen_options, add_roads_option
from generator.configuration.defaults import DEFAULT_SEED

_EXAMPLES = """\
examples:
  python -m generator live
  python -m generator live --config generator/configuration/examples/sf.json --speed 60
  python -m generator live --locations chicago --start-days-ago 3 --landing /tmp/chicago
"""


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser of the generator."""
    command = commands.add_parser(
        "live",
        help="make the business as it happens, forever",
        description="Make the business as it happens. The first run lands the days before now at "
        "once; from then on what happens lands as it becomes due, at real time times --speed, "
        "until --end-days-ahead or until it is stopped. Stopped or killed at any moment and "
        "started again it goes on where it was. The same seed and configurations make the same "
        "events as `canonical` with the first day as --start-date.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_kitchen_options(command)
    add_roads_option(command)
    command.add_argument(
        "--landing",
        type=place,
        default=landing_directory(),
        metavar="PLACE",
        help="where windows land: a folder, or one in an object store, s3://bucket/folder "
        "(default: %(default)s)",
    )
    command.add_argument(
        "--start-days-ago",
        type=int,
        metavar="N",
        help="days before now that the first run makes (default: as in --config, or START_DAY, "
        "or 70)",
    )
    command.add_argument(
        "--end-days-ahead",
        type=int,
        metavar="N",
        help="days after the first run on which orders are placed (default: as in --config, or "
        "no end)",
    )
    command.add_argument(
        "--speed",
        type=float,
        metavar="X",
        help="virtual seconds per real second (default: speed_up in --config, or "
        "SPEED_MULTIPLIER, or 60); fixed by the first run, changed by `python -m flows.replay "
        "speed X`",
    )
    command.add_argument(
        "--batch-rows",
        type=int,
        metavar="N",
        help="land as soon as so many events are due (default: as in --config, or 5,000)",
    )
    command.add_argument(
        "--batch-seconds",
        type=float,
        metavar="X",
        help="land what is due after so many real seconds (default: as in --config, or 10)",
    )
    command.add_argument(
        "--days-per-file",
        type=int,
        metavar="N",
        help="land the days before now in files of at most N days, not in one; a build of some of "
        "them begins while more are made (`python -m flows.backfill --live`)",
    )
    command.add_argument(
        "--seed",
        type=int,
        default=DEFAULT_SEED,
        metavar="N",
        help="another seed gives another business of the same kind (default: %(default)s)",
    )
    command.add_argument(
        UNTIL_INPUT_ENDS, action="store_true", help="end when standard input is closed"
    )
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    # Loaded when the command runs, so that --help answers at once.
    from generator.live.plan import AskedOptions  # noqa: PLC0415
    from generator.live.run import LiveRequest, live_generator, run_live  # noqa: PLC0415

    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    if options.until_input_ends:
        when_input_ends(stop.set)
    request = LiveRequest(
        landing=options.landing.resolve(),
        configurations=options.config,
        locations=options.locations,
        roads=options.roads,
        seed=options.seed,
        asked=AskedOptions(
            start_days_ago=options.start_days_ago,
            end_days_ahead=options.end_days_ahead,
            speed=options.speed,
            batch_rows=options.batch_rows,
            batch_seconds=options.batch_seconds,
            days_per_file=options.days_per_file,
        ),
    )
    with live_generator(request, utc_now(), _tell) as generator:
        run_live(generator, stop, _tell)
    if stop.is_set():
        _tell("Stopped: all that has landed is complete, the same command goes on from there.")


def _tell(line: str) -> None:
    print(line, flush=True)
