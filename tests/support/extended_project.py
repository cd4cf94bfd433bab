"""The project as an analyst extends it: a copy of it, and models that are added."""

import shutil
from pathlib import Path

from tests.support.business import PROJECT

PARTS = (
    "models",
    "macros",
    "seeds",
    "common",
    # What profiles.yml names.
    "flows/__init__.py",
    "flows/dbt",
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
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, copy)
        self.extra = folder / "models" / "extra"
        self.extra.mkdir()

    def write(self, name: str, text: str) -> None:
        """Add a file to the models of its own."""
        (self.extra / name).write_text(text)

    def arguments(self) -> list[str]:
        """Return the options by which dbt works on this project."""
        folders = {"--project-dir": self.folder, "--profiles-dir": PROJECT}
        # A target folder of its own, so that only what was added is parsed again.
        folders["--target-path"] = self.folder / "target"
        return [word for option, folder in folders.items() for word in (option, str(folder))]
