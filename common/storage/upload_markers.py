"""Notes beside files that are being uploaded: what lies beside its note is not there yet.

A volume has no rename, so a file has its final name from its first byte on. That it can be told
from a whole one after a kill, a note says first what it is going to be::

    _<name>.upload     {"sha256": ..., "text": ...}

The note goes when the file is whole. It begins with an underscore, so readers of a folder pass it
over; a reader who must not see half a file passes over ``<name>`` too while the note is there.
A note is small and may itself be cut by a kill: then the file was not touched yet, because it is
begun only when its note is complete.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_PREFIX = "_"
_SUFFIX = ".upload"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class UploadMarker:
    """What a file is going to be.

    Attributes
    ----------
    sha256
        Of its bytes, in hexadecimal digits.
    text
        All of it, where it is small and replaces another that must not be lost; else ``None``.
    """

    sha256: str
    text: str | None


def marker_name(name: str) -> str:
    """Return the name of the note beside a file."""
    return f"{_PREFIX}{name}{_SUFFIX}"


def marked_name(name: str) -> str | None:
    """Return the name of the file that a note is about, or ``None`` if it is no note."""
    if name.startswith(_PREFIX) and name.endswith(_SUFFIX):
        return name[len(_PREFIX) : -len(_SUFFIX)] or None
    return None


def marker_of_file(file: Path) -> UploadMarker:
    """Return the note for a file that is copied; the original stays at hand until it is there."""
    return UploadMarker(digest(file), None)


def marker_of_text(text: str) -> UploadMarker:
    """Return the note for a text, with all of it: whoever comes after a kill can write it."""
    return UploadMarker(hashlib.sha256(text.encode()).hexdigest(), text)


def written(marker: UploadMarker) -> bytes:
    """Return a note as it is written."""
    return json.dumps({"sha256": marker.sha256, "text": marker.text}).encode()


def parse_marker(content: bytes) -> UploadMarker | None:
    """Return a note that was read, or ``None`` if its writing was cut short."""
    try:
        fields = json.loads(content)
        marker = UploadMarker(fields["sha256"], fields["text"])
    except (ValueError, KeyError, TypeError):
        return None
    whole = marker.text is None or marker_of_text(marker.text) == marker
    return marker if whole else None


def digest(file: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits; memory holds one piece of it."""
    hashed = hashlib.sha256()
    with file.open("rb") as content:
        while piece := content.read(_CHUNK):
            hashed.update(piece)
    return hashed.hexdigest()
