"""What is refused before anything is read: foreign names, foreign pages, bodies without end."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from apps.desk.settings import DeskSettings

MAX_BODY_BYTES = 64 * 1024

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_HEADERS = {
    # No script and no style but files of the desk: text of customers can never be run.
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Guard:
    """Middleware that refuses requests, and adds headers to every answer.

    A page elsewhere cannot read the desk: its name would have to resolve to this machine, and then
    the ``Host`` is foreign. Nor can it change something: its ``Origin`` is another.
    """

    def __init__(self, application: ASGIApp, settings: DeskSettings) -> None:
        self._application = application
        self._hosts = settings.hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope["method"], headers)
        if refusal:
            await refusal(scope, receive, _with_headers(send))
            return
        if scope["method"] not in _SAFE_METHODS:
            whole = await _read_whole(receive)
            if whole is None:
                await _TOO_LARGE(scope, receive, _with_headers(send))
                return
            receive = _replayed(whole, receive)
        await self._application(scope, receive, _with_headers(send))

    def _refusal(self, method: str, headers: Headers) -> PlainTextResponse | None:
        host = headers.get("host", "")
        if "*" not in self._hosts and _name_of(host) not in self._hosts:
            return PlainTextResponse("This desk is not asked under this name.", 421)
        if method in _SAFE_METHODS:
            return None
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return PlainTextResponse("Another page cannot change anything here.", 403)
        if origin is None and headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
            return PlainTextResponse("Another page cannot change anything here.", 403)
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            return _TOO_LARGE
        return None


async def _read_whole(receive: Receive) -> list[Message] | None:
    """Return the messages of a body; ``None`` if it is too large, whatever its header said."""
    messages, size = [], 0
    while True:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if size > MAX_BODY_BYTES:
            return None
        if not message.get("more_body", False):
            return messages


def _replayed(messages: list[Message], receive: Receive) -> Receive:
    """Return what receives these messages first."""
    left = iter(messages)

    async def receive_next() -> Message:
        message = next(left, None)
        return await receive() if message is None else message

    return receive_next


_TOO_LARGE = PlainTextResponse(f"More than {MAX_BODY_BYTES:,} bytes are not read.", 413)


def _name_of(host: str) -> str:
    """Return a host without its port."""
    return host[: host.rindex("]") + 1] if "]" in host else host.partition(":")[0]


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
        await send(message)

    return send_with_headers
