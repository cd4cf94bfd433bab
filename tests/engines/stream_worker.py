"""Streams a dataset into a Delta table, until it is killed or nothing is due.

``python -m tests.engines.stream_worker FOLDER MODE KEY=VALUE …``: FOLDER has the table and the
checkpoint, MODE is

* ``forever``: one batch after the other;
* ``once``: finishes the batch that was begun, or reads one;
* ``command``: ``python -m flows.stream``, whose options the rest are;
* ``export``: writes the table to ``FOLDER/table.parquet``;

and the rest are options of the source.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow.parquet as pq
from pyspark.errors import StreamingQueryException

from flows.stream import main
from generator.dataset.spark.source import register
from tests.engines.sessions import spark_session

BUSY = "Python worker failed to connect back"
"""What Spark says where Python takes more than ten seconds to start, as on a busy machine."""


def run() -> None:
    """Do what the command line says."""
    folder, mode = Path(sys.argv[1]), sys.argv[2]
    options = dict(each.split("=", 1) for each in sys.argv[3:])
    session = spark_session(folder / "warehouse")
    session.sparkContext.setLogLevel("OFF")
    table, checkpoint = str(folder / "table"), str(folder / "checkpoint")
    if mode == "export":
        landed = session.read.format("delta").load(table).toArrow()
        pq.write_table(landed, folder / "table.parquet")
    elif mode == "command":
        given = [f"--{name}={value}" for name, value in options.items()]
        sys.exit(main(["--table", table, "--checkpoint", checkpoint, *given]))
    else:
        register(session)
        rows = session.readStream.format("caspers").options(**options).load()
        writer = rows.writeStream.format("delta").option("checkpointLocation", checkpoint)
        writer = writer.trigger(availableNow=True) if mode == "once" else writer
        ended = False
        while not ended:
            try:
                writer.start(table).awaitTermination()
                ended = True
            except StreamingQueryException as error:
                if BUSY not in str(error):
                    raise


if __name__ == "__main__":
    run()
