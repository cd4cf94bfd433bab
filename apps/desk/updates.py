"""Says when a build has been published, to every page that listens: server-sent events."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from apps.desk.schemas import Moment  # noqa: TC001  (pydantic reads it)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from apps.desk.published import Publication, PublishedTables

LOOK_SECONDS = 1.0
"""How often the watcher looks for another build."""

KEEP_ALIVE_SECONDS = 15.0
"""After how long without news a comment is sent: proxies end what is silent, and a client that is
gone is only noticed by sending."""

_AGAIN_MILLISECONDS = 2_000
_KEEP_ALIVE = ": nothing new\n\n"

router = APIRouter(include_in_schema=False)


class Update(BaseModel):
    """What an event says.

    Attributes
    ----------
    build, published_ts
        The latest published build, and when it was published; nothing before the first.
    now_ts
        The time at the desk: ages are counted by its clock, not by that of who looks.
    """

    build: int | None
    published_ts: Moment | None
    now_ts: Moment


class Updates:
    """Watches for builds, once for all who listen, and only while somebody does."""

    def __init__(self, published: PublishedTables) -> None:
        self._published = published
        self._latest: Publication | None = None
        self._listeners = 0
        self._watcher: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._ended = False

    async def listen(self) -> AsyncIterator[str]:
        """Yield the latest build as an event, each that comes, and comments between them."""
        yield f"retry: {_AGAIN_MILLISECONDS}\n\n"
        async with self._watched():
            said: Publication | None = None
            begun = False
            while not self._ended:
                changed = self._changed
                if not begun or self._latest != said:
                    begun, said = True, self._latest
                    yield _event(said)
                    continue
                try:
                    await asyncio.wait_for(changed.wait(), KEEP_ALIVE_SECONDS)
                except TimeoutError:
                    yield _KEEP_ALIVE

    def end(self) -> None:
        """End every stream: the server waits for them when it stops."""
        self._ended = True
        self._changed.set()

    @asynccontextmanager
    async def _watched(self) -> AsyncIterator[None]:
        self._listeners += 1
        try:
            if self._watcher is None:
                # Whoever comes first waits for one look, so that its first event is true.
                await self._look()
                self._watcher = self._watcher or asyncio.create_task(self._watch())
            yield
        finally:
            self._listeners -= 1
            if self._listeners == 0 and self._watcher is not None:
                self._watcher.cancel()
                self._watcher = None

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self._look()

    async def _look(self) -> None:
        # Between two builds the link may lead nowhere for a moment: the next look finds it.
        with suppress(OSError):
            latest = await asyncio.to_thread(self._published.publication)
            if latest is not None and latest != self._latest:
                self._latest = latest
                changed, self._changed = self._changed, asyncio.Event()
                changed.set()


@router.get("/updates")
async def get_updates(request: Request) -> StreamingResponse:
    """Answer a stream that does not end: an event for the latest build and for each that comes."""
    updates: Updates = request.app.state.services.updates
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(updates.listen(), media_type="text/event-stream", headers=headers)


def _event(publication: Publication | None) -> str:
    update = Update(
        build=publication.build if publication else None,
        published_ts=publication.published_ts if publication else None,
        now_ts=datetime.now(UTC),
    )
    return f"event: build\ndata: {update.model_dump_json()}\n\n"
