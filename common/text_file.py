"""A file that a person wrote, opened as text."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from common.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TextIO


@contextmanager
def opened_text(file: Path, *, if_missing: str, newline: str | None = None) -> Iterator[TextIO]:
    """Offer the text of a file, and say in one sentence why where it has none.

    Parameters
    ----------
    file
        UTF-8, with or without the mark that some editors put first.
    if_missing
        What to do where there is no such file.
    newline
        As for ``open``; ``""`` where line ends are left to the reader, as for CSV.

    Yields
    ------
    The open file; what goes wrong while it is read is reported like what goes wrong on opening.

    Raises
    ------
    UserError
        The file is missing, not UTF-8 or not readable.
    """
    try:
        with file.open(encoding="utf-8-sig", newline=newline) as text:
            yield text
    except FileNotFoundError as error:
        raise UserError(f"{file} is missing; {if_missing}.") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{file} is not UTF-8 text; save it again as UTF-8.") from error
    except OSError as error:
        raise UserError(
            f"{file} cannot be read ({error.strerror}); make it a readable file."
        ) from error
