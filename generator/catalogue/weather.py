"""The weather of the days that are simulated: ``weather.csv``, for generator and models alike."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from generator.catalogue.csv_rows import read_rows
from generator.catalogue.records import WeatherDay
from generator.catalogue.seed_messages import explain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from generator.catalogue.csv_rows import CsvRow

WEATHER_FILE = "weather.csv"
WEATHER_COLUMNS = tuple(field.name for field in fields(WeatherDay))


def load_weather(seeds_directory: Path, known: Iterable[int]) -> dict[int, tuple[WeatherDay, ...]]:
    """Read the weather of every kitchen, day after day; one without any has dry weather.

    Parameters
    ----------
    seeds_directory
        Folder of the seeds.
    known
        Keys of the kitchens.

    Raises
    ------
    UserError
        If the file is missing, a row is impossible, a kitchen is unknown, or a day is missing or
        there twice; names file, line and remedy.
    """
    file = seeds_directory / WEATHER_FILE
    header = ",".join(WEATHER_COLUMNS)
    adapter: TypeAdapter[WeatherDay] = TypeAdapter(WeatherDay)
    locations = frozenset(known)
    weather: dict[int, list[WeatherDay]] = {}
    for row in read_rows(
        file,
        WEATHER_COLUMNS,
        if_missing=f"where it never rains, write its header alone: {header}",
        may_be_empty=True,
    ):
        try:
            day = adapter.validate_python(row.values)
        except ValidationError as error:
            raise row.error(*explain(error.errors()[0], WeatherDay)) from error
        _check(row, day, locations, weather.setdefault(day.location_id, []))
        weather[day.location_id].append(day)
    return {key: tuple(days) for key, days in weather.items()}


def _check(
    row: CsvRow, day: WeatherDay, locations: frozenset[int], before: list[WeatherDay]
) -> None:
    if day.location_id not in locations:
        raise row.error(
            "location_id",
            f"{day.location_id} is not in locations.csv",
            "use one of its numbers, or remove the row",
        )
    if day.day_number != len(before):
        raise row.error(
            "day_number",
            f"{day.day_number} follows {len(before) - 1}",
            f"write day {len(before)} of this kitchen here: days are in order, from 0, without "
            "gaps",
        )
    starts, ends = day.starts_hour, day.ends_hour
    if starts is not None and ends is not None and starts >= ends:
        raise row.error(
            "ends_hour",
            f"{ends} is not after starts_hour {starts}",
            "write a later hour, at most 24",
        )
    falls = day.precipitation_mm > 0
    if falls != (starts is not None) or falls != (ends is not None):
        raise row.error(
            "precipitation_mm",
            f"{day.precipitation_mm:g} does not go with its hours",
            "give both hours on a day with rain or snow, and neither on a dry day",
        )
