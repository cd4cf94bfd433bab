"""Write the report: ``python -m reports.page``, or ``make report``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from common.errors import UserError
from common.paths import published_directory, report_file
from reports.page.source import published_source
from reports.page.write import write_report


def main() -> int:
    """Write the report and print where it is."""
    parser = argparse.ArgumentParser(prog="python -m reports.page", description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=report_file(), help="HTML file (default: %(default)s)"
    )
    parser.add_argument(
        "--json", action="store_true", help="print what was written as JSON, for programs"
    )
    options = parser.parse_args()
    try:
        with published_source(published_directory()) as source:
            written = write_report(source, options.out)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(written.as_dict()))
    else:
        print(f"{written.file}: {written.size / 1e6:.1f} MB, until {written.until}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
