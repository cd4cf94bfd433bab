"""The server of the project's own: started again, killed, in the way of others."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from common.errors import BusyError, UserError
from common.paths import PROJECT
from common.postgres import Role, connection_string, credentials_file
from flows.postgres.__main__ import main
from flows.postgres.server import Server, start, status, stop
from tests.support.postgres import owner_url

_NOBODY = 65534


@pytest.fixture
def directory() -> Iterator[Path]:
    data = Path(tempfile.mkdtemp(prefix="caspers_postgres_"))
    data.chmod(0o755)
    yield data / "postgres"
    stop(data / "postgres")
    shutil.rmtree(data)


def _postmaster(directory: Path) -> int:
    return int((directory / "cluster" / "postmaster.pid").read_text().splitlines()[0])


def _decide(directory: Path, order_id: str) -> None:
    with psycopg.connect(connection_string(Role.DESK, directory)) as connection:
        connection.execute(
            """insert into refunds.refund_decisions (order_id, amount_usd, refund_class, reason)
            values (%s, 1, 'partial', 'late')""",
            [order_id],
        )


def test_a_server_survives_everything_that_happens_to_it(directory: Path) -> None:
    with pytest.raises(BusyError, match=r"flows\.postgres start"):
        connection_string(Role.DESK, directory)
    # What a killed initdb leaves is made again.
    (directory / "initdb" / "cluster").mkdir(parents=True)
    server = start(directory)
    assert server.was_started
    assert status(directory) == server.port
    assert stat.S_IMODE(credentials_file(directory).stat().st_mode) == 0o600
    assert stat.S_IMODE((directory / "cluster").stat().st_mode) == 0o700
    assert (directory / "cluster").stat().st_uid != 0
    _decide(directory, "first")

    again = start(directory)
    assert (again.port, again.was_started) == (server.port, False)

    os.kill(_postmaster(directory), signal.SIGKILL)
    assert start(directory).was_started
    _decide(directory, "after a kill")

    assert stop(directory)
    assert not stop(directory)
    assert status(directory) is None
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", server.port))
        other.listen()
        assert start(directory).port != server.port
    with psycopg.connect(connection_string(Role.EXPORT, directory)) as connection:
        rows = connection.execute("select order_id from refunds.refund_decisions order by id")
        assert rows.fetchall() == [("first",), ("after a kill",)]
        addresses = connection.execute("show listen_addresses").fetchone()
        assert addresses == ("127.0.0.1",)

    stop(directory)
    credentials_file(directory).unlink()
    with pytest.raises(UserError, match="restore the file"):
        start(directory)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_ordinary_user_starts_and_stops_it(directory: Path) -> None:
    os.chown(directory.parent, _NOBODY, _NOBODY)
    # All is imported first: another user may not be able to read the files of this environment.
    program = f"""
import os
from pathlib import Path
import duckdb, encodings.idna, psycopg
from flows.postgres import schema
from flows.postgres.__main__ import main
from flows.postgres.server import Server, start, stop
os.setgroups([])
os.setgid({_NOBODY})
os.setuid({_NOBODY})
directory = Path({str(directory)!r})
assert start(directory).was_started and stop(directory)
"""
    subprocess.run([sys.executable, "-c", program], cwd=PROJECT, check=True, timeout=120)
    assert directory.stat().st_uid == _NOBODY
    assert start(directory).was_started, "root takes over a user's server as that user"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_root_starts_it_in_a_folder_that_is_closed_to_others(directory: Path) -> None:
    directory.parent.chmod(0o700)
    assert start(directory).was_started
    _decide(directory, "first")
    assert start(directory).was_started is False
    assert stop(directory)


def test_another_server_is_a_url_with_a_role_and_a_token(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CASPERS_POSTGRES", "postgres://db.example:5433?sslmode=verify-full")
    assert connection_string(Role.DESK) == (
        "postgresql://caspers_desk@db.example:5433/caspers?sslmode=verify-full&connect_timeout=10"
    )
    monkeypatch.setenv(
        "CASPERS_POSTGRES", "postgresql://me%40here:old@[::1]/other?connect_timeout=3"
    )
    assert connection_string(Role.DESK) == (
        "postgresql://me%40here:old@[::1]/other?connect_timeout=3"
    )
    token = tmp_path / "token"
    token.write_text("to/ken\n")
    monkeypatch.setenv("CASPERS_POSTGRES_TOKEN_COMMAND", f"cat {token}")
    assert connection_string(Role.SYNC) == (
        "postgresql://me%40here:to%2Fken@[::1]/other?connect_timeout=3"
    )
    token.write_text("newer")
    monkeypatch.setattr("common.postgres._TOKEN_SECONDS", 0)
    assert connection_string(Role.SYNC) == (
        "postgresql://me%40here:newer@[::1]/other?connect_timeout=3"
    )
    monkeypatch.setenv("CASPERS_POSTGRES_TOKEN_COMMAND", "false")
    with pytest.raises(UserError, match="TOKEN_COMMAND failed"):
        connection_string(Role.SYNC)
    monkeypatch.setenv("CASPERS_POSTGRES", "db.example")
    with pytest.raises(UserError, match="CASPERS_POSTGRES has to be a URL"):
        connection_string(Role.SYNC)


def test_a_database_of_another_server_is_set_up_by_its_owner(
    own_postgres: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with psycopg.connect(owner_url(own_postgres), autocommit=True) as connection:
        connection.execute("create role somebody login createrole password 'secret'")
        connection.execute("create database elsewhere owner somebody")
    address = f"127.0.0.1:{own_postgres.port}/elsewhere"
    monkeypatch.setenv("CASPERS_POSTGRES", f"postgresql://{address}")
    assert main(["setup"]) == 1
    assert "has to name the owner" in capsys.readouterr().err
    monkeypatch.setenv("CASPERS_POSTGRES", f"postgresql://somebody:wrong@{address}")
    assert main(["setup"]) == 1
    assert "cannot be set up" in capsys.readouterr().err
    monkeypatch.setenv("CASPERS_POSTGRES", f"postgresql://somebody:secret@{address}")
    assert [main(["setup"]), main(["setup"])] == [0, 0]
    desk = connection_string(Role.DESK, own_postgres.directory)
    with psycopg.connect(desk, dbname="elsewhere") as connection:
        connection.execute("select * from recommender.pg_recommendations")
        with pytest.raises(InsufficientPrivilege):
            connection.execute("delete from recommender.pg_recommendations")
