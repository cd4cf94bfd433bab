"""The report after a window: when it is due, what is linked, and what happens where it fails."""

import json
import os
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from common.errors import UserError
from flows.business import flow
from flows.business import report as report_module
from flows.business.display import PlainDisplay
from flows.business.report import BusinessReport, Report
from flows.business.resources import Resources, using

WRITTEN = Report(
    "/data/a b/report.html", 1_300_000, "published build 7", "28 Jan 2026, 01:25", {"Orders": "596"}
)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path))
    return tmp_path


def program(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Put a program in the place of the report's."""
    (folder / "stand_in.py").write_text(f"import json, sys\n{code}\n")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setattr(report_module, "_MODULE", "stand_in")


def test_it_is_due_once_an_hour_whoever_wrote_the_last_one(data: Path) -> None:
    report = BusinessReport()
    file = data / "report.html"
    assert report.is_due()
    file.touch()
    assert not report.is_due()
    for age, due in ((3_590, False), (3_610, True), (-60, True)):  # the last: its clock was wrong
        moment = file.stat().st_ctime - age
        os.utime(file, (moment, moment))
        assert report.is_due() is due


def test_one_that_failed_is_tried_again_only_after_the_interval(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, monkeypatch, "print('error: no order yet', file=sys.stderr); sys.exit(1)")
    report = BusinessReport()
    with pytest.raises(UserError, match=r"^There is no new report: no order yet$"):
        report.write()
    assert not (data / "report.html").exists()
    assert not report.is_due()
    assert BusinessReport(timedelta(0)).is_due()


def test_one_that_hangs_is_ended(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    data: Path,  # noqa: ARG001
) -> None:
    program(tmp_path, monkeypatch, "import time; time.sleep(60)")
    monkeypatch.setattr(report_module, "_SECONDS", 0.5)
    with pytest.raises(UserError, match="not finished in 0 s: see with `make report` why"):
        BusinessReport().write()


def test_it_is_written_beside_the_data_and_its_figures_are_linked(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"size": 1, "origin": "o", "until": "u", "figures": {"Orders": "596"}}
    code = f"print(json.dumps({{'file': sys.argv[2], **{json.dumps(told)}}}))"
    program(tmp_path, monkeypatch, code)
    assert BusinessReport().write() == Report(
        str(data / "report.html"), 1, "o", "u", {"Orders": "596"}
    )
    markdown = WRITTEN.as_markdown()
    assert markdown.startswith("[/data/a b/report.html](file:///data/a%20b/report.html): 1.3 MB")
    assert "published build 7, until 28 Jan 2026, 01:25" in markdown
    assert "| Orders | 596 |" in markdown


def test_the_task_makes_an_artifact_or_a_warning(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made: list[dict[str, str]] = []
    monkeypatch.setattr(flow, "create_markdown_artifact", lambda **each: made.append(each))

    def fail() -> Report:
        raise UserError("There is no new report: the disk is full.")

    for writer in (None, SimpleNamespace(write=lambda: WRITTEN), SimpleNamespace(write=fail)):
        display = PlainDisplay(quiet=True)
        with using(Resources(None, display, report=writer)):  # type: ignore[arg-type]
            flow.write_report.fn()
    (artifact,) = made
    assert artifact["key"] == "business-report"
    assert artifact["markdown"] == WRITTEN.as_markdown()
    assert "warning: There is no new report: the disk is full." in capsys.readouterr().err
