"""Faults put into landed events on purpose, each written down with what must come of it."""
