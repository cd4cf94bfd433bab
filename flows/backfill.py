"""Land and build a long history slice by slice: ``python -m flows.backfill``.

All that is due at once would be one file and one build, which hold it in memory. Here a build
takes a slice of days while the next slice lands beside it, so memory does not grow with history;
what has landed already of the next one is left for the next build.
Windows and tables are those that runs at these moments would have left, so the tables equal one
full refresh. Stopped at any moment, the next one goes on where this one stood.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.clock import utc_now
from common.errors import UserError
from common.landing.window import format_position
from common.paths import canonical_directory, landing_directory
from common.system_errors import to_user_error
from flows.build import Builder
from flows.business_lock import business_lock
from flows.dbt.warm import WarmDbt
from flows.replay import commands
from flows.replay.arguments import moment, number_of_days

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from flows.build_results import Build
    from flows.replay.replay import ReplayOptions

DAYS_AT_ONCE = 80
"""Days of a slice: about 1.1 million events of the four kitchens."""

_FILES_AT_ONCE = 4
_INTERRUPTED = 130
_WITHOUT_TESTS = [
    option for kind in ("test", "unit_test") for option in ("--exclude-resource-type", kind)
]

_NEXT_BUILD = ["run", "--exclude", "config.materialized:table_function"]


@dataclass(frozen=True, slots=True)
class Slice:
    """What has landed since the slice before it.

    Attributes
    ----------
    events
        How many events.
    watermark
        Position up to which everything has landed.
    landing_seconds
        How long it took.
    last_file
        Name of its last file, empty where nothing has landed.
    """

    events: int
    watermark: int
    landing_seconds: float
    last_file: str


def backfill(
    now: datetime, options: ReplayOptions, days_at_once: int = DAYS_AT_ONCE
) -> Iterator[tuple[Slice, Build]]:
    """Land and build what is due at ``now``; yield each slice when it is built.

    Parameters
    ----------
    now
        Real time, naive UTC.
    options
        As for the replay: fixed by its first run.
    days_at_once
        Days of virtual time that land between two builds.

    Raises
    ------
    BusyError
        If a business, a replay or a build is at work on the same folder.
    UserError
        If a slice cannot land or be built. What was finished stays.
    """
    with (
        business_lock("python -m flows.backfill"),
        closing(WarmDbt()) as dbt,
        ThreadPoolExecutor(1) as beside,
    ):
        builder = Builder(dbt, keep_warm=True)
        landed = _land_slice(now, options, days_at_once)
        # Seeds and functions come with the first build, which also takes what has landed before.
        command = ["build", *_WITHOUT_TESTS]
        while landed.events or command != _NEXT_BUILD:
            next_slice = beside.submit(_land_slice, now, options, days_at_once)
            built = builder.run(command, landed_up_to=landed.last_file)
            yield landed, built
            landed, command = next_slice.result(), _NEXT_BUILD


def _land_slice(now: datetime, options: ReplayOptions, days: int) -> Slice:
    """Land the next days, in a few windows: files are read side by side."""
    begun = time.perf_counter()
    events, watermark, last_file = 0, 0, ""
    for _ in range(_FILES_AT_ONCE):
        report = commands.run(
            canonical_directory(),
            landing_directory(),
            now,
            options,
            most_days=max(1, days // _FILES_AT_ONCE),
        )
        if report.window is None or report.file is None:
            break
        events += report.events
        watermark, last_file = report.window.last, report.file.name
    return Slice(events, watermark, time.perf_counter() - begun, last_file)


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
    options = _parser().parse_args(arguments)
    # SIGTERM must end what was started here, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    events = 0
    try:
        replay_options = commands.options_from_environment(options.start_day, options.speed)
        now = options.now or utc_now()
        for landed, built in backfill(now, replay_options, options.days_at_once):
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


def _parser() -> argparse.ArgumentParser:
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
    return parser


if __name__ == "__main__":
    sys.exit(main())
