"""Postgres beside the business: started and stopped with it, equal to what it publishes."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from common.errors import BusyError, UserError
from common.postgres import URL_VARIABLE
from common.system_errors import to_user_error
from flows.decisions.export import export_decisions
from flows.postgres.server import start, stop
from flows.sync.mirror import synchronize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.postgres.server import Server
    from flows.sync.mirror import Synced


class BusinessPostgres:
    """The server that is mirrored into: the project's own, or the one of ``CASPERS_POSTGRES``."""

    def __init__(self) -> None:
        self._is_own = not os.environ.get(URL_VARIABLE)
        self._server: Server | None = None
        self._starting: threading.Thread | None = None

    def start(self) -> None:
        """Begin to start the project's own server, beside whatever else takes time to start."""
        if self._is_own:
            self._starting = threading.Thread(target=self._try_to_start, name="postgres")
            self._starting.start()

    def export_decisions(self) -> int:
        """Land what people have decided since the last time; return how many decisions.

        Raises
        ------
        UserError
            If that is not possible; the next time lands them.
        """
        self.wait_until_started()
        try:
            exported = export_decisions()
        except OSError as error:
            raise to_user_error(error, "land decisions") from error
        return exported.decisions if exported else 0

    def synchronize(self) -> Synced:
        """Mirror what is published. The project's own server is started again if it is gone.

        Raises
        ------
        UserError
            If that is not possible; the next time makes it equal.
        """
        self.wait_until_started()
        try:
            return synchronize()
        except BusyError:
            if not self._is_own:
                raise
            self._start()
            return synchronize()

    def stop(self) -> None:
        """Stop the server if it was started here."""
        self.wait_until_started()
        if self._server and self._server.was_started:
            stop(self._server.directory)

    def wait_until_started(self) -> None:
        """Wait until the server has been started, or could not be."""
        if self._starting:
            self._starting.join()
            self._starting = None

    def _try_to_start(self) -> None:
        # Why not is told by the first sync, which tries again.
        with suppress(UserError):
            self._start()

    def _start(self) -> None:
        self._server = start()


@contextmanager
def started_postgres() -> Iterator[BusinessPostgres]:
    """Have Postgres started in the background, and stop it afterwards if it was started here."""
    postgres = BusinessPostgres()
    postgres.start()
    try:
        yield postgres
    finally:
        postgres.stop()
