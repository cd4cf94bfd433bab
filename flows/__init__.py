"""Moving time: land the next window of events, build the tables, show what came of it."""
