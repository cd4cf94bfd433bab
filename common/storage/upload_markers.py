"""Upload markers: a file with its marker beside it is not complete yet.

A volume has no rename, so a file has its final name from its first byte on. To tell it from a
complete one after a kill, a marker is written first that says what the file is going to be::

    _<name>.upload     {"sha256": ..., "text": ...}

The marker is removed when the file is complete. Its name begins with an underscore, so readers of a
folder ignore it; a reader that must not see half a file ignores ``<name>`` too while the marker
exists. A marker may itself be cut short by a kill: then the file is untouched, because it is begun
only when its marker is complete.
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
    """What a file is going to contain.

    Attributes
    ----------
    sha256
        Of its bytes, in hexadecimal digits.
    text
        The whole content, if it is small and replaces a file that must not be lost; else ``None``.
    """

    sha256: str
    text: str | None


def marker_name(name: str) -> str:
    """Return the name of the marker of a file."""
    return f"{_PREFIX}{name}{_SUFFIX}"


def marked_name(name: str) -> str | None:
    """Return the name of the file that a marker belongs to, or ``None`` for another name."""
    if name.startswith(_PREFIX) and name.endswith(_SUFFIX):
        return name[len(_PREFIX) : -len(_SUFFIX)] or None
    return None


def marker_of_file(file: Path) -> UploadMarker:
    """Return the marker of a file that is copied; the original stays until it is complete."""
    return UploadMarker(digest(file), None)


def marker_of_text(text: str) -> UploadMarker:
    """Return the marker of a text, with all of it: after a kill the next run can write it."""
    return UploadMarker(hashlib.sha256(text.encode()).hexdigest(), text)


def marker_bytes(marker: UploadMarker) -> bytes:
    """Return the content of the marker's file."""
    return json.dumps({"sha256": marker.sha256, "text": marker.text}).encode()


def parse_marker(content: bytes) -> UploadMarker | None:
    """Return the marker in a file, or ``None`` if its writing was cut short."""
    try:
        fields = json.loads(content)
        marker = UploadMarker(fields["sha256"], fields["text"])
    except (ValueError, KeyError, TypeError):
        return None
    complete = marker.text is None or marker_of_text(marker.text) == marker
    return marker if complete else None


def digest(file: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits, read in chunks."""
    hashed = hashlib.sha256()
    with file.open("rb") as content:
        while piece := content.read(_CHUNK):
            hashed.update(piece)
    return hashed.hexdigest()
