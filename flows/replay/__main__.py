"""The replay on the command line, without Prefect: ``python -m flows.replay --help``."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from rich.console import Console

from common.clock import utc_now
from common.confirmation import ask_to_confirm
from common.errors import UserError
from common.landing.window import Window, format_position
from common.paths import canonical_directory, landing_directory
from common.storage import place
from flows.replay import commands
from flows.replay.arguments import moment, number_of_days
from flows.replay.messages import format_report, format_status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from flows.replay.replay import ReplayOptions

_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    try:
        options = _parser().parse_args(arguments)
        for line in _run_command(options):
            print(line)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped: nothing of the window is visible, run again", file=sys.stderr)
        return _INTERRUPTED
    return 0


def _run_command(options: argparse.Namespace) -> list[str]:
    canonical, landing = options.canonical.resolve(), options.landing.resolve()
    now = options.now or utc_now()
    match options.command:
        case "run":
            replay_options = commands.options_from_environment(options.start_day, options.speed)
            return _land_next_window(canonical, landing, now, replay_options, options.most_days)
        case "status":
            replay_options = commands.options_from_environment(options.start_day, options.speed)
            return format_status(commands.status(canonical, landing, now, replay_options), landing)
        case "pause":
            return [commands.pause(landing, now)]
        case "resume":
            return [commands.resume(landing, now)]
        case "speed":
            return [commands.change_speed(landing, now, options.multiplier)]
        case _:
            return [_reset(landing, confirmed=options.yes)]


def _land_next_window(
    canonical: Path,
    landing: Path,
    now: datetime,
    replay_options: ReplayOptions,
    most_days: int | None,
) -> list[str]:
    console = Console(stderr=True)
    with console.status("Landing the next window …") as spinner:

        def show(window: Window, position: int) -> None:
            spinner.update(
                f"Landing {format_position(position)} to {format_position(window.last)} …"
            )

        report = commands.run(canonical, landing, now, replay_options, show, most_days=most_days)
        return format_report(report)


def _reset(landing: Path, *, confirmed: bool) -> str:
    question = f"Remove every landed window and the settings in {landing}?"
    if not confirmed and not ask_to_confirm(question):
        raise UserError("Nothing was removed; `reset --yes` skips the question.")
    return commands.reset(landing)


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--canonical",
        type=place,
        default=canonical_directory(),
        metavar="PLACE",
        help="canonical dataset (default: %(default)s)",
    )
    shared.add_argument(
        "--landing",
        type=place,
        default=landing_directory(),
        metavar="PLACE",
        help="where windows land (default: %(default)s)",
    )
    shared.add_argument(
        "--now",
        type=moment,
        metavar="ISO",
        help="the time to use as now, UTC unless it has an offset; makes a run repeatable",
    )
    first = argparse.ArgumentParser(add_help=False)
    first.add_argument(
        "--start-day",
        type=int,
        metavar="N",
        help="day of virtual time on which the first run begins (default: "
        "START_DAY, or 70); fixed by the first run",
    )
    first.add_argument(
        "--speed",
        type=float,
        metavar="X",
        help="virtual seconds per real second (default: SPEED_MULTIPLIER, or 60); "
        "fixed by the first run, changed by `speed X`",
    )
    parser = argparse.ArgumentParser(
        prog="python -m flows.replay",
        description="Land the canonical dataset window by window, as if it happened now.",
    )
    added = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    running = added.add_parser("run", parents=[shared, first], help="land the next window")
    running.add_argument(
        "--most-days",
        type=number_of_days,
        metavar="N",
        help="land N days of virtual time at most, where more are due; run again for the next",
    )
    added.add_parser("status", parents=[shared, first], help="show how far the replay has come")
    added.add_parser("pause", parents=[shared], help="pause virtual time")
    added.add_parser("resume", parents=[shared], help="let virtual time continue")
    speed = added.add_parser("speed", parents=[shared], help="change the speed from now on")
    speed.add_argument(
        "multiplier", type=float, metavar="X", help="virtual seconds per real second"
    )
    reset = added.add_parser("reset", parents=[shared], help="remove what this replay has landed")
    reset.add_argument("--yes", action="store_true", help="do not ask")
    return parser


if __name__ == "__main__":
    sys.exit(main())
