"""Progress of a long step on stderr: in place on a terminal, otherwise an occasional line."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_DAYS_PER_LINE = 10
_SECONDS_BETWEEN_LINES = 5.0
_LABELS = {"roads": "Street networks", "days": "Days"}


@contextmanager
def show_progress(totals: Mapping[str, int]) -> Iterator[Callable[[str, int], None]]:
    """Show the steps of a dataset as they are completed.

    Parameters
    ----------
    totals
        How many steps of each kind there will be: ``roads`` (kitchens) and ``days``.

    Yields
    ------
    A function to call with a kind and how many of that kind are done.
    """
    if not sys.stderr.isatty():
        yield lambda kind, done: _print_progress(kind, done, totals[kind])
        return

    # Imported here: runs without a terminal, as most flows are, do not pay for the import.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as bars:
        tasks = {kind: bars.add_task(_LABELS[kind], total=total) for kind, total in totals.items()}
        yield lambda kind, done: bars.update(tasks[kind], completed=done)


@contextmanager
def show_status(what: str, *, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """Show what a step of unknown length is doing.

    Parameters
    ----------
    what
        The step; shown until there is something more exact to say.
    quiet
        Whether to say nothing without a terminal, unless the step takes seconds.

    Yields
    ------
    A function to call with the text to show from now on, as often as it changes.
    """
    if not sys.stderr.isatty():
        if not quiet:
            _print_line(f"{what} …")
        yield _throttled(_print_line)
        return

    from rich.console import Console  # noqa: PLC0415  # as above

    with Console(stderr=True).status(f"{what} …") as status:
        yield lambda text: status.update(f"{text} …")


def _throttled(show: Callable[[str], None]) -> Callable[[str], None]:
    last_shown = time.monotonic()

    def show_sometimes(text: str) -> None:
        nonlocal last_shown
        if time.monotonic() - last_shown >= _SECONDS_BETWEEN_LINES:
            last_shown = time.monotonic()
            show(text)

    return show_sometimes


def _print_line(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _print_progress(kind: str, done: int, total: int) -> None:
    if kind == "days" and (done % _DAYS_PER_LINE == 0 or done == total):
        _print_line(f"{done} of {total} days")
