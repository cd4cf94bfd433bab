"""What a person at the terminal sees of the business: lines, and a table that stays up to date."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from common.progress import show_status
from flows.summary import as_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from typing import Self

    from rich.console import RenderableType

    from flows.summary import Kitchen

_REFRESHES_PER_SECOND = 2


class PlainDisplay:
    """Prints lines; the progress of a step goes to standard error.

    Parameters
    ----------
    quiet
        Whether to show only steps that take long.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet

    def __enter__(self) -> Self:
        """Begin to display."""
        return self

    def __exit__(self, *_: object) -> None:
        """End; there is nothing to clean up."""

    def step(self, what: str) -> AbstractContextManager[Callable[[str], None]]:
        """Show a step as `common.progress.show_status` does."""
        return show_status(what, quiet=self._quiet)

    def print(self, lines: Sequence[str]) -> None:
        """Print lines."""
        for line in lines:
            print(line, flush=True)

    def print_error(self, line: str) -> None:
        """Print a line on standard error."""
        print(line, file=sys.stderr, flush=True)

    def show_kitchens(self, kitchens: Sequence[Kitchen], following: datetime | None) -> None:
        """Do nothing: a table every three minutes would bury the lines."""


class LiveDisplay(PlainDisplay):
    """Keeps a table of the kitchens at the bottom of a terminal, below the lines.

    Parameters
    ----------
    console
        The terminal.
    """

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._kitchens: RenderableType = Text("The first window is on its way.")
        self._step = ""
        self._following: datetime | None = None
        self._live = Live(
            console=console,
            get_renderable=self._render,
            refresh_per_second=_REFRESHES_PER_SECOND,
            # What others print to standard error would tear the table apart.
            redirect_stdout=True,
            redirect_stderr=True,
        )

    def __enter__(self) -> Self:
        """Begin to display."""
        self._live.start(refresh=True)
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the last table on the terminal."""
        with self._lock:
            self._step, self._following = "", None
        self._live.stop()

    @contextmanager
    def step(self, what: str) -> Iterator[Callable[[str], None]]:
        """Show a step below the table."""
        self._show(what)
        try:
            yield self._show
        finally:
            self._show("")

    def print(self, lines: Sequence[str]) -> None:
        """Print lines above the table."""
        for line in lines:
            self._live.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def print_error(self, line: str) -> None:
        """Print a line above the table, in red."""
        self._live.console.print(line, style="red", markup=False, highlight=False, soft_wrap=True)

    def show_kitchens(self, kitchens: Sequence[Kitchen], following: datetime | None) -> None:
        """Show the table, and count down to the next window."""
        with self._lock:
            if kitchens:
                self._kitchens = as_table(kitchens)
            self._following = following

    def _show(self, what: str) -> None:
        with self._lock:
            self._step = what

    def _render(self) -> RenderableType:
        with self._lock:
            return Group("", self._kitchens, Text(self._status(), style="dim"))

    def _status(self) -> str:
        if self._step:
            return f"{self._step} …"
        if self._following is None:
            return ""
        left = (self._following - datetime.now(self._following.tzinfo)).total_seconds()
        return f"Next window in {max(0, round(left))} s - Ctrl-C stops the business."


def make_display() -> PlainDisplay:
    """Return a display with a table where standard output is a terminal."""
    console = Console()
    return LiveDisplay(console) if console.is_terminal else PlainDisplay(quiet=True)
