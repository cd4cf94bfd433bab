"""A desk that is served on loopback for as long as a test looks at it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI

from apps.desk.listening import listen
from apps.desk.serving import DeskServer


@contextmanager
def served(application: FastAPI) -> Iterator[str]:
    """Serve an application in a thread; its address."""
    with listen("127.0.0.1", [0]) as listening:
        server = DeskServer(application)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
                assert thread.is_alive(), "the desk did not start"
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
