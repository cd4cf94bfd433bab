"""Options that several commands share, and how their values are read."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from generator.configuration.defaults import DEFAULT_ROADS


def read_codes(text: str) -> list[str]:
    """Read codes that are separated by commas."""
    return [code.strip() for code in text.split(",") if code.strip()]


def read_date(text: str) -> date:
    """Read an ISO date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f'"{text}" is not a date; write it as 2024-01-31'
        ) from None


def add_kitchen_options(command: argparse.ArgumentParser) -> None:
    """Add the options that choose kitchens and configure them."""
    command.add_argument(
        "--locations",
        type=read_codes,
        metavar="CODES",
        help="kitchens by location_code, separated by commas (default: all of them)",
    )
    command.add_argument(
        "--config",
        type=Path,
        nargs="+",
        action="extend",
        default=[],
        metavar="FILE",
        help="JSON settings, one file per kitchen (examples in generator/configuration/examples)",
    )


def add_roads_option(command: argparse.ArgumentParser) -> None:
    """Add the option that chooses the source of street networks."""
    command.add_argument(
        "--roads",
        default=DEFAULT_ROADS,
        metavar="SOURCE",
        help="synthetic: generated, needs no network; osm: real streets, downloaded once and "
        "cached; or a path: one .graphml or .osm file, or a folder with one per kitchen "
        "(sf.graphml, ...) (default: %(default)s)",
    )
