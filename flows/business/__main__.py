"""The whole business as a command: ``python -m flows.business once`` and ``serve``."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

from common.dataset_files import EVENTS_FILE
from common.errors import UserError
from common.paths import canonical_directory
from flows.business.live import INTERVAL, LiveOptions, serve
from flows.business.once import run_once
from flows.business_lock import business_lock
from flows.canonical import make_default_dataset

if TYPE_CHECKING:
    from collections.abc import Sequence

_INTERRUPTED = 130


def make_dataset() -> None:
    """Make the canonical dataset if there is none.

    Raises
    ------
    UserError
        If the dataset cannot be made.
    """
    canonical = canonical_directory()
    if not (canonical / EVENTS_FILE).exists():
        print("There is no canonical dataset yet: generating it.", file=sys.stderr)
        make_default_dataset(canonical)


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m flows.business",
        description="The whole business as a Prefect flow: land a window, build, test, publish.",
    )
    added = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    added.add_parser("once", help="run it once and show the summary of the kitchens")
    serving = added.add_parser("serve", help="run it window after window until stopped")
    serving.add_argument(
        "--every",
        type=_seconds,
        default=INTERVAL,
        metavar="SECONDS",
        help=f"time from one window to the next (default: {INTERVAL.total_seconds():.0f})",
    )
    serving.add_argument("--windows", type=_positive, metavar="N", help="end after so many windows")
    serving.add_argument(
        "--live",
        action="store_true",
        help="make what lands as it happens (`python -m generator live`) instead of replaying a "
        "dataset",
    )
    serving.add_argument(
        "--live-options",
        type=shlex.split,
        default=[],
        metavar="OPTIONS",
        help="its options, for example '--config sf.json --speed 600'",
    )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    options = make_parser().parse_args(arguments)
    # SIGTERM must end what was started here, as Ctrl-C does.
    signal.signal(signal.SIGTERM, _raise_keyboard_interrupt)
    try:
        if options.command == "once":
            with business_lock("make run"):
                make_dataset()
                run_once()
        else:
            with business_lock("make live"):
                if not options.live:
                    make_dataset()
                generator = options.live_options if options.live else None
                serve(LiveOptions(options.every, options.windows, generator))
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped: all that landed and was built is complete, run again", file=sys.stderr)
        return _INTERRUPTED
    return 0


def _seconds(text: str) -> timedelta:
    try:
        interval = timedelta(seconds=float(text))
    except (ValueError, OverflowError):
        interval = timedelta(0)
    if not timedelta(seconds=1) <= interval <= timedelta(days=1):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds from 1 to 86400")
    return interval


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of windows from 1")
    return int(text)


def _raise_keyboard_interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
