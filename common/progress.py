"""Progress of a long step on stderr: a bar on a terminal, otherwise an occasional line."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_DAYS_PER_LINE = 10
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

    # Imported here: a run without a terminal, the usual one inside a flow, does not pay for it.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as bars:
        tasks = {kind: bars.add_task(_LABELS[kind], total=total) for kind, total in totals.items()}
        yield lambda kind, done: bars.update(tasks[kind], completed=done)


def _print_progress(kind: str, done: int, total: int) -> None:
    if kind == "days" and (done % _DAYS_PER_LINE == 0 or done == total):
        print(f"{done} of {total} days", file=sys.stderr, flush=True)
