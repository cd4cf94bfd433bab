"""What both commands start before the first window: Prefect's server, dbt and Postgres."""

from __future__ import annotations

import atexit
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from flows.business.display import PlainDisplay
from flows.business.postgres import started_postgres
from flows.dbt.warm import warm_dbt
from flows.server import prepare_environment, silence_prefect_console, start_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.business.postgres import BusinessPostgres
    from flows.dbt.warm import WarmDbt
    from flows.server import PrefectServer


class Started(NamedTuple):
    """What was started."""

    server: PrefectServer
    dbt: WarmDbt
    postgres: BusinessPostgres


@contextmanager
def started() -> Iterator[Started]:
    """Have Prefect imported, its server answering, and dbt and Postgres about to be ready.

    All of them take seconds, and do so side by side. Prefect's server ends with the interpreter.

    Raises
    ------
    UserError
        If the server cannot be started, or does not answer.
    """
    prepare_environment()
    server = start_server()
    # Prefect sends what is left of its log when the interpreter ends, before this.
    atexit.register(server.stop)
    silence_prefect_console()
    with warm_dbt() as dbt, started_postgres() as postgres:
        import flows.business.flow  # noqa: F401, PLC0415  (imports Prefect, in the environment above)

        with PlainDisplay().step("Starting the Prefect server"):
            server.wait_until_healthy()
        yield Started(server, dbt, postgres)
