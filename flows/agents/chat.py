"""One question to the endpoint, and what became of it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import openai
from pydantic import ValidationError

from common.errors import UserError
from common.loopback import is_loopback
from flows.agents.endpoint import (
    MODEL_VARIABLE,
    TOKEN_VARIABLE,
    URL_VARIABLE,
    client_options,
)
from flows.agents.outcomes import Outcome, Reply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pydantic import BaseModel

    from flows.agents.endpoint import Endpoint

# Whatever is asked, these answers will be the same until somebody changes the settings.
_SETTINGS_ARE_WRONG = {
    401: f"the key was refused: correct {TOKEN_VARIABLE}",
    403: f"the key does not allow it: correct {TOKEN_VARIABLE}",
    404: f"there is no such address or model: correct {URL_VARIABLE} or {MODEL_VARIABLE}",
}
# The first that fits. What parses answers expects some form: a server that is no chat endpoint at
# all makes it stumble in many ways.
_REPLIES: tuple[tuple[type[Exception], Reply], ...] = (
    (TimeoutError, Reply(Outcome.TIMEOUT, cause="no answer in time")),
    (openai.APITimeoutError, Reply(Outcome.TIMEOUT, cause="no answer in time")),
    (openai.APIConnectionError, Reply(Outcome.UNAVAILABLE, cause="no connection")),
    (openai.ContentFilterFinishReasonError, Reply(Outcome.REFUSED, cause="content filter")),
    (ValidationError, Reply(Outcome.INVALID, cause="not in the form that was asked for")),
    *(
        (kind, Reply(Outcome.INVALID, cause="not an answer of a chat endpoint"))
        for kind in (openai.OpenAIError, AttributeError, LookupError, TypeError, ValueError)
    ),
)


class Chat:
    """Questions to one endpoint. Use `connect`."""

    def __init__(self, client: openai.AsyncOpenAI, endpoint: Endpoint) -> None:
        self._client = client
        self._endpoint = endpoint

    async def ask(self, answer: type[BaseModel], instructions: str, facts: str) -> Reply:
        """Ask one question.

        Parameters
        ----------
        answer
            The form of the answer.
        instructions, facts
            What the model is told as the system and as the user.

        Raises
        ------
        UserError
            If no question can be answered with these settings.
        """
        try:
            async with asyncio.timeout(self._endpoint.timeout_seconds):
                return await self._ask(answer, instructions, facts)
        except openai.APIStatusError as error:
            return self._reply_to_status(error)
        except tuple(kind for kind, _ in _REPLIES) as error:
            return next(reply for kind, reply in _REPLIES if isinstance(error, kind))

    async def _ask(self, answer: type[BaseModel], instructions: str, facts: str) -> Reply:
        completion = await self._client.chat.completions.parse(
            model=self._endpoint.model,
            messages=[
                {"role": "system", "content": instructions},
                {"role": "user", "content": facts},
            ],
            response_format=answer,
        )
        message = completion.choices[0].message
        if message.refusal:
            return Reply(Outcome.REFUSED, cause="the model refused")
        if message.parsed is None:
            return Reply(Outcome.INVALID, cause="an empty answer")
        return Reply(Outcome.ANSWERED, message.parsed.model_dump(mode="json"))

    def _reply_to_status(self, error: openai.APIStatusError) -> Reply:
        """Judge by the number alone: the text of an error may repeat the key."""
        status = error.status_code
        if status in _SETTINGS_ARE_WRONG:
            raise UserError(
                f"The language model at {self._endpoint.host} answers with status {status}, "
                f"{_SETTINGS_ARE_WRONG[status]}."
            ) from None
        if error.code == "content_filter":
            return Reply(Outcome.REFUSED, cause="content filter")
        return Reply(Outcome.UNAVAILABLE, cause=f"status {status}")


@asynccontextmanager
async def connect(endpoint: Endpoint) -> AsyncIterator[Chat]:
    """Open connections to an endpoint; its library repeats what is overloaded, as it is told to."""
    async with openai.AsyncOpenAI(
        **client_options(endpoint),
        http_client=openai.DefaultAsyncHttpxClient(trust_env=not is_loopback(endpoint.url)),
    ) as client:
        yield Chat(client, endpoint)
