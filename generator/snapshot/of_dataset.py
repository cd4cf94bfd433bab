"""The world behind a dataset, where it can be made again from what the dataset says of itself."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from common.canonical_dataset import open_dataset
from common.dataset_files import DESCRIPTION_FILE
from common.errors import UserError
from common.paths import roads_directory
from common.time_units import SECONDS_PER_DAY
from generator.configuration.defaults import NAMED_ROAD_SOURCES, OSM_ROADS
from generator.dataset.canonical import GENERATOR_VERSION
from generator.dataset.kitchens import prepare_kitchens
from generator.dataset.plan import plan_dataset
from generator.simulation.kitchen_day import simulate
from generator.snapshot.snapshot import World

if TYPE_CHECKING:
    from pathlib import Path

    from generator.dataset.plan import DatasetPlan
    from generator.simulation.prepared_kitchen import Kitchen

_KEYS = ("order_id", "event_type_id", "ts_seconds", "ts_micros", "sequence", "driver_id")


def world_of_dataset(canonical: Path) -> World:
    """Return the world that a dataset was made from.

    The events of its first and of its last day are made again and compared, so that a snapshot
    of it never says anything else than the dataset.

    Parameters
    ----------
    canonical
        Folder of the dataset.

    Raises
    ------
    UserError
        If the dataset cannot be made again here, and why: it is of another generator, tells of
        nobody, or was made from another business, configuration or streets.
    """
    description = _read_description(canonical)
    plan = _plan(canonical, description)
    try:
        kitchens = [planned.kitchen for planned in prepare_kitchens(plan)]
    except ModuleNotFoundError as error:
        raise UserError(
            f"{canonical} was made with real streets, and {error.name} is not installed here."
        ) from error
    for kitchen in kitchens:
        for day in sorted({0, plan.days - 1}):
            if not _is_same_day(canonical, kitchen, plan, day):
                raise UserError(
                    f"{canonical} was made from another business, configuration or streets than "
                    f"are here: {kitchen.settings.location.location_code}, day {day}, differs."
                )
    return World(kitchens, plan.days)


def _read_description(canonical: Path) -> dict[str, Any]:
    file = canonical / DESCRIPTION_FILE
    try:
        description = json.loads(file.read_bytes())
        version, people = description["generator_version"], description["people"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{file} does not say how the dataset was made.") from error
    if version != GENERATOR_VERSION:
        raise UserError(
            f"{canonical} was made by version {version} of the generator, which is now "
            f"{GENERATOR_VERSION}."
        )
    if not people:
        raise UserError(f"{canonical} tells of nobody (--people off).")
    return dict(description)


def _plan(canonical: Path, description: dict[str, Any]) -> DatasetPlan:
    file = canonical / DESCRIPTION_FILE
    try:
        locations = description["locations"]
        sources = {location["road_source"] for location in locations}
        days, seed = int(description["days"]), int(description["seed"])
        start = date.fromisoformat(description["start_date"])
        codes = [str(location["location_code"]) for location in locations]
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{file} does not say how the dataset was made.") from error
    if len(sources) != 1 or not sources <= set(NAMED_ROAD_SOURCES):
        raise UserError(
            f"{canonical} was made with streets from a file, and does not say from which folder."
        )
    (source,) = sources
    files = [roads_directory() / f"{code}.graphml" for code in codes if source == OSM_ROADS]
    lost = [file for file in files if not file.is_file()]
    if lost:
        # A state of the world is no reason to ask the internet.
        raise UserError(f"{canonical} was made with streets that are no longer in {lost[0]}.")
    return plan_dataset(days=days, start=start, seed=seed, locations=codes, roads=source)


def _is_same_day(canonical: Path, kitchen: Kitchen, plan: DatasetPlan, day: int) -> bool:
    """Whether the orders that a dataset has of a day are those that the simulation gives."""
    made = simulate(kitchen, day, plan.epoch).events.select(_KEYS)
    first = plan.epoch + day * SECONDS_PER_DAY
    # Until the last of its orders has ended, a while after midnight.
    last = int(made["ts_seconds"].to_numpy().max()) if made.num_rows else first
    orders = made["order_id"].unique()
    with duckdb.connect() as connection:
        connection.register("made", pa.table({"order_id": orders}))
        found = connection.sql(
            f"""select {", ".join(_KEYS)} from {open_dataset(canonical).rows.sql}
            where ts_seconds between {first} and {last} and location_id = {kitchen.location_id}
            and (order_id in (select order_id from made)
              or event_type_id = 1 and ts_seconds < {first + SECONDS_PER_DAY})
            order by order_id, sequence"""
        ).to_arrow_table()
    ordering = [("order_id", "ascending"), ("sequence", "ascending")]
    return bool(found.cast(made.schema).equals(made.sort_by(ordering)))
