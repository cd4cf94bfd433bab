"""Copies a landing folder file by file and line by line, and injects faults into the copy."""

from __future__ import annotations

import json
import math
import os
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from common.errors import UserError
from common.landed_files import (
    FAULTS_FOLDER,
    WINDOW_NAME_FORM,
    Positions,
    is_hidden,
    parse_window_file_name,
)
from common.rng import LARGEST_SEED, Purpose, make_rng
from common.storage.atomic_directory import atomic_directory
from common.time_units import MICROSECONDS_PER_MINUTE
from flows.faults.changes import change, padded
from flows.faults.ledger import Fault, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.random import Generator

    from flows.faults.settings import FaultSettings

LEDGER_FILE = "ledger.jsonl"
_BOM = b"\xef\xbb\xbf"
_BINARY_LINES = 3
_WHOLE_FILE = ("shuffled_files", "bom_files", "crlf_files")


@dataclass
class _Copy:
    """The faulty landing while it is written."""

    settings: FaultSettings
    files: list[Path]
    windows: list[Positions]
    seed: int
    out: Path
    faults: list[Fault] = field(default_factory=list)
    # Lines that move to a later file, by the number of that file.
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
        If there is nothing to copy, a file is not a window, or the copy would touch the original.
    """
    if not 0 <= seed <= LARGEST_SEED:
        raise UserError(f"--seed {seed}: choose a number from 0 to {LARGEST_SEED}.")
    here, there = landing.resolve(), out.resolve()
    if here == there or here in there.parents or there in here.parents:
        raise UserError(
            f"--out {out} is not apart from --landing {landing}: faults are never injected into "
            "the original; choose another folder."
        )
    files, windows = _landed_windows(landing)
    added = [f"fault-empty-{number:03}.jsonl" for number in range(settings.empty_files)]
    binary_files = [
        f"fault-not-text-{number:03}.jsonl" for number in range(settings.files_that_are_not_text)
    ]
    names = [*(file.name for file in files), *added, *binary_files, FAULTS_FOLDER]
    with atomic_directory(out, names) as folder:
        copy = _Copy(settings, files, windows, seed, folder)
        file_faults = _choose_faults_of_whole_files(copy)
        for number in range(len(files)):
            _copy_file(copy, number, file_faults[number])
        _add_files(copy, added, binary_files)
        _write_ledger(folder, copy.faults)
    return Counter(fault.kind for fault in copy.faults)


def _landed_windows(landing: Path) -> tuple[list[Path], list[Positions]]:
    if not landing.is_dir():
        raise UserError(f"--landing {landing} is not a folder: land events, or choose another.")
    files = sorted(file for file in landing.glob("*.jsonl*") if not is_hidden(file.name))
    windows = []
    for file in files:
        positions = parse_window_file_name(file.name)
        if positions is None:
            raise UserError(
                f"{file} is not a window of the replay ({WINDOW_NAME_FORM}): move it away, faults "
                "are injected into windows only."
            )
        windows.append(positions)
    if not files:
        raise UserError(f"Nothing has landed in {landing}: run `python -m flows.replay run`.")
    return files, windows


def _rng(copy: _Copy, file_number: int) -> Generator:
    """Return the random numbers of one file; those of number -1 choose among files."""
    return make_rng(copy.seed, 0, file_number + 1, Purpose.FAULTS)


def _choose_faults_of_whole_files(copy: _Copy) -> list[set[str]]:
    """Choose files for the faults of whole files; a file gets one of them, if there are enough."""
    chosen: list[set[str]] = [set() for _ in copy.files]
    order = _rng(copy, -1).permutation(len(copy.files))
    place = 0
    for kind in (*_WHOLE_FILE, "long_lines"):
        for _ in range(min(getattr(copy.settings, kind), len(copy.files))):
            chosen[int(order[place % len(order)])].add(kind)
            place += 1
    return chosen


def _copy_file(copy: _Copy, number: int, file_faults: set[str]) -> None:
    source = copy.files[number]
    rng = _rng(copy, number)
    end = b"\r\n" if "crlf_files" in file_faults else b"\n"
    lines = _faulty_lines(copy, number, rng, is_long="long_lines" in file_faults)
    if "shuffled_files" in file_faults:
        ordered = list(lines)
        lines = (ordered[place] for place in rng.permutation(len(ordered)))
    count = 0
    with (copy.out / source.name).open("wb") as target:
        if "bom_files" in file_faults:
            target.write(_BOM)
        for line in lines:
            target.write(line.encode() + end)
            count += 1
    for kind in _WHOLE_FILE:
        if kind in file_faults:
            detail = f"the whole file: {kind.removesuffix('_files')}"
            copy.faults.append(Fault(kind, detail, Outcome.REPAIRED, source.name, lines=count))


def _faulty_lines(copy: _Copy, number: int, rng: Generator, *, is_long: bool) -> Iterator[str]:
    file = copy.files[number]
    with file.open(encoding="utf-8", newline="\n") as source:
        for text in source:
            line = text.rstrip("\n")
            event = _event(line, file)
            origin = {name: event[name] for name in ("event_id", "order_id", "event_type")}
            if is_long:
                is_long = False
                detail = "padded to 16 MB"
                copy.faults.append(Fault("long_lines", detail, Outcome.KEPT, file.name, **origin))
                yield padded(event)
                continue
            kind, null_field = _choose_fault(
                copy.settings, event["event_type"], float(rng.random())
            )
            if kind == "lost":
                copy.faults.append(Fault(kind, "dropped", Outcome.MISSING, file.name, **origin))
            elif kind == "late":
                yield from _delayed(copy, number, line, rng, origin)
            elif kind == "duplicates":
                yield line
                later = int(rng.integers(number, len(copy.files)))
                name = copy.files[later].name
                fault = Fault(kind, f"also in {file.name}", Outcome.DUPLICATE, name, **origin)
                copy.waiting[later].append((line, fault))
            elif kind:
                line, detail, expected, code = change(kind, null_field, line, event, rng)
                copy.faults.append(Fault(kind, detail, expected, file.name, code, **origin))
                yield line
            else:
                yield line
    for line, fault in copy.waiting.pop(number, []):
        copy.faults.append(fault)
        yield line


def _delayed(
    copy: _Copy, number: int, line: str, rng: Generator, origin: dict[str, Any]
) -> Iterator[str]:
    """Move a line to a later window; after the last file there is none."""
    least, most = (math.log(minutes) for minutes in copy.settings.late_minutes)
    minutes = math.exp(rng.uniform(least, most))
    if number + 1 == len(copy.files):
        yield line
        return
    arrival = copy.windows[number].last + minutes * MICROSECONDS_PER_MINUTE
    later = number + 1
    while later + 1 < len(copy.files) and copy.windows[later].last < arrival:
        later += 1
    detail = f"{minutes:.0f} minutes after {copy.files[number].name}"
    fault = Fault("late", detail, Outcome.LATE, copy.files[later].name, **origin)
    copy.waiting[later].append((line, fault))


def _event(line: str, file: Path) -> dict[str, Any]:
    try:
        event: dict[str, Any] = json.loads(line)
        if all(event[name] for name in ("event_id", "order_id", "event_type", "body")):
            return event
    except (ValueError, KeyError, TypeError):
        pass
    raise UserError(
        f"{file} holds a line that is not an event ({line[:60]!r}): faults are injected into "
        "what the replay has landed, not into what is faulty already."
    )


def _choose_fault(settings: FaultSettings, event_type: str, draw: float) -> tuple[str, str]:
    for kind, null_field, share in settings.shares(event_type):
        if draw < share:
            return kind, null_field
        draw -= share
    return "", ""


def _add_files(copy: _Copy, empty: list[str], binary_files: list[str]) -> None:
    rng = _rng(copy, len(copy.files))
    for name in empty:
        (copy.out / name).write_bytes(b"")
        copy.faults.append(Fault("empty_files", "no bytes", Outcome.REPAIRED, name, lines=0))
    for name in binary_files:
        # Bytes from 0x80 on never end a line; one of 0xFF makes sure that none of it is text.
        rows = [bytes(rng.integers(0x80, 0x100, 400).tolist()) for _ in range(_BINARY_LINES)]
        (copy.out / name).write_bytes(b"".join(b"\xff" + row + b"\n" for row in rows))
        copy.faults.append(
            Fault(
                "files_that_are_not_text",
                "a picture",
                Outcome.REJECTED,
                name,
                "not_an_object",
                lines=_BINARY_LINES,
            )
        )


def _write_ledger(folder: Path, faults: list[Fault]) -> None:
    (folder / FAULTS_FOLDER).mkdir()
    with (folder / FAULTS_FOLDER / LEDGER_FILE).open("w", encoding="utf-8", newline="\n") as ledger:
        ledger.writelines(fault.line() for fault in faults)
        ledger.flush()
        os.fsync(ledger.fileno())
