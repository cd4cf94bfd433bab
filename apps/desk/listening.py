"""The socket on which the desk listens."""

from __future__ import annotations

import socket

from common.errors import UserError


def listen(host: str, ports: list[int]) -> socket.socket:
    """Return a socket that listens on the first port that is free; 0 is any.

    Raises
    ------
    UserError
        If none is.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in ports:
        try:
            listening = socket.create_server((host, port), family=family)
        except OSError as error:
            problem = error.strerror
        else:
            # asyncio sets it only for sockets whose protocol is named. Without it each answer waits
            # 40 ms for the client to confirm its headers.
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return listening
    raise UserError(
        f"The desk cannot listen on {host}:{ports[0]} ({problem}): choose another with --host and "
        "--port."
    )
