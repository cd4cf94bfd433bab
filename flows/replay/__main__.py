"""The replay on the command line, without Prefect: ``python -m flows.replay --help``."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from rich.console import Console

from flows.replay import commands
from flows.replay.window import NOTHING_LANDED, Case, Window, emitted_time, spoken
from generator.errors import UserError
from generator.places import canonical_directory, landing_directory

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flows.replay.commands import Report, Status, Wishes
    from flows.replay.settings import Settings

T = TypeVar("T")

_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        for line in _obey(options):
            print(line)  # the command's answer
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped: nothing of the window is visible, run again", file=sys.stderr)
        return _INTERRUPTED
    return 0


def wishes_from_environment(start_day: int | None = None, speed: float | None = None) -> Wishes:
    """Return what options, or else ``START_DAY`` and ``SPEED_MULTIPLIER``, ask for.

    Raises
    ------
    UserError
        If a variable is no number, or a value is out of range.
    """
    if start_day is None:
        start_day = _from_environment("START_DAY", int, "a whole number of days")
    if speed is None:
        speed = _from_environment("SPEED_MULTIPLIER", float, "a number")
    return commands.checked_wishes(start_day, speed)


def told(report: Report) -> list[str]:
    """Return what a run did, in sentences."""
    return [*report.notices, _did(report)]


def _did(report: Report) -> str:
    settings = report.settings
    stands = f"{spoken(report.position)}, emitted as {_emitted(settings, report.position)}"
    match report.case:
        case Case.PAUSED:
            return f"Paused at {stands}: nothing landed. `resume` lets virtual time go on."
        case Case.CLOCK_WENT_BACKWARDS:
            return (
                "The clock went backwards: it is behind what has landed, so nothing landed. "
                f"Virtual time would stand at {stands}."
            )
        case Case.NOTHING_NEW:
            return f"Nothing new to land at {stands}."
        case Case.FIRST_RUN | Case.NEXT_WINDOW:
            assert report.window is not None  # noqa: S101  # these two cases have one
            assert report.file is not None  # noqa: S101
            return (
                f"Landed {report.events:,} events ({report.case}), "
                f"{spoken(report.window.first)} to {stands}, in {report.seconds:.1f} s: "
                f"{report.file.name}"
            )


def _emitted(settings: Settings, position: int) -> str:
    moment = emitted_time(position, settings.facts.epoch, settings.shift_days)
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _standing(state: Status, landing: Path) -> list[str]:
    settings, decision = state.settings, state.decision
    latest = settings.segments[-1]
    if not state.started:
        head = f"Nothing has landed in {landing} yet."
    elif state.watermark == NOTHING_LANDED:
        head = f"The replay into {landing} has begun, but no window has landed yet."
    else:
        cycle = state.watermark // settings.facts.length
        head = (
            f"Landed up to {spoken(state.watermark)} (cycle {cycle}), "
            f"emitted as {_emitted(settings, state.watermark)}, "
            f"in {state.windows} windows in {landing}."
        )
    lag = max(0, decision.position - max(0, state.watermark))
    standing = (
        f"Virtual time stands at {spoken(decision.position)}, "
        f"{spoken(lag).removeprefix('day ').replace(' ', ' days ')} ahead of that; "
        f"speed {latest.speed:g}{', paused' if latest.paused else ''}; "
        f"day {settings.start_day} is {_emitted(settings, settings.segments[0].position)[:10]}."
    )
    if decision.window is not None and state.waiting:
        following = (
            f"The next run lands {state.waiting:,} events ({decision.case}), "
            f"{spoken(decision.window.first)} to {spoken(decision.window.last)}."
        )
    else:
        case = Case.NOTHING_NEW if decision.window is not None else decision.case
        following = f"The next run would land nothing ({case})."
    return [head, standing, following]


def _obey(options: argparse.Namespace) -> list[str]:
    canonical, landing = options.canonical.resolve(), options.landing.resolve()
    now = options.now or commands.utc_now()
    match options.command:
        case "run":
            wishes = wishes_from_environment(options.start_day, options.speed)
            return _run(canonical, landing, now, wishes)
        case "status":
            wishes = wishes_from_environment(options.start_day, options.speed)
            return _standing(commands.status(canonical, landing, now, wishes), landing)
        case "pause":
            return [commands.pause(landing, now)]
        case "resume":
            return [commands.resume(landing, now)]
        case "speed":
            return [commands.change_speed(landing, now, options.multiplier)]
        case _:
            return [_reset(landing, agreed=options.yes)]


def _run(canonical: Path, landing: Path, now: datetime, wishes: Wishes) -> list[str]:
    console = Console(stderr=True)
    with console.status("Landing the next window …") as spinner:

        def show(window: Window, position: int) -> None:
            spinner.update(f"Landing {spoken(position)} to {spoken(window.last)} …")

        return told(commands.run(canonical, landing, now, wishes, show))


def _reset(landing: Path, *, agreed: bool) -> str:
    if not agreed:
        question = f"Remove every landed window and the settings in {landing}? [y/N] "
        try:
            agreed = input(question).strip().lower() in {"y", "yes"}
        except EOFError:
            agreed = False
    if not agreed:
        raise UserError("Nothing was removed; `reset --yes` does not ask.")
    return commands.reset(landing)


def _from_environment(name: str, read: Callable[[str], T], what: str) -> T | None:
    text = os.environ.get(name, "").strip()
    if not text:
        return None
    try:
        return read(text)
    except ValueError:
        raise UserError(f"{name}={text!r} in the environment is not {what}.") from None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--canonical",
        type=Path,
        default=canonical_directory(),
        metavar="DIR",
        help="canonical dataset (default: %(default)s)",
    )
    shared.add_argument(
        "--landing",
        type=Path,
        default=landing_directory(),
        metavar="DIR",
        help="where windows land (default: %(default)s)",
    )
    shared.add_argument(
        "--now",
        type=_moment,
        metavar="ISO",
        help="the time to take for now, UTC unless it has an offset; makes a run repeatable",
    )
    first = argparse.ArgumentParser(add_help=False)
    first.add_argument(
        "--start-day",
        type=int,
        metavar="N",
        help="day of virtual time on which the first run stands (default: "
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
    added.add_parser("run", parents=[shared, first], help="land the next window")
    added.add_parser("status", parents=[shared, first], help="say where the replay stands")
    added.add_parser("pause", parents=[shared], help="let virtual time stand still")
    added.add_parser("resume", parents=[shared], help="let virtual time go on")
    speed = added.add_parser("speed", parents=[shared], help="change the speed from now on")
    speed.add_argument(
        "multiplier", type=float, metavar="X", help="virtual seconds per real second"
    )
    reset = added.add_parser("reset", parents=[shared], help="remove what this replay has landed")
    reset.add_argument("--yes", action="store_true", help="do not ask")
    return parser


if __name__ == "__main__":
    sys.exit(main())
