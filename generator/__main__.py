"""Commands: ``python -m generator canonical``, ``roads`` and ``faults``."""

from __future__ import annotations

import argparse
import errno
import os
import sys
import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from common.errors import UserError
from common.paths import SEEDS, canonical_directory, roads_directory
from generator.configuration.defaults import DEFAULT_ROADS, DEFAULT_SEED, DEFAULT_START

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from generator.catalogue.records import Catalogue
    from generator.configuration.kitchen_configuration import KitchenConfiguration
    from generator.configuration.kitchen_settings import KitchenSettings
    from generator.dataset.canonical import EventMaker, Summary

_WRONG_INPUT = 2
_BROKEN_ENVIRONMENT = 1
_INTERRUPTED = 130

_LONG_WAIT_MINUTES = 240.0
_ENGINES = ("local", "spark")
_DRAWINGS = (".png", ".html")

# What is not installed unless asked for, by the name of what asks for it in pyproject.toml.
_EXTRAS = {
    **dict.fromkeys(("networkx", "osmnx", "pandas", "requests", "shapely"), "streets"),
    **dict.fromkeys(("matplotlib", "plotly"), "pictures"),
}

_CANONICAL_EXAMPLES = """\
examples:
  python -m generator canonical
  python -m generator canonical --days 7 --locations sf,sv --out /tmp/week
  python -m generator canonical --roads osm
  python -m generator canonical --config generator/configuration/examples/chicago.json
  python -m generator canonical --days 9000 --engine spark
"""
_FAULTS_EXAMPLES = """\
examples:
  python -m generator faults --landing data/landing/events --out /tmp/faulty/landing/events
  python -m generator faults --landing data/landing/events --out ... --rates rates.json --seed 7
"""
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, 2 for wrong input, 1 where the machine fails."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except UserError as error:
        return _failed(str(error), _WRONG_INPUT)
    except OSError as error:
        return _failed(_what_the_system_said(error), _BROKEN_ENVIRONMENT)
    except ModuleNotFoundError as error:
        extra = _EXTRAS.get(error.name or "")
        if extra is None:
            raise
        return _failed(
            f"{error.name} is not installed and this needs it; run "
            f"`pip install 'caspers-kitchens[{extra}]'`.",
            _BROKEN_ENVIRONMENT,
        )
    except KeyboardInterrupt:
        return _failed("stopped; what was there before is unchanged.", _INTERRUPTED)
    return 0


def _failed(message: str, code: int) -> int:
    print(f"error: {message}", file=sys.stderr)
    return code


def _what_the_system_said(error: OSError) -> str:
    remedies = {
        errno.ENOSPC: "free some space or choose a folder on another disk with --out",
        errno.EDQUOT: "free some space or choose a folder on another disk with --out",
        errno.EFBIG: "raise the limit on file sizes or choose a folder on another disk with --out",
        errno.EACCES: "choose a folder with --out in which you may write",
        errno.EPERM: "choose a folder with --out in which you may write",
        errno.EROFS: "choose a folder with --out in which you may write",
    }
    said = " ".join(str(error).split()) if error.errno is None else os.strerror(error.errno)
    where = f"{error.filename}: " if error.filename else ""
    remedy = remedies.get(error.errno or 0, "mend this and run the command again")
    return f"{where}{said or type(error).__name__}; {remedy}. What was there before is unchanged."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m generator",
        description="Make the life of Casper's Kitchens: orders, kitchens, streets and drivers.",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_canonical(commands)
    _add_faults(commands)
    roads = commands.add_parser(
        "roads",
        help="download street networks, or draw them",
        description="Street networks: download them once, or look at them.",
    )
    road_commands = roads.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_fetch(road_commands)
    _add_draw(road_commands)
    return parser


def _codes(text: str) -> list[str]:
    return [code.strip() for code in text.split(",") if code.strip()]


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f'"{text}" is not a date; write it as 2024-01-31'
        ) from None


