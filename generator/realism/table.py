"""The statistics of a dataset as a table of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.realism.statistic import TRUST_IN_WORDS, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from generator.realism.statistic import Measurement

_HEADINGS = ("point", "statistic", "value", "band", "unit", "verdict", "trust", "source")
_TO_THE_RIGHT = {0, 2}
_THOUSAND = 1_000


def format_table(measurements: Sequence[Measurement]) -> str:
    """Return a line for each measurement, and a summary."""
    rows = [_HEADINGS, *(_row(measurement) for measurement in measurements)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    lines = ["  ".join(_cells(row, widths)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths[:-1]) + "  ------")
    return "\n".join([*lines, "", *_summary(measurements)])


def _row(measurement: Measurement) -> tuple[str, ...]:
    statistic = measurement.statistic
    return (
        str(statistic.point),
        statistic.name,
        "" if measurement.value is None else format_number(measurement.value),
        f"{format_number(statistic.low)} to {format_number(statistic.high)}",
        statistic.unit,
        measurement.verdict.value,
        statistic.trust.value,
        statistic.source,
    )


def _cells(row: tuple[str, ...], widths: list[int]) -> Iterator[str]:
    for column, (cell, width) in enumerate(zip(row, widths, strict=True)):
        yield cell.rjust(width) if column in _TO_THE_RIGHT else cell.ljust(width)


def format_number(value: float) -> str:
    """Return a number with three digits that count."""
    return f"{value:.3g}" if abs(value) < _THOUSAND else f"{value:,.0f}"


def _summary(measurements: Sequence[Measurement]) -> Iterator[str]:
    for verdict in Verdict:
        found = [each for each in measurements if each.verdict is verdict]
        points = sorted({each.statistic.point for each in found})
        listed = f" (points {', '.join(map(str, points))})" if points else ""
        yield f"{len(found)} {verdict.value}{listed}"
    yield "trust: " + "; ".join(f"{each.value} {words}" for each, words in TRUST_IN_WORDS.items())
