"""Faults injected into copies of landed events, each recorded with its expected outcome."""
