"""What a dataset is made of: decided once, before anything is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from common.errors import UserError
from common.event_schema import EVENT_COLUMNS, OLDER_EVENT_COLUMNS
from common.paths import roads_directory, seeds_directory
from common.rng import LARGEST_SEED
from common.time_units import SECONDS_PER_DAY
from generator.catalogue.seed_files import load_catalogue
from generator.configuration.configuration_file import load_configuration
from generator.configuration.configured_kitchens import days_to_simulate, kitchen_settings
from generator.configuration.defaults import DEFAULT_ROADS, DEFAULT_SEED, DEFAULT_START
from generator.simulation.orders.order_ids import LARGEST_DAY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from generator.catalogue.records import Catalogue
    from generator.configuration.kitchen_settings import KitchenSettings

Engine = Literal["local", "spark"]

EARLIEST_YEAR = 100


@dataclass(frozen=True)
class DatasetPlan:
    """What a dataset is made of.

    Attributes
    ----------
    catalogue
        The business.
    settings
        The kitchens to simulate.
    start
        Date of day 0.
    days
        On how many days orders are placed, at least one.
    seed
        0 to 2**64 - 1.
    roads
        Source of the street networks: ``synthetic``, ``osm`` or a path.
    roads_directory
        Where downloaded street networks are cached.
    engine
        Where the kitchen-days are simulated: in this process, or on Spark.
    people
        Whether events tell of people; otherwise they have the older form: no customers, couriers,
        promises, payments or cancelled orders.

    Raises
    ------
    UserError
        If the days, the seed or the start cannot be simulated; names the option.
    """

    catalogue: Catalogue
    settings: Sequence[KitchenSettings]
    start: date
    days: int
    seed: int
    roads: str
    roads_directory: Path
    engine: Engine = "local"
    people: bool = True

    def __post_init__(self) -> None:
        """Refuse what cannot be simulated, by the name of its option."""
        if not 1 <= self.days <= LARGEST_DAY + 1:
            raise UserError(
                f"--days {self.days} is impossible; ask for 1 to {LARGEST_DAY + 1:,} days."
            )
        if not 0 <= self.seed <= LARGEST_SEED:
            raise UserError(f"--seed {self.seed} is impossible; use a number from 0 to 2**64 - 1.")
        if self.start.year < EARLIEST_YEAR:
            raise UserError(
                f"--start-date {self.start} is before the year {EARLIEST_YEAR}, too early for what "
                "reads the dataset; start later."
            )
        if self.start.toordinal() + self.days > date.max.toordinal():
            raise UserError(
                f"--start-date {self.start} and {self.days} days end after the year 9999; "
                "start earlier."
            )

    @property
    def columns(self) -> pa.Schema:
        """Return the columns of its events."""
        return EVENT_COLUMNS if self.people else OLDER_EVENT_COLUMNS

    @property
    def epoch(self) -> int:
        """Return midnight of day 0 as Unix seconds of the business's own naive clock."""
        return (self.start - date(1970, 1, 1)).days * SECONDS_PER_DAY

    @property
    def steps(self) -> Mapping[str, int]:
        """Return how many steps of each kind `make_dataset` will report, for a progress bar."""
        return {"roads": len(self.settings), "days": self.days}


def plan_dataset(
    *,
    days: int | None = None,
    start: date = DEFAULT_START,
    seed: int = DEFAULT_SEED,
    locations: Sequence[str] | None = None,
    configurations: Sequence[Path] = (),
    roads: str = DEFAULT_ROADS,
    engine: Engine = "local",
    people: bool = True,
) -> DatasetPlan:
    """Plan a dataset of the seeds; without arguments, the default one.

    Parameters
    ----------
    days
        On how many days orders are placed; ``None`` for what the configurations ask for, or 90.
    start
        Date of day 0.
    seed
        Another seed gives another business of the same kind.
    locations
        Kitchens by code or name; ``None`` for all of them.
    configurations
        JSON files, at most one per kitchen.
    roads
        Source of the street networks: ``synthetic``, ``osm`` or a path.
    engine
        Where the kitchen-days are simulated.
    people
        Whether events tell of people.

    Raises
    ------
    UserError
        If the seeds, a configuration or an argument cannot be used; names file or option.
    """
    catalogue = load_catalogue(seeds_directory())
    loaded = [load_configuration(file) for file in configurations]
    return DatasetPlan(
        catalogue=catalogue,
        settings=kitchen_settings(catalogue, loaded, locations, seed),
        start=start,
        days=days_to_simulate(loaded, days),
        seed=seed,
        roads=roads,
        roads_directory=roads_directory(),
        engine=engine,
        people=people,
    )
