"""A JSON file that a person wrote, read whole and checked whole: every error names file and key."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from common.did_you_mean import did_you_mean
from common.errors import UserError
from common.problems import SeveralProblemsError
from common.text_file import open_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


class Strict(BaseModel):
    """A model that takes nothing for something else: unknown keys and other types are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


Model = TypeVar("Model", bound=BaseModel)


def read_json_object(path: Path, *, if_missing: str) -> dict[str, Any]:
    """Read a file that contains one JSON object.

    Parameters
    ----------
    path
        The file, UTF-8.
    if_missing
        What to do if there is no such file.

    Raises
    ------
    UserError
        If the file cannot be read, is no JSON object, or has a key twice.
    """
    with open_text(path, if_missing=if_missing) as file:
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
    return written


def checked(model: type[Model], values: dict[str, Any], path: Path) -> Model:
    """Return values of JSON as a model.

    Parameters
    ----------
    model
        What they have to be.
    values
        A JSON object.
    path
        The file that they were read from, for errors.

    Raises
    ------
    UserError
        If keys are unknown or values impossible; all of them are named with what is allowed.
    """
    try:
        return model.model_validate_json(json.dumps(values))
    except ValidationError as error:
        problems = [_problem(detail, model) for detail in error.errors()]
        raise SeveralProblemsError(path, problems) from error


# Type errors of pydantic, in words for the person who edits the file.
_TYPE_MESSAGES = {
    "int_type": "it should be a whole number",
    "int_from_float": "it should be a whole number",
    "float_type": "it should be a number",
    "bool_type": "it should be true or false",
    "string_type": "it should be a text",
    "string_too_short": "it should not be empty",
    "tuple_type": "it should be a list, for example [10, 3]",
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


def _problem(detail: Any, model: type[BaseModel]) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    """Return what pydantic found in plain words: key, value and what is allowed."""
    path: tuple[str | int, ...] = detail["loc"]
    key = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)[1:]
    kind = detail["type"]
    if kind == "extra_forbidden":
        return f"unknown key {key}{did_you_mean(str(path[-1]), _known_keys(model, path))}"
    if kind == "missing":
        missing = "give one more value" if isinstance(path[-1], int) else "write it"
        return f"{key}: missing; {missing}"
    message = detail["msg"].removeprefix("Value error, ")
    if kind == "value_error":
        return f"{key}: {message}" if key else message
    default = message.replace("Input should be", "it should be")
    allowed = _TYPE_MESSAGES.get(kind, default)
    if kind == "too_long" and detail["ctx"]["max_length"] == 2:  # noqa: PLR2004  # mean and deviation
        allowed = "it should be two numbers, for example [10, 3]"
    return f"{key}: {json.dumps(detail['input'], ensure_ascii=False)} is impossible; {allowed}"


def _known_keys(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """Return the keys of the object that a path leads into, but for its last step."""
    for step in path[:-1]:
        field = model.model_fields.get(str(step))
        inner = next(_models(field.annotation), None) if field is not None else None
        model = inner or model
    return list(model.model_fields)


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
