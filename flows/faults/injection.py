"""From a landing folder to a faulty copy of it, file by file and line by line."""

from __future__ import annotations

import json
import math
import os
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from common.errors import UserError
from common.rng import LARGEST_SEED, Purpose, make_rng
from common.storage.atomic_directory import atomic_directory
from flows.faults.changes import change, lengthened
from flows.faults.ledger import Fault, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.random import Generator

    from flows.faults.settings import FaultSettings

LEDGER_FOLDER = "_faults"
LEDGER_FILE = "ledger.jsonl"
_NAME = re.compile(r"window-(\d{18})-(\d{18})\.jsonl", re.ASCII)
_MICROSECONDS_PER_MINUTE = 60_000_000
_BOM = b"\xef\xbb\xbf"
_PICTURE_LINES = 3
_WHOLE_FILE = ("shuffled_files", "bom_files", "crlf_files")


@dataclass
class _Copy:
    """The faulty landing in the making."""

    settings: FaultSettings
    files: list[Path]
    ends: list[int]
    seed: int
    out: Path
    faults: list[Fault] = field(default_factory=list)
    # Lines that land in a later file than they were in, by the number of that file.
    waiting: dict[int, list[tuple[str, Fault]]] = field(default_factory=lambda: defaultdict(list))


def inject(landing: Path, out: Path, settings: FaultSettings, seed: int) -> Counter[str]:
    """Write a faulty copy of a landing folder and the ledger of its faults.

    Parameters
    ----------
    landing
        Folder of landed windows; it is only read.
    out
        Folder of the copy, replaced as a whole once it is complete. The ledger is in
        ``_faults/ledger.jsonl`` in it, where no reader of landed files looks.
    settings
        Which faults, and how many.
    seed
        The same landing, settings and seed give the same bytes.

    Returns
    -------
    The number of faults of each kind.

    Raises
    ------
    UserError
        If there is nothing to copy, a file is no window, or the copy would touch the original.
    """
    if not 0 <= seed <= LARGEST_SEED:
        raise UserError(f"--seed {seed}: choose a number from 0 to {LARGEST_SEED}.")
    here, there = landing.resolve(), out.resolve()
    if here == there or here in there.parents or there in here.parents:
        raise UserError(
            f"--out {out} is not apart from --landing {landing}: faults are never put into the "
            "original; choose another folder."
        )
    files = _windows(landing)
    added = [f"fault-empty-{number:03}.jsonl" for number in range(settings.empty_files)]
    pictures = [
        f"fault-not-text-{number:03}.jsonl" for number in range(settings.files_that_are_not_text)
    ]
    names = [*(file.name for file in files), *added, *pictures, LEDGER_FOLDER]
    with atomic_directory(out, names) as folder:
        ends = [int(file.stem.split("-")[2]) for file in files]
        copy = _Copy(settings, files, ends, seed, folder)
        whole = _faults_of_whole_files(copy)
        for number in range(len(files)):
            _copy_file(copy, number, whole[number])
        _add_files(copy, added, pictures)
        _write_ledger(folder, copy.faults)
    return Counter(fault.kind for fault in copy.faults)


def _windows(landing: Path) -> list[Path]:
    if not landing.is_dir():
        raise UserError(f"--landing {landing} is no folder: land events, or choose another.")
    files = sorted(
        file for file in landing.glob("*.jsonl*") if not file.name.startswith(("_", "."))
    )
    for file in files:
        if not _NAME.fullmatch(file.name):
            raise UserError(
                f"{file} is no window of the replay (window-<18 digits>-<18 digits>.jsonl): move "
                "it away, faults are put into windows only."
            )
    if not files:
        raise UserError(f"Nothing has landed in {landing}: run `python -m flows.replay run`.")
    return files


def _random(copy: _Copy, file_number: int) -> Generator:
    """Return the random numbers of one file; those of no file (-1) are for choosing files."""
    return make_rng(copy.seed, 0, file_number + 1, Purpose.FAULTS)


def _faults_of_whole_files(copy: _Copy) -> list[set[str]]:
    """Choose files for the faults of whole files; a file gets one of them, if there are enough."""
    chosen: list[set[str]] = [set() for _ in copy.files]
    order = _random(copy, -1).permutation(len(copy.files))
    place = 0
    for kind in (*_WHOLE_FILE, "long_lines"):
        for _ in range(min(getattr(copy.settings, kind), len(copy.files))):
            chosen[int(order[place % len(order)])].add(kind)
            place += 1
    return chosen


