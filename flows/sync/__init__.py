"""Published tables mirrored into Postgres."""
