"""Kills a publication at its first, second, third … touch of the file system until one survives.

Run as a program: ``kill_sweep.py <folder> <every>``, to kill at every n-th touch and at each of the
last, where the link is exchanged. Prints the number of kills.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb

from tests.flows.publication.small_warehouse import TABLES, SmallWarehouse
from tests.support.kill_sweep import forked
from tests.support.publication import published_differences

# What Python reports of changes of a file system; DuckDB writes its files between them.
CHANGES = frozenset(
    {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod", "open"}
)
LAST = 6

Content = list[list[int]]


def content(file: Path) -> Content:
    """Return how many rows each table has in a warehouse or for a reader, and a digest of them."""
    with duckdb.connect(str(file), read_only=True) as connection:
        return [
            list(
                connection.execute(
                    f"SELECT count(*), bit_xor(hash(r)) FROM (FROM {table.full_name}) AS r"
                ).fetchall()[0]
            )
            for table in TABLES
        ]


def make_business(data: Path, old: Path) -> None:
    """Publish some days, of which the first build is old, keep their content, and change some."""
    warehouse = SmallWarehouse(data)
    warehouse.sell_on_all(f"2026-{month:02}-{day:02}" for month in (8, 9, 10) for day in (3, 20))
    warehouse.sell_on_all(f"2026-11-{day:02}" for day in range(1, 10))
    for build in range(1, 5):
        warehouse.publish()
        os.utime(data / "publications" / f"{build:09}" / "publication.json", (1, 1))
    old.write_text(json.dumps(content(warehouse.file)))
    warehouse.sell(["2026-11-08", "2026-11-10", "2026-08-04"], revenue=96)


def is_touch(event: str, arguments: tuple[object, ...], data: Path) -> bool:
    """Whether an audit event is about to change a file in the data folder, or to flush one."""
    return event in CHANGES and any(str(data) in str(place) for place in arguments[:2])


def killed_at(number: int, data: Path, action: Callable[[], object]) -> Callable[[], object]:
    """Return an action that is killed at its n-th touch of published files, or of their link."""

    def doomed() -> None:
        left = number

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            if is_touch(event, arguments, data):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        action()

    return doomed


def count_touches(data: Path, count: Path) -> int:
    """Return how often a publication touches the files that are published, or their link."""

    def action() -> None:
        touches = 0

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal touches
            touches += is_touch(event, arguments, data)

        sys.addaudithook(hook)
        SmallWarehouse(data).publish()
        count.write_text(str(touches))

    assert forked(action) == 0
    return int(count.read_text())


def check(data: Path, old: Content) -> None:
    """Check that readers have one of the two builds, and that the next publication is right."""
    warehouse = SmallWarehouse(data)
    link = warehouse.published
    assert content(link / "caspers.duckdb") in (old, content(warehouse.file))
    warehouse.publish()
    differences = published_differences(warehouse.file, link)
    assert differences == {}, differences
    left = {path.name for path in data.iterdir()}
    assert left == {"caspers.duckdb", "published", "publications"}, left
    broken = [
        build.name
        for build in (data / "publications").iterdir()
        if not (build / "publication.json").exists()
    ]
    assert broken == []


def main() -> None:
    folder, every = Path(sys.argv[1]), int(sys.argv[2])
    kept, data = folder / "kept", folder / "data"
    if forked(lambda: make_business(data, folder / "old.json")):
        sys.exit("the business could not be made")
    old = json.loads((folder / "old.json").read_text())
    shutil.copytree(data, kept, symlinks=True)
    kills = 0
    touches = count_touches(data, folder / "touches")
    for number in sorted({*range(1, touches + 1, every), *range(touches - LAST, touches + 1)}):
        shutil.rmtree(data)
        # Copies as they were: the age of builds is that of their files.
        shutil.copytree(kept, data, symlinks=True)
        status = forked(killed_at(number, data, SmallWarehouse(data).publish))
        if not os.WIFSIGNALED(status):
            sys.exit(f"touch {number}: not killed, but ended with {status}")
        kills += 1
        if forked(lambda: check(data, old)):
            sys.exit(f"touch {number}: the check failed")
    print(kills)


if __name__ == "__main__":
    main()
