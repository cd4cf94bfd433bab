"""What dbt reports of a build: its nodes, and the error where one of them failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from flows.publication.publish import Publication

_LISTED_FAILURES = 5
_BUILT = frozenset({"model", "seed", "snapshot"})
_TESTED = frozenset({"test", "unit_test"})
_SUCCEEDED = frozenset({"success", "pass", "no-op"})
_FAILED = frozenset({"error", "fail", "runtime error"})


@dataclass(frozen=True, slots=True)
class Node:
    """What became of one model, seed or test.

    Attributes
    ----------
    unique_id
        dbt's name, for example ``model.caspers_kitchens.all_events``.
    relation
        Table or view it made, quoted, or ``None``.
    status
        dbt's word for it: ``success``, ``pass``, ``warn``, ``error``, ``fail``, ``skipped``, …
    seconds
        How long it took.
    failures
        Rows that a test found wrong.
    message
        What dbt says about it.
    """

    unique_id: str
    relation: str | None
    status: str
    seconds: float
    failures: int
    message: str

    @property
    def kind(self) -> str:
        """``model``, ``seed``, ``test``, ``unit_test``, …"""  # noqa: D400  # an open list
        return self.unique_id.split(".", maxsplit=1)[0]

    @property
    def name(self) -> str:
        """Its name without project and kind."""
        return self.unique_id.split(".")[2]

    @property
    def short_message(self) -> str:
        """The first two lines of the message, as one."""
        lines = [line.strip() for line in self.message.splitlines() if line.strip()]
        return " ".join(lines[:2])


@dataclass(frozen=True, slots=True)
class Build:
    """What a build did.

    Attributes
    ----------
    seconds
        How long it took.
    nodes
        What became of each model, seed and test.
    cpu_seconds
        User and system time of dbt.
    publication
        What was published of it.
    """

    seconds: float
    nodes: tuple[Node, ...]
    cpu_seconds: float = 0.0
    publication: Publication | None = None

    @property
    def built(self) -> tuple[Node, ...]:
        """Models, seeds and snapshots that were built."""
        return tuple(n for n in self.nodes if n.kind in _BUILT and n.status in _SUCCEEDED)

    @property
    def tested(self) -> tuple[Node, ...]:
        """Tests that passed."""
        return tuple(n for n in self.nodes if n.kind in _TESTED and n.status in _SUCCEEDED)

    @property
    def warned(self) -> tuple[Node, ...]:
        """Nodes that ended with a warning."""
        return tuple(n for n in self.nodes if n.status == "warn")


def format_build(build: Build) -> list[str]:
    """Return a sentence on what was built, and one for each warning."""
    published = build.publication
    seconds = build.seconds - (published.seconds if published else 0)
    summary = (
        f"Built {len(build.built)} tables and passed {len(build.tested)} tests in {seconds:.1f} s"
    )
    if published:
        files = f"{published.files_written:,} file{'' if published.files_written == 1 else 's'}"
        summary += f", published {files} in {published.seconds:.1f} s"
    return [
        f"{summary}.",
        *(f"Warning: {node.name}: {node.short_message}" for node in build.warned),
    ]


def failed_nodes_error(nodes: Sequence[Node], log: Path) -> UserError | None:
    """Return the error that lists the nodes that failed, or ``None`` where none did."""
    failed = [node for node in nodes if node.status in _FAILED]
    if not failed:
        return None
    listed = [f"  {node.name}: {node.short_message}" for node in failed[:_LISTED_FAILURES]]
    if len(failed) > _LISTED_FAILURES:
        listed.append(f"  … and {len(failed) - _LISTED_FAILURES} more")
    return UserError(
        f"dbt could not build or test {len(failed)} of {len(nodes)} nodes; the others are built. "
        f"The full log is {log}; fix the cause and run `dbt retry`:\n" + "\n".join(listed)
    )
