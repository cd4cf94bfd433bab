"""A long history, landed and built slice by slice."""
