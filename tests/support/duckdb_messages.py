"""What DuckDB says where another program has the file open."""

LOCK_MESSAGE = (
    'IO Error: Could not set lock on file "/home/ada/casper/data/caspers.duckdb": Conflicting lock '
    "is held in /usr/bin/dbeaver (PID 4711). See also https://duckdb.org/docs/concurrency"
)
