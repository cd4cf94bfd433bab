"""Connections to Postgres, as the role that may read and insert decisions."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from common.postgres import Role, connection_string

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection

_CONNECTIONS = 16
_WAIT_SECONDS = 5.0
# A query that takes longer is a mistake; the page would be given up on anyway.
_OPTIONS = "-c statement_timeout=10s -c timezone=UTC"

Row = dict[str, Any]


class Database:
    """A pool of connections; each request takes one and gives it back."""

    def __init__(self) -> None:
        self._pool: ConnectionPool[Connection[Row]] = ConnectionPool(
            # Asked for each new connection, because port and token change.
            lambda: connection_string(Role.DESK),
            kwargs={"row_factory": dict_row, "options": _OPTIONS},
            min_size=0,
            max_size=_CONNECTIONS,
            timeout=_WAIT_SECONDS,
            # What comes back broken is replaced, what is idle is checked: Postgres may restart.
            check=ConnectionPool.check_connection,
            reconnect_timeout=_WAIT_SECONDS,
            open=False,
        )

    def open(self) -> None:
        """Begin to take connections."""
        self._pool.open()

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    @contextmanager
    def connection(self, wait_seconds: float | None = None) -> Iterator[Connection[Row]]:
        """Have a connection in a transaction, committed if the block ends well.

        Parameters
        ----------
        wait_seconds
            How long to wait for one; as long as a page may where ``None``.

        Raises
        ------
        psycopg.OperationalError
            If Postgres cannot be reached; `psycopg_pool.PoolTimeout` is one.
        """
        with self._pool.connection(wait_seconds) as connection:
            yield connection
