"""Where generated things live (docs/contract.md, section 11)."""

import os
from pathlib import Path

from common.errors import UserError

PROJECT = Path(__file__).resolve().parent.parent

# An installed wheel has no project around it: it contains the seeds, and works where it is run.
_IS_CHECKOUT = (PROJECT / "dbt_project.yml").is_file()
SEEDS = PROJECT / "seeds" if _IS_CHECKOUT else PROJECT / "generator" / "seeds"


def world_directory(named: str, option: str) -> Path:
    """Return the folder of another business: one inside the project, such as ``worlds/london``.

    dbt writes over seeds that it loads from outside. Without a project around it, as in an
    installed wheel, it is any folder.

    Parameters
    ----------
    named
        The path, from the project.
    option
        Where it was named, for errors.

    Raises
    ------
    UserError
        If it leaves the project.
    """
    if not _IS_CHECKOUT:
        return Path.cwd() / named
    if Path(named).is_absolute() or ".." in named:  # the words of dbt_project.yml
        raise UserError(
            f"{option}: {named} has to be the path of a folder inside the project, from there, "
            f"such as worlds/london; move that folder, or a link to it, into {PROJECT}."
        )
    return PROJECT / named


def seeds_directory() -> Path:
    """Return the folder of the business: the world that ``CASPERS_WORLD`` names, or the seeds.

    A world in an object store is copied to where ``dbt_project.yml`` looks for it, inside the
    project; each call makes the copy equal to it.

    Raises
    ------
    UserError
        If ``CASPERS_WORLD`` names no folder inside the project and none that can be fetched.
    """
    named = os.environ.get("CASPERS_WORLD")
    if not named:
        return SEEDS
    if "://" in named:
        return _fetched_world(named)
    world = world_directory(named, "CASPERS_WORLD")
    if not world.is_dir():
        raise UserError(
            f"CASPERS_WORLD={named} in the environment: there is no folder {world}; name the "
            "folder of a business, make one with `python -m generator world new`, or unset it."
        )
    return world


def _fetched_world(named: str) -> Path:
    # Loaded for those who need it: every module knows this one.
    from common.storage import place  # noqa: PLC0415
    from common.storage.fetched import fetched  # noqa: PLC0415

    world = place(named)
    scheme, *folders = world.parts
    home = PROJECT if _IS_CHECKOUT else Path.cwd()
    return fetched(world, home.joinpath("data", "worlds", scheme.rstrip(":"), *folders))


def data_directory() -> Path:
    """Return the folder of everything generated: ``CASPERS_DATA``, or ``data/`` in the project.

    Without a project around it, as in an installed wheel, it is ``data/`` in the current folder.

    Raises
    ------
    UserError
        If it is an address.
    """
    if "://" in os.environ.get("CASPERS_DATA", ""):
        raise UserError(
            "CASPERS_DATA in the environment has to be a folder of this machine; dataset and "
            "landing can be in an object store, with --out, --canonical and --landing."
        )
    default = (PROJECT if _IS_CHECKOUT else Path.cwd()) / "data"
    return Path(os.environ.get("CASPERS_DATA") or default).resolve()


def canonical_directory() -> Path:
    """Return the folder of the canonical dataset."""
    return data_directory() / "canonical"


def landing_directory() -> Path:
    """Return the folder in which landed events become visible."""
    return data_directory() / "landing" / "events"


def agent_responses_directory() -> Path:
    """Return the folder in which answers of language models land."""
    return data_directory() / "landing" / "agent_responses"


def decisions_directory() -> Path:
    """Return the folder in which decisions about refunds land."""
    return data_directory() / "landing" / "decisions"


def runs_directory() -> Path:
    """Return the folder in which each window leaves a record of what it did."""
    return data_directory() / "runs"


def roads_directory() -> Path:
    """Return the folder of cached street networks."""
    return data_directory() / "roads"


def picture_file() -> Path:
    """Return the picture of the business that `python -m reports.picture` draws."""
    return data_directory() / "casper.png"


def report_file() -> Path:
    """Return the page of the business that `python -m reports.page` writes."""
    return data_directory() / "report.html"


def warehouse_file() -> Path:
    """Return the DuckDB file that dbt writes."""
    return data_directory() / "caspers.duckdb"


def published_directory() -> Path:
    """Return the link to the latest tables that readers get."""
    return data_directory() / "published"


def published_file() -> Path:
    """Return the DuckDB file that readers open."""
    return published_directory() / "caspers.duckdb"
