"""The API of the page *Now*: what happens in the last window, and the streets it happens on."""

from __future__ import annotations

import gzip
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request, Response

from apps.desk.now import KITCHENS
from apps.desk.now_schemas import Now, Streets
from apps.desk.schemas import Problem
from apps.desk.services import Used  # noqa: TC001  (FastAPI reads it)
from apps.desk.streets import encoded_streets, streets_address

_YEAR_SECONDS = 365 * 24 * 3600
_MAX_INTEGER = 2**31 - 1

router = APIRouter()


@router.get("/api/now", response_model=Now)
def get_now(used: Used) -> Response:
    """Answer what happens in the last landed window, and today against a week before."""
    # Made from a model already: FastAPI would look at each number again.
    content = used.now.read().model_dump_json()
    return Response(content, media_type="application/json", headers={"cache-control": "no-store"})


@router.get(
    "/api/streets/{location_id}/{version}",
    response_model=Streets,
    responses={404: {"model": Problem}},
)
def get_streets(
    used: Used,
    request: Request,
    location_id: Annotated[int, Path(ge=0, le=_MAX_INTEGER)],
    version: Annotated[str, Path(max_length=64)],
) -> Response:
    """Answer the streets around a kitchen. What an address answers never changes."""
    unknown = HTTPException(404, f"Streets {version} of kitchen {location_id} are not known.")
    found = [row for row in used.published.query(KITCHENS) if row["location_id"] == location_id]
    address = streets_address(found[0]) if found else None
    if address is None or address.rpartition("/")[2] != version:
        raise unknown
    headers = {
        "cache-control": f"public, max-age={_YEAR_SECONDS}, immutable",
        "etag": f'"{version}"',
        "vary": "accept-encoding",
    }
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    content = encoded_streets(found[0])
    if content is None:
        raise unknown
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
    else:
        content = gzip.decompress(content)
    return Response(content, media_type="application/json", headers=headers)
