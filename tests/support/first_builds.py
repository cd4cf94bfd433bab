"""Warehouses that a first build made, for businesses in which the same files have landed."""

import hashlib
import shutil
from pathlib import Path

# A test and those beside it land the same files; older warehouses would only take space.
_KEPT = 12


class FirstBuilds:
    """What first builds made, by the files that had landed.

    A first build of the same files makes the same tables, so the next business with these files
    copies them. It is not for tests of what is read, for the place of the landing is no part of it.

    Parameters
    ----------
    folder
        Where the warehouses are kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._by_files: dict[str, Path] = {}

    def find(self, landing: Path) -> Path | None:
        """Return the warehouse that was built of exactly these files, if one was."""
        return self._by_files.get(_digest(landing))

    def keep(self, landing: Path, warehouse: Path) -> None:
        """Keep a copy of a warehouse that was built of nothing but these files."""
        self.folder.mkdir(exist_ok=True)
        digest = _digest(landing)
        self._by_files[digest] = Path(shutil.copy(warehouse, self.folder / digest))
        if len(self._by_files) > _KEPT:
            self._by_files.pop(next(iter(self._by_files))).unlink()


def _digest(landing: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(path for path in landing.rglob("*") if path.is_file()):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"{file.relative_to(landing)}\0{content}\0".encode())
    return digest.hexdigest()
