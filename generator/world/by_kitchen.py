"""Settings that differ by kitchen: an object by ``location_code``, and ``default`` for others."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT = "default"


def check_default(values: Mapping[str, object], key: str, *, needed: int | None = None) -> None:
    """Refuse an object that does not say what counts for those that it does not name.

    Parameters
    ----------
    values
        The object.
    key
        Where it stands, for errors.
    needed
        With so many names there are no others.

    Raises
    ------
    ValueError
        If it has no ``default``.
    """
    if DEFAULT not in values and len(values) != needed:
        raise ValueError(f"{key}.{DEFAULT}: missing; write what counts for all others")
