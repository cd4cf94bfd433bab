"""Suggestions for a word that is not known."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_MIN_SIMILARITY = 0.6


def did_you_mean(word: str, known: Iterable[str], otherwise: str | None = None) -> str:
    """Return a suggestion for the end of an error message, in brackets after a space.

    Parameters
    ----------
    word
        The unknown word.
    known
        The words that are known.
    otherwise
        What to say if none of ``known`` is similar; by default all of them are listed.
    """
    words = list(known)
    similar = difflib.get_close_matches(word, words, 1, _MIN_SIMILARITY)
    if similar:
        return f" (did you mean {similar[0]}?)"
    return f" ({otherwise or 'known are ' + ', '.join(words)})"
