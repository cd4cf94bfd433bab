"""The desk as a command: ``python -m apps.desk [--host HOST] [--port PORT]``."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

from apps.desk.listening import listen
from apps.desk.settings import DEFAULT_HOST, DEFAULT_PORT, settings_from_environment
from common.errors import UserError
from common.postgres import URL_VARIABLE
from common.standard_input import UNTIL_INPUT_ENDS, when_input_ends
from flows.postgres.server import postgres_server

if TYPE_CHECKING:
    from collections.abc import Sequence

_LAST_PORT = 65_535


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the desk until stopped; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m apps.desk", description=__doc__)
    parser.add_argument("--host", default=DEFAULT_HOST, help="where to listen (%(default)s)")
    parser.add_argument(
        "--port", type=_port, help=f"port ({DEFAULT_PORT}, or another if that is taken)"
    )
    parser.add_argument(
        UNTIL_INPUT_ENDS, action="store_true", help="end when standard input is closed"
    )
    parser.add_argument(
        "--managers", action="store_true", help="have simulated managers decide at this desk"
    )
    options = parser.parse_args(arguments)
    if options.until_input_ends:
        when_input_ends(lambda: os.kill(os.getpid(), signal.SIGTERM))
    try:
        with ExitStack() as stack:
            if not os.environ.get(URL_VARIABLE):
                stack.enter_context(postgres_server())
            return _serve(options.host, options.port, managers=options.managers)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def _serve(host: str, port: int | None, *, managers: bool) -> int:
    # They take a second: not for --help.
    from apps.desk.application import create_application  # noqa: PLC0415
    from apps.desk.manager import work  # noqa: PLC0415
    from apps.desk.serving import DeskServer  # noqa: PLC0415

    application = create_application(settings_from_environment(host))
    with listen(host, [DEFAULT_PORT, 0] if port is None else [port]) as listening:
        name = f"[{host}]" if ":" in host else host
        address = f"http://{name}:{listening.getsockname()[1]}"
        print(f"The desk is at {address}", flush=True)
        if managers:
            threading.Thread(target=work, args=[address], daemon=True).start()
        DeskServer(application).run(sockets=[listening])
    return 0


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port from 0 to {_LAST_PORT}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
