"""`make check` tests all of history, and says so in a sentence."""

from datetime import datetime

import duckdb
import pytest

from flows import check as check_module
from flows.check import main
from tests.support.business import WAREHOUSE, Business, order_life
from tests.support.dbt_of_the_worker import DbtOfTheWorker

NOON = datetime(2026, 11, 20, 12)


@pytest.mark.thorough
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
