"""What somebody may have meant by a word that nobody knows."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_NEAR_ENOUGH = 0.6


def did_you_mean(word: str, known: Iterable[str], otherwise: str | None = None) -> str:
    """Return a remark for the end of a complaint, in brackets behind a blank.

    Parameters
    ----------
    word
        What was written.
    known
        What it may have been meant to be.
    otherwise
        What to say where none of ``known`` is near; without it all of them are named.
    """
    words = list(known)
    near = difflib.get_close_matches(word, words, 1, _NEAR_ENOUGH)
    if near:
        return f" (did you mean {near[0]}?)"
    return f" ({otherwise or 'known are ' + ', '.join(words)})"
