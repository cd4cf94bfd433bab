"""Lands the decisions that Postgres has and the landing does not.

::

    <landing>/decisions-<number>.jsonl    the decisions of one export; numbers grow by one
    <landing>/_export/lock                locked while an export works
    <landing>/_export/staging/            an unfinished file; removed by the next export

What has landed is the only state. Each export compares all numbers of decisions with all that have
landed: numbers are given out before their transactions commit, so a decision with a low number may
appear after later ones were exported, and no high-water mark would find it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psycopg

from common.errors import BusyError, UserError
from common.landed_files import is_landed_file
from common.paths import decisions_directory
from common.postgres import URL_VARIABLE, Role, connection_string
from common.storage import exclusive, storage_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from common.storage import Lock

STATE_FOLDER = "_export"
"""What an export keeps for itself in the landing."""

_FILE_NAME = re.compile(r"decisions-(\d{18})\.jsonl", re.ASCII)
_SECONDS_TO_CONNECT = 2.0
# Text that to_char makes is what lands, whatever the time zones of server and machine are.
_TIME = "to_char(decided_ts at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS')"
_IDENTITIES = f"select id, order_id, {_TIME} from refunds.refund_decisions"
_DECISIONS = f"""
    select id, order_id, {_TIME}, amount_usd::text, refund_class, reason, decided_by,
        source_suggestion::text, revises
    from refunds.refund_decisions where id = any(%s) order by id"""
_KEYS = (
    *("decision_id", "order_id", "decided_ts", "amount_usd", "refund_class", "reason"),
    *("decided_by", "source_suggestion", "revises"),
)


@dataclass(frozen=True)
class Exported:
    """What an export landed: how many decisions, and their file where there are any."""

    decisions: int
    file: Path | None


def export_decisions(landing: Path | None = None, url: str | None = None) -> Exported | None:
    """Land new decisions as one file; return ``None`` where the project's own Postgres is not up.

    Parameters
    ----------
    landing
        The folder of landed decisions; that of the data folder otherwise.
    url
        Where Postgres is; the connection of ``caspers_export`` otherwise.

    Raises
    ------
    BusyError
        If another export is at work, or another server cannot be reached; nothing has landed then.
    UserError
        If the landing holds decisions of another database.
    """
    landing = landing or decisions_directory()
    url = url or _url()
    if url is None:
        return None
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            if landing.is_dir() or _identities(connection):
                with _locked(landing) as lock:
                    return _export(landing, connection, lock)
    except psycopg.OperationalError as error:
        raise BusyError(
            f"Postgres cannot be reached ({' '.join(str(error).split())}): nothing has landed; "
            "start it and run `python -m flows.decisions export` again."
        ) from error
    except psycopg.Error as error:
        raise UserError(
            f"The decisions in Postgres cannot be read ({' '.join(str(error).split())}): the "
            "database needs the tables and rights of flows/postgres/schema.py."
        ) from error
    return Exported(0, None)


def remove_landed_decisions(landing: Path) -> None:
    """Remove what exports have written; files of others stay."""
    for file in landed_exports(landing):
        file.unlink()
    shutil.rmtree(landing / STATE_FOLDER, ignore_errors=True)


def landed_exports(landing: Path) -> list[Path]:
    """Return the files that exports have landed, in the order of landing."""
    if not landing.is_dir():
        return []
    return sorted(file for file in landing.iterdir() if _FILE_NAME.fullmatch(file.name))


def _url() -> str | None:
    """Return the connection, if there is a server: the project's own is not always up."""
    try:
        url = connection_string(Role.EXPORT)
    except BusyError:
        return None
    if os.environ.get(URL_VARIABLE):
        return url
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname, parts.port or 0), _SECONDS_TO_CONNECT):
            return url
    except ConnectionRefusedError:
        return None


@contextmanager
def _locked(landing: Path) -> Iterator[Lock]:
    """Be the only export into a landing, and clear what a kill has left."""
    state = landing / STATE_FOLDER
    storage = storage_of(landing)
    another = f"Another export is at work on {landing}"
    with exclusive(storage, state / "lock", another, "nothing has landed") as lock:
        shutil.rmtree(state / "staging", ignore_errors=True)
        storage.recover(landing)
        yield lock


def _export(landing: Path, connection: psycopg.Connection, lock: Lock) -> Exported:
    # What has landed is read first: nothing that is decided meanwhile can be taken for landed.
    landed = _landed_decisions(landing)
    stored = _identities(connection)
    _refuse_another_database(landing, landed, stored)
    new = sorted(stored.keys() - landed.keys())
    if not new:
        return Exported(0, None)
    numbers = [int(file.stem.removeprefix("decisions-")) for file in landed_exports(landing)]
    final = landing / f"decisions-{max(numbers, default=0) + 1:018}.jsonl"
    storage = storage_of(landing)
    with storage.staging_dir(landing / STATE_FOLDER / "staging") as staging:
        staged = staging / final.name
        with staged.open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in _lines(connection.execute(_DECISIONS, [new])))
        lock.check()
        storage.publish(staged, final)
    shutil.rmtree(landing / STATE_FOLDER / "staging", ignore_errors=True)
    return Exported(len(new), final)


def _identities(connection: psycopg.Connection) -> dict[int, tuple[str, str]]:
    """Return order and time of all decisions that are committed, by their number."""
    rows = connection.execute(_IDENTITIES).fetchall()
    return {number: (order_id, decided_ts) for number, order_id, decided_ts in rows}


def _landed_decisions(landing: Path) -> dict[int, tuple[str, str, Path]]:
    """Return order, time and file of all decisions that have landed, by their number."""
    landed: dict[int, tuple[str, str, Path]] = {}
    for path in sorted(landing.iterdir()):
        if not is_landed_file(path.name) or path.suffix != ".jsonl":
            continue
        for line in path.read_bytes().splitlines():
            try:
                found = json.loads(line)
                number = int(found["decision_id"])
                landed.setdefault(number, (found["order_id"], found["decided_ts"], path))
            except (ValueError, TypeError, KeyError):
                continue  # bronze keeps such a line as rejected
    return landed


def _refuse_another_database(
    landing: Path,
    landed: Mapping[int, tuple[str, str, Path]],
    stored: Mapping[int, tuple[str, str]],
) -> None:
    """Stop where a number stands for two decisions: the new one would never land."""
    for number in sorted(landed.keys() & stored.keys()):
        order_id, decided_ts, file = landed[number]
        if (order_id, decided_ts) != stored[number]:
            raise UserError(
                f"{file}: decision {number} is about order {order_id}, in Postgres it is about "
                f"order {stored[number][0]} or of another time. These decisions came from another "
                f"database: move {landing} away, or connect to the database that they came from."
            )


def _lines(rows: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    for row in rows:
        decision = dict(zip(_KEYS, row, strict=True))
        if decision["source_suggestion"] is not None:
            decision["source_suggestion"] = _with_landed_time(decision["source_suggestion"])
        yield json.dumps({key: value for key, value in decision.items() if value is not None})


def _with_landed_time(suggestion: str) -> str:
    """Return a suggestion with its ``ts`` as times land; as it is where that cannot be read."""
    found = json.loads(suggestion)
    try:
        ts = datetime.fromisoformat(found["ts"])
        if ts.tzinfo is not None:
            ts = ts.astimezone(UTC).replace(tzinfo=None)
        found["ts"] = ts.isoformat(sep=" ", timespec="milliseconds")
    except (ValueError, TypeError, KeyError, OverflowError):
        return suggestion
    return json.dumps(found)
