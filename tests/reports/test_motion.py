"""The recording of the page *Now*: which piece of the window, and a file that is small enough."""

from pathlib import Path

import pytest
from PIL import Image

from common.errors import UserError
from reports.motion import busiest, save

_PLAYED = {"from_ts": "2026-11-27T12:00:00.000Z", "to_ts": "2026-11-27T15:00:00.000Z"}


def _now(*drives: tuple[int | None, int]) -> dict[str, object]:
    trips = [{"picked_up": picked_up, "ends": ends} for picked_up, ends in drives]
    return {"played": _PLAYED, "trips": trips}


def test_the_busiest_piece_is_recorded() -> None:
    assert busiest(_now((0, 900), (6000, 7200), (6000, 7200)), 1200) == 6000
    assert busiest(_now((9000, 12_000)), 1200) == 9000, "the earliest of equally busy ones"
    assert busiest(_now((None, 900), (-600, 60)), 1200) == 0
    assert busiest(_now((0, 10)), 100_000) == 0


def _frames() -> list[Image.Image]:
    rows = [bytes((x * 7 + number * 31) % 256 for x in range(64 * 64 * 3)) for number in range(4)]
    return [Image.frombytes("RGB", (64, 64), row) for row in rows]


def test_the_quality_is_lowered_until_the_file_is_small_enough(tmp_path: Path) -> None:
    out = tmp_path / "folder" / "motion.webp"
    best = save(_frames(), out)
    assert best == out.stat().st_size
    with Image.open(out) as image:
        assert (image.n_frames, image.info["loop"]) == (4, 0)  # type: ignore[attr-defined]
    assert save(_frames(), out, max_bytes=best - 1) < best
    with pytest.raises(UserError, match="any quality"):
        save(_frames(), out, max_bytes=100)
    assert out.stat().st_size < best, "what was there is left alone"
