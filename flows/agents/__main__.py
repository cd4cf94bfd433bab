"""Questions to a language model: ``python -m flows.agents ask``."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from common.errors import UserError
from flows.agents.ask import ask, format_asked
from flows.agents.endpoint import URL_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, print a line and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m flows.agents", description=__doc__)
    parser.add_argument("command", choices=["ask"])
    parser.parse_args(arguments)
    try:
        asked = ask()
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if asked is None:
        print(f"No language model is set ({URL_VARIABLE}): the policy decides alone.")
    else:
        print(format_asked(asked) or "Agents: every question has its answer.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
