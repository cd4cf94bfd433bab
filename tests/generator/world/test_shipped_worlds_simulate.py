"""The shipped worlds, simulated: what holds in every business, and what each says of itself."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from common.paths import PROJECT
from generator.catalogue.records import Catalogue
from generator.catalogue.seed_files import load_catalogue
from generator.dataset.canonical import make_dataset
from generator.dataset.plan import plan_dataset

DAYS = 2


@dataclass(frozen=True)
class Simulated:
    """Two days of a world."""

    catalogue: Catalogue
    events: pa.Table
    make: Callable[..., Path]


@pytest.fixture(scope="module", params=["london-amsterdam", "pharmacy"])
def simulated(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Simulated:
    world = f"worlds/{request.param}"

    def make(out: Path, **changes: object) -> Path:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CASPERS_WORLD", world)
            make_dataset(plan_dataset(days=DAYS, **changes), out)  # type: ignore[arg-type]
        return out

    folder = make(tmp_path_factory.mktemp("world") / "canonical")
    events = pq.read_table(folder / "events.parquet")
    catalogue = load_catalogue(PROJECT / world)
    return Simulated(catalogue, events, make)


@pytest.fixture
def orders(simulated: Simulated) -> list[dict[str, object]]:
    created = simulated.events.filter(pc.equal(simulated.events["event_type_id"], 1))
    rows: list[dict[str, object]] = created.to_pylist()
    return rows


def test_orders_go_through_their_steps_in_time_order(simulated: Simulated) -> None:
    steps = defaultdict(list)
    for row in simulated.events.select(
        ["order_id", "sequence", "event_type_id", "ts_seconds", "ts_micros"]
    ).to_pylist():
        steps[row["order_id"]].append(row)
    complete = 0
    for rows in steps.values():
        rows.sort(key=lambda row: row["sequence"])
        times = [(row["ts_seconds"], row["ts_micros"]) for row in rows]
        assert times == sorted(times)
        kinds = [row["event_type_id"] for row in rows if row["event_type_id"] != 7]
        assert kinds[0] == 1
        assert kinds[-1] in (8, 9)
        complete += sorted(kinds) == [1, 2, 3, 4, 5, 6, 8]
    assert complete > 0.9 * len(steps)


def test_bills_follow_the_fees_taxes_and_tips_of_the_world(
    simulated: Simulated, orders: list[dict[str, object]]
) -> None:
    codes = {place.location_id: place.location_code for place in simulated.catalogue.locations}
    tipped: Counter[int] = Counter()
    for order in orders:
        bill = {
            key: Decimal(value) for key, value in json.loads(str(order["payment_json"])).items()
        }
        location_id = int(str(order["location_id"]))
        payments = simulated.catalogue.trade.payments.of(codes[location_id])
        taxed = bill["subtotal"] - bill["discount"]
        assert abs(bill["tax"] - taxed * Decimal(str(payments.tax_rate))) <= Decimal("0.01")
        fees = {Decimal(cents) / 100 for cents in payments.delivery_fee.cents}
        more = Decimal(payments.delivery_fee.bad_weather_cents) / 100
        assert bill["delivery_fee"] in fees | {fee + more for fee in fees}
        parts = ("subtotal", "delivery_fee", "service_fee", "tax", "tip")
        assert bill["total"] == sum(bill[part] for part in parts) - bill["discount"]
        tipped[location_id] += bill["tip"] > 0
    assert (sum(tipped.values()) > 0) == (simulated.catalogue.trade.payments.tip_factor > 0)


def test_baskets_hold_items_of_brands_that_are_there(
    simulated: Simulated, orders: list[dict[str, object]]
) -> None:
    items = {item.id: item for item in simulated.catalogue.items}
    open_there = {
        (row.location_id, row.brand_id)
        for row in simulated.catalogue.brand_locations
        if row.start_day < DAYS
    }
    for order in orders:
        for line in json.loads(str(order["items_json"])):
            assert items[line["id"]].name == line["name"]
            assert (order["location_id"], line["brand_id"]) in open_there


def test_a_kitchen_alone_has_the_events_that_it_has_with_others(
    simulated: Simulated, tmp_path: Path
) -> None:
    second = simulated.catalogue.locations[1]
    alone = simulated.make(tmp_path / "alone", locations=[second.location_code])
    its_own = pc.equal(simulated.events["location_id"], second.location_id)
    assert pq.read_table(alone / "events.parquet").equals(simulated.events.filter(its_own))
