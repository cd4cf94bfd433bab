"""Finding a Prefect server, or having one for a while; no Prefect needed."""

import http.server
import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from filelock import FileLock

from common.errors import BusyError, UserError
from flows import server
from flows.server import (
    named_server,
    prefect_environment,
    prepare_environment,
    start_server,
)

HEALTHY = """
import http.server, sys
class Api(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"true")
http.server.HTTPServer(("127.0.0.1", int(sys.argv[-1])), Api).serve_forever()
"""


@contextmanager
def prefect_server() -> Iterator[str]:
    """Have a server that answers, and yield its address."""
    started = start_server()
    started.wait_until_healthy()
    try:
        yield started.api
    finally:
        started.stop()


class Health(http.server.BaseHTTPRequestHandler):
    answer = b"true"

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def healthy() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), Health) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}/api"
        listening.shutdown()


@pytest.fixture(autouse=True)
def no_server_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the tests from a server that really runs on this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    monkeypatch.setattr(server, "USUAL_PORT", port)
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path))
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.delenv("PREFECT_HOME", raising=False)


def test_variables_of_the_user_stay(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in prefect_environment(tmp_path):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "7")
    prepare_environment()
    assert os.environ["PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"] == "7"
    assert os.environ["PREFECT_HOME"] == str(tmp_path / "prefect")
    assert os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert os.environ["DO_NOT_TRACK"] == "1"


def test_the_server_that_the_user_names_is_used(
    healthy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert named_server() is None
    monkeypatch.setenv("PREFECT_API_URL", healthy)
    assert named_server() == healthy
    with prefect_server() as api:
        assert api == healthy
    monkeypatch.setattr(Health, "answer", b"no")
    with pytest.raises(UserError, match="PREFECT_API_URL"):
        named_server()


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy"])
def test_a_server_on_loopback_is_not_asked_through_a_proxy(
    healthy: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("PREFECT_API_URL", healthy)
    assert named_server() == healthy
    monkeypatch.setenv("PREFECT_API_URL", "http://127.7.7.7:4200/api")
    prepare_environment()
    assert os.environ["no_proxy"] == os.environ["NO_PROXY"] == "localhost,127.0.0.1,::1,127.7.7.7"


def test_another_server_on_the_usual_port_is_not_used(
    healthy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be of another project, and end while a run of ours depends on it."""
    monkeypatch.setattr(server, "USUAL_PORT", urlsplit(healthy).port)
    monkeypatch.setattr(
        server, "server_arguments", lambda port: [sys.executable, "-c", HEALTHY, str(port)]
    )
    with prefect_server() as api:
        assert api != healthy


@pytest.mark.parametrize("api", ["file:///etc/passwd", "nonsense", "http://127.0.0.1:1/api"])
def test_an_address_without_a_server_is_an_error(api: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", api)
    with pytest.raises(UserError, match="No Prefect server answers"), prefect_server():
        pass


def test_a_started_server_ends_with_its_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        server, "server_arguments", lambda port: [sys.executable, "-c", HEALTHY, str(port)]
    )
    with prefect_server() as api:
        assert api == f"http://127.0.0.1:{server.USUAL_PORT}/api"
        assert os.environ["PREFECT_API_URL"] == api
        assert named_server() == api
    assert "PREFECT_API_URL" not in os.environ


def test_a_server_that_outlived_its_run_is_used_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(
        server, "server_arguments", lambda port: [sys.executable, "-c", HEALTHY, str(port)]
    )
    killed = start_server()
    killed.wait_until_healthy()
    # What a kill leaves: the server, and the file that names it.
    monkeypatch.delenv("PREFECT_API_URL")
    found = start_server()
    found.wait_until_healthy()
    assert (found.api, found.pid) == (killed.api, killed.pid)
    assert os.environ["PREFECT_API_URL"] == killed.api
    assert killed._process is not None
    assert killed._process.started is not None
    waiting = threading.Thread(target=killed._process.started.wait)  # as init does for an orphan
    waiting.start()
    found.stop()
    waiting.join(10)
    assert not waiting.is_alive()
    assert "PREFECT_API_URL" not in os.environ

    for content in ("", "{}", '{"api": "http://127.0.0.1:1/api", "pid": 1}', '{"api": 1}'):
        (tmp_path / "prefect" / "server.json").write_text(content)
        with prefect_server() as api:
            assert named_server() == api


def test_two_simultaneous_runs_have_a_server_each(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The first has not taken its port yet when the second looks for one."""
    monkeypatch.setattr(
        server, "server_arguments", lambda port: [sys.executable, "-c", HEALTHY, str(port)]
    )
    one = start_server()
    monkeypatch.delenv("PREFECT_API_URL")
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path / "other"))
    other = start_server()
    assert one.api != other.api
    other.stop()
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path))
    one.stop()


def test_servers_with_one_database_start_one_after_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Two that prepare a new database at once end with `table … already exists`."""
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "shared"))
    monkeypatch.setattr(
        server, "server_arguments", lambda port: [sys.executable, "-c", HEALTHY, str(port)]
    )
    with prefect_server():
        monkeypatch.delenv("PREFECT_API_URL")
        monkeypatch.setenv("CASPERS_DATA", str(tmp_path / "other"))
        monkeypatch.setattr(server, "_START_SECONDS", 0.0)
        with (
            FileLock(tmp_path / "shared" / "server.lock"),
            pytest.raises(BusyError, match=f"starting in {tmp_path / 'shared'}"),
            prefect_server(),
        ):
            pass
        monkeypatch.setenv("PREFECT_API_URL", "")
        monkeypatch.setenv("CASPERS_DATA", str(tmp_path))


def test_another_port_is_taken_where_the_usual_one_is_in_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        server, "server_arguments", lambda port: [sys.executable, "-c", HEALTHY, str(port)]
    )
    with socket.socket() as other:
        other.bind(("127.0.0.1", server.USUAL_PORT))
        other.listen()
        with prefect_server() as api:
            assert api != f"http://127.0.0.1:{server.USUAL_PORT}/api"


def test_a_server_that_ends_at_once_is_reported_with_its_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = "import sys; sys.exit('no room')"
    monkeypatch.setattr(server, "server_arguments", lambda _: [sys.executable, "-c", script])
    with pytest.raises(UserError, match="ended at once") as error, prefect_server():
        pass
    log = tmp_path / "prefect" / "server.log"
    assert str(log) in str(error.value)
    assert "no room" in log.read_text()
