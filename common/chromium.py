"""Chromium, in which pages are looked at, recorded and measured."""

from __future__ import annotations

import shutil

# The first moves nothing for somebody; the others keep Chromium from talking to the internet.
CHROMIUM_OPTIONS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    """Return where Chromium is; ``None`` where it is not installed (`make install-browser`)."""
    return shutil.which("chromium") or shutil.which("chromium-browser")
