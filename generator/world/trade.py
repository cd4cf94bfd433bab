"""How a business runs: the settings of its folder, and what of them counts for one kitchen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from common.json_file import checked, read_json_object
from common.paths import SEEDS
from common.problems import Problems
from generator.world.baskets import BasketsFile
from generator.world.demand import DemandFile
from generator.world.payments import PaymentsFile
from generator.world.preparation import Preparation
from generator.world.streets import StreetsFile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pydantic import BaseModel

    from generator.world.baskets import Occasion
    from generator.world.demand import Demand
    from generator.world.payments import Payments
    from generator.world.streets import Traffic

SETTINGS: dict[str, type[BaseModel]] = {
    "demand.json": DemandFile,
    "preparation.json": Preparation,
    "baskets.json": BasketsFile,
    "streets.json": StreetsFile,
    "payments.json": PaymentsFile,
}
"""The files of a world that tell how it runs, and what each has to be (docs/worlds.md)."""


KITCHENS = "kitchens"
"""The folder in a world of files that tell how single kitchens work."""


@dataclass(frozen=True)
class KitchenFile:
    """A file of that folder, as it is written: `generator.configuration` knows its keys."""

    path: Path
    values: dict[str, Any]


@dataclass(frozen=True)
class KitchenTrade:
    """How one kitchen runs.

    Attributes
    ----------
    demand
        When people order.
    preparation
        How things are made.
    occasions
        What people order together.
    traffic
        What the streets are like.
    payments
        What is paid beside the items.
    """

    demand: Demand
    preparation: Preparation
    occasions: tuple[Occasion, ...]
    traffic: Traffic
    payments: Payments


@dataclass(frozen=True)
class Trade:
    """How a business runs: its five files, whole, and those of kitchens by their names."""

    demand: DemandFile
    preparation: Preparation
    baskets: BasketsFile
    streets: StreetsFile
    payments: PaymentsFile
    kitchens: Mapping[str, KitchenFile]

    def of(self, location_code: str) -> KitchenTrade:
        """Return how one kitchen runs."""
        return KitchenTrade(
            demand=self.demand.of(location_code),
            preparation=self.preparation,
            occasions=self.baskets.occasions,
            traffic=self.streets.of(location_code),
            payments=self.payments.of(location_code),
        )


def load_trade(folder: Path, problems: Problems | None = None) -> Trade:
    """Read how a business runs; what its folder does not say is as in the seeds.

    Parameters
    ----------
    folder
        The folder of the business, with any of the files in ``SETTINGS`` and a folder
        ``kitchens``.
    problems
        Is told of everything that is wrong; without it the first problem is raised. A file that
        cannot be used then counts as one that is not there.

    Raises
    ------
    UserError
        If a file cannot be read or has unknown keys or impossible values; names file and key.
    """
    problems = problems or Problems()
    files: dict[str, Any] = {}
    for name, model in SETTINGS.items():
        key = name.removesuffix(".json")
        with problems.collected():
            files[key] = checked(model, _values(folder, name), folder / name)
        if key not in files:
            files[key] = checked(model, _values(SEEDS, name), SEEDS / name)
    kitchens: dict[str, KitchenFile] = {}
    for path in sorted((folder / KITCHENS).glob("*.json")):
        with problems.collected():
            values = read_json_object(path, if_missing="bring it back")
            kitchens[path.stem] = KitchenFile(path, values)
    return Trade(**files, kitchens=kitchens)


@cache
def usual_trade() -> Trade:
    """Return how Casper's Kitchens run."""
    return load_trade(SEEDS)


def _values(folder: Path, name: str) -> dict[str, Any]:
    """Return the keys of a file, over those of the seeds."""
    values = read_json_object(SEEDS / name, if_missing="bring it back")
    own = folder / name
    if own.exists() and folder != SEEDS:
        values |= read_json_object(own, if_missing="bring it back")
    return values
