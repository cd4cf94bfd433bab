"""One Postgres server for all tests of a process, with empty tables for each module."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from common.postgres import own_url, read_credentials
from flows.postgres.server import OWNER, Server, postgres_server

TABLES = (
    "recommender.pg_recommendations, complaints.pg_complaint_responses, refunds.refund_decisions, "
    "sync.state, sync.files"
)


def owner_url(server: Server) -> str:
    """The URL of the superuser."""
    port, passwords = read_credentials(server.directory)
    return own_url(OWNER, passwords[OWNER], port)


@pytest.fixture(scope="session")
def own_postgres() -> Iterator[Server]:
    """A server in a folder that another user may pass through, unlike those of pytest as root."""
    data = Path(tempfile.mkdtemp(prefix="caspers_postgres_"))
    data.chmod(0o755)
    try:
        with postgres_server(data / "postgres") as server:
            yield server
    finally:
        shutil.rmtree(data)


@pytest.fixture(scope="module")
def postgres(own_postgres: Server) -> Server:
    """The server with empty tables; its data folder is `postgres.directory.parent`."""
    with psycopg.connect(owner_url(own_postgres)) as connection:
        connection.execute(f"truncate {TABLES} restart identity")
    return own_postgres
