"""The weather of the days that are simulated: ``weather.csv``, for generator and models alike."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from common.errors import UserError
from generator.catalogue.csv_rows import read_rows
from generator.catalogue.records import WeatherDay
from generator.catalogue.seed_messages import explain

if TYPE_CHECKING:
    from pathlib import Path

    from common.problems import Problems
    from generator.catalogue.csv_rows import CsvRow
    from generator.catalogue.seed_checks import SeedTable

WEATHER_FILE = "weather.csv"
WEATHER_COLUMNS = tuple(field.name for field in fields(WeatherDay))


def load_weather(
    seeds_directory: Path, known: SeedTable, problems: Problems
) -> dict[int, tuple[WeatherDay, ...]]:
    """Read the weather of every kitchen, day after day; one without any has dry weather.

    Parameters
    ----------
    seeds_directory
        Folder of the seeds.
    known
        The kitchens.
    problems
        Is told of each problem.

    Raises
    ------
    UserError
        If the file is missing, a row is impossible, a kitchen is unknown, or a day is missing or
        there twice; names file, line and remedy.
    """
    file = seeds_directory / WEATHER_FILE
    header = ",".join(WEATHER_COLUMNS)
    adapter: TypeAdapter[WeatherDay] = TypeAdapter(WeatherDay)
    weather: dict[int, list[WeatherDay]] = {}
    expected: dict[str, int] = {}
    try:
        rows = read_rows(
            file,
            WEATHER_COLUMNS,
            if_missing=f"where it never rains, write its header alone: {header}",
            may_be_empty=True,
            problems=problems,
        )
    except UserError as error:
        problems.add(error)
        return {}
    for row in rows:
        # A day that cannot be read is one all the same: the next is not missing.
        key = row.values["location_id"].strip()
        number = expected.get(key, 0)
        expected[key] = number + 1
        try:
            day = adapter.validate_python(row.values)
        except ValidationError as error:
            for detail in error.errors():
                problems.add(row.error(*explain(detail, WeatherDay)), error)
            continue
        if known.lacks(day.location_id):
            problems.add(
                row.error(
                    "location_id",
                    f"{day.location_id} is not in locations.csv",
                    "use one of its numbers, or remove the row",
                )
            )
            continue
        if day.day_number != number:
            problems.add(
                row.error(
                    "day_number",
                    f"{day.day_number} follows {number - 1}",
                    f"write day {number} of this kitchen here: days are in order, from 0, without "
                    "gaps",
                )
            )
            # After a gap the days that follow are counted from there: it is one problem.
            expected[key] = day.day_number + 1
        _check(row, day, problems)
        weather.setdefault(day.location_id, []).append(day)
    return {key: tuple(days) for key, days in weather.items()}


def _check(row: CsvRow, day: WeatherDay, problems: Problems) -> None:
    starts, ends = day.starts_hour, day.ends_hour
    if starts is not None and ends is not None and starts >= ends:
        problems.add(
            row.error(
                "ends_hour",
                f"{ends} is not after starts_hour {starts}",
                "write a later hour, at most 24",
            )
        )
    falls = day.precipitation_mm > 0
    if falls != (starts is not None) or falls != (ends is not None):
        problems.add(
            row.error(
                "precipitation_mm",
                f"{day.precipitation_mm:g} does not go with its hours",
                "give both hours on a day with rain or snow, and neither on a dry day",
            )
        )
