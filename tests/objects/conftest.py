"""An object store on loopback, and datasets to land in it."""

from collections.abc import Iterator

import pytest

from tests.support.object_store import ObjectStoreServer, running_object_store
from tests.support.sample_datasets import Small, some_orders, write_dataset


@pytest.fixture(scope="session")
def server() -> Iterator[ObjectStoreServer]:
    with running_object_store() as server:
        yield server


@pytest.fixture
def store(server: ObjectStoreServer, monkeypatch: pytest.MonkeyPatch) -> ObjectStoreServer:
    """The object store that the environment names; it answers as it should."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    server.control(answer=None, unconditional=False, kill=None)
    server.log()
    return server


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """A dataset of three days, the last delivery after their end, in a folder of this machine."""
    rows = some_orders(3, 20)
    return Small(write_dataset(tmp_path_factory.mktemp("canonical"), rows, days=3), rows)
