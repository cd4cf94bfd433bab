"""Kills a replay in an object store at each request that changes something, until one survives.

Run as a program: ``kill_sweep.py <endpoint> <canonical> <stage>…``, with the numbers of the stages
to sweep. Each request is the last one twice: it did not arrive, and it was carried out but not
answered. After each kill a run that starts at once must either find the lease of the killed run
and do nothing or continue, and a run that starts after the lease has expired must land what an
uninterrupted replay lands. Prints the number of kills.
"""

import os
import sys
from urllib.parse import urlsplit

from common.storage import place
from tests.support.kill_sweep import (
    Content,
    Stage,
    after_the_lease,
    forked,
    replay_stages,
    sweep,
    unless_busy,
)
from tests.support.object_store import ObjectStoreServer

LANDING = "landing/events"


def main() -> None:
    server = ObjectStoreServer(urlsplit(sys.argv[1]).port or 0)
    stages, swept = replay_stages(place(sys.argv[2])), {int(number) for number in sys.argv[3:]}

    def run(bucket: str, stage: Stage, kill_at: int | None = None, *, after: bool = False) -> int:
        def action() -> None:
            if kill_at is not None:
                server.control(kill=os.getpid(), at=kill_at, after=after)
            stage(place(f"s3://{bucket}/{LANDING}"))

        status = forked(action)
        server.control(kill=None)
        return status

    def content(bucket: str) -> Content:
        found = server.objects(bucket, LANDING)
        return {name: lines for name, lines in found.items() if name != "_replay/lock"}

    def sweep_stage(before: str, stage: Stage, expected: Content, *, after: bool) -> int:
        killed = ""

        def kill_at(call: int) -> int:
            nonlocal killed
            killed = server.bucket(like=before)
            return run(killed, stage, call, after=after)

        def check(call: int) -> None:
            for name, lines in content(killed).items():
                if name.startswith("window-") and lines != expected.get(name):
                    sys.exit(f"half visible after call {call}: {name}")
            for follower in (unless_busy(stage), after_the_lease(stage)):
                if run(killed, follower):
                    sys.exit(f"the run after the kill at call {call} failed")
            if content(killed) != expected:
                sys.exit(f"call {call}: {sorted(content(killed))}")

        return sweep(kill_at, check)

    kills, before = 0, server.bucket()
    for number, stage in enumerate(stages):
        undisturbed = server.bucket(like=before)
        if run(undisturbed, stage):
            sys.exit(f"stage {number} failed without a kill")
        for after in (False, True) if number in swept else ():
            kills += sweep_stage(before, stage, content(undisturbed), after=after)
        before = undisturbed
    print(kills)


if __name__ == "__main__":
    main()
