"""``python -m generator roads``: download street networks, or draw them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from common.errors import UserError
from common.paths import roads_directory, seeds_directory
from generator.commands.options import add_kitchen_options, add_roads_option
from generator.configuration.defaults import DEFAULT_SEED

if TYPE_CHECKING:
    from generator.configuration.kitchen_settings import KitchenSettings
    from generator.roads.delivery_area import DeliveryArea

_DRAWINGS = (".png", ".html")

_FETCH_EXAMPLES = """\
examples:
  python -m generator roads fetch
  python -m generator roads fetch --locations sf,chicago
"""
_DRAW_EXAMPLES = """\
examples:
  python -m generator roads draw --locations sf --out sf.png
  python -m generator roads draw --locations bellevue --roads osm --out bellevue.html
"""


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the group of commands to the parser of the generator."""
    roads = commands.add_parser(
        "roads",
        help="download street networks, or draw them",
        description="Street networks: download them once, or look at them.",
    )
    road_commands = roads.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_fetch(road_commands)
    _add_draw(road_commands)


def _add_fetch(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "fetch",
        help="download real streets from OpenStreetMap",
        description="Download the streets around each kitchen from OpenStreetMap and cache them; "
        "afterwards --roads osm needs no network.",
        epilog=_FETCH_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_kitchen_options(command)
    command.add_argument(
        "--refresh", action="store_true", help="download again even if the streets are cached"
    )
    command.add_argument(
        "--out",
        type=Path,
        default=roads_directory(),
        metavar="DIR",
        help="folder of the cached streets (default: %(default)s)",
    )
    command.set_defaults(run=_fetch)


def _add_draw(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "draw",
        help="draw street networks",
        description="Draw the streets of a kitchen with a sample of delivery routes: a picture "
        "(.png), or an interactive map in one file (.html).",
        epilog=_DRAW_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_kitchen_options(command)
    add_roads_option(command)
    command.add_argument(
        "--seed",
        type=int,
        default=DEFAULT_SEED,
        metavar="N",
        help="seed of synthetic streets (default: %(default)s)",
    )
    command.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="file to write, ending in .png or .html; with several kitchens the code of each is "
        "added to the name (default: roads.png in the folder of street networks)",
    )
    command.set_defaults(run=_draw)


# The parts of a command are loaded when it runs, so that --help answers at once.


def _chosen_kitchens(options: argparse.Namespace) -> list[KitchenSettings]:
    from generator.catalogue.seed_files import load_catalogue  # noqa: PLC0415
    from generator.configuration.configuration_file import load_configuration  # noqa: PLC0415
    from generator.configuration.configured_kitchens import kitchen_settings  # noqa: PLC0415

    configurations = [load_configuration(file) for file in options.config]
    return kitchen_settings(load_catalogue(seeds_directory()), configurations, options.locations)


def _fetch(options: argparse.Namespace) -> None:
    from generator.roads.attribution import OSM_ATTRIBUTION  # noqa: PLC0415
    from generator.roads.osm import fetch  # noqa: PLC0415

    for kitchen in _chosen_kitchens(options):
        area = _delivery_area(kitchen)
        file = fetch(area, options.out, refresh=options.refresh)
        print(f"{area.location_code}: {file}")
    print(OSM_ATTRIBUTION)


def _draw(options: argparse.Namespace) -> None:
    out = options.out or roads_directory() / "roads.png"
    if out.suffix not in _DRAWINGS:
        raise UserError(f"--out {out}: end the name in .png for a picture or .html for a map.")

    from generator.roads.pictures import Subject, draw_html, draw_png  # noqa: PLC0415
    from generator.roads.sources import load_network  # noqa: PLC0415

    draw = draw_png if out.suffix == ".png" else draw_html
    kitchens = _chosen_kitchens(options)
    out.parent.mkdir(parents=True, exist_ok=True)
    for kitchen in kitchens:
        area = _delivery_area(kitchen)
        network = load_network(area, options.roads, options.seed, roads_directory())
        file = out
        if len(kitchens) > 1:
            file = out.with_name(f"{out.stem}-{area.location_code}{out.suffix}")
        draw(Subject(network, area, kitchen.location.name), file)
        print(f"{area.location_code}: {file}")


def _delivery_area(kitchen: KitchenSettings) -> DeliveryArea:
    from generator.roads.delivery_area import DeliveryArea  # noqa: PLC0415

    location = kitchen.location
    return DeliveryArea(location.location_code, location.lat, location.lon, kitchen.radius_mi)
