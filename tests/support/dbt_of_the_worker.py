"""dbt as the flows run it, in the process of the tests."""

from collections.abc import Mapping, Sequence
from typing import Any

from common.paths import PROJECT
from flows.build_results import Node
from flows.dbt.warm import DbtResult
from tests.support.business import Business


class DbtOfTheWorker:
    """Does what `WarmDbt` does, without the seconds that a new process takes."""

    project = PROJECT

    def __init__(self, business: Business) -> None:
        self.business = business

    def run(
        self, arguments: Sequence[str], *, variables: Mapping[str, str], **_: object
    ) -> DbtResult:
        worker, data = self.business.worker, self.business.data
        answer: dict[str, Any] = worker.run(data, list(arguments), variables=variables)
        nodes = tuple(
            Node(name, None, status, 0.0, int(status not in ("pass", "success")), "Got 1 result")
            for name, status in answer["results"].items()
        )
        return DbtResult(answer["success"], answer["error"] or "", nodes, 0.0, ())

    def close(self) -> None:
        """End nothing: the worker goes on."""
