"""Kills the replacement of a folder in an object store at each request, until one survives.

Run as a program: ``kill_sweep_of_a_folder.py <endpoint> <when>…``, where ``before`` lets the last
request get lost, and ``after`` its answer. One file is so large that it is uploaded in
parts. After each kill the folder must be the old one, the new one, or one without its commit
marker, each file in it whole; after another run it must be the new one. Prints the number of kills.
"""

import os
import sys
from urllib.parse import urlsplit

from common.storage import place
from common.storage.atomic_directory import atomic_directory
from tests.support.kill_sweep import after_the_lease, forked, sweep
from tests.support.object_store import ObjectStoreServer

LARGE = 6 << 20
OLD = {"events": b"old events", "menus": b"old", "items": b"same", "left": b"over"}
NEW = {"events": b"new events" * (LARGE // 10), "menus": b"new", "items": b"same"}


def main() -> None:
    server = ObjectStoreServer(urlsplit(sys.argv[1]).port or 0)
    before = server.bucket()
    for name, content in OLD.items():
        server.put(place(f"s3://{before}/data/{name}"), content)

    def replace(directory: object) -> None:
        with atomic_directory(place(str(directory)), OLD.keys(), commit_marker="events") as new:
            for name, content in NEW.items():
                (new / name).write_bytes(content)

    kills, bucket = 0, ""
    for after in [when == "after" for when in sys.argv[2:]]:

        def kill_at(call: int, after: bool = after) -> int:
            nonlocal bucket
            bucket = server.bucket(like=before)

            def action() -> None:
                server.control(kill=os.getpid(), at=call, after=after)
                replace(f"s3://{bucket}/data")

            status = forked(action)
            server.control(kill=None)
            return status

        def check(call: int) -> None:
            found = server.objects(bucket, "data")
            if "events" in found and found not in (OLD, NEW):
                sys.exit(f"a mixture after call {call}: {sorted(found)}")
            if any(content not in {OLD[name], NEW.get(name)} for name, content in found.items()):
                sys.exit(f"half a file after call {call}: {sorted(found)}")
            again = after_the_lease(replace)
            if forked(lambda: again(place(f"s3://{bucket}/data"))):
                sys.exit(f"the run after the kill at call {call} failed")
            if server.objects(bucket, "data") != NEW:
                sys.exit(f"not recovered after call {call}: {sorted(server.objects(bucket))}")

        kills += sweep(kill_at, check)
    print(kills)


if __name__ == "__main__":
    main()
