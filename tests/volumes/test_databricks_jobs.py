"""What the jobs on Databricks do, on a volume that refuses what volumes refuse."""

import errno
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import generator.dataset.canonical
from common.errors import UserError
from common.landing.landing import Landing
from flows import databricks
from flows.databricks import (
    Parameters,
    canonical,
    parameters,
    pipeline_is_due,
    replay,
    stream,
)
from flows.stream import StreamedBatch, StreamTarget
from tests.support.sample_datasets import Small
from tests.support.volume_shim import Volume

NOW = datetime(2026, 11, 21, 10, 30)


@pytest.fixture
def job_parameters(events: Path, small: Small, monkeypatch: pytest.MonkeyPatch) -> Parameters:
    """Parameters of jobs whose dataset is in a folder that C++ can read."""
    monkeypatch.setattr(Parameters, "canonical", small.folder)
    job_parameters = parameters(["--START_DAY=1"])
    assert job_parameters.landing == events
    return job_parameters


def test_the_replay_lands_in_the_volume_and_says_that_the_build_follows(
    job_parameters: Parameters, capsys: pytest.CaptureFixture[str]
) -> None:
    values: list[tuple[str, str]] = []
    for minutes in (0, 3):
        replay(
            ["--START_DAY=1"],
            now=NOW + timedelta(minutes=minutes),
            set_task_value=lambda name, value: values.append((name, value)),
        )
    assert len(Landing(job_parameters.landing).windows()) == 2
    assert values == [("pipeline_is_due", "true")] * 2
    assert "Landed" in capsys.readouterr().out


def test_the_stream_reads_the_same_dataset_with_its_checkpoint_in_a_volume(
    job_parameters: Parameters, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[object, ...]] = []

    def read(*arguments: object) -> StreamedBatch:
        asked.append(arguments)
        return StreamedBatch(61, 86_400_000_000)

    monkeypatch.setattr(databricks, "stream_batch", read)
    session = object()
    stream(["--START_DAY=1", "--SPEED_MULTIPLIER=5"], session=session)  # type: ignore[arg-type]
    ((used, options, target),) = asked
    assert used is session
    assert options == {
        "datasetPath": str(job_parameters.canonical),
        "simulationStartDay": "1",
        "speedMultiplier": "5.0",
    }
    assert isinstance(target, StreamTarget)
    assert target.table == "caspersdev.simulator.streamed_events"
    misc = job_parameters.landing.with_name("misc")
    assert target.checkpoint == str(misc / "checkpoints" / "streamed_events")
    said = "61 events are in caspersdev.simulator.streamed_events, up to day 1 00:00:00.\n"
    assert capsys.readouterr().out == said


@pytest.mark.parametrize(
    ("schedule", "pipeline", "minutes", "due"),
    [
        (3, 0, [0, 3, 6], [True, True, True]),
        (3, 3, [0, 3, 6], [True, True, True]),
        (3, 3, [0, 2.9, 6.2, 9], [True, True, True, True]),
        (3, 10, [0, 3, 6, 9, 12, 15, 18], [True, False, False, True, False, False, True]),
        (3, 60, [0, 3, 57, 60, 63], [True, False, False, True, False]),
        (3, 60, [0, 3, 500, 503], [True, False, True, False]),
        (3, 60, [0, -5], [True, True]),
    ],
)
def test_the_build_keeps_its_schedule(
    volume: Volume, schedule: int, pipeline: int, minutes: list[float], due: list[bool]
) -> None:
    job_parameters = parameters(
        [f"--SCHEDULE_MINUTES={schedule}", f"--PIPELINE_SCHEDULE_MINUTES={pipeline}"]
    )
    (job_parameters.landing / "_replay").mkdir()
    times = [NOW + timedelta(minutes=each) for each in minutes]
    assert [pipeline_is_due(job_parameters, time) for time in times] == due
    assert volume.calls


def test_an_unreadable_record_of_the_last_build_is_ignored(volume: Volume) -> None:
    job_parameters = parameters(["--PIPELINE_SCHEDULE_MINUTES=60"])
    folder = Path(volume.behind(job_parameters.landing)) / "_replay"
    folder.mkdir()
    (folder / "pipeline_due").write_text("yesterday")
    assert pipeline_is_due(job_parameters, NOW)
    assert not pipeline_is_due(job_parameters, NOW)


def test_the_dataset_is_made_once(
    volume: Volume, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made: list[Path] = []
    monkeypatch.setattr(databricks, "make_default_dataset", made.append)
    canonical([])
    out = volume.root / "caspersdev" / "simulator" / "misc" / "canonical"
    assert made == [out]
    monkeypatch.setattr(databricks, "open_dataset", lambda _: None)
    canonical([])
    assert len(made) == 1
    assert "already; it stays" in capsys.readouterr().out
    half = Path(volume.behind(out))
    half.mkdir()
    (half / "_events.parquet.upload").write_text("{")
    canonical([])
    assert len(made) == 2


def test_a_dataset_that_cannot_be_made_fails_the_job(
    volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not volume.calls

    def no_permission(_plan: object, out: Path, _progress: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(out))

    monkeypatch.setattr(generator.dataset.canonical, "make_dataset", no_permission)
    with pytest.raises(UserError, match=r"Could not make the dataset in .* no permission"):
        canonical([])


def test_a_replay_without_dataset_says_what_to_do(volume: Volume) -> None:
    assert not volume.calls
    with pytest.raises(UserError, match=r"There is no canonical dataset at .*: make the dataset"):
        replay([], now=NOW)


def test_outside_of_a_job_the_replay_says_so(
    job_parameters: Parameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABRICKS_RUNTIME_VERSION", raising=False)
    with pytest.raises(UserError, match="not a task of a Databricks job"):
        replay(["--START_DAY=1"], now=NOW)
    assert len(Landing(job_parameters.landing).windows()) == 1


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("--CATALOG=a.b", "CATALOG='a.b' is not a name in Unity Catalog"),
        ("--VOLUME=../misc", "VOLUME='../misc' is not a name"),
        ("--SCHEMA=", "SCHEMA='' is not a name"),
        ("--START_DAY=soon", "START_DAY='soon' is not a number"),
        ("--START_DAY=-1", "START_DAY=-1 is impossible"),
        ("--SPEED_MULTIPLIER=0", "The speed must be above 0"),
        ("--SPEED_MULTIPLIER=fast", "SPEED_MULTIPLIER='fast' is not a number"),
        ("--SCHEDULE_MINUTES=0", "SCHEDULE_MINUTES=0 is impossible: the minimum is 1"),
        ("--PIPELINE_SCHEDULE_MINUTES=-3", "PIPELINE_SCHEDULE_MINUTES=-3 is impossible"),
    ],
)
def test_an_impossible_parameter_is_named(argument: str, message: str) -> None:
    with pytest.raises(UserError) as error:
        parameters([argument])
    assert message in str(error.value)


def test_without_volumes_an_error_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databricks, "volumes_root", lambda: None)
    with pytest.raises(UserError, match="no Unity Catalog volumes on this machine"):
        canonical([])
