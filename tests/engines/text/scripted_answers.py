"""What the warehouse of the trace answers: all of it is in this module.

It knows which relations the recorded statements have made so far, the columns that the project's
YAML promises for them, and what the scenario says. A question that nothing here answers is an
error, and so is a line that no question needs.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.engines.rewritten_statements import Answer
from tests.engines.text.scenarios import TODAY, VOLUME, Scenario

Columns = dict[str, str]

NO_ROWS = Answer((), ())

_NAME = r"`caspersdev`\.`(?P<schema>\w+)`\.`(?P<name>\w+?)(?P<temporary>__dbt_tmp)?`"
_CREATED = re.compile(
    rf"\s*create\s+(or replace )?(?P<kind>table|view|function) {_NAME}", re.IGNORECASE
)
_DROPPED = re.compile(rf"\s*drop (table|view|function) if exists {_NAME}", re.IGNORECASE)
_SCHEMA_CREATED = re.compile(r"\s*create schema if not exists `caspersdev`\.`(?P<schema>\w+)`")
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
    """

    columns: dict[str, Columns]
    scenario: Scenario
    schemas: set[str] = field(default_factory=set)
    asked: set["Scripted"] = field(default_factory=set)
    kinds: dict[tuple[str, str], str] = field(default_factory=dict)

    def remember(self, statement: str) -> None:
        """Take note of what a statement creates or drops."""
        if created := _CREATED.match(statement):
            name = created["name"] + (created["temporary"] or "")
            self.kinds[created["schema"], name] = created["kind"].lower()
        elif dropped := _DROPPED.match(statement):
            name = dropped["name"] + (dropped["temporary"] or "")
            self.kinds.pop((dropped["schema"], name), None)
        elif created := _SCHEMA_CREATED.match(statement):
            self.schemas.add(created["schema"])
        elif dropped := _SCHEMA_DROPPED.match(statement):
            self.schemas.discard(dropped["schema"])

    def remember_table(self, schema: str, name: str) -> None:
        """Take note of a table that a Python model has written."""
        self.kinds[schema, name] = "table"

    def relations(self, schema: str) -> list[tuple[str, str]]:
        """Return (name, table or view) of what a schema holds."""
        return sorted(
            (name, kind)
            for (where, name), kind in self.kinds.items()
            if where == schema and kind != "function"
        )

    def answer(self, node: str | None, statement: str) -> Answer:
        """Answer a statement; an error where nothing is scripted for it."""
        self.remember(statement)
        for scripted in SCRIPT:
            found = re.match(scripted.pattern, statement, re.IGNORECASE | re.DOTALL)
            if found:
                self.asked.add(scripted)
                return scripted.answer(self, Asked(node, found))
        raise AssertionError(f"nothing is scripted for what {node} asks: {statement}")

    def never_asked(self) -> list[str]:
        """Return the lines of the script that no statement has needed."""
        return [scripted.pattern for scripted in SCRIPT if scripted not in self.asked]


@dataclass(frozen=True)
class Asked:
    """A statement that matched a line of the script, and the node that it came from."""

    node: str | None
    found: re.Match[str]

    def __getitem__(self, group: str) -> str:
        return self.found[group]


@dataclass(frozen=True)
class Scripted:
    """One line of the script; the pattern matches from the beginning of a statement."""

    pattern: str
    answer: Callable[[Warehouse, Asked], Answer]


def _nothing(*_: object) -> Answer:
    return NO_ROWS


def _schemas(here: Warehouse, asked: Asked) -> Answer:
    wanted = asked.found.groupdict().get("schema")
    names = [name for name in sorted(here.schemas) if wanted in (None, name)]
    return Answer(("databaseName",), tuple((name,) for name in names))


def _information_schema(here: Warehouse, asked: Asked) -> Answer:
    return Answer(
        ("table_name", "table_type", "file_format", "table_owner", "databricks_table_type"),
        tuple(
            (name, kind, "delta", "somebody", "managed")
            if kind == "table"
            else (name, kind, None, "somebody", None)
            for name, kind in here.relations(asked["schema"])
        ),
    )


def _tables(here: Warehouse, asked: Asked) -> Answer:
    rows = [(asked["schema"], name, False) for name, _ in here.relations(asked["schema"])]
    return Answer(("database", "tableName", "isTemporary"), tuple(rows))


