"""Progress without a terminal: a first line at once, then one every few seconds."""

import pytest

from common import progress


def test_status_is_printed_every_few_seconds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = {"now": 100.0}
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock["now"])
    with progress.show_status("Building") as show:
        for seconds, text in ((1, "1 of 9"), (5, "2 of 9"), (6, "3 of 9"), (11, "4 of 9")):
            clock["now"] = 100.0 + seconds
            show(text)
    assert capsys.readouterr().err.splitlines() == ["Building …", "2 of 9", "4 of 9"]


def test_days_are_printed_by_tens(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.show_progress({"roads": 2, "days": 25}) as show:
        for kind, total in (("roads", 2), ("days", 25)):
            for done in range(1, total + 1):
                show(kind, done)
    expected = ["10 of 25 days", "20 of 25 days", "25 of 25 days"]
    assert capsys.readouterr().err.splitlines() == expected