def _add_kitchens(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--locations",
        type=_codes,
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


def _add_roads(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--roads",
        default=DEFAULT_ROADS,
        metavar="SOURCE",
        help="synthetic: made here, needs no network; osm: real streets, downloaded once and "
        "kept; or a path: one .graphml or .osm file, or a folder with one per kitchen "
        "(sf.graphml, ...) (default: %(default)s)",
    )


def _add_canonical(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "canonical",
        help="write the canonical dataset",
        description="Write the canonical dataset: every event of every order, in time order, "
        "with the business tables beside it. The same options give the same bytes. The dataset "
        "that is there stays untouched until the new one is complete.",
        epilog=_CANONICAL_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "--days",
        type=int,
        metavar="N",
        help="days on which orders are placed (default: 90, or what --config says)",
    )
    command.add_argument(
        "--start-date",
        type=_date,
        default=DEFAULT_START,
        metavar="DATE",
        help="day 0, as 2024-01-31 (default: %(default)s)",
    )
    command.add_argument(
        "--seed",
        type=int,
        default=DEFAULT_SEED,
        metavar="N",
        help="another seed gives another business of the same kind (default: %(default)s)",
    )
    _add_kitchens(command)
    _add_roads(command)
    command.add_argument(
        "--out",
        type=Path,
        default=canonical_directory(),
        metavar="DIR",
        help="folder of the dataset (default: %(default)s)",
    )
    command.add_argument(
        "--engine",
        choices=_ENGINES,
        default=_ENGINES[0],
        help="where the kitchen-days are made: in this process, or on Spark (the active session, "
        "or that of SPARK_REMOTE or SPARK_MASTER, or one on this machine); the rows are the same "
        "(default: %(default)s)",
    )
    command.set_defaults(run=_canonical)


def _add_faults(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "faults",
        help="copy landed events and put known faults into the copy",
        description="Copy a folder of landed windows, put faults into the copy (duplicates, late "
        "and lost events, broken lines, impossible values, strange files) and write down each of "
        "them in _faults/ledger.jsonl. The original is only read. The same options give the same "
        "bytes.",
        epilog=_FAULTS_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "--landing", type=Path, required=True, metavar="DIR", help="folder of landed windows"
    )
    command.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder of the faulty copy"
    )
    command.add_argument(
        "--rates",
        type=Path,
        metavar="FILE",
        help="JSON with the settings that are to differ, for example "
        '{"duplicates": 0.05, "bom_files": 0} (all of them: FaultSettings in '
        "generator/faults/settings.py)",
    )
    command.add_argument(
        "--seed",
        type=int,
        default=DEFAULT_SEED,
        metavar="N",
        help="another seed puts them elsewhere (default: %(default)s)",
    )
    command.set_defaults(run=_faults)


