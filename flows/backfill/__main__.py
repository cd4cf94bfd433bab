"""Land and build a long history slice by slice: ``python -m flows.backfill``.

All that is due at once would be one file and one build, which hold it in memory. Here a build
takes a slice of days while the next slice lands beside it, so memory does not grow with history;
what has landed already of the next one is left for the next build.
Windows and tables are those that runs at these moments would have left, so the tables equal one
full refresh. Stopped at any moment, the next one goes on where this one stood.
"""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
from typing import TYPE_CHECKING

from common.clock import utc_now
from common.errors import UserError
from common.landing.window import format_position
from common.system_errors import to_user_error
from flows.backfill.building import backfill
from flows.backfill.slices import live_slices, replayed_slices
from flows.replay import commands
from flows.replay.arguments import moment, number_of_days

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from flows.backfill.slices import Slice
    from flows.build_results import Build

DAYS_AT_ONCE = 120
"""Days of a slice: about 1.7 million events of the four kitchens."""

_INTERRUPTED = 130


def format_slice(landed: Slice, built: Build) -> str:
    """Return a line on a slice."""
    if not landed.events:
        return f"nothing new landed; what had landed before was built in {built.seconds:.0f} s"
    return (
        f"up to {format_position(landed.watermark)}: {landed.events:,} events landed in "
        f"{landed.landing_seconds:.0f} s, built in {built.seconds:.0f} s "
        f"({built.cpu_seconds:.0f} CPU s)"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Land and build what is due, with a line for each slice, and return the exit code."""
    parser = make_parser()
    options = parser.parse_args(arguments)
    _refuse_contradictions(parser, options)
    # SIGTERM must end what was started here, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    events = 0
    try:
        for landed, built in backfill(_slices(options)):
            events += landed.events
            print(format_slice(landed, built), flush=True)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {to_user_error(error, 'build', 'CASPERS_DATA')}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped: all that landed and was built is complete, run again", file=sys.stderr)
        return _INTERRUPTED
    print(
        f"{events:,} events have landed, and all that has landed is built. `make check` runs every "
        "data test, `python -m flows.publication` publishes the tables for readers."
    )
    return 0


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command's options."""
    parser = argparse.ArgumentParser(
        prog="python -m flows.backfill",
        description="Land and build a long history slice by slice, in memory that does not grow "
        "with it: while a slice is built, the next one lands. Tests and publication are left out.",
    )
    parser.add_argument(
        "--days-at-once",
        type=number_of_days,
        default=DAYS_AT_ONCE,
        metavar="N",
        help="days of virtual time that are built at once (default: %(default)s)",
    )
    parser.add_argument(
        "--start-day",
        type=int,
        metavar="N",
        help="as for `python -m flows.replay run`: how many days there are on the first run",
    )
    parser.add_argument(
        "--speed", type=float, metavar="X", help="as for `python -m flows.replay run`"
    )
    parser.add_argument(
        "--now",
        type=moment,
        metavar="ISO",
        help="the time to use as now, UTC unless it has an offset; makes a run repeatable",
    )
    parser.add_argument(
        "--live",
        action="store_true",
        help="make the days before now as they land (`python -m generator live`) instead of "
        "replaying a dataset; `make live LIVE=1` goes on from there",
    )
    parser.add_argument(
        "--live-options",
        type=shlex.split,
        default=[],
        metavar="OPTIONS",
        help="its options, for example '--config sf.json --start-days-ago 7240'",
    )
    return parser


def _refuse_contradictions(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    for_replay = {"--start-day": options.start_day, "--speed": options.speed, "--now": options.now}
    said = [name for name, value in for_replay.items() if value is not None]
    if options.live and said:
        parser.error(
            f"{', '.join(said)}: of a replay, not of a live generator; its own are given with "
            "--live-options"
        )
    if options.live_options and not options.live:
        parser.error("--live-options needs --live")


def _slices(options: argparse.Namespace) -> AbstractContextManager[Callable[[], Slice]]:
    if options.live:
        return live_slices(options.live_options, options.days_at_once)
    replay_options = commands.options_from_environment(options.start_day, options.speed)
    return replayed_slices(options.now or utc_now(), replay_options, options.days_at_once)


if __name__ == "__main__":
    sys.exit(main())
