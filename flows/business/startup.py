"""What both commands start before the first window: Prefect's server, and dbt."""

from __future__ import annotations

import atexit
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flows.business.display import PlainDisplay
from flows.dbt.warm import warm_dbt
from flows.server import prepare_environment, silence_prefect_console, start_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.dbt.warm import WarmDbt
    from flows.server import PrefectServer


@contextmanager
def started() -> Iterator[tuple[PrefectServer, WarmDbt]]:
    """Have Prefect imported, its server answering, and dbt about to be ready.

    All three take seconds, and do so side by side. The server ends with the interpreter.

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
    with warm_dbt() as dbt:
        import flows.business.flow  # noqa: F401, PLC0415  (imports Prefect, in the environment above)

        with PlainDisplay().step("Starting the Prefect server"):
            server.wait_until_healthy()
        yield server, dbt
