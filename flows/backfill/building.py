"""Builds slice after slice, each while the next one lands."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from flows.build import Builder
from flows.business_lock import business_lock
from flows.dbt.warm import WarmDbt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from flows.backfill.slices import Slice
    from flows.build_results import Build

_WITHOUT_TESTS = [
    option for kind in ("test", "unit_test") for option in ("--exclude-resource-type", kind)
]

_MEMORY_VARIABLE, _MEMORY = "CASPERS_DUCKDB_MEMORY", "4GB"

_NEXT_BUILD = ["run", "--exclude", "config.materialized:table_function"]


def backfill(
    slices: AbstractContextManager[Callable[[], Slice]],
) -> Iterator[tuple[Slice, Build]]:
    """Build what lands; yield each slice when it is built.

    Parameters
    ----------
    slices
        Opens a function that returns what has landed next, nothing where nothing more is due.

    Raises
    ------
    BusyError
        If a business, a replay or a build is at work on the same folder.
    UserError
        If a slice cannot land or be built. What was finished stays.
    """
    with (
        business_lock("python -m flows.backfill"),
        _memory_of_duckdb(),
        closing(WarmDbt()) as dbt,
        # What lands ends before it is waited for.
        ThreadPoolExecutor(1) as beside,
        slices as next_slice,
    ):
        builder = Builder(dbt, keep_warm=True)
        landed = next_slice()
        # Seeds and functions come with the first build, which also takes what has landed before.
        command = ["build", *_WITHOUT_TESTS]
        while landed.events or command != _NEXT_BUILD:
            following = beside.submit(next_slice)
            built = builder.run(command, landed_up_to=landed.last_file)
            yield landed, built
            landed, command = following.result(), _NEXT_BUILD


@contextmanager
def _memory_of_duckdb() -> Iterator[None]:
    """Let DuckDB have less than it takes by default, unless somebody has said how much.

    It keeps all blocks of a long history that it has read, until its memory is full of them.
    """
    said = os.environ.get(_MEMORY_VARIABLE)
    os.environ[_MEMORY_VARIABLE] = said or _MEMORY
    try:
        yield
    finally:
        if said is None:
            del os.environ[_MEMORY_VARIABLE]
