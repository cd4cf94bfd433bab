"""Runs the benchmarks and prints figures and ratios: ``python -m bench --help``."""

from __future__ import annotations

import argparse
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.building import bench_building
from bench.days import bench_days
from bench.delta import bench_delta
from bench.desk import bench_desk
from bench.generation import bench_generation
from bench.landing import bench_landing
from bench.live import bench_live
from bench.loop import bench_loop
from bench.now import bench_now
from bench.scale import MILLIONS, bench_live_scale, bench_scale, parse_millions
from bench.spark import bench_spark
from bench.sync import bench_sync

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BENCHMARKS: dict[str, Callable[[Path], Iterator[str]]] = {
    "generation": bench_generation,
    "spark": bench_spark,
    "landing": bench_landing,
    "live": bench_live,
    "building": bench_building,
    "loop": bench_loop,
    "sync": bench_sync,
    "desk": bench_desk,
    "now": bench_now,
    "days": bench_days,
    "scale": bench_scale,
    "live_scale": bench_live_scale,
    "delta": bench_delta,
}


def main() -> None:
    """Run the benchmarks in a scratch folder; what one has made is used by those after it."""
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Ratios hold on any machine; seconds only on this one.",
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"which: {', '.join(BENCHMARKS)} (default: all)",
    )
    parser.add_argument(
        "--events",
        type=parse_millions,
        default=MILLIONS,
        metavar="N,N",
        help="how many millions of events `scale`, `live_scale` and `delta` build (default: "
        f"{','.join(map(str, MILLIONS))}); a hundred take 55 GB of disk",
    )
    options = parser.parse_args()
    benchmarks = dict(BENCHMARKS)
    benchmarks["scale"] = partial(bench_scale, millions=options.events)
    benchmarks["live_scale"] = partial(bench_live_scale, millions=options.events)
    benchmarks["delta"] = partial(bench_delta, millions=options.events)
    names = options.names or list(benchmarks)
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}: choose from {', '.join(BENCHMARKS)}")
    with tempfile.TemporaryDirectory(prefix="caspers_bench_") as scratch:
        for name in names:
            print(f"{name}")
            for line in benchmarks[name](Path(scratch)):
                print(f"  {line}", flush=True)


if __name__ == "__main__":
    main()
