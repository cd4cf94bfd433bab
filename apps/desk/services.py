"""What every request works with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from apps.desk.database import Database
from apps.desk.kept import KeptQueries
from apps.desk.now import NowReader
from apps.desk.published import PublishedTables
from apps.desk.recommendations import Totals
from apps.desk.schemas import MAX_NAME
from apps.desk.updates import Updates

if TYPE_CHECKING:
    from apps.desk.schemas import NewDecision
    from apps.desk.settings import DeskSettings

# Databricks Apps and oauth2-proxy send these.
_USER_HEADERS = ("x-forwarded-email", "x-forwarded-preferred-username", "x-forwarded-user")


@dataclass(frozen=True)
class Services:
    """The settings, Postgres, the published tables, and what is kept of both."""

    settings: DeskSettings
    database: Database = field(default_factory=Database)
    published: PublishedTables = field(default_factory=PublishedTables)
    totals: Totals = field(default_factory=Totals)
    updates: Updates = field(init=False)
    now: NowReader = field(init=False)
    kept: KeptQueries = field(init=False)

    def __post_init__(self) -> None:
        """Have all of them read the same tables."""
        object.__setattr__(self, "updates", Updates(self.published))
        object.__setattr__(self, "now", NowReader(self.published))
        object.__setattr__(self, "kept", KeptQueries(self.published))


def services(request: Request) -> Services:
    """Return the services of the application that answers a request."""
    found: Services = request.app.state.services
    return found


Used = Annotated[Services, Depends(services)]


def user_of(request: Request, settings: DeskSettings) -> str | None:
    """Return whom the proxy has authenticated; ``None`` where no proxy is trusted."""
    if not settings.trusts_proxy:
        return None
    for name in _USER_HEADERS:
        if value := request.headers.get(name):
            return value[:MAX_NAME]
    return None


def signed(wanted: NewDecision, request: Request, settings: DeskSettings) -> NewDecision:
    """Return a decision with who made it: behind a trusted proxy never who it says it was."""
    if not settings.trusts_proxy:
        return wanted
    return wanted.model_copy(update={"decided_by": user_of(request, settings)})
