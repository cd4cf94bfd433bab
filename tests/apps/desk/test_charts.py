"""Charts as numbers: where things are, what is said of them, and colours for every eye."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from apps.desk.charts import Chart, Event, Panel, Series, Unit, draw, nice_scale
from apps.desk.csv_files import chart_response, csv_response, safe_cell

UNIT = Unit("orders a day", before="$", decimals=1)
CSS = Path("apps/desk/static/charts.css").read_text(encoding="utf-8")


def _chart(*values: float | None, stacked: bool = False, **changed: object) -> Chart:
    series = Series("one", 1, values)
    panel = Panel(UNIT, (series,), stacked=stacked)
    points = tuple(f"day {number}" for number in range(len(values)))
    return Chart("name", "Title", "Summary.", points, (panel,), **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lowest", "highest", "expected"),
    [
        (0, 97, [0, 25, 50, 75, 100]),
        (0, 100, [0, 25, 50, 75, 100]),
        (0, 0.9, [0, 0.25, 0.5, 0.75, 1]),
        (38.8, 52.9, [35, 40, 45, 50, 55]),
        (-3, 4, [-4, -2, 0, 2, 4]),
        (0, 0, [0, 1]),
    ],
)
def test_a_scale_has_few_round_numbers_around_what_is_drawn(
    lowest: float, highest: float, expected: list[float]
) -> None:
    assert nice_scale(lowest, highest) == expected


def test_scales_of_any_size_hold_what_is_drawn() -> None:
    for lowest, span, power in itertools.product(
        (0, 1.7, -2.3), (0.01, 1, 3.3, 9.99), range(-3, 7)
    ):
        highest = (lowest + span) * 10**power
        scale = nice_scale(lowest * 10**power, highest)
        assert scale[0] <= lowest * 10**power + 1e-9
        assert scale[-1] >= highest - 1e-9
        assert 2 <= len(scale) <= 7


def test_a_curve_is_where_its_values_are_and_has_gaps_where_there_are_none() -> None:
    picture = draw(_chart(0, 50, None, 100, 25)).pictures[0]
    (curve,) = picture.curves
    assert curve.lines == ("100.0,1000.0 300.0,500.0", "700.0,0.0 900.0,750.0")
    assert curve.markers[0] == (90.0, 75.0), "the newest point always has one"
    assert [tick.text for tick in picture.ticks] == ["$0", "$25", "$50", "$75", "$100"]
    assert [tick.at for tick in picture.ticks] == [100, 75, 50, 25, 0]


def test_the_way_to_a_day_that_is_not_over_is_drawn_apart() -> None:
    (curve,) = draw(_chart(50, 100, 10, so_far=True)).pictures[0].curves
    assert curve.lines == ("166.7,500.0 500.0,0.0",)
    assert curve.so_far == "500.0,0.0 833.3,900.0"


def test_bars_are_stacked_without_gaps_and_reach_their_sum() -> None:
    panel = Panel(UNIT, (Series("a", 1, [30, 0]), Series("b", 2, [70, 10])), stacked=True)
    chart = Chart("n", "T", "S.", ("x", "y"), (panel,))
    first, second, third = draw(chart).pictures[0].bars
    assert (first.y, first.height, second.y, second.height) == (70, 30, 0, 70)
    assert first.x == second.x < third.x
    assert (third.style, third.y, third.height) == (2, 90, 10)


def test_labels_are_few_and_events_are_where_they_happened() -> None:
    labels = tuple((point, f"label {point}") for point in range(0, 100, 5))
    chart = _chart(*range(100), labels=labels, events=(Event(49, "launched"),))
    drawing = draw(chart)
    assert len(drawing.labels) <= 8
    assert [label.minor for label in drawing.labels[:3]] == [False, True, False]
    assert [(event.at, event.text) for event in drawing.events] == [(49.5, "launched")]


def test_tables_and_downloads_say_the_same_numbers() -> None:
    chart = _chart(1234.56, None, along="day")
    assert chart.rows == [("day 0", ["$1,234.6"]), ("day 1", ["-"])]
    response = chart_response(chart, ["2026-11-01", "2026-11-02"])
    assert bytes(response.body).decode() == (
        'day,"one (orders a day, $)"\r\n2026-11-01,1234.56\r\n2026-11-02,\r\n'
    )
    assert response.headers["content-disposition"] == 'attachment; filename="name.csv"'


def test_zeros_alone_are_nothing_to_draw() -> None:
    assert _chart(0, 0, None).is_empty
    assert not _chart(0, 1, None).is_empty


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "  =1", "\r\n=1", "|x", "%x"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    assert f"'{text}".encode() in csv_response("n", [text], [[text]]).body


@pytest.mark.parametrize("value", [-1, -1.5, "a=1", "", None, "San Francisco"])
def test_what_is_no_formula_stays_as_it_is(value: object) -> None:
    assert safe_cell(value) == value


def _palettes() -> Iterator[tuple[str, list[str], str]]:
    """Yield the colours of series in both modes, with the colour behind them."""
    desk = Path("apps/desk/static/desk.css").read_text(encoding="utf-8")
    for number, mode in enumerate(("light", "dark")):
        block = CSS.split(":root {")[1 + number].split("}")[0]
        panel = re.findall(r"--panel: (#\w+)", desk)[number]
        yield mode, re.findall(r"--s\d: (#\w+)", block), panel


def _linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def _luminance(colour: str) -> float:
    return float(_linear(colour) @ np.array([0.2126, 0.7152, 0.0722]))


# Machado, Oliveira and Fernandes 2009, at full severity, for linear RGB.
_SEEN_BY = {
    "everybody": np.eye(3),
    "protanopes": np.array(
        [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]
    ),
    "deuteranopes": np.array(
        [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]
    ),
    "tritanopes": np.array(
        [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]]
    ),
}


def _lab(linear: np.ndarray) -> np.ndarray:
    matrix = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    x, y, z = np.cbrt(
        np.clip(matrix @ np.clip(linear, 0, 1), 1e-4, None) / np.array([0.9505, 1, 1.089])
    )
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize(("mode", "colours", "panel"), [*_palettes()])
def test_colours_stand_out_and_are_told_apart_by_every_eye(
    mode: str, colours: list[str], panel: str
) -> None:
    assert len(colours) == 6, mode
    for colour in colours:
        lighter, darker = sorted((_luminance(colour), _luminance(panel)), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 3, colour
    for eyes, matrix in _SEEN_BY.items():
        for one, other in itertools.combinations(colours, 2):
            apart = np.linalg.norm(_lab(matrix @ _linear(one)) - _lab(matrix @ _linear(other)))
            assert apart >= 20, (eyes, one, other, apart)
