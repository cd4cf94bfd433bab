"""Reads the published tables again and again, in one of five ways, until it is ended.

``python reader.py KIND PUBLISHED OUTPUT`` writes a line of JSON to OUTPUT for each answer that
differs from the one before: ``[orders, revenue, orders of the timeline, verdicts, refunds]``, money
in cents, with how often it was read; or the error that it met.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

Answer = list[int]

QUERY = """
    SELECT
        (SELECT count(*) FROM lakeflow.gold_order_header) AS orders,
        (SELECT CAST(100 * sum(order_revenue) AS BIGINT) FROM lakeflow.gold_order_header)
            AS revenue,
        (SELECT count(*) FROM lakeflow.silver_order_timeline) AS timeline,
        (SELECT count(*) FROM recommender.refund_recommendations) AS verdicts,
        (SELECT CAST(100 * sum(refund_usd) AS BIGINT) FROM recommender.refund_recommendations)
            AS refunds
"""
HEADER = "parquet/lakeflow/gold_order_header"
TIMELINE = "parquet/lakeflow/silver_order_timeline"
VERDICTS = "parquet/recommender/refund_recommendations"


def read_duckdb(published: Path) -> Answer:
    """Read by the path of the link, as somebody does who knows nothing else."""
    import duckdb  # noqa: PLC0415  (each reader pays for its own library alone)

    with duckdb.connect(str(published / "caspers.duckdb"), read_only=True) as connection:
        return list(connection.execute(QUERY).fetchall()[0])


def read_command_line(published: Path) -> Answer:
    program = Path(sys.executable).with_name("duckdb")
    file = published.resolve() / "caspers.duckdb"
    ended = subprocess.run(
        [program, "-readonly", "-json", file, QUERY], capture_output=True, text=True, check=False
    )
    if ended.returncode or ended.stderr:
        raise RuntimeError(ended.stderr)
    return list(json.loads(ended.stdout)[0].values())


def read_pandas(published: Path) -> Answer:
    import pandas as pd  # noqa: PLC0415  (as above)

    build = published.resolve()
    header = pd.read_parquet(build / HEADER, columns=["order_revenue"])
    verdicts = pd.read_parquet(build / VERDICTS, columns=["refund_usd"])
    timeline = pd.read_parquet(build / TIMELINE, columns=["order_id"])
    sums = (sum(header["order_revenue"]), sum(verdicts["refund_usd"]))
    revenue, refunds = (int(100 * Decimal(each)) for each in sums)
    return [len(header), revenue, len(timeline), len(verdicts), refunds]


def read_polars(published: Path) -> Answer:
    import polars as pl  # noqa: PLC0415  (as above)

    build = published.resolve()
    orders, revenue = _total(pl.scan_parquet(build / HEADER), "order_revenue")
    verdicts, refunds = _total(pl.scan_parquet(build / VERDICTS), "refund_usd")
    timeline = pl.scan_parquet(build / TIMELINE).select(pl.len()).collect().item()
    return [orders, revenue, timeline, verdicts, refunds]


def _total(table, column: str) -> tuple[int, int]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    import polars as pl  # noqa: PLC0415  (as above)

    rows, total = table.select(pl.len(), pl.col(column).sum()).collect().row(0)
    return rows, int(100 * total)


def read_arrow(published: Path) -> Answer:
    import pyarrow.compute as pc  # noqa: PLC0415  (as above)
    import pyarrow.dataset as ds  # noqa: PLC0415  (as above)

    build = published.resolve()
    header = ds.dataset(build / HEADER).to_table(columns=["order_revenue"])
    verdicts = ds.dataset(build / VERDICTS).to_table(columns=["refund_usd"])
    sums = (pc.sum(header["order_revenue"]), pc.sum(verdicts["refund_usd"]))
    revenue, refunds = (int(100 * each.as_py()) for each in sums)
    timeline = ds.dataset(build / TIMELINE).count_rows()
    return [header.num_rows, revenue, timeline, verdicts.num_rows, refunds]


KINDS: dict[str, Callable[[Path], Answer]] = {
    "duckdb": read_duckdb,
    "command line": read_command_line,
    "pandas": read_pandas,
    "polars": read_polars,
    "arrow": read_arrow,
}


def main() -> None:
    """Read until ended."""
    kind, published, output = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    last: object = None
    with output.open("w") as lines:
        while True:
            try:
                found: object = KINDS[kind](published)
            except Exception as error:
                found = f"{type(error).__name__}: {error}"
            lines.write("." if found == last else f"\n{json.dumps(found)} ")
            lines.flush()
            last = found


if __name__ == "__main__":
    main()
