"""Records the page *Now* as an animated WebP, for the README: ``python -m reports.motion``.

It serves the desk for itself, has the page show one moment after the other, and takes a picture of
each: the same tables give the same pictures, however fast the machine is.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import ProxyHandler, build_opener

from common.chromium import CHROMIUM_OPTIONS, find_chromium
from common.errors import UserError
from common.paths import PROJECT, data_directory
from common.postgres import URL_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image
    from playwright.sync_api import Page

MAX_BYTES = 2_000_000
FRAMES = 80
FRAMES_A_SECOND = 10
MILLISECONDS_A_FRAME = 250
"""Time that goes by in the page from one frame to the next: the recording is 2.5 times faster."""

_SIZE = {"width": 1280, "height": 988}
_WIDTH = 960
_PATIENCE_MILLISECONDS = 120_000
_QUALITIES = (70, 60, 50, 40, 30, 20)
_MOVE_TO = """(slider, seconds) => {
    slider.value = seconds;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
}"""


def record(out: Path, *, scheme: str = "dark") -> int:
    """Record the page into an animated WebP and return its size in bytes.

    Parameters
    ----------
    out
        The file.
    scheme
        ``light`` or ``dark``.

    Raises
    ------
    UserError
        If there is no Chromium, or nothing to show.
    """
    chromium = find_chromium()
    if chromium is None:
        raise UserError("There is no Chromium to show the page: `make install-browser`.")
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415  (only developers have it)
    except ImportError as error:
        raise UserError("Recording needs playwright and Pillow: `make install`.") from error

    with _desk() as address, sync_playwright() as playwright:
        now = _answer(f"{address}/api/now")
        length = FRAMES * MILLISECONDS_A_FRAME / 1000 * now["played"]["speed"]
        begin = busiest(now, round(length))
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
        page = browser.new_page(
            viewport=_SIZE,  # type: ignore[arg-type]
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        page.clock.install()
        page.goto(address)
        # A page without streets would be there at once: those who make a dataset have them.
        page.locator("html[data-streets='drawn']").wait_for(timeout=_PATIENCE_MILLISECONDS)
        if page.get_by_role("button", name="Play it again").is_visible():
            page.get_by_role("button", name="Play it again").click()
        # From here on time goes by where it is told to, so that no picture comes too late.
        page.clock.pause_at(datetime.now() + timedelta(seconds=1))
        page.get_by_role("slider").evaluate(_MOVE_TO, begin)
        frames = [_picture(page) for _ in range(FRAMES)]
        browser.close()
    return save(frames, out)


def busiest(now: dict[str, Any], length: int) -> int:
    """Return where a piece of the window begins in which the most couriers drive.

    Parameters
    ----------
    now
        The answer of ``/api/now``.
    length
        Length of the piece, seconds.
    """
    drives = [
        (trip["picked_up"], trip["ends"]) for trip in now["trips"] if trip["picked_up"] is not None
    ]
    begins = range(0, max(_span(now) - length, 1), 60)

    def driven(begin: int) -> int:
        return sum(
            max(0, min(ends, begin + length) - max(picked_up, begin)) for picked_up, ends in drives
        )

    return max(begins, key=driven)


def _span(now: dict[str, Any]) -> int:
    begin, end = (datetime.fromisoformat(now["played"][name]) for name in ("from_ts", "to_ts"))
    return int((end - begin).total_seconds())


def save(frames: list[Image], out: Path, max_bytes: int = MAX_BYTES) -> int:
    """Write frames as an animation that repeats, in the best quality that is small enough.

    Raises
    ------
    UserError
        If no quality is.
    """
    for quality in _QUALITIES:
        encoded = BytesIO()
        frames[0].save(
            encoded,
            "WEBP",
            save_all=True,
            append_images=frames[1:],
            duration=1000 // FRAMES_A_SECOND,
            loop=0,
            quality=quality,
            method=4,
        )
        if encoded.tell() <= max_bytes:
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_bytes(encoded.getvalue())
            return encoded.tell()
    raise UserError(
        f"{len(frames)} pictures take more than {max_bytes / 1e6:.0f} MB in any quality: record "
        "fewer, or smaller ones."
    )


def _picture(page: Page) -> Image:
    from PIL import Image as Images  # noqa: PLC0415  (only developers have it)

    page.clock.run_for(MILLISECONDS_A_FRAME)
    picture = Images.open(BytesIO(page.screenshot())).convert("RGB")
    height = round(picture.height * _WIDTH / picture.width)
    return picture.resize((_WIDTH, height), Images.Resampling.LANCZOS)


@contextmanager
def _desk() -> Iterator[str]:
    """Have the desk served; its address. What is recorded needs no Postgres."""
    command = [sys.executable, "-m", "apps.desk", "--port", "0", "--until-input-ends"]
    environment = {URL_VARIABLE: "postgresql://127.0.0.1:1/none", **os.environ}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdin=pipe, stdout=pipe, text=True
    ) as process:
        try:
            assert process.stdout is not None  # noqa: S101  (it is a pipe)
            words = process.stdout.readline().split()
            if not words:
                raise UserError("The desk does not start: `make desk` says why.")
            yield words[-1]
        finally:
            process.terminate()


def _answer(address: str) -> dict[str, Any]:
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(address, timeout=120) as response:
            answer: dict[str, Any] = json.load(response)
            return answer
    except OSError as error:
        raise UserError(f"There is nothing to record yet ({error}): `make run` first.") from error


def main() -> int:
    """Record the page and print where the recording is."""
    parser = argparse.ArgumentParser(prog="python -m reports.motion", description=__doc__)
    # The one in docs/ is committed: it changes only where a person names it.
    parser.add_argument(
        "--out",
        type=Path,
        default=data_directory() / "control-room.webp",
        help="WebP file (default: %(default)s)",
    )
    parser.add_argument(
        "--scheme", choices=("light", "dark"), default="dark", help="(default: %(default)s)"
    )
    options = parser.parse_args()
    try:
        size = record(options.out, scheme=options.scheme)
    except (UserError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{options.out}: {FRAMES} frames, {size / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
