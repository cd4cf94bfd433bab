"""Asks Spark 4.0 with Delta Lake what it can read; executes nothing.

``python -m tests.engines.text.parse_worker FOLDER`` reads {"statements": [...], "functions": [...]}
from standard input and prints {"complaints", "unknown"}: what the parser says about each statement
(null where it reads it), and the functions that there are not.
"""

import json
import sys
from pathlib import Path

from flows.dbt.in_process import reserve_standard_output
from tests.engines.sessions import spark_session


def main() -> None:
    """Answer one question."""
    answers = reserve_standard_output()
    question = json.load(sys.stdin)
    from pyspark.errors import PySparkException  # noqa: PLC0415  (only where Spark is wanted)

    session = spark_session(Path(sys.argv[1]))
    parser = session._jsparkSession.sessionState().sqlParser()
    complaints: list[str | None] = []
    for statement in question["statements"]:
        try:
            parser.parsePlan(statement)
            complaints.append(None)
        except PySparkException as error:
            complaints.append(str(error))
    unknown = [name for name in question["functions"] if not session.catalog.functionExists(name)]
    json.dump({"complaints": complaints, "unknown": unknown}, answers)
    answers.flush()
    session.stop()


if __name__ == "__main__":
    main()
