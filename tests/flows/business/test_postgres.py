"""Postgres comes and goes with the business, and comes back when it is gone."""

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from common.errors import BusyError
from common.postgres import Role, connection_string
from flows.business import postgres
from flows.business.postgres import BusinessPostgres, started_postgres
from flows.postgres.server import start, status, stop
from flows.sync.mirror import Synced


@pytest.fixture
def directory(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="caspers_postgres_") as data:
        monkeypatch.setenv("CASPERS_DATA", data)
        monkeypatch.delenv("CASPERS_POSTGRES", raising=False)
        yield Path(data) / "postgres"
        stop()


def _synchronize() -> Synced:
    try:
        with psycopg.connect(connection_string(Role.SYNC)):
            return Synced(1, 0, 0)
    except psycopg.OperationalError as error:
        raise BusyError(str(error)) from error


def test_it_is_started_again_when_it_is_gone_and_stopped_by_who_started_it(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "synchronize", _synchronize)
    with started_postgres() as beside:
        assert beside.synchronize()
        process = (directory / "cluster" / "postmaster.pid").read_text().split()[0]
        os.kill(int(process), signal.SIGKILL)
        assert beside.synchronize()
    assert status() is None
    assert start().was_started
    with started_postgres() as beside:
        assert beside.synchronize()
    assert status() is not None, "somebody else has started it"
    monkeypatch.setenv("CASPERS_POSTGRES", "postgresql://127.0.0.1:1/nowhere")
    with started_postgres() as beside, pytest.raises(BusyError):
        beside.synchronize()


def test_without_postgres_the_reason_is_told_by_each_sync(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory.write_text("a file where its folder should be")
    monkeypatch.setattr(postgres, "synchronize", _synchronize)
    beside = BusinessPostgres()
    beside.start()
    for _ in range(2):
        with pytest.raises(Exception, match=r"start Postgres|credentials") as raised:
            beside.synchronize()
        assert raised.type.__name__ in {"UserError", "BusyError"}
    beside.stop()
