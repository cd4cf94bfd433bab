"""What pydantic finds wrong with a value of a seed, as a problem and a remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, get_args, get_type_hints

from generator.catalogue.seed_values import SEED_VALUE_ERROR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import ErrorDetails

    from generator.catalogue.records import Record, WeatherDay


class Mistake(NamedTuple):
    """A wrong value: its column, what is wrong with it and what to write instead."""

    column: str
    problem: str
    remedy: str


def explain(error: ErrorDetails, record: type[Record | WeatherDay]) -> Mistake:
    """Return what is wrong with one value of a record, in words for the person who edits it."""
    column = str(error["loc"][0])
    written = str(error["input"]).strip()
    kind, context = error["type"], error.get("ctx", {})
    hint = get_type_hints(record, include_extras=True)[column]
    if kind == SEED_VALUE_ERROR:
        problem, remedy = context["problem"], context["remedy"]
    elif kind == "int_parsing":
        problem = f'"{written}" is not a whole number'
        remedy = f"write one {_allowed(hint)}, without separators"
    elif kind in ("float_parsing", "finite_number"):
        problem = f'"{written}" is not a number'
        remedy = f"write one {_allowed(hint)}, with a point"
    elif kind == "string_too_short":
        problem, remedy = "the text is missing", "write one"
    elif kind == "string_pattern_mismatch":
        problem = f'"{written}" is not a code'
        remedy = "write up to 32 small letters, digits, - or _, a letter first"
    elif kind == "literal_error":
        problem = f'"{written}" is not known'
        remedy = f"write one of {', '.join(get_args(get_args(hint)[0]))}"
    else:  # above or below a limit
        number = "whole number" if _is_whole(hint) else "number"
        problem, remedy = f"{written} is impossible", f"write a {number} {_allowed(hint)}"
    return Mistake(column, problem, remedy)


def _allowed(hint: Any) -> str:  # noqa: ANN401 - a type hint
    """Return the limits of a number in words, from the constraints of its annotation."""
    limits: dict[str, float] = {}
    for constraint in _constraints(hint):
        for name in ("gt", "ge", "le"):
            if hasattr(constraint, name):
                limits[name] = getattr(constraint, name)
    form = ",d" if _is_whole(hint) else "g"
    if "gt" in limits:
        return f"greater than {limits['gt']:{form}} up to {limits['le']:{form}}"
    return f"from {limits['ge']:{form}} to {limits['le']:{form}}"


def _constraints(hint: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yield what annotates a type, however deep: ``Field(ge=1)`` holds its limits in a list."""
    for argument in get_args(hint):
        yield from _constraints(argument)
    for annotation in getattr(hint, "__metadata__", ()):
        yield from getattr(annotation, "metadata", (annotation,))


def _is_whole(hint: Any) -> bool:  # noqa: ANN401
    return hint is int or any(_is_whole(argument) for argument in get_args(hint))
