"""The messages of the replay: what a run did, and how far virtual time has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.landing.window import NOTHING_LANDED, Case, emitted_time, format_position

if TYPE_CHECKING:
    from pathlib import Path

    from common.landing.settings import Settings
    from flows.replay.commands import Report, Status


def format_report(report: Report) -> list[str]:
    """Return what a run did, in sentences."""
    return [*report.notices, _format_case(report)]


def _format_case(report: Report) -> str:
    settings = report.settings
    moment = f"{format_position(report.position)}, emitted as {_emitted(settings, report.position)}"
    match report.case:
        case Case.PAUSED:
            return f"Paused at {moment}: nothing landed. `resume` lets virtual time continue."
        case Case.CLOCK_WENT_BACKWARDS:
            return (
                "The clock went backwards: it is behind what has landed, so nothing landed. "
                f"Virtual time would be at {moment}."
            )
        case Case.NOTHING_NEW:
            return f"Nothing new to land at {moment}."
        case Case.FIRST_RUN | Case.NEXT_WINDOW:
            assert report.window is not None  # noqa: S101  # these two cases have one
            assert report.file is not None  # noqa: S101
            return (
                f"Landed {report.events:,} events ({report.case}), "
                f"{format_position(report.window.first)} to {format_position(report.window.last)}, "
                f"emitted as {_emitted(settings, report.window.last)}, in {report.seconds:.1f} s: "
                f"{report.file.name}"
            )


def _emitted(settings: Settings, position: int) -> str:
    moment = emitted_time(position, settings.profile.epoch, settings.shift_days)
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def format_status(state: Status, landing: Path) -> list[str]:
    """Return how far a replay has come and what comes next, in sentences."""
    settings, decision = state.settings, state.decision
    latest = settings.segments[-1]
    if not state.started:
        head = f"Nothing has landed in {landing} yet."
    elif state.watermark == NOTHING_LANDED:
        head = f"The replay into {landing} has begun, but no window has landed yet."
    else:
        cycle = state.watermark // settings.profile.length
        head = (
            f"Landed up to {format_position(state.watermark)} (cycle {cycle}), "
            f"emitted as {_emitted(settings, state.watermark)}, "
            f"in {state.windows} windows in {landing}."
        )
    lag = max(0, decision.position - max(0, state.watermark))
    clock = (
        f"Virtual time is at {format_position(decision.position)}, "
        f"{format_position(lag).removeprefix('day ').replace(' ', ' days ')} ahead of that; "
        f"speed {latest.speed:g}{', paused' if latest.paused else ''}; "
        f"day {settings.start_day} is {_emitted(settings, settings.segments[0].position)[:10]}."
    )
    if state.waiting is None:
        following = "A live generator makes what lands: `python -m generator live`."
    elif decision.window is not None and state.waiting:
        following = (
            f"The next run lands {state.waiting:,} events ({decision.case}), "
            f"{format_position(decision.window.first)} to {format_position(decision.window.last)}."
        )
    else:
        case = Case.NOTHING_NEW if decision.window is not None else decision.case
        following = f"The next run would land nothing ({case})."
    return [*state.notices, head, clock, following]
