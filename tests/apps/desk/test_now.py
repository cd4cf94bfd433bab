"""What the page *Now* is made from: which window is played, and what was open in it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from apps.desk.application import create_application
from apps.desk.now import NowReader
from apps.desk.now_schemas import Now, Trip
from apps.desk.played_window import (
    LONGEST_SPAN,
    LandedWindow,
    ReplayState,
    played_window,
    read_replay,
)
from apps.desk.published import NothingPublishedError, PublishedTables
from apps.desk.settings import DeskSettings
from apps.desk.streets import streets_around
from common.landing.landing import Landing
from common.landing.settings import write_settings
from common.landing.window import paused
from generator.roads.delivery_area import DeliveryArea
from generator.roads.synthetic.synthetic_network import synthetic_network
from tests.apps.desk.window import (
    BEGAN,
    DOOR,
    KITCHEN,
    Order,
    begin_replay,
    delivered,
    land,
    publish_window,
)
from tests.support.served_desk import served

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
NOON = datetime(2026, 11, 27, 12, 0)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path))
    monkeypatch.setenv("CASPERS_POSTGRES", "postgresql://127.0.0.1:1/nowhere")
    return tmp_path


def _replay(*windows: tuple[datetime, datetime], speed: float = 60.0) -> ReplayState:
    return ReplayState(tuple(LandedWindow(*each) for each in windows), speed, is_paused=False)


def test_the_last_window_is_played_whole_at_the_speed_of_the_replay() -> None:
    replay = _replay((NOON - 6 * HOUR, NOON - 3 * HOUR), (NOON - 3 * HOUR, NOON))
    played = played_window(replay, NOON - 5 * MINUTE)
    assert (played.from_ts, played.to_ts, played.speed) == (NOON - 3 * HOUR, NOON, 60.0)


def test_a_window_that_is_not_built_yet_is_not_played() -> None:
    replay = _replay((NOON - 6 * HOUR, NOON - 3 * HOUR), (NOON - 3 * HOUR, NOON))
    played = played_window(replay, NOON - 3 * HOUR - MINUTE)
    assert played.to_ts == NOON - 3 * HOUR
    assert played.window == replay.windows[0]


def test_of_a_long_window_the_end_is_played() -> None:
    long = (NOON - timedelta(days=70), NOON)
    played = played_window(_replay(long), NOON)
    assert (played.from_ts, played.to_ts) == (NOON - 3 * HOUR, NOON)
    assert played.window == LandedWindow(*long)
    slow = played_window(_replay(long, speed=1.0), NOON)
    assert (slow.from_ts, slow.speed) == (NOON - 3 * MINUTE, 1.0)


def test_a_fast_replay_is_played_slowly_enough_to_be_seen() -> None:
    played = played_window(_replay((NOON - timedelta(days=400), NOON), speed=1e6), NOON)
    assert played.to_ts - played.from_ts == LONGEST_SPAN
    assert LONGEST_SPAN / timedelta(seconds=played.speed) == 60


def test_without_a_replay_the_end_of_the_tables_is_played(data: Path) -> None:
    publish_window(data, 1, [delivered("order1", NOON)])
    assert read_replay() is None
    now = NowReader(PublishedTables()).read()
    assert now.played.to_ts == NOON + 40 * MINUTE
    assert now.played.from_ts == now.played.to_ts - 3 * HOUR
    assert (now.played.window_from_ts, now.played.replay_speed) == (None, None)


def _now(data: Path, orders: list[Order], first: datetime, last: datetime) -> Now:
    begin_replay(data)
    land(data, first, last)
    publish_window(data, 1, orders)
    return NowReader(PublishedTables()).read()


def test_orders_that_were_open_in_the_window_are_there_and_no_others(data: Path) -> None:
    first, last = NOON, NOON + 3 * HOUR
    orders = [
        delivered("before", first - 41 * MINUTE),
        delivered("ends_in_it", first - 39 * MINUTE),
        delivered("in_it", first + HOUR),
        replace(delivered("elsewhere", first + HOUR), location_id=9),
        Order("waits", last - 10 * MINUTE, {}),
        Order("lost", first - 4 * HOUR, {"started": 5}),
        Order("cancelled", first + HOUR, {"started": 5, "cancelled": 9}),
    ]
    now = _now(data, orders, first, last)
    found = {order.order_id: order for order in now.orders}
    assert found.keys() == {"ends_in_it", "in_it", "waits", "cancelled"}
    order = found["in_it"]
    assert (order.created, order.started, order.picked_up) == (3600, 3780, 4800)
    assert (order.delivered, order.cancelled, order.cents) == (6000, None, 2000)
    assert (order.lat, order.lon) == DOOR
    assert found["ends_in_it"].created == -39 * 60
    assert (found["cancelled"].cancelled, found["cancelled"].delivered) == (4140, None)


def _trips(now: Now) -> dict[str, Trip]:
    return {trip.order_ids[0]: trip for trip in now.trips}


def test_a_courier_goes_from_the_kitchen_over_the_fixes_to_the_door(data: Path) -> None:
    now = _now(data, [delivered("one", NOON)], NOON, NOON + 3 * HOUR)
    (trip,) = now.trips
    assert (trip.driver_id, trip.picked_up, trip.ends) == ("driver1", 20 * 60, 40 * 60)
    assert trip.points[:2] == [(15 * 60, *KITCHEN), (20 * 60, *KITCHEN)]
    assert trip.points[2] == (21 * 60, *KITCHEN)
    assert trip.points[-1] == (40 * 60, *DOOR)
    assert len(trip.points) == 2 + 19 + 1
    assert [point[0] for point in trip.points] == sorted(point[0] for point in trip.points)


def test_what_is_picked_up_together_is_one_trip(data: Path) -> None:
    one, two = delivered("one", NOON), delivered("two", NOON)
    two = replace(two, steps=two.steps | {"delivered": 50})
    later = delivered("later", NOON + HOUR)
    other = delivered("other", NOON, driver_id="driver2")
    now = _now(data, [one, two, later, other], NOON, NOON + 3 * HOUR)
    trips = _trips(now)
    assert trips.keys() == {"one", "later", "other"}
    assert trips["one"].order_ids == ["one", "two"]
    assert trips["one"].ends == 50 * 60


def test_a_courier_who_is_not_heard_of_is_not_drawn_for_long(data: Path) -> None:
    last = NOON + 3 * HOUR
    whole = delivered("silent", NOON)
    steps = {name: minute for name, minute in whole.steps.items() if name != "delivered"}
    silent = replace(whole, steps=steps)
    waits = Order("waits", last - 20 * MINUTE, {"started": 1, "finished": 5, "arrived": 6})
    trips = _trips(_now(data, [silent, waits], NOON, last))
    assert trips["silent"].ends == (39 + 10) * 60
    assert (trips["waits"].picked_up, trips["waits"].ends) == (None, (180 - 14 + 180) * 60)
    assert trips["waits"].points == [((180 - 14) * 60, *KITCHEN)]


def test_today_is_compared_with_the_same_weekday_step_by_step(data: Path) -> None:
    first, last = datetime(2026, 11, 26, 22, 30), datetime(2026, 11, 27, 1, 30)
    midnight = datetime(2026, 11, 27)
    moments = {
        midnight - timedelta(minutes=1): "1.10",
        midnight: "2.20",
        midnight + timedelta(minutes=4, seconds=59): "3.30",
        midnight + timedelta(minutes=5): "4.40",
        midnight - timedelta(days=7) + timedelta(hours=13): "5.50",
        midnight - timedelta(days=1): "6.60",
    }
    orders = [
        Order(f"order{number}", moment, {"cancelled": 3}, revenue=revenue)
        for number, (moment, revenue) in enumerate(moments.items())
    ]
    kitchen, other = _now(data, [*orders, Order("last", last, {})], first, last).kitchens
    thursday, friday = kitchen.days
    assert (thursday.day, thursday.day_before) == (date(2026, 11, 26), date(2026, 11, 19))
    assert (friday.day, friday.day_before) == (date(2026, 11, 27), date(2026, 11, 20))
    assert friday.orders[:4] == [0, 2, 3, 3]
    assert friday.cents[:4] == [0, 550, 990, 990]
    assert len(friday.orders) == len(friday.orders_before) == 24 * 12 + 1
    assert (thursday.orders[1], thursday.orders[-2], thursday.orders[-1]) == (1, 1, 2)
    assert thursday.cents[-1] == 770
    assert thursday.orders_before[-1] == 0
    one = 13 * 12
    assert (friday.orders_before[one], friday.orders_before[one + 1]) == (0, 1)
    assert friday.cents_before[-1] == 550
    assert other.days[1].orders[-1] == 0


@pytest.fixture
def client(data: Path) -> Iterator[httpx.Client]:
    begin_replay(data)
    land(data, NOON, NOON + 3 * HOUR)
    publish_window(data, 1, [delivered("one", NOON)])
    with (
        served(create_application(DeskSettings())) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=30) as client,
    ):
        yield client


def _answer(client: httpx.Client) -> dict[str, Any]:
    response = client.get("/api/now")
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    answer: dict[str, Any] = response.json()
    return answer


def test_the_answer_is_of_the_build_and_of_the_replay_as_they_are(
    client: httpx.Client, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = _answer(client)
    assert (answer["build"], answer["played"]["is_paused"]) == (1, False)
    assert answer["played"]["from_ts"] == "2026-11-27T12:00:00.000Z"
    assert answer["published_ts"] <= answer["now_ts"]
    published = datetime.fromisoformat(answer["published_ts"])
    assert timedelta() <= datetime.now(UTC) - published < timedelta(minutes=5)
    queries = list[str]()
    query = PublishedTables.query

    def counted(
        self: PublishedTables, statement: str, values: dict[str, object] | None = None
    ) -> list[dict[str, Any]]:
        queries.append(statement)
        return query(self, statement, values)

    monkeypatch.setattr(PublishedTables, "query", counted)
    assert _answer(client)["build"] == 1
    assert queries == [], "a build is read once"
    publish_window(data, 2, [delivered("one", NOON), delivered("two", NOON)])
    assert (_answer(client)["build"], len(_answer(client)["orders"])) == (2, 2)
    settings = begin_replay(data)
    landing = Landing(data / "landing" / "events")
    write_settings(landing, settings.followed_by(paused(settings.segments[0], BEGAN + HOUR)))
    assert _answer(client)["played"]["is_paused"] is True


def test_the_page_names_the_kitchens_and_works_without_postgres(client: httpx.Client) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "San Francisco" in page.text
    assert 'data-build="1"' in page.text
    assert client.get("/queue").status_code == 503


def test_without_tables_it_says_what_to_do(data: Path) -> None:
    with pytest.raises(NothingPublishedError):
        NowReader(PublishedTables()).read()
    with (
        served(create_application(DeskSettings())) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=30) as client,
    ):
        assert "make run" in client.get("/").text
        assert client.get("/api/now").status_code == 503
        publish_window(data, 1, [])
        assert client.get("/api/now").status_code == 503, "there is no order yet"


def test_streets_have_an_address_of_their_own_for_good(client: httpx.Client, data: Path) -> None:
    kitchen = {"location_code": "sf", "lat": KITCHEN[0], "lon": KITCHEN[1], "radius_mi": 4.0}
    assert _answer(client)["kitchens"][0]["streets"] is None, "there is no dataset"
    network = synthetic_network(DeliveryArea("sf", *KITCHEN, 4.0), 42)
    location = {"location_code": "sf", "road_source": "synthetic", "random_seed": None}
    location |= {"road_hash": network.content_hash}
    (data / "canonical").mkdir()
    description = {"seed": 42, "locations": [location]}
    (data / "canonical" / "dataset.json").write_text(json.dumps(description))
    publish_window(data, 2, [delivered("one", NOON)])
    address = _answer(client)["kitchens"][0]["streets"]
    response = client.get(address)
    assert response.headers["content-encoding"] == "gzip"
    assert "immutable" in response.headers["cache-control"]
    plain = client.get(address, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == response.content
    assert int(response.headers["content-length"]) < len(plain.content) / 2
    again = client.get(address, headers={"if-none-match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    answer = response.json()
    around = streets_around(kitchen)
    assert 0 < len(answer["lines"]) <= len(around)
    line, street = answer["lines"][0], around[0]
    lon, lat = answer["lon"] + line[0] * answer["unit"], answer["lat"] + line[1] * answer["unit"]
    assert (lat, lon) == pytest.approx(street[0], abs=answer["unit"])
    lat = answer["lat"] + sum(line[1::2]) * answer["unit"]
    lon = answer["lon"] + sum(line[::2]) * answer["unit"]
    assert (lat, lon) == pytest.approx(street[-1], abs=answer["unit"])
    assert client.get(address[:-1] + "x").status_code == 404
    assert client.get(address.replace("/1/", "/7/")).status_code == 404
    # A network that is no longer the dataset's is not drawn as if it were.
    location["random_seed"] = 43  # type: ignore[assignment]
    location["road_hash"] = "1" * 64
    (data / "canonical" / "dataset.json").write_text(json.dumps(description))
    assert streets_around(kitchen) == ()
