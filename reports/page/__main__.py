"""Write the report: ``python -m reports.page``, or ``make report``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from common.errors import UserError
from common.paths import published_directory, report_file
from common.system_errors import to_user_error
from reports.page.business import read_business
from reports.page.page import MOST_BYTES, render_page
from reports.page.source import Source, published_source


def write_report(source: Source, out: Path) -> int:
    """Write the report of the tables in a source; return how many bytes it has.

    Raises
    ------
    UserError
        If there is nothing to report, the page is too large to be mailed, or the file cannot be
        written.
    """
    page = render_page(read_business(source)).encode()
    if len(page) > MOST_BYTES:
        raise UserError(
            f"The report has {len(page):,} bytes, more than the {MOST_BYTES:,} that can be mailed: "
            "this business has more kitchens, brands or days than the report was made for."
        )
    aside = out.with_name(f".{out.name}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(page)
        aside.replace(out)  # whoever has it open never sees half of one
    except OSError as error:
        raise to_user_error(error, f"write the report to {out}", "--out") from error
    return len(page)


def main() -> int:
    """Write the report and print where it is."""
    parser = argparse.ArgumentParser(prog="python -m reports.page", description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=report_file(), help="HTML file (default: %(default)s)"
    )
    out: Path = parser.parse_args().out
    try:
        with published_source(published_directory()) as source:
            size = write_report(source, out)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{out}: {size / 1e6:.1f} MB, {source.origin}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
