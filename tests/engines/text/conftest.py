"""What dbt would send to a SQL warehouse, recorded once for all tests of its text."""

import pytest

from tests.engines.text.golden_files import Recorded
from tests.engines.text.worker import answer_of


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """Statements and jobs of every scenario."""
    return answer_of("trace_worker", tmp_path_factory.mktemp("trace"))
