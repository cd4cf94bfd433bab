"""A landing: virtual time, the lines of events in it, its folder, and what its first run fixed."""
