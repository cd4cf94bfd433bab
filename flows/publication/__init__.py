"""The tables for readers: Parquet files and a small DuckDB file, all of one build.

DuckDB has one writer, and nobody can read its file while it writes. Readers open what is published.
"""
