"""A report of a small business, and the tables that it was made from."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from reports.page.source import published_source
from reports.page.write import write_report
from tests.reports.page.small_business import publish


@dataclass(frozen=True)
class Reported:
    """A report with the published tables behind it."""

    published: Path
    file: Path

    @property
    def html(self) -> str:
        return self.file.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Reported:
    data: Path = tmp_path_factory.mktemp("reported")
    published = publish(data)
    with published_source(published) as source:
        write_report(source, data / "report.html")
    return Reported(published, data / "report.html")
