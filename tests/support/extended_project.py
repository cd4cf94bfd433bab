"""The project as an analyst extends it: a copy of it, and models that are added."""

import shutil
from pathlib import Path

from tests.support.business import PROJECT

PARTS = (
    "models",
    "macros",
    "seeds",
    "common/reference",
    "tests/dbt",
    "profiles.yml",
    "dbt_project.yml",
)


class ExtendedProject:
    """A copy of the dbt project, with models of its own in ``models/extra``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for part in PARTS:
            source, copy = PROJECT / part, folder / part
            if source.is_dir():
                shutil.copytree(source, copy)
            elif source.exists():
                shutil.copy(source, copy)
        self.extra = folder / "models" / "extra"
        self.extra.mkdir()

    def write(self, name: str, text: str) -> None:
        """Add a file to the models of its own."""
        (self.extra / name).write_text(text)

    def arguments(self) -> list[str]:
        """Return the options by which dbt works on this project."""
        return ["--project-dir", str(self.folder), "--profiles-dir", str(PROJECT)]
