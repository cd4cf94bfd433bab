"""Publish the tables that ``dbt build`` has made by hand: ``python -m flows.publication``."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from common.errors import UserError
from flows.publication.warehouse import publish_warehouse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.publication.publish import Publication


def main(arguments: Sequence[str] | None = None) -> int:
    """Publish, print what was published and return the exit code."""
    argparse.ArgumentParser(
        prog="python -m flows.publication",
        description="Publish for readers what `dbt build` has made; `make run` does it by itself.",
    ).parse_args(arguments)
    try:
        print(format_publication(publish_warehouse()))
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def format_publication(publication: Publication) -> str:
    """Return one line about a publication."""
    return (
        f"Published build {publication.build}: {len(publication.rows)} tables in "
        f"{publication.files:,} Parquet files, {publication.files_written:,} of them new, "
        f"in {publication.seconds:.1f} s."
    )


if __name__ == "__main__":
    sys.exit(main())
