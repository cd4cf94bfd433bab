"""A street graph as NetworkX and OSMnx have it, with what is known beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import networkx as nx

    from generator.roads.addresses import KnownAddresses


@dataclass(frozen=True)
class StreetGraph:
    """Streets of a file or a download.

    Attributes
    ----------
    graph
        Nodes with x and y in degrees, directed edges with perhaps ``length`` (metres),
        ``geometry`` and ``name``. An undirected graph is two-way throughout.
    source
        Kept as the network's source.
    file
        Named in errors.
    addresses
        Addresses that are known.
    """

    graph: nx.MultiDiGraph[str]
    source: str
    file: Path
    addresses: KnownAddresses | None = None


def first_line(error: BaseException) -> str:
    """Return the beginning of a library's message about a broken file."""
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