def _add_fetch(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "fetch",
        help="download real streets from OpenStreetMap",
        description="Download the streets around each kitchen from OpenStreetMap and keep them; "
        "from then on --roads osm needs no network.",
        epilog=_FETCH_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_kitchens(command)
    command.add_argument(
        "--refresh", action="store_true", help="download again what is there already"
    )
    command.add_argument(
        "--out",
        type=Path,
        default=roads_directory(),
        metavar="DIR",
        help="folder in which they are kept (default: %(default)s)",
    )
    command.set_defaults(run=_fetch)


def _add_draw(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "draw",
        help="draw street networks",
        description="Draw the streets of a kitchen with a sample of delivery routes: a picture "
        "(.png), or a map to move about in, in one file (.html).",
        epilog=_DRAW_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_kitchens(command)
    _add_roads(command)
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
        help="where to draw, ending in .png or .html; with several kitchens the code of each is "
        "added to the name (default: roads.png in the folder of street networks)",
    )
    command.set_defaults(run=_draw)


# The parts of a command are loaded when it runs, so that --help answers at once.


def _chosen(
    options: argparse.Namespace,
) -> tuple[Catalogue, list[KitchenConfiguration], list[KitchenSettings]]:
    """Read the seeds and configurations, and settle which kitchens a command is about."""
    from generator.catalogue.seed_files import load_catalogue  # noqa: PLC0415
    from generator.configuration.configuration_file import load_configuration  # noqa: PLC0415
    from generator.configuration.configured_kitchens import kitchen_settings  # noqa: PLC0415

    catalogue = load_catalogue(SEEDS)
    configurations = [load_configuration(file) for file in options.config]
    return catalogue, configurations, kitchen_settings(catalogue, configurations, options.locations)


def _canonical(options: argparse.Namespace) -> None:
    from common.progress import shown_progress  # noqa: PLC0415
    from generator.configuration.configured_kitchens import days_to_simulate  # noqa: PLC0415
    from generator.dataset.canonical import Plan, write_dataset  # noqa: PLC0415

    begin = time.perf_counter()
    catalogue, configurations, settings = _chosen(options)
    plan = Plan(
        catalogue=catalogue,
        settings=settings,
        start=options.start_date,
        days=days_to_simulate(configurations, options.days),
        seed=options.seed,
        roads=options.roads,
    )
    steps = {"roads": len(plan.settings), "days": plan.days}
    with _event_maker(options.engine) as make_events, shown_progress(steps) as progress:
        summary = write_dataset(plan, options.out, roads_directory(), progress, make_events)
    _warn(summary)
    _warn_of_unknown(catalogue, settings)
    seconds = time.perf_counter() - begin
    print(
        f"{summary.orders:,} orders, {summary.events:,} events, {plan.days} days, "
        f"kitchens {', '.join(kitchen.location_code for kitchen in summary.kitchens)}, "
        f"{seconds:.1f} s: {options.out}"
    )


@contextmanager
def _event_maker(engine: str) -> Iterator[EventMaker]:
    """Offer what makes the events, and the session that it needs, for as long as it is needed."""
    if engine == "local":
        from generator.dataset.canonical import simulate_here  # noqa: PLC0415

        yield simulate_here
        return
    from generator.dataset.spark.events import SparkEvents  # noqa: PLC0415
    from generator.dataset.spark.session import spark_session  # noqa: PLC0415

    with spark_session() as session:
        yield SparkEvents(session)


def _warn(summary: Summary) -> None:
    for kitchen in summary.kitchens:
        if kitchen.longest_wait_minutes > _LONG_WAIT_MINUTES:
            print(
                f"warning: {kitchen.location_code} has too few stations for its orders: one "
                f"waited {kitchen.longest_wait_minutes:,.0f} minutes; raise stations in "
                "seeds/locations.csv.",
                file=sys.stderr,
            )
        if kitchen.unreachable_addresses:
            print(
                f"note: {kitchen.location_code}: {kitchen.unreachable_addresses:,} addresses "
                "cannot be reached from the kitchen and get no orders.",
                file=sys.stderr,
            )


def _warn_of_unknown(catalogue: Catalogue, settings: Sequence[KitchenSettings]) -> None:
    known = {location.location_id for location in catalogue.locations}
    for kitchen in settings:
        place = kitchen.location
        if place.location_id not in known:
            print(
                f"note: {place.location_code} is not in seeds/locations.csv: add it there as "
                f"location_id {place.location_id}, or the models reject its events as unknown.",
                file=sys.stderr,
            )


def _faults(options: argparse.Namespace) -> None:
    from flows.faults.injection import LEDGER_FILE, LEDGER_FOLDER, inject  # noqa: PLC0415
    from flows.faults.settings import read_settings  # noqa: PLC0415

    counts = inject(options.landing, options.out, read_settings(options.rates), options.seed)
    told = ", ".join(f"{count:,} {kind}" for kind, count in sorted(counts.items())) or "no faults"
    print(f"{told}: {options.out / LEDGER_FOLDER / LEDGER_FILE}")


def _fetch(options: argparse.Namespace) -> None:
    from generator.roads.osm import ATTRIBUTION, fetch  # noqa: PLC0415

    for kitchen in _chosen(options)[2]:
        place = kitchen.location
        file = fetch(
            location_code=place.location_code,
            latitude=place.lat,
            longitude=place.lon,
            radius_mi=kitchen.radius_mi,
            roads_directory=options.out,
            refresh=options.refresh,
        )
        print(f"{place.location_code}: {file}")
    print(ATTRIBUTION)


def _draw(options: argparse.Namespace) -> None:
    out = options.out or roads_directory() / "roads.png"
    if out.suffix not in _DRAWINGS:
        raise UserError(f"--out {out}: end the name in .png for a picture or .html for a map.")

    from generator.roads.pictures import draw_html, draw_png  # noqa: PLC0415
    from generator.roads.sources import load_network  # noqa: PLC0415

    draw = draw_png if out.suffix == ".png" else draw_html
    settings = _chosen(options)[2]
    out.parent.mkdir(parents=True, exist_ok=True)
    for kitchen in settings:
        place = kitchen.location
        network = load_network(
            location_code=place.location_code,
            latitude=place.lat,
            longitude=place.lon,
            radius_mi=kitchen.radius_mi,
            source=options.roads,
            seed=options.seed,
            roads_directory=roads_directory(),
        )
        file = out
        if len(settings) > 1:
            file = out.with_name(f"{out.stem}-{place.location_code}{out.suffix}")
        draw(
            network,
            file,
            location_code=place.location_code,
            latitude=place.lat,
            longitude=place.lon,
            radius_mi=kitchen.radius_mi,
            name=place.name,
        )
        print(f"{place.location_code}: {file}")


if __name__ == "__main__":
    sys.exit(main())
