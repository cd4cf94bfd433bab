"""Problems of files that people edit: the first one stops whoever reads, or all are collected."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from common.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class SeveralProblemsError(UserError):
    """Several problems of one file, in one sentence and each by itself.

    Parameters
    ----------
    file
        The file.
    problems
        What is wrong with it, without the file and without a full stop.
    """

    def __init__(self, file: object, problems: Sequence[str]) -> None:
        super().__init__(f"{file}: {'; '.join(problems)}.")
        self.each = tuple(UserError(f"{file}: {problem}.") for problem in problems)


class Problems:
    """Is told of every problem, and stops at the first unless it collects them.

    Parameters
    ----------
    collect
        Whether reading goes on, as far as it can.
    """

    def __init__(self, *, collect: bool = False) -> None:
        self._collect = collect
        self.found: list[UserError] = []

    def add(self, error: UserError, cause: Exception | None = None) -> None:
        """Raise a problem, or remember it.

        Raises
        ------
        UserError
            The problem, unless problems are collected.
        """
        if not self._collect:
            raise error from cause
        self.found += error.each if isinstance(error, SeveralProblemsError) else (error,)

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Add the `UserError` that the block ends with, if it does: a part that cannot go on."""
        try:
            yield
        except UserError as error:
            if not self._collect:
                raise
            self.add(error)
