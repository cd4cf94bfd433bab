"""The state of the world at a moment: a pure function of seed and time."""
