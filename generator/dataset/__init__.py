"""Kitchen-days into Parquet: the canonical dataset, made here or on Spark."""
