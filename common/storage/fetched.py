"""A folder of an object store as a folder of this machine, for what reads folders only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from filelock import FileLock

from common.errors import UserError
from common.storage import object_store
from common.storage.local import LocalStorage
from common.storage.object_path import ObjectPath

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_LISTED_FILE = ".objects.json"
_WAIT_SECONDS = 120


def fetched(folder: Path, copy: Path) -> Path:
    """Return a folder of this machine with the files of ``folder``.

    That is ``folder`` itself, or, if it is in an object store, a copy. Each call lists it; what was
    fetched before is fetched again if anything in it has changed, and then replaced as a whole.

    Parameters
    ----------
    folder
        What is wanted.
    copy
        Where the copy of a folder in an object store is kept. What else is there is lost.

    Raises
    ------
    UserError
        If the folder is empty, or the object store cannot be read.
    """
    if not isinstance(folder, ObjectPath):
        return folder
    listed = {
        name: [found.size, found.tag]
        for name, found in object_store.under(folder.bucket, folder.key).items()
    }
    if not listed:
        raise UserError(f"There is nothing in {folder}: name a folder that has files.")
    if _is_copy(copy, listed):
        return copy
    copy.parent.mkdir(parents=True, exist_ok=True)
    # Two commands may begin at once; the second finds what the first has fetched.
    with FileLock(copy.parent / f".{copy.name}.lock", timeout=_WAIT_SECONDS):
        if not _is_copy(copy, listed):
            _fetch(folder, listed, copy)
    return copy


def _fetch(folder: ObjectPath, listed: Mapping[str, list[object]], copy: Path) -> None:
    with LocalStorage().replacement(copy, None) as unfinished:
        for name in listed:
            file = unfinished / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes((folder / name).read_bytes())
        (unfinished / _LISTED_FILE).write_text(json.dumps(listed), encoding="utf-8")


def _is_copy(copy: Path, listed: Mapping[str, list[object]]) -> bool:
    try:
        known = json.loads((copy / _LISTED_FILE).read_bytes())
        sizes = {name: (copy / name).stat().st_size for name in listed}
    except (OSError, ValueError):
        return False
    return bool(known == listed and sizes == {name: size for name, (size, _) in listed.items()})
