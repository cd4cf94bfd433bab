"""Pages from templates: what every page has in common, and the page of an error."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fastapi.templating import Jinja2Templates

from apps.desk.days import day_name
from apps.desk.services import Services, user_of
from common.vocabulary import capitalized, vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal

    from fastapi import Request, Response

_templates = Jinja2Templates(Path(__file__).parent / "templates")


def _money(value: Decimal | None) -> str:
    return "unknown" if value is None else vocabulary().amount(float(value))


def _moment(value: datetime | None) -> str:
    return "unknown" if value is None else f"{value:%a %b %d, %H:%M}"


_templates.env.filters |= {
    "money": _money,
    "moment": _moment,
    "day": day_name,
    "begin": capitalized,
}
_templates.env.trim_blocks = _templates.env.lstrip_blocks = True


def render(request: Request, used: Services, template: str, values: dict[str, object]) -> Response:
    """Return a page that is made from a template."""
    user = user_of(request, used.settings)
    about = {
        "user": user,
        "asks_name": not used.settings.trusts_proxy,
        "tables": used.published.publication(),
        "words": vocabulary(),
    }
    return _templates.TemplateResponse(request, template, values | about)


def error_page(
    request: Request,
    status: int,
    title: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a page that says what is wrong and what to do."""
    values = {
        "title": title,
        "detail": detail,
        "user": None,
        "asks_name": False,
        "tables": None,
        "words": vocabulary(),
    }
    return _templates.TemplateResponse(
        request, "error.html", values, status_code=status, headers=headers
    )
