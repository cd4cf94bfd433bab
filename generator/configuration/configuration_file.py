"""The configuration file of one kitchen, read whole and checked whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from common.did_you_mean import did_you_mean
from common.errors import UserError
from common.text_file import open_text
from generator.configuration.kitchen_configuration import (
    DriverArrivalConfiguration,
    KitchenConfiguration,
    ServiceTimesConfiguration,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def load_configuration(path: Path) -> KitchenConfiguration:
    """Read and check the configuration of one kitchen.

    Parameters
    ----------
    path
        A JSON file with keys of `KitchenConfiguration`.

    Returns
    -------
    KitchenConfiguration
        The values of the file, and defaults for what it omits.

    Raises
    ------
    UserError
        If the file cannot be read, is not JSON, or has unknown keys or impossible values; all of
        them are named with what is allowed.
    """
    with open_text(path, if_missing="name an existing configuration file") as file:
        text = file.read()
    try:
        written = json.loads(text, object_pairs_hook=_refuse_repeated_keys)
    except json.JSONDecodeError as error:
        raise UserError(
            f"{path}, line {error.lineno}: not JSON ({error.msg}); fix it there."
        ) from error
    except _RepeatedKeyError as error:
        raise UserError(f"{path}: {error}; keep one of them.") from error
    except (ValueError, RecursionError) as error:  # digits or brackets without end
        raise UserError(f"{path} is not a configuration ({error}); write it again.") from error
    if not isinstance(written, dict):
        raise UserError(f"{path} is not a JSON object; write its keys between {{ and }}.")
    try:
        configuration = KitchenConfiguration.model_validate_json(text)
    except ValidationError as error:
        problems = "; ".join(_problem(detail) for detail in error.errors())
        raise UserError(f"{path}: {problems}.") from error
    configuration._file = path  # noqa: SLF001 - a key of the file must not be able to set it
    return configuration


# Type errors of pydantic, in words for the person who edits the file.
_TYPE_MESSAGES = {
    "int_type": "it should be a whole number",
    "int_from_float": "it should be a whole number",
    "float_type": "it should be a number",
    "string_type": "it should be a text",
    "string_too_short": "it should not be empty",
    "tuple_type": "it should be a list, for example [10, 3]",
    "too_long": "it should be two numbers, for example [10, 3]",
    "dict_type": "it should be an object",
    "model_type": "it should be an object",
}


class _RepeatedKeyError(ValueError):
    """A JSON object has a key twice, and one of the values would be lost silently."""


def _refuse_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _RepeatedKeyError(f"key {key} appears twice")
        found[key] = value
    return found


def _problem(detail: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    """Return what pydantic found in plain words: key, value and what is allowed."""
    path: tuple[str | int, ...] = detail["loc"]
    key = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)[1:]
    if detail["type"] == "extra_forbidden":
        return f"unknown key {key}{did_you_mean(str(path[-1]), _known_keys(path))}"
    if detail["type"] == "missing":
        return f"{key}: missing; give one more value"
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "value_error":
        return f"{key}: {message}" if key else message
    default = message.replace("Input should be", "it should be")
    allowed = _TYPE_MESSAGES.get(detail["type"], default)
    return f"{key}: {json.dumps(detail['input'], ensure_ascii=False)} is impossible; {allowed}"


def _known_keys(path: Sequence[str | int]) -> list[str]:
    models: dict[str | int, type[BaseModel]] = {
        "svc": ServiceTimesConfiguration,
        "driver_arrival": DriverArrivalConfiguration,
    }
    model = models[path[0]] if len(path) > 1 else KitchenConfiguration
    return list(model.model_fields)
