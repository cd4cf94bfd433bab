"""A plugin of dbt-duckdb: DuckDB reads a landing in an object store, without an extension.

``profiles.yml`` names it, so that plain ``dbt build`` has it too. It does nothing where no landing
is in an object store.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.flags import get_flags

from common.storage.object_files import read_objects_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

# As named_landing_path() in macros/engine/landed_files.sql reads them.
_VARIABLES = ("CASPERS_LANDING", "CASPERS_DECISIONS", "CASPERS_AGENT_RESPONSES")


class Plugin(BasePlugin):
    """What dbt-duckdb asks when it opens its database."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Let DuckDB read what is in an object store.

        Raises
        ------
        common.errors.UserError
            If the packages for that are missing.
        """
        if any("://" in place for place in _named_places()):
            read_objects_with(conn)


def _named_places() -> Iterator[str]:
    yield from (os.environ.get(name, "") for name in _VARIABLES)
    variables = getattr(get_flags(), "VARS", None) or {}  # type: ignore[no-untyped-call]
    yield from (str(value) for name, value in variables.items() if name.endswith("_path"))
