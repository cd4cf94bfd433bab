"""Which tables are published: what the models declare, read from dbt's manifest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from common.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_ROWS = ("ephemeral", "table_function")
_IS_DATE = re.compile(r"cast\(.+ as date\)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """A table or view of the warehouse that readers get.

    Attributes
    ----------
    schema, name
        Where it is.
    model
        The model or seed that makes it, as the log of changes names it.
    partition
        An expression over its rows that gives the day by which they are published; ``None`` where
        the table is published as a whole.
    """

    schema: str
    name: str
    model: str
    partition: str | None = None

    @property
    def full_name(self) -> str:
        """Schema and table."""
        return f"{self.schema}.{self.name}"


def published_tables(manifest: object) -> tuple[PublishedTable, ...]:
    """Return the tables that models and seeds declare as published, by name.

    ``meta.published`` is ``true``, or ``{partition: …}`` for a model whose rows are replaced by
    something else than a day.

    Parameters
    ----------
    manifest
        dbt's manifest, as it is in memory or as the content of ``manifest.json``.

    Raises
    ------
    UserError
        If a declaration cannot be understood.
    """
    nodes = _field(manifest, "nodes")
    tables = (_published_table(node) for node in nodes.values())
    return tuple(
        sorted((table for table in tables if table is not None), key=lambda table: table.full_name)
    )


def _published_table(node: object) -> PublishedTable | None:
    if _field(node, "resource_type") not in ("model", "seed"):
        return None
    config = _field(node, "config")
    declared = (_field(config, "meta") or {}).get("published", False)
    if declared is False or _field(config, "materialized") in _NO_ROWS:
        return None
    name = str(_field(node, "name"))
    is_partition = isinstance(declared, Mapping) and {*declared} == {"partition"}
    if declared is not True and not is_partition:
        raise UserError(
            f"meta.published of {name} ({_field(node, 'original_file_path')}) is {declared!r}: "
            "write true, false, or {partition: an expression that gives a day}."
        )
    partition = None
    if _replaces_partitions(config):
        partition = declared["partition"] if declared is not True else _day_of_increment(node)
    return PublishedTable(str(_field(node, "schema")), str(_field(node, "alias")), name, partition)


def _replaces_partitions(config: object) -> bool:
    """Whether the model records what changes in it; tables of other kinds are published whole."""
    return bool(
        _field(config, "materialized") == "incremental"
        and _field(config, "incremental_strategy") == "replace_partitions"
    )


def _day_of_increment(node: object) -> str | None:
    column = (_field(_field(node, "config"), "meta").get("increment") or {}).get("partition_column")
    if not column:
        return None
    return column if column in {*_days(node)} or _IS_DATE.fullmatch(column) else None


def _days(node: object) -> Iterator[str]:
    for name, column in _field(node, "columns").items():
        if str(_field(column, "data_type") or "").lower() == "date":
            yield name


def _field(thing: Any, name: str) -> Any:  # noqa: ANN401  # a node of dbt, in either form
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)
