"""Street networks: drawn, downloaded or read from a file; all become one small structure."""