def _volumes(_: Warehouse, asked: Asked) -> Answer:
    rows = ((asked["schema"], "landing"),) if asked["schema"] == "lakeflow" else ()
    return Answer(("database", "volumeName"), rows)


def _functions(here: Warehouse, asked: Asked) -> Answer:
    names = [
        f"caspersdev.{schema}.{name}"
        for (schema, name), kind in sorted(here.kinds.items())
        if schema == asked["schema"] and kind == "function"
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


def _described_as_json(here: Warehouse, asked: Asked) -> Answer:
    described = {
        "table_name": asked["name"],
        "columns": [
            {"name": name, "type": _as_json(type_), "nullable": True}
            for name, type_ in here.columns[asked["name"]].items()
        ],
    }
    return Answer(("json_metadata",), ((json.dumps(described),),))


def _described(here: Warehouse, asked: Asked) -> Answer:
    rows = [(column, type_, None) for column, type_ in here.columns[asked["name"]].items()]
    return Answer(("col_name", "data_type", "comment"), tuple(rows))


def _columns_of_the_node(here: Warehouse, asked: Asked) -> Answer:
    return Answer(tuple(here.columns[asked.node or ""]), ())


def _what_was_expected(here: Warehouse, asked: Asked) -> Answer:
    return Answer((*here.columns[asked.node or ""], "actual_or_expected"), ())


def _landed_files(here: Warehouse, _: Asked) -> Answer:
    rows = tuple((f"{VOLUME}/{file}", file, 1000, None) for file in here.scenario.landed)
    return Answer(("path", "name", "size", "modification_time"), rows)


def _loaded_files(here: Warehouse, _: Asked) -> Answer:
    return Answer(("file",), tuple((file,) for file in here.scenario.loaded))


def _newest_file(here: Warehouse, _: Asked) -> Answer:
    return Answer(("max(file)",), ((max(here.scenario.loaded, default=None),),))


def _affected_days(here: Warehouse, _: Asked) -> Answer:
    return Answer(("day",), tuple((day,) for day in here.scenario.affected))


def _recomputed_files(here: Warehouse, _: Asked) -> Answer:
    new = set(here.scenario.landed) - set(here.scenario.loaded)
    recomputed = sorted({*new, *here.scenario.judged_again})
    return Answer(("affected",), tuple((file,) for file in recomputed))


def _recomputed_days(here: Warehouse, _: Asked) -> Answer:
    return Answer(("affected",), tuple((day.isoformat(),) for day in here.scenario.affected))


SCRIPT = (
    # What the adapter asks of its own accord.
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
    # What the macros of the project ask.
    Scripted(rf"list '{VOLUME}'", _landed_files),
    Scripted(r"select distinct file from `caspersdev`\.`lakeflow`\.`landed_lines`$", _loaded_files),
    Scripted(r"select max\(file\) from", _newest_file),
    Scripted(r"select max\(.*\) from", lambda *_: Answer(("newest",), ((TODAY,),))),
    Scripted(
        r"select coalesce\(max\(load_number\), 0\) from", lambda *_: Answer(("load",), ((1,),))
    ),
    Scripted(r"select day from \(", _affected_days),
    Scripted(
        r"select min\(first_ts\), max\(last_ts\)",
        lambda here, _: Answer(("first", "last"), (here.scenario.span,)),
    ),
    Scripted(r"select distinct cast\(file as string\) as affected", _recomputed_files),
    Scripted(r"select distinct cast\(.* as string\) as affected", _recomputed_days),
    Scripted(r"show tables in `caspersdev`\.`(?P<schema>\w+)`", _tables),
    Scripted(r"show volumes in `caspersdev`\.`(?P<schema>\w+)`", _volumes),
    Scripted(r"show user functions in `caspersdev`\.`(?P<schema>\w+)`", _functions),
    # Tests: no row is wrong, and what a unit test gets is what it expects.
    Scripted(
        r"select\s+count\(\*\) as failures",
        lambda *_: Answer(("failures", "should_warn", "should_error"), ((0, False, False),)),
    ),
    Scripted(r".*-- Build actual result given inputs", _what_was_expected),
    # All that answers nothing.
    Scripted(
        r"(create|drop|insert|alter|comment on|optimize|select 'nothing is affected') ", _nothing
    ),
)
