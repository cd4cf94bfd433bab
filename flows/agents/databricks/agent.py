"""An agent that asks the functions of the warehouse before it answers, as a model of MLflow."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import openai
from mlflow.pyfunc.model import ResponsesAgent
from mlflow.types.responses import (
    ResponsesAgentRequest,
    ResponsesAgentResponse,
    to_chat_completions_input,
)

from common.errors import UserError
from common.loopback import is_loopback
from flows.agents.databricks.tools import TOOLS, call_tool
from flows.agents.endpoint import URL_VARIABLE, client_options, endpoint_from_environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from openai.types.chat import ChatCompletionMessage
    from pydantic import BaseModel

DRY_RUN = {"dry_run": True}
"""The ``custom_inputs`` of a question that is answered with the instructions alone."""

_MOST_ROUNDS = 6


class PolicyAgent(ResponsesAgent):
    """Answers one question in a given form; nothing is opened before the first one.

    Parameters
    ----------
    instructions
        Returns what the language model is told first.
    answer
        The form of the answer.
    """

    def __init__(self, instructions: Callable[[], str], answer: type[BaseModel]) -> None:
        self._instructions = instructions
        self._answer = answer

    def predict(self, request: ResponsesAgentRequest) -> ResponsesAgentResponse:
        """Answer the last message; the output has each call of a tool, and then the answer.

        A dry run (``DRY_RUN``) asks nobody: MLflow calls a model once before it saves it.

        Raises
        ------
        UserError
            If no language model is named, or it calls tools without end.
        pydantic.ValidationError
            If its answer does not have the form that was asked for.
        """
        if request.custom_inputs == DRY_RUN:
            text = self.create_text_output_item(self._instructions(), _new_id())
            return _response([text])
        endpoint = endpoint_from_environment()
        if endpoint is None:
            raise UserError(f"Set {URL_VARIABLE} to the endpoint of a language model.")
        messages: list[Any] = [
            {"role": "system", "content": self._instructions()},
            *to_chat_completions_input(request.input),
        ]
        output: list[dict[str, Any]] = []
        with openai.OpenAI(
            **client_options(endpoint),
            http_client=openai.DefaultHttpxClient(trust_env=not is_loopback(endpoint.url)),
        ) as client:
            for _ in range(_MOST_ROUNDS):
                completion = client.chat.completions.create(
                    model=endpoint.model,
                    messages=messages,
                    tools=[tool.definition() for tool in TOOLS],  # type: ignore[misc]
                    response_format=self._response_format(),
                )
                message = completion.choices[0].message
                if not message.tool_calls:
                    answer = self._answer.model_validate_json(message.content or "")
                    text = self.create_text_output_item(answer.model_dump_json(), _new_id())
                    return _response([*output, text])
                messages.append(message.model_dump(exclude_none=True))
                for item in self._call_tools(message):
                    output.append(item)
                    if item["type"] == "function_call_output":
                        messages.append(
                            {
                                "role": "tool",
                                "tool_call_id": item["call_id"],
                                "content": item["output"],
                            }
                        )
        raise UserError(f"The language model called tools {_MOST_ROUNDS} times without an answer.")

    def _call_tools(self, message: ChatCompletionMessage) -> list[dict[str, Any]]:
        items = []
        for call in message.tool_calls or ():
            if call.type != "function":
                continue
            name, arguments = call.function.name, call.function.arguments
            items += [
                self.create_function_call_item(_new_id(), call.id, name, arguments),
                self.create_function_call_output_item(call.id, call_tool(name, arguments)),
            ]
        return items

    def _response_format(self) -> Any:  # noqa: ANN401  (a dictionary of the library's own type)
        schema = self._answer.model_json_schema()
        return {
            "type": "json_schema",
            "json_schema": {"name": self._answer.__name__, "strict": True, "schema": schema},
        }


def _response(items: list[dict[str, Any]]) -> ResponsesAgentResponse:
    return ResponsesAgentResponse.model_validate({"output": items})


def _new_id() -> str:
    return uuid.uuid4().hex
