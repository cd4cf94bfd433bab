"""Interrupts a build on DuckDB before one of its statements."""

import itertools
import os
import signal
from typing import Any, Literal, TypedDict


class Interruption(TypedDict):
    """Before which statement a build is interrupted, counted from 1, and how.

    ``kill`` ends its process, as a power cut would; ``error`` lets the statement fail, so that dbt
    goes on with what does not depend on it, and ``dbt retry`` has something to do.
    """

    statement: int
    by: Literal["kill", "error"]


def interrupt(interruption: Interruption) -> None:
    """Interrupt the dbt command that this process runs next."""
    from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper  # noqa: PLC0415

    execute = DuckDBCursorWrapper.execute
    numbers = itertools.count(1)

    def interrupted(cursor: Any, sql: str, bindings: Any = None) -> Any:  # noqa: ANN401
        if next(numbers) == interruption["statement"]:
            if interruption["by"] == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            raise RuntimeError("this statement fails, because a test wants it to")
        return execute(cursor, sql, bindings)

    DuckDBCursorWrapper.execute = interrupted
