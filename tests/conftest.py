"""What tests counted is told at the end of the run."""

from collections import Counter

import pytest

_COUNTED = pytest.StashKey[Counter[str]]()


@pytest.fixture(scope="session")
def figures(pytestconfig: pytest.Config) -> Counter[str]:
    """Counts of what was tried and came out right, by name, for the README to quote."""
    return pytestconfig.stash.setdefault(_COUNTED, Counter())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the counts."""
    counted = terminalreporter.config.stash.get(_COUNTED, Counter())
    if counted:
        terminalreporter.section("figures")
        for name, count in counted.items():
            terminalreporter.line(f"{count:6} {name}")
