"""An object store on loopback for tests, in a process of its own."""

from __future__ import annotations

import base64
import itertools
import json
import os
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from common.loopback import bypass_proxies
from common.paths import PROJECT
from common.storage import place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SECRET = "planted-secret-of-a-test"  # noqa: S105  # what else should it be called
"""In no output, no file and no message."""

SERVER = Path(__file__).with_name("object_store_server.py")
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class ObjectStoreServer:
    """The server, and what can be asked of it beside S3."""

    def __init__(self, port: int) -> None:
        self.endpoint = f"http://127.0.0.1:{port}"
        self._numbers = itertools.count(1)

    @property
    def environment(self) -> dict[str, str]:
        """What lets a program find it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "planted-key-of-a-test",
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1",
            **bypass_proxies(os.environ, self.endpoint),
        }

    def bucket(self, like: str | None = None) -> str:
        """Make a bucket, empty or with the objects of another, and return its name."""
        name = f"bucket-{os.getpid()}-{next(self._numbers)}"
        self.control(copy=[like, name])
        return name

    def place(self, folder: str) -> Path:
        """Return a folder in a bucket of its own."""
        return place(f"s3://{self.bucket()}/{folder}")

    def control(self, **wish: Any) -> None:  # noqa: ANN401
        self._ask("/_control", json.dumps(wish).encode())

    def log(self) -> list[dict[str, Any]]:
        """Return what was asked since the last time."""
        found: list[dict[str, Any]] = json.loads(self._ask("/_log"))
        return found

    def objects(self, bucket: str, folder: str = "") -> dict[str, bytes]:
        """Return the objects under a folder by their name from there."""
        found: Mapping[str, str] = json.loads(self._ask(f"/_objects/{bucket}"))
        prefix = f"{folder}/" if folder else ""
        return {
            name.removeprefix(prefix): base64.b64decode(content)
            for name, content in found.items()
            if name.startswith(prefix)
        }

    def under(self, path: Path) -> dict[str, bytes]:
        """Return the objects under a path by their name from there."""
        _, bucket, *folders = path.parts
        return self.objects(bucket, "/".join(folders))

    def put(self, path: Path, content: bytes) -> None:
        """Write an object as somebody else would."""
        _, bucket, *folders = path.parts
        self.control(put=[bucket, "/".join(folders), base64.b64encode(content).decode()])

    def _ask(self, path: str, content: bytes | None = None) -> bytes:
        with _OPENER.open(self.endpoint + path, content) as answer:
            return bytes(answer.read())


@contextmanager
def running_object_store() -> Iterator[ObjectStoreServer]:
    """Start a server, and stop it."""
    with subprocess.Popen(
        [sys.executable, str(SERVER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    ) as process:
        assert process.stdout is not None
        try:
            yield ObjectStoreServer(int(process.stdout.readline()))
        finally:
            process.kill()
