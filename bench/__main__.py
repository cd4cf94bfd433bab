"""Runs the benchmarks and prints figures and ratios: ``python -m bench --help``."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from bench.building import bench_building
from bench.generation import bench_generation
from bench.landing import bench_landing
from bench.spark import bench_spark

BENCHMARKS = {
    "generation": bench_generation,
    "spark": bench_spark,
    "landing": bench_landing,
    "building": bench_building,
}


def main() -> None:
    """Run the benchmarks in a scratch folder; each uses what the earlier ones have made."""
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Ratios hold on any machine; seconds only on this one.",
    )
    parser.add_argument(
        "--until",
        choices=list(BENCHMARKS),
        default=list(BENCHMARKS)[-1],
        help="the last benchmark to run; each needs those before it (default: %(default)s)",
    )
    until = list(BENCHMARKS).index(parser.parse_args().until)
    with tempfile.TemporaryDirectory(prefix="caspers_bench_") as scratch:
        for name, benchmark in list(BENCHMARKS.items())[: until + 1]:
            print(f"{name}")
            for line in benchmark(Path(scratch)):
                print(f"  {line}", flush=True)


if __name__ == "__main__":
    main()
