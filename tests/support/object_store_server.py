"""An object store on loopback: moto's S3, with what a test wants to know and to break.

Run as a program, it prints its port. ``POST /_control`` with JSON says what to do:

* ``{"kill": pid, "at": n, "after": bool}``: send SIGKILL to a process at the n-th request from now
  that changes something, before or after it is carried out; no answer is sent either way.
* ``{"answer": [status, code]}``: answer so from now on, whatever is asked; ``null`` to stop that.
* ``{"unconditional": bool}``: take no notice of conditions, as some stores do.
* ``{"put": [bucket, name, base64]}``: write an object, as somebody else would.
* ``{"copy": [from, to]}``: make a bucket with the objects of another.

``GET /_log`` returns what was asked since the last time, ``GET /_objects/<bucket>`` what is there.
"""

# ruff: noqa: ANN401  # a WSGI application

import base64
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

CHANGES = ("PUT", "POST", "DELETE")
CONDITIONS = ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH")

Environ = dict[str, Any]


class Server:
    """A WSGI application around moto's."""

    def __init__(self) -> None:
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.alone = threading.Lock()
        self.log: list[dict[str, Any]] = []
        self.kill: dict[str, Any] | None = None
        self.answer: tuple[int, str] | None = None
        self.unconditional = False

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/_control":
            content = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            return reply(start_response, self.control(json.loads(content)))
        if path == "/_log":
            taken, self.log = self.log, []
            return reply(start_response, taken)
        if path.startswith("/_objects/"):
            found = {name: base64.b64encode(value).decode() for name, value in objects(path[10:])}
            return reply(start_response, found)
        return self.pass_on(environ, start_response)

    def control(self, wish: Mapping[str, Any]) -> None:
        if "kill" in wish:
            self.kill = dict(wish) if wish["kill"] else None
        if "answer" in wish:
            self.answer = tuple(wish["answer"]) if wish["answer"] else None
        if "unconditional" in wish:
            self.unconditional = wish["unconditional"]
        if "put" in wish:
            bucket, name, content = wish["put"]
            backend().put_object(bucket, name, base64.b64decode(content))
        if "copy" in wish:
            source, target = wish["copy"]
            backend().create_bucket(target, "us-east-1")
            for name, value in objects(source) if source else ():
                backend().put_object(target, name, value)

    def pass_on(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        entry = {"method": method, "path": environ["PATH_INFO"], "query": environ["QUERY_STRING"]}
        self.log.append(entry)
        if self.answer is not None:
            status, code = self.answer
            start_response(f"{status} {code}", [("Content-Type", "application/xml")])
            return [f"<Error><Code>{code}</Code></Error>".encode()]
        if self.unconditional:
            for condition in CONDITIONS:
                environ.pop(condition, None)
        with self.alone:
            doomed = self.is_last(method)
            if doomed and not doomed["after"]:
                os.kill(doomed["kill"], signal.SIGKILL)
                raise ConnectionAbortedError
            content = list(self.moto(environ, start_response))
            if doomed:
                os.kill(doomed["kill"], signal.SIGKILL)
                raise ConnectionAbortedError
        entry["bytes"] = sum(map(len, content))
        return content

    def is_last(self, method: str) -> dict[str, Any] | None:
        if self.kill is None or method not in CHANGES:
            return None
        self.kill["at"] -= 1
        if self.kill["at"]:
            return None
        doomed, self.kill = self.kill, None
        return doomed


def backend() -> Any:
    return s3_backends[DEFAULT_ACCOUNT_ID]["aws"]


def objects(bucket: str) -> list[tuple[str, bytes]]:
    found = backend().buckets[bucket].keys
    return sorted((name, key.value) for name, key in found.items())


def reply(start_response: Callable[..., Any], content: object) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(content).encode()]


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *arguments: Any) -> None:  # noqa: A002
        """Say nothing: a test asks for what was asked."""


def main() -> None:
    server = make_server("127.0.0.1", 0, Server(), threaded=True, request_handler=Quiet)
    print(server.server_port, flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # Ends with whoever started it: then its input is closed.
    sys.stdin.read()


if __name__ == "__main__":
    main()