def _copy_file(copy: _Copy, number: int, whole: set[str]) -> None:
    source = copy.files[number]
    random = _random(copy, number)
    end = b"\r\n" if "crlf_files" in whole else b"\n"
    lines = _faulty_lines(copy, number, random, is_long="long_lines" in whole)
    if "shuffled_files" in whole:
        held = list(lines)
        lines = (held[place] for place in random.permutation(len(held)))
    count = 0
    with (copy.out / source.name).open("wb") as target:
        if "bom_files" in whole:
            target.write(_BOM)
        for line in lines:
            target.write(line.encode() + end)
            count += 1
    for kind in _WHOLE_FILE:
        if kind in whole:
            detail = f"the whole file: {kind.removesuffix('_files')}"
            copy.faults.append(Fault(kind, detail, Outcome.REPAIRED, source.name, lines=count))


def _faulty_lines(copy: _Copy, number: int, random: Generator, *, is_long: bool) -> Iterator[str]:
    file = copy.files[number]
    with file.open(encoding="utf-8", newline="\n") as source:
        for text in source:
            line = text.rstrip("\n")
            event = _event(line, file)
            told = {name: event[name] for name in ("event_id", "order_id", "event_type")}
            if is_long:
                is_long = False
                detail = "padded to 16 MB"
                copy.faults.append(Fault("long_lines", detail, Outcome.KEPT, file.name, **told))
                yield lengthened(event)
                continue
            kind, null_field = _drawn(copy.settings, event["event_type"], float(random.random()))
            if kind == "lost":
                copy.faults.append(Fault(kind, "dropped", Outcome.MISSING, file.name, **told))
            elif kind == "late":
                yield from _delayed(copy, number, line, random, told)
            elif kind == "duplicates":
                yield line
                later = int(random.integers(number, len(copy.files)))
                name = copy.files[later].name
                fault = Fault(kind, f"also in {file.name}", Outcome.DUPLICATE, name, **told)
                copy.waiting[later].append((line, fault))
            elif kind:
                line, detail, expected, reason = change(kind, null_field, line, event, random)
                copy.faults.append(Fault(kind, detail, expected, file.name, reason, **told))
                yield line
            else:
                yield line
    for line, fault in copy.waiting.pop(number, []):
        copy.faults.append(fault)
        yield line


def _delayed(
    copy: _Copy, number: int, line: str, random: Generator, told: dict[str, Any]
) -> Iterator[str]:
    """Let a line wait for a later window; after the last file there is none to wait for."""
    least, most = (math.log(minutes) for minutes in copy.settings.late_minutes)
    minutes = math.exp(random.uniform(least, most))
    if number + 1 == len(copy.files):
        yield line
        return
    arrival = copy.ends[number] + minutes * _MICROSECONDS_PER_MINUTE
    later = number + 1
    while later + 1 < len(copy.files) and copy.ends[later] < arrival:
        later += 1
    detail = f"{minutes:.0f} minutes after {copy.files[number].name}"
    fault = Fault("late", detail, Outcome.LATE, copy.files[later].name, **told)
    copy.waiting[later].append((line, fault))


def _event(line: str, file: Path) -> dict[str, Any]:
    try:
        event: dict[str, Any] = json.loads(line)
        if all(event[name] for name in ("event_id", "order_id", "event_type", "body")):
            return event
    except (ValueError, KeyError, TypeError):
        pass
    raise UserError(
        f"{file} holds a line that is no event ({line[:60]!r}): faults are put into what the "
        "replay has landed, not into what is faulty already."
    )


def _drawn(settings: FaultSettings, event_type: str, draw: float) -> tuple[str, str]:
    for kind, null_field, share in settings.shares(event_type):
        if draw < share:
            return kind, null_field
        draw -= share
    return "", ""


def _add_files(copy: _Copy, empty: list[str], pictures: list[str]) -> None:
    random = _random(copy, len(copy.files))
    for name in empty:
        (copy.out / name).write_bytes(b"")
        copy.faults.append(Fault("empty_files", "no bytes", Outcome.REPAIRED, name, lines=0))
    for name in pictures:
        # Bytes from 0x80 on never end a line; one of 0xFF makes sure that none of it is text.
        rows = [bytes(random.integers(0x80, 0x100, 400).tolist()) for _ in range(_PICTURE_LINES)]
        (copy.out / name).write_bytes(b"".join(b"\xff" + row + b"\n" for row in rows))
        copy.faults.append(
            Fault(
                "files_that_are_not_text",
                "a picture",
                Outcome.REJECTED,
                name,
                "not a JSON object",
                lines=_PICTURE_LINES,
            )
        )


def _write_ledger(folder: Path, faults: list[Fault]) -> None:
    (folder / LEDGER_FOLDER).mkdir()
    with (folder / LEDGER_FOLDER / LEDGER_FILE).open("w", encoding="utf-8", newline="\n") as ledger:
        ledger.writelines(fault.line() for fault in faults)
        ledger.flush()
        os.fsync(ledger.fileno())
