"""The words of the business in sentences of the page."""

from __future__ import annotations

from dataclasses import asdict

from common.vocabulary import capitalized, vocabulary


def said(text: str) -> str:
    """Return a sentence with words of the business in the place of their names in braces.

    ``{kitchen}`` is the word in small letters, ``{Kitchen}`` begins with a capital one; the names
    are those of `Vocabulary`.
    """
    words = asdict(vocabulary())
    return text.format_map(words | {capitalized(name): capitalized(words[name]) for name in words})


def money_axis() -> str:
    """Return the expression by which Vega writes amounts of money along an axis."""
    sign = vocabulary().currency.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{sign}' + format(datum.value, ',.0f')"
