"""Random numbers of the road networks: an independent generator for each purpose."""

from __future__ import annotations

import hashlib

import numpy as np


def make_road_rng(seed: int, *purpose: str) -> np.random.Generator:
    """Return the Philox generator of one seed and purpose, the same on every machine."""
    digest = hashlib.sha256("/".join((str(seed), "roads", *purpose)).encode()).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))
