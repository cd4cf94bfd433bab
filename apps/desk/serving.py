"""The server of the desk: uvicorn, which ends streams before it waits for answers to be given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    import socket

    from fastapi import FastAPI

    from apps.desk.services import Services

# For what is being answered. Streams end at once.
_SECONDS_TO_END = 10


class DeskServer(uvicorn.Server):
    """Serves a desk until it is stopped."""

    def __init__(self, application: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                log_level="warning",
                server_header=False,
                # Addresses of proxies are not looked at, so nobody may claim to be one.
                proxy_headers=False,
                timeout_graceful_shutdown=_SECONDS_TO_END,
            )
        )
        self._services: Services = application.state.services

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop: uvicorn would wait for pages that listen as long as they are open."""
        self._services.updates.end()
        await super().shutdown(sockets)
