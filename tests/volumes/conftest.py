"""Volumes that only Python's file calls can see, and datasets to land on them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.sample_datasets import Small, some_orders, write_dataset
from tests.support.volume_shim import Volume, mounted


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """A dataset of three days, the last delivery after their end, in a folder of this machine."""
    rows = some_orders(3, 20)
    return Small(write_dataset(tmp_path_factory.mktemp("canonical"), rows, days=3), rows)


@pytest.fixture
def volume(tmp_path: Path) -> Iterator[Volume]:
    backing = tmp_path / "behind"
    for name in ("events", "misc"):
        (backing / "caspersdev" / "simulator" / name).mkdir(parents=True)
    with mounted(tmp_path / "Volumes", backing) as mount:
        yield mount


@pytest.fixture
def events(volume: Volume) -> Path:
    """The volume of landed events."""
    return volume.root / "caspersdev" / "simulator" / "events"


@pytest.fixture
def misc(volume: Volume) -> Path:
    """The volume of everything else."""
    return volume.root / "caspersdev" / "simulator" / "misc"
