"""``python -m generator realism``: how real a dataset is."""

from __future__ import annotations

import argparse
from pathlib import Path

from common.errors import UserError
from generator.configuration.defaults import DEFAULT_DAYS

_EXAMPLES = """\
examples:
  python -m generator realism data/canonical
  python -m generator realism ../their/canonical_dataset --pictures /tmp/pictures
"""


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser of the generator."""
    command = commands.add_parser(
        "realism",
        help="compare a dataset with published figures about deliveries",
        description="Measure a dataset, of any form that the replay accepts, and compare it with "
        "published figures about deliveries: a value, the band it should be in, and the source.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "dataset", type=Path, metavar="DIR", help="folder of the dataset, with its events.parquet"
    )
    command.add_argument(
        "--days",
        type=int,
        default=DEFAULT_DAYS,
        metavar="N",
        help="measure the first N days of a longer dataset (default: %(default)s)",
    )
    command.add_argument(
        "--pictures", type=Path, metavar="DIR", help="draw pictures (.png) into this folder as well"
    )
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    # Loaded when the command runs, so that --help answers at once.
    from generator.realism.catalogue import STATISTICS  # noqa: PLC0415
    from generator.realism.dataset import read_dataset  # noqa: PLC0415
    from generator.realism.statistic import measure  # noqa: PLC0415
    from generator.realism.table import format_table  # noqa: PLC0415

    if options.days < 1:
        raise UserError(f"--days {options.days}: measure at least one day.")
    observed = read_dataset(options.dataset, options.days)
    print(format_table([measure(statistic, observed) for statistic in STATISTICS]))
    if options.pictures is not None:
        from generator.realism.pictures import draw_pictures  # noqa: PLC0415

        for file in draw_pictures(observed, options.pictures):
            print(file)
