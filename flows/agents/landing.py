"""The log of answers (docs/contract.md, section 4): what landed, and how more of it lands.

::

    <landing>/responses-<number>-<id>.jsonl  some answers, in the order of landing
    <landing>/_agents/lock                   locked while questions are asked
    <landing>/_agents/staging/               unfinished files; removed by the next run
"""

from __future__ import annotations

import gzip
import re
import shutil
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from common.landed_files import is_landed_file
from common.storage import exclusive, storage_of
from flows.agents.outcomes import Outcome  # noqa: TC001  (pydantic reads it)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from common.storage import Lock, Storage

_STATE_FOLDER = "_agents"
_FILE_NAME = re.compile(r"responses-(\d{12})-[0-9a-f]{8}\.jsonl", re.ASCII)
_NAMESPACE = uuid.UUID("5cf03f4c-94a1-5a0c-8f0e-8f2f1f6d9a11")


class Response(BaseModel):
    """A line of the log: what became of one question about one subject."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    response_id: str
    agent: str
    subject_id: str
    asked_ts: str
    model: str
    outcome: Outcome
    answer: dict[str, Any] | None


@dataclass(frozen=True)
class Landed:
    """What is known of a subject: whether it has its answer, and how often it was asked."""

    is_settled: bool
    questions: int


@dataclass(frozen=True)
class Log:
    """What has landed, by agent and subject, and how many lines could not be read."""

    subjects: dict[tuple[str, str], Landed]
    unreadable: int


def make_response(
    agent: str,
    subject_id: str,
    asked: datetime,
    model: str,
    outcome: Outcome,
    answer: dict[str, Any] | None,
) -> Response:
    """Return the line of a question that was asked at ``asked``, UTC."""
    asked_ts = asked.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    response_id = str(uuid.uuid5(_NAMESPACE, "\n".join((agent, subject_id, asked_ts))))
    return Response(
        response_id=response_id,
        agent=agent,
        subject_id=subject_id,
        asked_ts=asked_ts,
        model=model,
        outcome=outcome,
        answer=answer,
    )


class ResponseLanding:
    """A folder of landed answers, and the storage that it is on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._state_folder = folder / _STATE_FOLDER
        self._storage = storage_of(folder)

    @contextmanager
    def open(self) -> Iterator[OpenLanding]:
        """Be the only one who asks, and clear what a kill left.

        Raises
        ------
        BusyError
            If another process is asking.
        """
        another = f"Another run is asking the language model for {self.folder}"
        lock_file, staging_folder = self._state_folder / "lock", self._state_folder / "staging"
        with exclusive(self._storage, lock_file, another, "nothing was asked") as lock:
            self._storage.clear_staging(staging_folder)
            self._storage.recover(self.folder)
            with self._storage.staging_dir(staging_folder) as staging:
                yield OpenLanding(self.folder, staging, self._storage, lock)

    def read(self) -> Log:
        """Return what has landed. A line that cannot be read is counted and not trusted."""
        subjects: dict[tuple[str, str], Landed] = {}
        unreadable = 0
        for line in self._lines():
            try:
                response = Response.model_validate_json(line)
            except ValidationError:
                unreadable += 1
                continue
            key = (response.agent, response.subject_id)
            before = subjects.get(key, Landed(is_settled=False, questions=0))
            settled = before.is_settled or not response.outcome.may_be_asked_again
            subjects[key] = Landed(is_settled=settled, questions=before.questions + 1)
        return Log(subjects, unreadable)

    def files(self) -> list[Path]:
        """Return the files that runs have landed, in the order of landing."""
        if not self.folder.is_dir():
            return []
        return sorted(file for file in self.folder.iterdir() if _FILE_NAME.fullmatch(file.name))

    def remove(self) -> None:
        """Remove what runs have written; files of others stay."""
        for file in self.files():
            file.unlink()
        shutil.rmtree(self._state_folder, ignore_errors=True)

    def _lines(self) -> Iterator[bytes]:
        unfinished = self._storage.unfinished(self.folder)
        for file in sorted(self.folder.iterdir()) if self.folder.is_dir() else ():
            if not is_landed_file(file.name) or file.name in unfinished:
                continue
            content = file.read_bytes()
            if file.suffix == ".gz":
                try:
                    content = gzip.decompress(content)
                except (OSError, EOFError):
                    content = b"?"  # one line that cannot be read
            yield from (line for line in content.split(b"\n") if line.strip())


class OpenLanding:
    """A landing that this process has locked."""

    def __init__(self, folder: Path, staging: Path, storage: Storage, lock: Lock) -> None:
        self._folder = folder
        self._staging = staging
        self._storage = storage
        self._lock = lock

    def land(self, responses: Iterable[Response]) -> None:
        """Make answers visible, all of them at once."""
        lines = [response.model_dump_json() for response in responses]
        if not lines:
            return
        names = (_FILE_NAME.fullmatch(file.name) for file in self._folder.iterdir())
        last = max((int(match[1]) for match in names if match), default=0)
        name = f"responses-{last + 1:012}-{uuid.uuid4().hex[:8]}.jsonl"
        staged = self._staging / name
        staged.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        self._lock.check()
        self._storage.publish(staged, self._folder / name)
