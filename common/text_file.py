"""A text file that a person wrote."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from common.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TextIO


@contextmanager
def open_text(file: Path, *, if_missing: str, newline: str | None = None) -> Iterator[TextIO]:
    """Open a text file; whatever is wrong with it becomes an error of one sentence.

    Parameters
    ----------
    file
        UTF-8, with or without a byte order mark.
    if_missing
        What to do if there is no such file.
    newline
        As for ``open``; ``""`` if the reader handles line ends itself, as for CSV.

    Yields
    ------
    The open file. Errors while reading it are reported like errors while opening it.

    Raises
    ------
    UserError
        If the file is missing, not UTF-8 or not readable.
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
