"""Python models, imported as dbt does: each from its file."""

import importlib.util
import sys
from types import ModuleType

from tests.support.business import PROJECT


def load_model(path: str) -> ModuleType:
    """Import a Python model; ``path`` is below ``models/``."""
    file = PROJECT / "models" / path
    specification = importlib.util.spec_from_file_location(file.stem, file)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    # Dataclasses look up the module that they are defined in.
    sys.modules.setdefault(file.stem, module)
    specification.loader.exec_module(module)
    return module
