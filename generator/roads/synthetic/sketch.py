"""A street network while it is being drawn: nodes, straight pieces of street, and their streets."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class StreetKind(Enum):
    """What a street is in its city; decides how it is named."""

    AVENUE = "avenue"
    CROSS_STREET = "cross street"
    BORDER = "border"
    COURT = "court"


@dataclass(frozen=True)
class Street:
    """What a piece of street is part of.

    Attributes
    ----------
    kind
        Avenue, cross street, border or court.
    grid
        Name of its grid; empty for borders and courts.
    line
        Number of the line in the grid, or of the border or court.
    name
        As the plan of the city names it, else empty.
    """

    kind: StreetKind
    grid: str
    line: int
    name: str = ""


@dataclass(frozen=True)
class Pieces:
    """Straight pieces of street between nodes; every attribute is an array, (P,).

    Attributes
    ----------
    start, end
        Node numbers.
    street
        Index into the streets of the sketch.
    along_start, along_end
        Metres along the street at either end.
    arterial
        Whether the piece is part of an arterial.
    winding
        Whether it lies in a winding superblock.
    edge
        Number of the edge, from intersection to intersection, that the piece is part of. The
        pieces of an edge follow each other, in order.
    """

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    street: NDArray[np.int64]
    along_start: NDArray[np.float64]
    along_end: NDArray[np.float64]
    arterial: NDArray[np.bool_]
    winding: NDArray[np.bool_]
    edge: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of pieces."""
        return len(self.start)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Pieces:
        """Return the pieces at some rows."""
        return Pieces(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    def turned(self, which: NDArray[np.bool_]) -> Pieces:
        """Return the pieces with start and end exchanged where ``which`` holds."""
        return replace(
            self,
            start=np.where(which, self.end, self.start),
            end=np.where(which, self.start, self.end),
            along_start=np.where(which, self.along_end, self.along_start),
            along_end=np.where(which, self.along_start, self.along_end),
        )

    @staticmethod
    def concatenate(tables: Sequence[Pieces]) -> Pieces:
        """Return the pieces of all tables, one after the other."""
        return Pieces(
            **{
                field.name: np.concatenate([getattr(table, field.name) for table in tables])
                for field in fields(Pieces)
            }
        )

    def first_and_last(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the first and the last piece of every edge."""
        step = np.diff(self.edge) != 0
        return (
            np.flatnonzero(np.concatenate([[len(self) > 0], step])),
            np.flatnonzero(np.concatenate([step, [len(self) > 0]])),
        )


@dataclass(frozen=True)
class Sketch:
    """Nodes in the local plane, the pieces between them, and the streets they are part of.

    Attributes
    ----------
    x, y
        (N,) metres; a node may be in no piece.
    pieces
        Straight pieces.
    streets
        What the pieces are part of.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    pieces: Pieces
    streets: tuple[Street, ...]

    def degree(self) -> NDArray[np.int64]:
        """Return how many edges begin or end at each node."""
        first, last = self.pieces.first_and_last()
        ends = np.concatenate([self.pieces.start[first], self.pieces.end[last]])
        return np.asarray(np.bincount(ends, minlength=len(self.x)))

    def lengths(self) -> NDArray[np.float64]:
        """Return the length of each piece, metres."""
        start, end = self.pieces.start, self.pieces.end
        return np.asarray(np.hypot(self.x[end] - self.x[start], self.y[end] - self.y[start]))
