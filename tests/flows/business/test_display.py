"""What a person at the terminal sees."""

import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from rich.console import Console

from flows.business.display import LiveDisplay, PlainDisplay
from flows.summary import Kitchen

KITCHEN = Kitchen(
    "San Francisco",
    102,
    Decimal("1021.02"),
    (Decimal(50), Decimal(75), Decimal(99)),
    (70, 30, 1),
    Decimal("47.51"),
)


def terminal() -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=100, color_system=None)


def test_a_terminal_has_lines_above_and_an_up_to_date_table_below() -> None:
    console = terminal()
    with LiveDisplay(console) as display:
        display.print(["Landed 10 events [window-1.jsonl]."])
        with display.step("Building") as show:
            show("Building 3 of 9: table all_events")
            display._live.refresh()
        display.show_kitchens([KITCHEN], datetime.now(UTC) + timedelta(seconds=100.4))
        display.print_error("error: Fix this.")
        display._live.refresh()
    output = console.file.getvalue()  # type: ignore[attr-defined]
    assert "Landed 10 events [window-1.jsonl]." in output
    assert "Building 3 of 9: table all_events …" in output
    assert "error: Fix this." in output
    assert "Next window in 100 s" in output
    assert output.rindex("San Francisco") > output.rindex("error: Fix this.")
    assert "$1,021" in output


def test_a_failed_window_leaves_the_table_of_the_last_good_one() -> None:
    console = terminal()
    with LiveDisplay(console) as display:
        display.show_kitchens([KITCHEN], None)
        display.show_kitchens([], datetime.now(UTC))
        display._live.refresh()
    assert "San Francisco" in console.file.getvalue().splitlines()[-3]  # type: ignore[attr-defined]


def test_without_a_terminal_there_are_lines_and_no_table(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with PlainDisplay(quiet=True) as display:
        with display.step("Building") as show:
            show("Building 1 of 9: quick")
        display.print(["Landed 10 events."])
        display.show_kitchens([KITCHEN], None)
        display.print_error("error: Fix this.")
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("Landed 10 events.\n", "error: Fix this.\n")
    with PlainDisplay().step("Building"):
        pass
    assert capsys.readouterr().err == "Building …\n"
