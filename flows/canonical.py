"""The default dataset, made by a flow: progress and notices on stderr, errors in one line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from common.progress import show_progress
from common.system_errors import to_user_error

if TYPE_CHECKING:
    from pathlib import Path


def make_default_dataset(canonical: Path) -> None:
    """Make the dataset that ``python -m generator canonical`` makes without options.

    Parameters
    ----------
    canonical
        Folder of the dataset.

    Raises
    ------
    UserError
        If the dataset cannot be made.
    """
    # Imported here: a run that has its dataset does not pay a second for the generator.
    from generator.dataset.canonical import make_dataset  # noqa: PLC0415
    from generator.dataset.plan import plan_dataset  # noqa: PLC0415

    plan = plan_dataset()
    try:
        with show_progress(plan.steps) as progress:
            summary = make_dataset(plan, canonical, progress)
    except OSError as error:
        raise to_user_error(error, f"make the dataset in {canonical}", "CASPERS_DATA") from error
    for notice in summary.notices:
        print(notice, file=sys.stderr)
    print(
        f"{summary.orders:,} orders, {summary.events:,} events, {plan.days} days: {canonical}",
        file=sys.stderr,
    )
