"""A dataset as a stream of landed events: options, offsets and batches. Knows nothing of Spark."""
