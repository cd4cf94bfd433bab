"""The functions of schema ``ai`` as tools of a language model."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from common.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

WAREHOUSE_VARIABLE = "CASPERS_WAREHOUSE_ID"
CATALOG_VARIABLE = "CASPERS_CATALOG"
_DEFAULT_CATALOG = "caspersdev"
_MOST_ROWS = 200


@dataclass(frozen=True)
class Tool:
    """A function of the warehouse with one parameter, as in ``models/ai``."""

    name: str
    description: str
    parameter: str
    type: str

    def definition(self) -> dict[str, Any]:
        """Return the tool as a chat endpoint wants it."""
        return {
            "type": "function",
            "function": {
                "name": self.name,
                "description": self.description,
                "parameters": {
                    "type": "object",
                    "properties": {self.parameter: {"type": self.type}},
                    "required": [self.parameter],
                    "additionalProperties": False,
                },
            },
        }


TOOLS = (
    Tool("get_order_details", "Every event of an order, as it landed.", "oid", "string"),
    Tool("get_order_delivery_time", "Minutes from order to delivery.", "oid", "string"),
    Tool("get_order_overview", "What was ordered, where and for how much.", "oid", "string"),
    Tool("get_order_timing", "Each step of an order, and the percentiles.", "oid", "string"),
    Tool("get_location_timings", "P50, P75 and P99 minutes of a kitchen.", "loc", "integer"),
)


def call_tool(
    name: str, arguments: str, run: Callable[[Tool, str | int], Iterable[str]] | None = None
) -> str:
    """Return the rows of a tool as JSON; what is wrong with a call is told to whoever calls.

    Parameters
    ----------
    name, arguments
        As the language model wrote them.
    run
        Calls the function and returns each row as a JSON object; on Databricks unless given.
    """
    tool = next((tool for tool in TOOLS if tool.name == name), None)
    if tool is None:
        return json.dumps({"error": f"there is no tool {name}"})
    try:
        argument = json.loads(arguments)[tool.parameter]
        value = int(argument) if tool.type == "integer" else str(argument)
    except (ValueError, LookupError, TypeError):
        return json.dumps({"error": f"{name} needs one argument, {tool.parameter}: {tool.type}"})
    return f"[{', '.join((run or run_on_databricks)(tool, value))}]"


def run_on_databricks(tool: Tool, argument: str | int) -> list[str]:
    """Call a function of Unity Catalog; the argument is bound and never part of the statement.

    Raises
    ------
    UserError
        If no SQL warehouse is named, or the statement fails.
    """
    from databricks.sdk import WorkspaceClient  # noqa: PLC0415  (slow, and only there)
    from databricks.sdk.service.sql import StatementParameterListItem  # noqa: PLC0415

    warehouse = os.environ.get(WAREHOUSE_VARIABLE)
    if not warehouse:
        raise UserError(f"Set {WAREHOUSE_VARIABLE} to the id of a SQL warehouse of the endpoint.")
    catalog = os.environ.get(CATALOG_VARIABLE) or _DEFAULT_CATALOG
    kind = {"integer": "INT", "string": "STRING"}[tool.type]
    answer = WorkspaceClient().statement_execution.execute_statement(
        statement=f"select to_json(struct(*)) from ai.{tool.name}(:argument)",
        catalog=catalog,
        warehouse_id=warehouse,
        row_limit=_MOST_ROWS,
        wait_timeout="30s",
        parameters=[StatementParameterListItem(name="argument", value=str(argument), type=kind)],
    )
    if answer.result is None:
        raise UserError(f"{catalog}.ai.{tool.name} did not answer: look at the SQL warehouse.")
    return [row[0] for row in answer.result.data_array or ()]
