"""`make check` tests all of history, and says so in a sentence."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import duckdb
import pytest

from common.paths import PROJECT
from flows import check as check_module
from flows.build_results import Node
from flows.check import main
from flows.dbt.warm import DbtResult
from tests.support.business import WAREHOUSE, Business, order_life

NOON = datetime(2026, 11, 20, 12)


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
            Node(name, None, status, 0.0, int(status != "pass"), "Got 1 result")
            for name, status in answer["results"].items()
        )
        return DbtResult(answer["success"], answer["error"] or "", nodes, 0.0, ())

    def close(self) -> None:
        """End nothing: the worker goes on."""


def test_all_of_history_is_tested_and_a_fault_in_it_is_named(
    business: Business, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CASPERS_DATA", str(business.data))
    monkeypatch.setenv("CASPERS_TESTS", "affected")
    monkeypatch.setattr(check_module, "WarmDbt", lambda: DbtOfTheWorker(business))
    assert main([]) == 1
    assert "does not exist: build it first with `make run`" in capsys.readouterr().err
    business.land("window-1.jsonl", order_life("order", NOON))
    business.build()
    assert main([]) == 0
    said, warning = capsys.readouterr().out.splitlines()
    assert said.startswith("Tested all of history in ")
    assert said.endswith(" data tests passed, 1 warned, none failed.")
    assert warning.startswith("Warning: test_dishes_are_those_of_the_menu: ")
    with duckdb.connect(str(business.data / WAREHOUSE)) as connection:
        connection.execute("update lakeflow.silver_order_items set price = null")
    assert main([]) == 1
    assert "  not_null_columns_silver_order_items" in capsys.readouterr().err
