"""The application: routes, what guards them, and what is said when something is away."""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from apps.desk import (
    api,
    business_pages,
    now_api,
    pages,
    quality_pages,
    runs_pages,
    updates,
)
from apps.desk.rendering import error_page
from apps.desk.security import Guard
from apps.desk.services import Services
from apps.desk.warming import Warming
from common.errors import UserError
from common.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from apps.desk.settings import DeskSettings

_STATIC = Path(__file__).parent / "static"
_POSTGRES_AWAY = (
    "Postgres cannot be reached. Nothing that was decided is lost. The desk works again as soon as "
    "it answers: `make live` and `python -m flows.postgres start` start it."
)


def create_application(settings: DeskSettings) -> FastAPI:
    """Return the desk with these settings."""
    services = Services(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        services.database.open()
        warming = Warming(services.published, services.kept)
        warming.start()
        try:
            yield
        finally:
            warming.stop()
            services.database.close()
            services.published.close()

    # The pages of FastAPI about the API would load scripts from elsewhere.
    application = FastAPI(
        title=f"{vocabulary().business}: Refund Manager",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    application.state.services = services
    application.include_router(api.router)
    application.include_router(now_api.router)
    application.include_router(pages.router)
    application.include_router(business_pages.router)
    application.include_router(quality_pages.router)
    application.include_router(runs_pages.router)
    application.include_router(updates.router)
    application.mount("/static", StaticFiles(directory=_STATIC), name="static")
    application.add_exception_handler(psycopg.OperationalError, _postgres_is_away)
    application.add_exception_handler(UserError, _cannot_work)
    application.add_exception_handler(HTTPException, _http_error)
    application.add_exception_handler(RequestValidationError, _invalid)
    application.add_middleware(Guard, settings=settings)
    return application


def _is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def _unavailable(request: Request, detail: str) -> Response:
    headers = {"retry-after": "5"}
    if _is_api(request):
        return JSONResponse({"detail": detail}, 503, headers)
    return error_page(request, 503, "The desk cannot work now", detail, headers)


def _postgres_is_away(request: Request, _: Exception) -> Response:
    return _unavailable(request, _POSTGRES_AWAY)


def _cannot_work(request: Request, error: Exception) -> Response:
    return _unavailable(request, str(error))


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  (registered for these alone)
    if _is_api(request):
        return await http_exception_handler(request, error)
    return error_page(request, error.status_code, "Not here", str(error.detail))


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  (registered for these alone)
    # What was sent is not repeated: it may be large, or half a character that nothing can encode.
    problems = [{name: each[name] for name in ("loc", "msg", "type")} for each in error.errors()]
    if _is_api(request):
        return JSONResponse({"detail": problems}, 422)
    said = "; ".join(f"{each['loc'][-1]}: {each['msg']}" for each in problems)
    return error_page(request, 422, "This address has an error", said)
