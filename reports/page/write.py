"""Write the page to a file: on this machine, or on a volume."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from common.errors import UserError
from common.storage import storage_of
from common.system_errors import to_user_error
from reports.page.business import read_business
from reports.page.figures import FIGURES, HEADLINE
from reports.page.formats import format_moment, format_value
from reports.page.page import render_page
from reports.page.words import said

if TYPE_CHECKING:
    from pathlib import Path

    from reports.page.source import Source

MOST_BYTES = 3_000_000
"""What a page may have, so that it can be mailed."""


@dataclass(frozen=True, slots=True)
class Written:
    """A report that was written.

    Attributes
    ----------
    file
        Where it is.
    size
        How many bytes it has.
    origin, until
        Of which build it is, and until which moment.
    figures
        The figures of its headline by name, as it prints them.
    """

    file: str
    size: int
    origin: str
    until: str
    figures: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        """Return it as other programs read it."""
        return asdict(self)


def write_report(source: Source, out: Path) -> Written:
    """Write the report of the tables in a source; a reader never sees half of one.

    Parameters
    ----------
    source
        The tables.
    out
        The HTML file.

    Raises
    ------
    UserError
        If there is nothing to report, the page is too large to be mailed, or the file cannot be
        written.
    """
    business = read_business(source)
    page = render_page(business).encode()
    if len(page) > MOST_BYTES:
        raise UserError(
            f"The report has {len(page):,} bytes, more than the {MOST_BYTES:,} that can be mailed: "
            "this business has more kitchens, brands or days than the report was made for."
        )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with storage_of(out).atomic_file(out) as file:
            file.write_bytes(page)
    except OSError as error:
        raise to_user_error(error, f"write the report to {out}", "--out") from error
    return Written(
        file=str(out),
        size=len(page),
        origin=business.origin,
        until=format_moment(business.period.until),
        figures={
            said(FIGURES[key].name): format_value(business.totals[key], FIGURES[key].unit)
            for key in HEADLINE
        },
    )
