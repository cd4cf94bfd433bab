"""What tests of every folder share: one dbt process, and figures for the end of the run."""

import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flows import exact, teardown
from tests.support.business import Business, DbtWorker
from tests.support.distribution import FilesAndIndependentTests
from tests.support.first_builds import FirstBuilds
from tests.support.postgres import own_postgres, postgres  # noqa: F401  (fixtures)

# The folders with the longest tests begin first, so that no process is left with one at the end.
LONGEST_FIRST = ("faults", "engines", "models", "oracle", "worlds")

_FIGURES = pytest.StashKey[Counter[str]]()


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of one test run have in common."""
    own: Path = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def dbt_worker(
    tmp_path_factory: pytest.TempPathFactory, shared_folder: Path
) -> Iterator[DbtWorker]:
    """One dbt process for all tests that build on DuckDB."""
    worker = DbtWorker(tmp_path_factory.mktemp("dbt_target"), shared_folder)
    yield worker
    worker.stop()


@pytest.fixture(scope="session")
def new_business(
    dbt_worker: DbtWorker, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], Business]:
    """Return a function that opens one empty business after the other."""
    numbers = itertools.count()
    root: Path = tmp_path_factory.mktemp("businesses")
    first_builds = FirstBuilds(root / "first_builds")

    def open_business() -> Business:
        data = root / f"business_{next(numbers)}"
        (data / "landing" / "events").mkdir(parents=True)
        return Business(data, dbt_worker, first_builds=first_builds)

    return open_business


@pytest.fixture
def business(new_business: Callable[[], Business]) -> Business:
    """An empty business."""
    return new_business()


@pytest.fixture
def dbt_in_forks(dbt_worker: DbtWorker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `flows` run dbt in forks of the worker: the same commands, without their cold start."""
    for module in (exact, teardown):
        monkeypatch.setattr(module, "run_dbt", dbt_worker.run_dbt)


@pytest.fixture(scope="session")
def figures(pytestconfig: pytest.Config) -> Counter[str]:
    """Counts of successful tries by name, quoted in docs/proofs-and-figures.md."""
    return pytestconfig.stash.setdefault(_FIGURES, Counter())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests by the folder they are in, those with the longest tests first."""

    def place(item: pytest.Item) -> int:
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        return LONGEST_FIRST.index(folder) if folder in LONGEST_FIRST else len(LONGEST_FIRST)

    items.sort(key=place)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FilesAndIndependentTests:  # noqa: ANN401  (of pytest-xdist, untyped)
    """Share the tests out among processes."""
    return FilesAndIndependentTests(config, log)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where tests run in several processes, send the counts of this one to the first."""
    output: dict[str, object] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["figures"] = dict(session.config.stash.get(_FIGURES, Counter()))


class _FiguresOfWorkers:
    """Adds up the counts that the processes of pytest-xdist send."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        sent = getattr(node, "workeroutput", {}).get("figures", {})
        self.config.stash.setdefault(_FIGURES, Counter()).update(sent)


def pytest_configure(config: pytest.Config) -> None:
    """Listen to the processes of pytest-xdist."""
    config.pluginmanager.register(_FiguresOfWorkers(config))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the counts."""
    counted = terminalreporter.config.stash.get(_FIGURES, Counter())
    if counted:
        terminalreporter.section("figures")
        for name, count in counted.items():
            terminalreporter.line(f"{count:6} {name}")
