"""Every target of the Makefile works from a fresh clone."""

import re

from common.paths import PROJECT


def test_what_runs_tests_has_installed_what_they_import() -> None:
    """Collecting the tests imports Spark, Sail and the adapters, whichever tests then run."""
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    rules = re.findall(r"^([a-z-]+):([^#\n]*).*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    running = {target: needed.split() for target, needed, recipe in rules if "-m pytest" in recipe}
    assert set(running) >= {"test", "test-long", "test-spark", "test-cluster"}
    assert [target for target, needed in running.items() if "$(ENGINES)" not in needed] == []
