"""The canonical dataset: all kitchens, all days, one folder (contract, section 3)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from common.errors import UserError
from common.rng import LARGEST_SEED
from common.storage.atomic_directory import atomic_directory
from generator.catalogue.records import TABLES
from generator.dataset.business_tables import write_business_tables
from generator.dataset.event_file import in_time_order, write_events
from generator.dataset.simulated_catalogue import simulated_catalogue
from generator.roads.routing import delivery_routes
from generator.roads.sources import load_network
from generator.simulation.kitchen_day import Kitchen, prepare_kitchen, simulate
from generator.simulation.order_ids import LARGEST_DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pyarrow as pa

    from generator.catalogue.records import Catalogue
    from generator.configuration.kitchen_settings import KitchenSettings
    from generator.roads.network import RoadNetwork

# Goes up whenever the same inputs give another dataset.
GENERATOR_VERSION = "1"

EVENTS_FILE = "events.parquet"
# Where a cluster has made the events, they are a folder of this name: its files, read in the order
# of their names, are the rows of the file.
EVENTS_PARTS = "part-*.parquet"
DESCRIPTION_FILE = "dataset.json"

_SECONDS_PER_DAY = 86_400
_MICROSECONDS_PER_MINUTE = 60_000_000
_NAMED_ROAD_SOURCES = ("synthetic", "osm")


@dataclass(frozen=True)
class Plan:
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
        How many days orders are placed, at least one.
    seed
        0 to 2**64 - 1.
    roads
        ``synthetic``, ``osm`` or a path.
    """

    catalogue: Catalogue
    settings: Sequence[KitchenSettings]
    start: date
    days: int
    seed: int
    roads: str

    def __post_init__(self) -> None:
        """Refuse what cannot be simulated, by the name of its option."""
        if not 1 <= self.days <= LARGEST_DAY + 1:
            raise UserError(
                f"--days {self.days} is impossible; ask for 1 to {LARGEST_DAY + 1:,} days."
            )
        if not 0 <= self.seed <= LARGEST_SEED:
            raise UserError(f"--seed {self.seed} is impossible; use a number from 0 to 2**64 - 1.")
        if self.start.toordinal() + self.days > date.max.toordinal():
            raise UserError(
                f"--start-date {self.start} and {self.days} days end after the year 9999; "
                "start earlier."
            )

    @property
    def epoch(self) -> int:
        """Return midnight of day 0 as Unix seconds of the business's own naive clock."""
        return (self.start - date(1970, 1, 1)).days * _SECONDS_PER_DAY


@dataclass(frozen=True)
class KitchenCount:
    """What one kitchen produced; ``longest_wait_minutes`` is that of an order for a station."""

    location_code: str
    orders: int
    events: int
    longest_wait_minutes: float
    unreachable_addresses: int


@dataclass(frozen=True)
class Summary:
    """What was written, kitchen by kitchen."""

    kitchens: tuple[KitchenCount, ...]

    @property
    def orders(self) -> int:
        """Return the orders of all kitchens."""
        return sum(kitchen.orders for kitchen in self.kitchens)

    @property
    def events(self) -> int:
        """Return the events of all kitchens."""
        return sum(kitchen.events for kitchen in self.kitchens)


class EventMaker(Protocol):
    """Makes the events of all kitchens and days and writes them as ``target``."""

    def __call__(
        self,
        kitchens: Sequence[Kitchen],
        plan: Plan,
        target: Path,
        progress: Callable[[str, int], None],
    ) -> Summary:
        """Make them; say what came of it."""


def dataset_files() -> frozenset[str]:
    """Return the names of all files of a dataset; those of parts are a pattern with a slash."""
    tables = {f"{name}.parquet" for name in TABLES}
    return frozenset(tables | {EVENTS_FILE, f"{EVENTS_FILE}/{EVENTS_PARTS}", DESCRIPTION_FILE})


def simulate_here(
    kitchens: Sequence[Kitchen], plan: Plan, target: Path, progress: Callable[[str, int], None]
) -> Summary:
    """Make all events on this machine, day after day, and write them as one file.

    Parameters
    ----------
    kitchens
        Ready to be simulated, in the order of ``plan.settings``.
    plan
        What to make.
    target
        ``events.parquet``.
    progress
        As in `write_dataset`.
    """
    tally = _Tally(kitchens)
    write_events(target, in_time_order(tally.days(plan, progress)))
    return tally.summary()


