"""A landing folder with its warehouse, to test models on, and the events of invented orders."""

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import yaml

from flows.dbt.command_line import DBT, dbt_environment
from flows.dbt.log_events import LogEvent, parse_log_line
from tests.support.dbt_worker import RUN, WAREHOUSE
from tests.support.first_builds import FirstBuilds
from tests.support.interruption import Interruption
from tests.support.planting import Planted

PROJECT = Path(__file__).resolve().parents[2]
Event = dict[str, Any]


def load_metadata_columns(models: Path = PROJECT / "models") -> frozenset[tuple[str, str]]:
    """Return the columns, by table, that the YAML of the models calls load metadata."""
    return frozenset(
        (model["name"], column["name"])
        for file in models.rglob("*.yml")
        for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", ())
        for column in model.get("columns", ())
        if column.get("config", {}).get("meta", {}).get("load_metadata")
    )


# The only columns in which an incremental build and a full refresh may differ.
LOAD_METADATA = load_metadata_columns()


class DbtWorker:
    """A process that runs dbt commands one after the other.

    Parameters
    ----------
    target
        dbt's target folder, for this process alone.
    shared
        A folder of all processes of the test run: the first to parse the project leaves it there.
    program
        What to run instead of ``dbt_worker.py``.
    """

    def __init__(self, target: Path, shared: Path, *program: str) -> None:
        self.target = target
        program = program or (str(Path(__file__).with_name("dbt_worker.py")),)
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, *program, str(target), str(shared)],
                cwd=PROJECT,
                env={**os.environ, "PYTHONPATH": str(PROJECT)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    @property
    def log(self) -> Path:
        """What the process prints, errors included."""
        return self.target / "worker.log"

    def run(
        self,
        data: Path,
        arguments: list[str],
        *,
        world: str | None = None,
        interruption: Interruption | None = None,
        variables: Mapping[str, str] | None = None,
        planted: Mapping[str, Planted] | None = None,
    ) -> dict[str, Any]:
        """Run one dbt command on the warehouse in ``data``.

        Parameters
        ----------
        world
            Whose seeds to use instead of the project's.
        interruption
            Where the command does not come to its end.
        variables
            Environment variables beside those of this process.
        planted
            The faults that are in the tables while a test runs, by the test.
        """
        command: dict[str, Any] = {"data": str(data), "arguments": self._completed(arguments)}
        command |= {"world": world} if world else {}
        command |= {"variables": dict(variables)} if variables else {}
        command |= {"planted": dict(planted)} if planted is not None else {}
        return self.ask(command | ({"interruption": interruption} if interruption else {}))

    def run_dbt(
        self,
        arguments: Sequence[str],
        folder: Path = PROJECT,
        on_event: Callable[[LogEvent], None] = lambda _: None,
        variables: Mapping[str, str] | None = None,
    ) -> tuple[int, list[LogEvent]]:
        """Do what `flows.dbt.run_dbt` does, without the seconds that a new dbt process takes.

        Only for commands on this project: the worker has parsed it already.
        """
        program = [sys.executable, *DBT]
        assert list(arguments[: len(program)]) == program
        assert folder == PROJECT
        rest = list(arguments[len(program) :])
        for option in ("--project-dir", "--profiles-dir"):
            place = rest.index(option)
            assert rest[place + 1] == str(PROJECT)
            del rest[place : place + 2]
        environment = {**dbt_environment(os.environ), **(variables or {})}
        answer = self.ask(
            {
                "data": environment["CASPERS_DATA"],
                "arguments": self._completed(rest),
                "environment": environment,
            }
        )
        events = [parse_log_line(line) for line in answer["events"]]
        for event_ in events:
            on_event(event_)
        # As dbt's command line does: 1 where a node failed, 2 where dbt could not go on.
        return (0 if answer["success"] else 2 if answer["error"] else 1), events

    def _completed(self, arguments: list[str]) -> list[str]:
        """Return arguments with the worker's folders, where they name none."""
        # What dbt says comes back with the answer: no need to write it down as well.
        options = ["--log-level-file", "none", "--log-level", "none"]
        for option in ("--log-path", "--target-path"):
            if option not in arguments:
                options += [option, str(self.target)]
        return [*arguments, *options]

    def ask(self, command: dict[str, Any]) -> dict[str, Any]:
        """Send one command to the process and wait for its answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the dbt process ended without an answer:\n{self.log.read_text()[-5000:]}"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def seeded_warehouse(self) -> Path:
        """Return a warehouse that holds the seeds and nothing else, to be copied."""
        return Path(self.ask({"warehouse": "seeded"})["path"])

    def empty_warehouse(self) -> Path:
        """Return a warehouse that was built when nothing had landed, to be copied."""
        return Path(self.ask({"warehouse": "empty"})["path"])

    def stop(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=300)


@dataclass
class Business:
    """One landing folder with its warehouse.

    Attributes
    ----------
    data
        The data folder.
    worker
        What runs dbt.
    world
        Whose seeds to use instead of the project's.
    first_builds
        Where to look for a warehouse before one is built of the same files.
    """

    data: Path
    worker: DbtWorker
    world: str | None = field(default=None, kw_only=True)
    first_builds: FirstBuilds | None = field(default=None, kw_only=True)

    @property
    def landing(self) -> Path:
        """The folder of landed files."""
        folder = self.data / "landing" / "events"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def decisions(self) -> Path:
        """The folder of landed decisions, which need not be there."""
        return self.data / "landing" / "decisions"

    def land_decisions(self, name: str, content: bytes) -> None:
        """Land a file of decisions as it is."""
        self.decisions.mkdir(exist_ok=True)
        (self.decisions / name).write_bytes(content)

    def land(self, name: str, events: list[Event]) -> None:
        """Land events as one file of JSON lines."""
        self.land_bytes(name, "".join(json.dumps(event) + "\n" for event in events).encode())

    def land_bytes(self, name: str, content: bytes) -> None:
        """Land a file as it is."""
        (self.landing / name).write_bytes(content)

    def dbt(self, *arguments: str, succeeds: bool = True) -> dict[str, Any]:
        """Run a dbt command; fail the test when it does not end as expected."""
        answer = self.worker.run(self.data, list(arguments), world=self.world)
        assert answer["success"] is succeeds, "\n".join(
            [str(answer["error"]), *answer["messages"][-30:]]
        )
        return answer

    def build(self, *arguments: str) -> None:
        """Build models without their tests or functions; the first time there are only seeds."""
        warehouse = self.data / WAREHOUSE
        first = not warehouse.exists()
        decided = self.decisions.exists()
        if first and not arguments and not decided and not any(self.landing.iterdir()):
            shutil.copy(self.worker.empty_warehouse(), warehouse)
            return
        is_plain = not (arguments or self.world or decided)
        known = self.first_builds if first and is_plain else None
        kept = known.find(self.landing) if known else None
        if kept:
            shutil.copy(kept, warehouse)
            return
        if first:
            shutil.copy(self.worker.seeded_warehouse(), warehouse)
        self.dbt(*RUN, *arguments)
        if known:
            known.keep(self.landing, warehouse)

    def build_functions(self) -> None:
        """Build the functions of the schema ai, which `build` leaves out."""
        self.dbt("run", "--no-write-json", "--select", "path:models/ai")

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with duckdb.connect(str(self.data / WAREHOUSE), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def rebuilt(self) -> "Business":
        """Return another business in which all that has landed here was built in one go."""
        data = self.data.with_name(self.data.name + "_rebuilt")
        other = Business(data, self.worker, first_builds=self.first_builds)
        if other.data.exists():
            shutil.rmtree(other.data)
        shutil.copytree(self.landing.parent, other.data / "landing")
        other.build()
        return other

    def differences(self, other: "Business") -> dict[str, tuple[int, int]]:
        """Compare every table both ways; per differing table, the rows only here and only there."""
        found = {}
        with duckdb.connect() as connection:
            for name, business in (("here", self), ("there", other)):
                connection.execute(f"attach '{business.data / WAREHOUSE}' as {name} (read_only)")
            tables = connection.execute(
                """
                select table_schema, table_name
                from information_schema.tables
                where table_catalog = 'here'
                    and table_schema in ('complaints', 'lakeflow', 'recommender')
                order by all
                """
            ).fetchall()
            assert len(tables) >= 17, tables
            for schema, table in tables:
                names = connection.execute(
                    f"select column_name from (describe here.{schema}.{table})"
                ).fetchall()
                columns = ", ".join(
                    f'"{name}"' for (name,) in names if (table, name) not in LOAD_METADATA
                )
                only = [
                    connection.execute(
                        f"select count(*) from (select {columns} from {left}.{schema}.{table} "
                        f"except all select {columns} from {right}.{schema}.{table})"
                    ).fetchall()[0][0]
                    for left, right in (("here", "there"), ("there", "here"))
                ]
                if any(only):
                    found[f"{schema}.{table}"] = (only[0], only[1])
        return found


def event(
    order_id: str,
    sequence: int,
    event_type: str,
    ts: datetime,
    body: dict[str, Any] | None = None,
    *,
    location_id: int = 1,
) -> Event:
    """Return one landed event, with the keys in their landed order."""
    return {
        "event_id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{order_id}/{sequence}")),
        "event_type": event_type,
        "ts": ts.strftime("%Y-%m-%d %H:%M:%S.") + f"{ts.microsecond // 1000:03d}",
        "location_id": location_id,
        "order_id": order_id,
        "sequence": sequence,
        "body": json.dumps(body or {}),
    }


def item(item_id: int = 1, brand_id: int = 1, price: float = 12.5, qty: int = 1) -> dict[str, Any]:
    """Return one line of a basket."""
    return {
        "id": item_id,
        "category_id": 1,
        "menu_id": 1,
        "brand_id": brand_id,
        "name": f"Item {item_id}",
        "price": price,
        "qty": qty,
    }


def order_life(
    order_id: str,
    created: datetime,
    *,
    minutes: float = 30,
    pings: int = 2,
    items: list[dict[str, Any]] | None = None,
    location_id: int = 1,
    people: tuple[str, str] | None = None,
) -> list[Event]:
    """Return all events of an order that is delivered after so many minutes.

    Its customer and courier are ``people``; without, the events have the older form.
    """
    steps: list[tuple[str, float, dict[str, Any]]] = [
        (
            "order_created",
            0.0,
            {
                "customer_lat": 37.79,
                "customer_lon": -122.4,
                "customer_addr": "12 Alder St",
                "items": items or [item()],
            },
        ),
        ("gk_started", 0.1, {}),
        ("gk_finished", 0.4, {}),
        ("gk_ready", 0.5, {}),
        ("driver_arrived", 0.55, {}),
        (
            "driver_picked_up",
            0.6,
            {"route_points": [[37.78, -122.39], [37.79, -122.4]], "eta_mins": 9.5},
        ),
        *(
            (
                "driver_ping",
                0.6 + 0.4 * (n + 1) / (pings + 1),
                {"progress_pct": 100 * (n + 1) / (pings + 1), "loc_lat": 37.78, "loc_lon": -122.4},
            )
            for n in range(pings)
        ),
        ("delivered", 1.0, {"delivered_lat": 37.79, "delivered_lon": -122.4}),
    ]
    return [
        event(
            order_id,
            sequence,
            event_type,
            created + timedelta(minutes=minutes * share),
            body if people is None else body | _people_of(event_type, body, *people),
            location_id=location_id,
        )
        for sequence, (event_type, share, body) in enumerate(steps)
    ]


def _people_of(
    event_type: str, body: dict[str, Any], customer_id: str, driver_id: str
) -> dict[str, Any]:
    """Return the keys that an event has beside those of its older form."""
    if event_type == "order_created":
        subtotal = sum(round(line["price"] * line["qty"] * 100) for line in body["items"])
        amounts = {"subtotal": subtotal, "delivery_fee": 399, "service_fee": 150, "tax": 87}
        amounts |= {"tip": 200, "discount": 100, "total": subtotal + 736}
        payment = {name: f"{cents // 100}.{cents % 100:02}" for name, cents in amounts.items()}
        return {"customer_id": customer_id, "promised_mins": 35.0, "payment": payment}
    is_of_courier = event_type.startswith("driver_") or event_type == "delivered"
    return {"driver_id": driver_id} if is_of_courier else {}


def cancelled(life: list[Event], steps: int, reason: str) -> list[Event]:
    """Return an order that is cancelled half a minute after so many of its events."""
    last = life[steps - 1]
    ts = datetime.fromisoformat(last["ts"]) + timedelta(seconds=30)
    ending = event(last["order_id"], steps, "order_cancelled", ts, {"reason": reason})
    # Never the id of an event that lands of the same order.
    ending["event_id"] += "-cancelled"
    return [*life[:steps], ending | {"location_id": last["location_id"]}]
