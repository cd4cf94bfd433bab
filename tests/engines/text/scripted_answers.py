"""What the warehouse of the trace answers: all of it is in this module.

It knows which relations the recorded statements have made so far, the columns that the project's
YAML declares for them, and the rows of the scenario. A query without an answer here is an error,
and so is an answer that no query needs.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.engines.rewritten_statements import Answer
from tests.engines.text.scenarios import OBJECT_STORE, SCENARIOS, TODAY, VOLUMES, Scenario

Columns = dict[str, str]

NO_ROWS = Answer((), ())

_NAME = r"`caspersdev`\.`(?P<schema>\w+)`\.`(?P<name>\w+?)(?P<temporary>__dbt_tmp)?`"
_CREATED = re.compile(
    rf"\s*create\s+(or replace )?(?P<kind>table|view|function) (if not exists )?{_NAME}",
    re.IGNORECASE,
)
_DROPPED = re.compile(rf"\s*drop (table|view|function) if exists {_NAME}", re.IGNORECASE)
_SCHEMA_CREATED = re.compile(r"\s*create schema if not exists `caspersdev`\.`(?P<schema>\w+)`")
_WORKED_OFF = re.compile(
    r"\s*insert into `caspersdev`\.`increments`\.`progress` values (?P<rows>.*)"
)
_TEXT = r"'((?:[^'\\]|\\.)*)'"
_SCHEMA_DROPPED = re.compile(r"\s*drop schema if exists `caspersdev`\.`(?P<schema>\w+)`")


@dataclass
class Warehouse:
    """What the recorded statements have made so far.

    Attributes
    ----------
    columns
        Columns and types of the models, seeds and unit tests of the project, by node and by name.
    scenario
        What it knows of rows.
    kinds
        table, view or function, by (schema, name).
    declared
        What each model said of an upstream model when it was last built, by (model, upstream).
    """

    columns: dict[str, Columns]
    scenario: Scenario
    schemas: set[str] = field(default_factory=set)
    used: set["Scripted"] = field(default_factory=set)
    kinds: dict[tuple[str, str], str] = field(default_factory=dict)
    declared: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def change_number(self) -> int:
        """The number of the next change of every model: one for each build before."""
        return SCENARIOS.index(self.scenario) + 1

    def remember(self, statement: str) -> None:
        """Record what a statement creates or drops."""
        if created := _CREATED.match(statement):
            name = created["name"] + (created["temporary"] or "")
            self.kinds[created["schema"], name] = created["kind"].lower()
        elif dropped := _DROPPED.match(statement):
            name = dropped["name"] + (dropped["temporary"] or "")
            self.kinds.pop((dropped["schema"], name), None)
        elif worked_off := _WORKED_OFF.match(statement):
            for model, upstream, said in re.findall(
                rf"\('(\w+)', '(\w+)', \d+, \d+, {_TEXT}\)", worked_off["rows"]
            ):
                self.declared[model, upstream] = _unescaped(said)
        elif created := _SCHEMA_CREATED.match(statement):
            self.schemas.add(created["schema"])
        elif dropped := _SCHEMA_DROPPED.match(statement):
            self.schemas.discard(dropped["schema"])

    def remember_table(self, schema: str, name: str) -> None:
        """Record a table that a Python model has written."""
        self.kinds[schema, name] = "table"

    def relations(self, schema: str) -> list[tuple[str, str]]:
        """Return name and kind of each table and view in a schema."""
        return sorted(
            (name, kind)
            for (where, name), kind in self.kinds.items()
            if where == schema and kind != "function"
        )

    def answer(self, node: str | None, statement: str) -> Answer:
        """Answer a statement; fail if the script has no answer for it."""
        self.remember(statement)
        for scripted in SCRIPT:
            found = re.match(scripted.pattern, statement, re.IGNORECASE | re.DOTALL)
            if found:
                self.used.add(scripted)
                return scripted.answer(self, Query(node, found))
        raise AssertionError(f"the script has no answer for a statement of {node}: {statement}")

    def unused_patterns(self) -> list[str]:
        """Return the patterns of the script that no statement has matched."""
        return [scripted.pattern for scripted in SCRIPT if scripted not in self.used]


@dataclass(frozen=True)
class Query:
    """A statement that matched a line of the script, and the node that it came from."""

    node: str | None
    found: re.Match[str]

    def __getitem__(self, group: str) -> str:
        return self.found[group]


@dataclass(frozen=True)
class Scripted:
    """One line of the script; the pattern matches from the beginning of a statement."""

    pattern: str
    answer: Callable[[Warehouse, Query], Answer]


def _nothing(*_: object) -> Answer:
    return NO_ROWS


def _schemas(here: Warehouse, query: Query) -> Answer:
    wanted = query.found.groupdict().get("schema")
    names = [name for name in sorted(here.schemas) if wanted in (None, name)]
    return Answer(("databaseName",), tuple((name,) for name in names))


def _information_schema(here: Warehouse, query: Query) -> Answer:
    return Answer(
        ("table_name", "table_type", "file_format", "table_owner", "databricks_table_type"),
        tuple(
            (name, kind, "delta", "owner", "managed")
            if kind == "table"
            else (name, kind, None, "owner", None)
            for name, kind in here.relations(query["schema"])
        ),
    )


def _tables(here: Warehouse, query: Query) -> Answer:
    rows = [(query["schema"], name, False) for name, _ in here.relations(query["schema"])]
    return Answer(("database", "tableName", "isTemporary"), tuple(rows))


def _volumes(here: Warehouse, query: Query) -> Answer:
    rows = ((query["schema"], "landing"),) if query["schema"] == "lakeflow" else ()
    if query.node is not None and here.scenario.decided:
        rows = ((query["schema"], "decisions"),)
    return Answer(("database", "volumeName"), rows)


def _functions(here: Warehouse, query: Query) -> Answer:
    names = [
        f"caspersdev.{schema}.{name}"
        for (schema, name), kind in sorted(here.kinds.items())
        if schema == query["schema"] and kind == "function"
    ]
    # Delta Lake's own functions are listed in every schema.
    return Answer(("function",), tuple((name,) for name in [*names, "table_changes"]))


def _as_json(type_: str) -> dict[str, Any]:
    type_ = {"integer": "int"}.get(type_, type_)
    if type_.endswith("[]"):
        return {"name": "array", "element_type": _as_json(type_[:-2]), "element_nullable": True}
    if type_.startswith("decimal("):
        precision, scale = type_[8:-1].split(",")
        return {"name": "decimal", "precision": int(precision), "scale": int(scale)}
    return {"name": type_}


def _described_as_json(here: Warehouse, query: Query) -> Answer:
    described = {
        "table_name": query["name"],
        "columns": [
            {"name": name, "type": _as_json(type_), "nullable": True}
            for name, type_ in here.columns[query["name"]].items()
        ],
    }
    return Answer(("json_metadata",), ((json.dumps(described),),))


def _described(here: Warehouse, query: Query) -> Answer:
    rows = [(column, type_, None) for column, type_ in here.columns[query["name"]].items()]
    return Answer(("col_name", "data_type", "comment"), tuple(rows))


def _columns_of_the_node(here: Warehouse, query: Query) -> Answer:
    return Answer(tuple(here.columns[query.node or ""]), ())


def _what_was_expected(here: Warehouse, query: Query) -> Answer:
    return Answer((*here.columns[query.node or ""], "actual_or_expected"), ())


def _landed_files(here: Warehouse, query: Query) -> Answer:
    volume = query["volume"]
    landed = here.scenario.decided if volume == "decisions" else here.scenario.landed
    named = dict(here.scenario.variables).get("CASPERS_LANDING") if volume == "events" else None
    folder = named or f"{VOLUMES}/{volume}"
    rows = tuple((f"{folder}/{file}", file, 1000, None) for file in landed)
    return Answer(("path", "name", "size", "modification_time"), rows)


def _loaded(here: Warehouse, query: Query) -> tuple[str, ...]:
    """Return the files that the asking model has loaded."""
    by_model = {
        "landed_lines": here.scenario.loaded,
        "landed_decisions": here.scenario.decided_loaded,
    }
    return by_model.get(_model(query), ())


def _loaded_files(here: Warehouse, query: Query) -> Answer:
    rows = tuple((file, 1000) for file in _loaded(here, query))
    return Answer(("file", "file_bytes"), rows)


def _newest_file(here: Warehouse, query: Query) -> Answer:
    return Answer(("max(file)",), ((max(_loaded(here, query), default=None),),))


def _landed_windows(here: Warehouse, query: Query) -> Answer:
    windows = [file.removesuffix(".jsonl") for file in here.scenario.landed]
    rows = tuple((window, 1000) for window in windows if window > query["reached"])
    return Answer(("landed_window", "landed_rows"), rows)


def _newest_window(here: Warehouse, query: Query) -> Answer:
    newest = max(_loaded(here, query)).removesuffix(".jsonl")
    return Answer(("max(landed_window)",), ((newest,),))


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _model(query: Query) -> str:
    return (query.node or "").split(".")[-1]


def _logged_state(here: Warehouse, query: Query) -> Answer:
    """Answer all that the log says about a model: everything upstream is new, where anything is."""
    model = _model(query)
    affected = [] if "key_name <> 'partition'" in query[0] else here.scenario.affected
    rows: list[tuple[object, ...]] = [
        ("pending", "partition", day.isoformat(), None, None) for day in affected
    ]
    before = here.change_number - 1
    for (name, upstream), said in sorted(here.declared.items()):
        if name == model:
            rows.append(("seen", upstream, said, 1, before))
        if upstream == model:
            rows.append(("affected", name, said, None, None))
    numbered = re.findall(r"'(\w+)'", query["numbered"])
    for name in numbered:
        number = here.change_number if here.scenario.affected and name != model else before
        rows.append(("latest", name, None, None, number))
    if query["newest"]:
        rows.append(("newest", None, TODAY.isoformat(), None, None))
    return Answer(("kind", "name", "content", "step", "change_number"), tuple(rows))


def _progress(here: Warehouse, _: Query) -> Answer:
    return Answer(
        ("model", "upstream", "step"),
        tuple((model, upstream, 2) for model, upstream in here.declared),
    )


def _affected_orders(here: Warehouse, _: Query) -> Answer:
    return Answer(("key",), tuple((key,) for key in here.scenario.affected_orders))


def _changes(here: Warehouse, _: Query) -> Answer:
    days = here.scenario.affected
    return Answer(
        ("affected_model", "key_name", "key_value"),
        tuple(("silver_order_items", "partition", day.isoformat()) for day in days),
    )


def _seeds(_: Warehouse, query: Query) -> Answer:
    names = re.findall(r"select '(\w+)' as seed", query[0])
    return Answer(("seed", "fingerprint"), tuple((name, "4:1234567890") for name in names))


def _recomputed_files(here: Warehouse, query: Query) -> Answer:
    if _model(query) == "landed_decisions":
        return Answer(("replaced",), tuple((file,) for file in here.scenario.decided))
    new = set(here.scenario.landed) - set(here.scenario.loaded)
    recomputed = sorted({*new, *here.scenario.judged_again})
    return Answer(("replaced",), tuple((file,) for file in recomputed))


def _tested_days(here: Warehouse, _: Query) -> Answer:
    return Answer(("day",), tuple((day.isoformat(),) for day in here.scenario.affected))


def _one(value: object) -> Answer:
    return Answer(("answer",), ((value,),))


SCRIPT = (
    # Queries of the adapter itself.
    Scripted(r"show schemas in `caspersdev` like '(?P<schema>\w+)'", _schemas),
    Scripted(r"show schemas in `caspersdev`$", _schemas),
    Scripted(
        r"select\s+table_name,.*from `system`\.`information_schema`\.`tables`.*"
        r"table_schema = '(?P<schema>\w+)'",
        _information_schema,
    ),
    Scripted(rf"describe table extended {_NAME} as json", _described_as_json),
    Scripted(r"describe table extended `(?P<name>\w+?)__dbt_tmp` as json", _described_as_json),
    Scripted(rf"describe (table )?(extended )?{_NAME}", _described),
    Scripted(r"select\s.*from `(system|caspersdev)`\.`?information_schema`?\.", _nothing),
    Scripted(r".*where false\s+limit 0$", _columns_of_the_node),
    # Queries of the project's macros.
    Scripted(rf"list '(?:{VOLUMES}|{OBJECT_STORE})/(?P<volume>\w+)'", _landed_files),
    Scripted(r"select file, max\(file_bytes\) from", _loaded_files),
    Scripted(r"select max\(file\) from", _newest_file),
    Scripted(
        r"select landed_window, count\(\*\) as landed_rows from "
        r"`caspersdev`\.`simulator`\.`streamed_events` where landed_window > '(?P<reached>[\w-]+)'",
        _landed_windows,
    ),
    Scripted(r"select max\(landed_window\) from", _newest_window),
    Scripted(
        r"select 'pending' as kind, .*\.`pending` .* where model in \((?P<numbered>[^)]*)\)"
        r" group by model(?P<newest> union all select 'newest', )?",
        _logged_state,
    ),
    Scripted(r"select '\w+' as seed, .*", _seeds),
    Scripted(
        r"select count\(\*\) from \(select distinct try_cast\(key_value",
        lambda here, _: _one(len(here.scenario.affected_orders)),
    ),
    Scripted(r"select distinct try_cast\(key_value as bigint\) from", _affected_orders),
    Scripted(r"select cast\(sum\(counted\) as bigint\) from", lambda *_: _one(0)),
    Scripted(r"select distinct change\.affected_model, ", _changes),
    Scripted(
        r"select distinct 'fct_orders' as affected_model, 'first_order_key' as key_name,",
        lambda *_: Answer(("affected_model", "key_name", "key_value"), ()),
    ),
    Scripted(r"select \(select count\(\*\) from", lambda here, _: _one(here.scenario.log_rows)),
    Scripted(
        r"select changes\.model, changes\.affected_model, least\(",
        lambda *_: Answer(
            ("model", "affected_model", "change_number"),
            (("landed_lines", "silver_driver_pings", 1),),
        ),
    ),
    Scripted(r"select model, upstream, step from", _progress),
    Scripted(
        r"select min\(first_ts\), max\(last_ts\)",
        lambda here, _: Answer(("first", "last"), (here.scenario.span,)),
    ),
    Scripted(r"select distinct cast\(file as string\) as replaced", _recomputed_files),
    Scripted(r"select distinct (key_value|day) from ", _tested_days),
    Scripted(r"show tables in `caspersdev`\.`(?P<schema>\w+)`", _tables),
    Scripted(r"show volumes in `caspersdev`\.`(?P<schema>\w+)`", _volumes),
    Scripted(r"show user functions in `caspersdev`\.`(?P<schema>\w+)`", _functions),
    # Tests: no row fails, and a unit test gets what it expects.
    Scripted(
        r"select\s+count\(\*\) as failures",
        lambda *_: Answer(("failures", "should_warn", "should_error"), ((0, False, False),)),
    ),
    Scripted(r".*-- Build actual result given inputs", _what_was_expected),
    # Statements without a result.
    Scripted(
        r"(create|drop|insert|delete|alter|comment on|optimize|select 'nothing has changed') ",
        _nothing,
    ),
)