def write_dataset(
    plan: Plan,
    out: Path,
    roads_directory: Path,
    progress: Callable[[str, int], None] = lambda _what, _day: None,
    make_events: EventMaker = simulate_here,
) -> Summary:
    """Make a dataset and put it in the place of ``out`` when it is complete.

    Parameters
    ----------
    plan
        What to make.
    out
        Folder of the dataset. What is there stays as it is until the new one is complete.
    roads_directory
        Where street networks are cached.
    progress
        Is told ``("roads", n)`` when the n-th kitchen has its streets and ``("days", n)`` when n
        days are made.
    make_events
        Makes the events of all kitchens and days: here, or on a cluster.

    Raises
    ------
    UserError
        Where the plan, the streets or ``out`` cannot be used.
    OSError
        Where the disk is full or cannot be written; ``out`` is then what it was.
    """
    with atomic_directory(out, dataset_files(), commit_marker=EVENTS_FILE) as unfinished:
        networks = []
        for number, settings in enumerate(plan.settings, start=1):
            networks.append(_network(settings, plan, roads_directory))
            progress("roads", number)
        kitchens = [
            _kitchen(settings, network, plan)
            for settings, network in zip(plan.settings, networks, strict=True)
        ]
        summary = make_events(kitchens, plan, unfinished / EVENTS_FILE, progress)
        write_business_tables(simulated_catalogue(plan.catalogue, plan.settings), unfinished)
        description = describe(plan, networks, summary)
        (unfinished / DESCRIPTION_FILE).write_text(
            json.dumps(description, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    return summary


def _network(settings: KitchenSettings, plan: Plan, roads_directory: Path) -> RoadNetwork:
    location = settings.location
    return load_network(
        location_code=location.location_code,
        latitude=location.lat,
        longitude=location.lon,
        radius_mi=settings.radius_mi,
        source=plan.roads,
        seed=plan.seed,
        roads_directory=roads_directory,
    )


def _kitchen(settings: KitchenSettings, network: RoadNetwork, plan: Plan) -> Kitchen:
    location = settings.location
    routes = delivery_routes(network, location.lat, location.lon, settings.radius_mi)
    return prepare_kitchen(settings, plan.catalogue, routes, plan.start, plan.seed)


class _Tally:
    """Simulates day after day and remembers only counts and the state of the stations."""

    def __init__(self, kitchens: Sequence[Kitchen]) -> None:
        self._kitchens = kitchens
        self._orders = [0] * len(kitchens)
        self._events = [0] * len(kitchens)
        self._waits = [0] * len(kitchens)

    def days(
        self, plan: Plan, progress: Callable[[str, int], None]
    ) -> Iterator[tuple[int, list[pa.Table]]]:
        """Yield the end of each day in Unix seconds and the events of its orders."""
        stations: list[list[int] | None] = [None] * len(self._kitchens)
        for day in range(plan.days):
            tables = []
            for row, kitchen in enumerate(self._kitchens):
                made = simulate(kitchen, day, plan.epoch, stations[row])
                stations[row] = made.stations_free_at
                self._orders[row] += made.orders
                self._events[row] += made.events.num_rows
                self._waits[row] = max(self._waits[row], made.longest_wait)
                tables.append(made.events)
            yield plan.epoch + (day + 1) * _SECONDS_PER_DAY, tables
            progress("days", day + 1)

    def summary(self) -> Summary:
        """Return what all days together came to."""
        counts = zip(self._kitchens, self._orders, self._events, self._waits, strict=True)
        return Summary(tuple(kitchen_count(*count) for count in counts))


def kitchen_count(kitchen: Kitchen, orders: int, events: int, longest_wait: int) -> KitchenCount:
    """Return what a kitchen produced; ``longest_wait`` is in microseconds."""
    return KitchenCount(
        location_code=kitchen.settings.location.location_code,
        orders=orders,
        events=events,
        longest_wait_minutes=longest_wait / _MICROSECONDS_PER_MINUTE,
        unreachable_addresses=kitchen.addresses.routes.unreachable_addresses,
    )


def describe(plan: Plan, networks: Sequence[RoadNetwork], summary: Summary) -> dict[str, Any]:
    """Return what ``dataset.json`` says: what the dataset is, nothing of when or where."""
    locations = []
    for settings, network, count in zip(plan.settings, networks, summary.kitchens, strict=True):
        named = network.source in _NAMED_ROAD_SOURCES
        locations.append(
            {
                "location_id": settings.location.location_id,
                "location_code": settings.location.location_code,
                "road_source": network.source if named else Path(network.source).name,
                "road_hash": network.content_hash,
                "random_seed": settings.random_seed,
                "speed_up": settings.speed_up,
                "orders": count.orders,
                "events": count.events,
            }
        )
    return {
        "generator_version": GENERATOR_VERSION,
        "seed": plan.seed,
        "epoch": plan.epoch,
        "start_date": plan.start.isoformat(),
        "days": plan.days,
        "orders": summary.orders,
        "events": summary.events,
        "locations": locations,
    }
