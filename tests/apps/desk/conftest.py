"""A desk that is served on loopback, with a small business behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from apps.desk.application import create_application
from apps.desk.settings import DeskSettings
from common.postgres import Role, connection_string
from flows.postgres.server import Server
from tests.apps.desk.business import fill_postgres, publish
from tests.apps.desk.many_days import publish_days
from tests.support.served_desk import served


@pytest.fixture(scope="module")
def desk(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a desk; its data folder has published tables."""
    data = tmp_path_factory.mktemp("desk")
    fill_postgres(postgres)
    publish(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CASPERS_DATA", str(data))
        patch.setenv("CASPERS_POSTGRES", connection_string(Role.DESK, postgres.directory))
        with served(create_application(DeskSettings())) as address:
            yield address


@dataclass(frozen=True)
class ControlRoom:
    """A desk over ten weeks of orders: its address, and the data folder behind it."""

    address: str
    data: Path

    @property
    def published(self) -> Path:
        """The published DuckDB file."""
        return self.data / "published" / "caspers.duckdb"


@pytest.fixture(scope="module")
def control_room(
    postgres: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ControlRoom]:
    """A desk whose data folder has the published tables of many days, and no windows."""
    data = tmp_path_factory.mktemp("control_room")
    publish_days(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CASPERS_DATA", str(data))
        patch.setenv("CASPERS_POSTGRES", connection_string(Role.DESK, postgres.directory))
        with served(create_application(DeskSettings())) as address:
            yield ControlRoom(address, data)
