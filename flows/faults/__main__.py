"""The fault injector on the command line: ``python -m flows.faults --help``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from common.errors import UserError
from common.landed_files import FAULTS_FOLDER
from common.system_errors import to_user_error
from flows.faults.injection import LEDGER_FILE, inject
from flows.faults.settings import read_settings
from generator.configuration.defaults import DEFAULT_SEED

if TYPE_CHECKING:
    from collections.abc import Sequence

_WRONG_INPUT = 2
_BROKEN_ENVIRONMENT = 1
_INTERRUPTED = 130
_EXAMPLES = """\
examples:
  python -m flows.faults --landing data/landing/events --out /tmp/faulty/landing/events
  python -m flows.faults --landing data/landing/events --out ... --rates rates.json --seed 7
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Inject faults; return 0, 2 for wrong input, or 1 where the system fails."""
    options = _parser().parse_args(arguments)
    try:
        settings = read_settings(options.rates)
        counts = inject(options.landing, options.out, settings, options.seed)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return _WRONG_INPUT
    except OSError as error:
        print(f"error: {to_user_error(error, 'write the faulty copy')}", file=sys.stderr)
        return _BROKEN_ENVIRONMENT
    except KeyboardInterrupt:
        print("error: stopped; what was there before is unchanged.", file=sys.stderr)
        return _INTERRUPTED
    listed = ", ".join(f"{count:,} {kind}" for kind, count in sorted(counts.items()))
    print(f"{listed or 'no faults'}: {options.out / FAULTS_FOLDER / LEDGER_FILE}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m flows.faults",
        description="Copy a folder of landed windows, inject faults into the copy (duplicates, "
        "late and lost events, broken lines, impossible values, odd files) and record each of "
        "them in _faults/ledger.jsonl. The original is only read. The same options give the same "
        "bytes.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--landing", type=Path, required=True, metavar="DIR", help="folder of landed windows"
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder of the faulty copy"
    )
    parser.add_argument(
        "--rates",
        type=Path,
        metavar="FILE",
        help="JSON with the settings to change, for example "
        '{"duplicates": 0.05, "bom_files": 0} (all of them: FaultSettings in '
        "flows/faults/settings.py)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=DEFAULT_SEED,
        metavar="N",
        help="another seed puts them elsewhere (default: %(default)s)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
