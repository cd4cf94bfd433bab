"""The canonical dataset: all kitchens, all days, one folder (docs/contract.md, section 3)."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from common.dataset_files import COURIERS_FILE, DESCRIPTION_FILE, EVENTS_FILE, dataset_files
from common.storage.atomic_directory import atomic_directory
from generator.catalogue.records import TABLES
from generator.configuration.defaults import NAMED_ROAD_SOURCES
from generator.dataset.business_tables import write_business_tables
from generator.dataset.courier_table import write_couriers
from generator.dataset.kitchens import prepare_kitchens
from generator.dataset.local_events import make_events_locally
from generator.dataset.simulated_catalogue import simulated_catalogue
from generator.dataset.summary import DatasetSummary, find_notices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from generator.dataset.plan import DatasetPlan
    from generator.dataset.summary import KitchenSummary
    from generator.roads.network import RoadNetwork
    from generator.simulation.prepared_kitchen import Kitchen

# Increased whenever the same inputs give another dataset.
GENERATOR_VERSION = "4"


class EventMaker(Protocol):
    """Makes the events of all kitchens and days and writes them as ``target``."""

    def __call__(
        self,
        kitchens: Sequence[Kitchen],
        plan: DatasetPlan,
        target: Path,
        progress: Callable[[str, int], None],
    ) -> tuple[KitchenSummary, ...]:
        """Make them and return what each kitchen produced."""


def make_dataset(
    plan: DatasetPlan,
    out: Path,
    progress: Callable[[str, int], None] = lambda _step, _done: None,
    make_events: EventMaker | None = None,
) -> DatasetSummary:
    """Make a whole dataset, and put it in the place of ``out`` when it is complete.

    Parameters
    ----------
    plan
        What to make.
    out
        Folder of the dataset. What is in it stays unchanged until the new dataset is complete.
    progress
        Called with ``("roads", n)`` when n kitchens have their streets and with ``("days", n)``
        when n days are made.
    make_events
        Makes the events of all kitchens and days; by default what ``plan.engine`` asks for.

    Returns
    -------
    DatasetSummary
        What was written, with the notices that a person should read.

    Raises
    ------
    UserError
        If the plan, the streets or ``out`` cannot be used.
    OSError
        If the disk is full or cannot be written; ``out`` is then unchanged.
    """
    with (
        _event_maker(plan, make_events) as make,
        atomic_directory(out, dataset_files(TABLES), commit_marker=EVENTS_FILE) as staging,
    ):
        kitchens, networks = zip(*prepare_kitchens(plan, progress), strict=True)
        made = make(kitchens, plan, staging / EVENTS_FILE, progress)
        write_business_tables(simulated_catalogue(plan.catalogue, plan.settings), staging)
        if plan.people:
            write_couriers(kitchens, staging / COURIERS_FILE)
        summary = DatasetSummary(made, find_notices(plan, made))
        description = describe(plan, networks, summary)
        (staging / DESCRIPTION_FILE).write_text(
            json.dumps(description, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    return summary


@contextmanager
def _event_maker(plan: DatasetPlan, make_events: EventMaker | None) -> Iterator[EventMaker]:
    """Offer what makes the events, with a Spark session for as long as it is needed."""
    if make_events is not None:
        yield make_events
    elif plan.engine == "local":
        yield make_events_locally
    else:
        # Without --engine spark nothing of Spark is imported.
        from generator.dataset.spark.events import SparkEvents  # noqa: PLC0415
        from generator.dataset.spark.session import spark_session  # noqa: PLC0415

        with spark_session() as session:
            yield SparkEvents(session)


def describe(
    plan: DatasetPlan, networks: Sequence[RoadNetwork], summary: DatasetSummary
) -> dict[str, Any]:
    """Return the content of ``dataset.json``: what the dataset is, not when or where made."""
    locations = []
    for settings, network, kitchen in zip(plan.settings, networks, summary.kitchens, strict=True):
        named = network.source in NAMED_ROAD_SOURCES
        locations.append(
            {
                "location_id": settings.location.location_id,
                "location_code": settings.location.location_code,
                "road_source": network.source if named else Path(network.source).name,
                "road_hash": network.content_hash,
                "random_seed": settings.random_seed,
                "speed_up": settings.speed_up,
                "orders": kitchen.orders,
                "events": kitchen.events,
            }
        )
    return {
        "generator_version": GENERATOR_VERSION,
        "seed": plan.seed,
        "epoch": plan.epoch,
        "start_date": plan.start.isoformat(),
        "days": plan.days,
        "people": plan.people,
        "orders": summary.orders,
        "events": summary.events,
        "locations": locations,
    }
