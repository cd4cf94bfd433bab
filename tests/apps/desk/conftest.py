"""A desk that is served on loopback, with a small business behind it."""

from collections.abc import Iterator

import pytest

from apps.desk.application import create_application
from apps.desk.settings import DeskSettings
from common.postgres import Role, connection_string
from flows.postgres.server import Server
from tests.apps.desk.business import fill_postgres, publish, served


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
