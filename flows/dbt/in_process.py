"""What lets dbt run command after command in forks of one process, at little cost.

Nothing here imports dbt when it is imported: a process decides first where its output goes.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TextIO

import duckdb

from flows.warehouse_lock import locked_file_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from common.errors import BusyError

_POLL_SECONDS = 0.02


def reserve_standard_output() -> TextIO:
    """Return standard output for answers; all that is printed from now on goes to the log."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return answers


def keep_file_open() -> None:
    """Let dbt open the warehouse once in each command, and not for every model.

    The profile closes it as soon as no connection is left, so that other programs can read it;
    a process that ends with its command needs no such care.
    """
    from dbt.adapters.duckdb.environments.local import LocalEnvironment  # noqa: PLC0415

    environment: Any = LocalEnvironment
    environment.notify_closed = lambda _: None


def close_file() -> None:
    """Close the warehouse, with all that was written to it in its one file."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415

    if DuckDBConnectionManager._ENV is not None:  # noqa: SLF001  (dbt has no other way)
        DuckDBConnectionManager._ENV.close()  # noqa: SLF001
        DuckDBConnectionManager.close_all_connections()


def open_connection() -> Any:  # noqa: ANN401  (DuckDB's connection, or None)
    """Return the connection by which dbt has the warehouse open, ``None`` where it has not."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415

    environment = DuckDBConnectionManager._ENV  # noqa: SLF001  (dbt has no other way)
    return environment.conn if environment is not None else None


def ignore_path_of_warehouse() -> None:
    """Let a project that was parsed for one data folder be parsed in part for the next.

    dbt parses everything again when the connection changes, because a model could ask for it.
    """
    from dbt.adapters.duckdb.credentials import DuckDBCredentials  # noqa: PLC0415

    owner: Any = DuckDBCredentials
    keys = owner._connection_keys  # noqa: SLF001  (dbt has no other way)

    def other_keys(credentials: Any) -> tuple[str, ...]:  # noqa: ANN401  (dbt's own)
        return tuple(key for key in keys(credentials) if key != "path")

    owner._connection_keys = other_keys  # noqa: SLF001


def leave_out_debug_events() -> None:
    """Let dbt make no messages of its debug events: a build has hundreds, and takes a tenth longer.

    Those that say where a build is stay, because a test may interrupt it there.
    """
    from dbt_common.events.base_types import BaseEvent, EventLevel  # noqa: PLC0415
    from dbt_common.events.event_manager import EventManager  # noqa: PLC0415

    owner: Any = EventManager
    fire_event = owner.fire_event
    events: Any = BaseEvent
    make_message, read, write = events.__init__, events.__getattr__, events.__setattr__

    def is_read(event: Any) -> bool:  # noqa: ANN401  (dbt's own, as those below)
        return type(event).__name__ in ("NodeStart", "NodeFinished")

    def fire_event_that_is_read(
        manager: Any,  # noqa: ANN401
        event: Any,  # noqa: ANN401
        level: Any = None,  # noqa: ANN401
        **options: Any,  # noqa: ANN401
    ) -> None:
        if is_read(event) or (level or event.level_tag()) != EventLevel.DEBUG:
            fire_event(manager, event, level, **options)

    def make_message_when_read(event: Any, *arguments: Any, **fields: Any) -> None:  # noqa: ANN401
        if is_read(event) or event.level_tag() != EventLevel.DEBUG:
            make_message(event, *arguments, **fields)
        else:
            event.__dict__["_unread"] = (arguments, fields)

    def make_unread_message(event: Any) -> None:  # noqa: ANN401
        arguments, fields = event.__dict__.pop("_unread", (None, None))
        if fields is not None:
            make_message(event, *arguments, **fields)

    def read_message(event: Any, key: str) -> Any:  # noqa: ANN401
        make_unread_message(event)
        return read(event, key)

    def write_message(event: Any, key: str, value: Any) -> None:  # noqa: ANN401
        make_unread_message(event)
        write(event, key, value)

    owner.fire_event = fire_event_that_is_read
    events.__init__ = make_message_when_read
    events.__getattr__, events.__setattr__ = read_message, write_message


def keep_compiled_templates() -> None:
    """Let Jinja compile each text once: a model or test is the same in every build.

    So are the types of columns in results, which dbt works out again for each statement.
    """
    import jinja2  # noqa: PLC0415  (as above)
    from dbt_common.clients import agate_helper  # noqa: PLC0415

    owner: Any = jinja2.Environment
    compile_template = owner.compile
    compiled: dict[tuple[type, str], Any] = {}

    def compile_once(
        environment: Any,  # noqa: ANN401
        source: Any,  # noqa: ANN401
        name: str | None = None,
        filename: str | None = None,
        **options: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        if not isinstance(source, str) or name or filename or options:
            return compile_template(environment, source, name, filename, **options)
        # Environments of one class differ in what a missing variable is, which is not compiled.
        key = (type(environment), source)
        if key not in compiled:
            compiled[key] = compile_template(environment, source, name, filename)
        return compiled[key]

    build_type_tester = agate_helper.build_type_tester
    cached_type_tester = lru_cache(maxsize=1024)(build_type_tester)

    def build_type_tester_once(
        text_columns: Iterable[str], string_null_values: Iterable[str] | None = ("null", "")
    ) -> Any:  # noqa: ANN401
        nulls = None if string_null_values is None else tuple(string_null_values)
        return cached_type_tester(frozenset(text_columns), nulls)

    owner.compile = compile_once
    agate_helper.build_type_tester = build_type_tester_once


def parse_in_forks() -> None:
    """Let dbt parse without its parser in Rust, which waits in a fork for threads of its parent."""
    os.environ["DBT_STATIC_PARSER"] = "false"


def fork(action: Callable[[], None]) -> int:
    """Begin an action in a process of its own and return that process's id.

    Parameters
    ----------
    action
        If it raises, the process ends with exit code 1. Nothing that it opens outlives it.
    """
    child = os.fork()
    if child == 0:
        code = 1
        try:
            action()
            code = 0
        except BaseException:  # the parent has to hear of it
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    return child


def wait_for(child: int) -> int:
    """Wait for a process and return its exit code, negative where a signal ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def wait_while_file_is_open_elsewhere(seconds: float, on_wait: Callable[[BusyError], None]) -> None:
    """Let dbt wait for the warehouse as long as another program has it open, and take it then.

    It is tried many times a second: a program that looks at the tables now and then cannot keep
    dbt out. dbt's own way sleeps between two tries, twice as long after each.

    Parameters
    ----------
    seconds
        After this long, dbt fails with DuckDB's error.
    on_wait
        Called once a second with who has the file.
    """
    from dbt.adapters.duckdb.environments import Environment  # noqa: PLC0415

    owner: Any = Environment
    initialize = owner.initialize_db

    def initialize_when_free(credentials: Any, plugins: Any = None) -> Any:  # noqa: ANN401
        impatient = replace(credentials, retries=None)
        begun = last_said = time.monotonic()
        while True:
            try:
                return initialize(impatient, plugins)
            except duckdb.IOException as error:
                busy, now = locked_file_error(str(error)), time.monotonic()
                if busy is None or now - begun >= seconds:
                    raise
                if now - last_said >= 1:
                    last_said = now
                    on_wait(busy)
                time.sleep(_POLL_SECONDS)

    owner.initialize_db = staticmethod(initialize_when_free)
