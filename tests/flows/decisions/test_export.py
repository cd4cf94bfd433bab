"""Every decision that is committed in Postgres lands exactly once."""

import json
from pathlib import Path

import psycopg
import pytest

from common.errors import BusyError, UserError
from common.postgres import Role, connection_string
from common.storage.local import LocalStorage
from flows.decisions import export
from flows.decisions.__main__ import main
from flows.decisions.export import Exported, export_decisions
from flows.postgres.server import Server
from tests.oracle.comparison import project_seeds
from tests.oracle.oracle import LoadedFile, landed_decisions
from tests.support.postgres import owner_url

INSERT = """
    insert into refunds.refund_decisions (
        order_id, decided_ts, amount_usd, refund_class, reason, decided_by, source_suggestion,
        revises)
    values (%s, %s, %s, %s, %s, %s, %s, %s) returning id"""
SUGGESTION = json.dumps(
    {
        "refund_class": "partial",
        "refund_usd": "4.50",
        "reason": "late",
        "ts": "2026-11-20T12:00:00.1239",
    }
)


def decide(
    connection: psycopg.Connection, order_id: str, revises: int | None = None, reason: str = "late"
) -> int:
    values = (order_id, "2026-11-20 14:30:00.9876+02", 4.5, "partial", reason, None, SUGGESTION)
    (number,) = connection.execute(INSERT, (*values, revises)).fetchone() or (0,)
    return int(number)


@pytest.fixture
def desk(postgres: Server) -> psycopg.Connection:
    """A connection of the desk to a server without decisions; what it does is committed at once."""
    with psycopg.connect(owner_url(postgres)) as owner:
        owner.execute("truncate refunds.refund_decisions restart identity")
    return psycopg.connect(connection_string(Role.DESK, postgres.directory), autocommit=True)


@pytest.fixture
def url(postgres: Server) -> str:
    """The connection of the export."""
    return connection_string(Role.EXPORT, postgres.directory)


def landed_numbers(landing: Path) -> list[int]:
    return [
        json.loads(line)["decision_id"]
        for file in sorted(landing.glob("*.jsonl"))
        for line in file.read_text().splitlines()
    ]


def test_new_decisions_land_as_bronze_reads_them(
    desk: psycopg.Connection, url: str, tmp_path: Path
) -> None:
    landing = tmp_path / "decisions"
    assert export_decisions(landing, url) == Exported(0, None)
    assert not landing.exists()
    first = decide(desk, "order-1", reason='two\nlines, "quoted", Größe')
    decide(desk, "order-2")
    assert export_decisions(landing, url) == Exported(2, landing / f"decisions-{1:018}.jsonl")
    assert export_decisions(landing, url) == Exported(0, None)
    revised = decide(desk, "order-1", revises=first)
    exported = export_decisions(landing, url)
    assert exported == Exported(1, landing / f"decisions-{2:018}.jsonl")
    files = [
        LoadedFile(file.name, file.read_bytes(), project_seeds())
        for file in sorted(landing.glob("*.jsonl"))
    ]
    rows = landed_decisions(files)
    assert [(row["decision_id"], row["revises"], row["rejection_code"]) for row in rows] == [
        (first, None, None),
        (first + 1, None, None),
        (revised, first, None),
    ]
    line = json.loads(files[0].content.splitlines()[0])
    assert line == {
        "decision_id": first,
        "order_id": "order-1",
        "decided_ts": "2026-11-20 12:30:00.987",
        "amount_usd": "4.50",
        "refund_class": "partial",
        "reason": 'two\nlines, "quoted", Größe',
        "source_suggestion": line["source_suggestion"],
    }
    assert json.loads(line["source_suggestion"]) == {
        "refund_class": "partial",
        "refund_usd": "4.50",
        "reason": "late",
        "ts": "2026-11-20 12:00:00.123",
    }


def test_a_lower_number_that_is_committed_later_lands_as_well(
    desk: psycopg.Connection, url: str, postgres: Server, tmp_path: Path
) -> None:
    with psycopg.connect(connection_string(Role.DESK, postgres.directory)) as slow:
        slower = decide(slow, "slow")
        faster = decide(desk, "fast")
        assert slower < faster
        assert export_decisions(tmp_path, url) == Exported(1, tmp_path / f"decisions-{1:018}.jsonl")
        slow.commit()
        decide(slow, "never")
        slow.rollback()
    last = decide(desk, "last")
    assert export_decisions(tmp_path, url) == Exported(2, tmp_path / f"decisions-{2:018}.jsonl")
    assert landed_numbers(tmp_path) == [faster, slower, last]


@pytest.mark.parametrize("before_it_is_visible", [True, False])
def test_an_export_that_is_killed_is_finished_by_the_next(
    desk: psycopg.Connection,
    url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    before_it_is_visible: bool,
) -> None:
    publish = LocalStorage.publish

    def killed(storage: LocalStorage, finished: Path, final: Path) -> None:
        if not before_it_is_visible:
            publish(storage, finished, final)
        raise KeyboardInterrupt

    numbers = [decide(desk, f"order-{number}") for number in range(5)]
    with monkeypatch.context() as killing:
        killing.setattr(LocalStorage, "publish", killed)
        with pytest.raises(KeyboardInterrupt):
            export_decisions(tmp_path, url)
    assert landed_numbers(tmp_path) == ([] if before_it_is_visible else numbers)
    numbers.append(decide(desk, "next"))
    export_decisions(tmp_path, url)
    assert landed_numbers(tmp_path) == numbers
    assert sorted(path.name for path in (tmp_path / export.STATE_FOLDER).iterdir()) == ["lock"]


def test_the_second_of_two_exports_at_once_lands_nothing(
    desk: psycopg.Connection, url: str, tmp_path: Path
) -> None:
    decide(desk, "order")
    with export._locked(tmp_path), pytest.raises(BusyError, match="Another export is at work"):
        export_decisions(tmp_path, url)
    assert landed_numbers(tmp_path) == []


def test_decisions_of_another_database_are_not_taken_for_landed(
    desk: psycopg.Connection, url: str, postgres: Server, tmp_path: Path
) -> None:
    decide(desk, "order")
    export_decisions(tmp_path, url)
    (tmp_path / "by-hand.jsonl").write_text('no decision\n{"decision_id": null}\n')
    with psycopg.connect(owner_url(postgres)) as owner:
        owner.execute("truncate refunds.refund_decisions restart identity")
    decide(desk, "other")
    with pytest.raises(UserError, match=r"decision 1 is about order order, .* move .* away"):
        export_decisions(tmp_path, url)


def test_without_postgres_nothing_happens_and_the_command_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path))
    monkeypatch.delenv("CASPERS_POSTGRES", raising=False)
    assert export_decisions() is None
    assert list(tmp_path.iterdir()) == []
    assert main(["export"]) == 1
    assert "python -m flows.postgres start" in capsys.readouterr().err
    with pytest.raises(BusyError, match=r"cannot be reached .*nothing has landed"):
        export_decisions(url="postgresql://nobody@127.0.0.1:1/caspers")
