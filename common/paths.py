"""Where generated things live (docs/contract.md, section 11)."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent

# An installed wheel has no project around it: it contains the seeds, and works where it is run.
_IS_CHECKOUT = (PROJECT / "dbt_project.yml").is_file()
SEEDS = PROJECT / "seeds" if _IS_CHECKOUT else PROJECT / "generator" / "seeds"


def data_directory() -> Path:
    """Return the folder of everything generated: ``CASPERS_DATA``, or ``data/`` in the project.

    Without a project around it, as in an installed wheel, it is ``data/`` in the current folder.
    """
    default = (PROJECT if _IS_CHECKOUT else Path.cwd()) / "data"
    return Path(os.environ.get("CASPERS_DATA") or default).resolve()


def canonical_directory() -> Path:
    """Return the folder of the canonical dataset."""
    return data_directory() / "canonical"


def landing_directory() -> Path:
    """Return the folder in which landed events become visible."""
    return data_directory() / "landing" / "events"


def roads_directory() -> Path:
    """Return the folder of cached street networks."""
    return data_directory() / "roads"


def warehouse_file() -> Path:
    """Return the DuckDB file that dbt writes."""
    return data_directory() / "caspers.duckdb"
