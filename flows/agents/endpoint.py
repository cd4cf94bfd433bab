"""Which language model is asked, and how patiently: ``CASPERS_LLM_…`` in the environment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypedDict
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from common.errors import UserError
from common.loopback import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

URL_VARIABLE = "CASPERS_LLM_URL"
MODEL_VARIABLE = "CASPERS_LLM_MODEL"
TOKEN_VARIABLE = "CASPERS_LLM_TOKEN"  # noqa: S105  (a name, not a secret)
_LIMITS = {
    "timeout_seconds": "CASPERS_LLM_TIMEOUT_SECONDS",
    "questions": "CASPERS_LLM_QUESTIONS",
    "concurrency": "CASPERS_LLM_CONCURRENCY",
    "retries": "CASPERS_LLM_RETRIES",
}


class Endpoint(BaseModel):
    """An OpenAI-compatible endpoint and the limits within which it is asked.

    Attributes
    ----------
    url
        Up to and without ``/chat/completions``.
    model
        The name of the model there.
    token
        The key; never part of a message.
    timeout_seconds
        How long one question may take, repetitions included.
    questions
        How many are asked in a run at most.
    concurrency
        How many are asked at the same time.
    retries
        How often a question is repeated while the endpoint is overloaded.
    """

    model_config = ConfigDict(frozen=True)

    url: str
    model: str = Field(min_length=1)
    token: SecretStr | None = None
    timeout_seconds: float = Field(default=30.0, gt=0, le=600)
    questions: int = Field(default=50, ge=1, le=10_000)
    concurrency: int = Field(default=4, ge=1, le=64)
    retries: int = Field(default=2, ge=0, le=10)

    @property
    def host(self) -> str:
        """Where it is, without anything that a URL can hide."""
        return urlsplit(self.url).hostname or ""


class ClientOptions(TypedDict):
    """What the clients of the library ``openai`` are made with, asynchronous or not."""

    base_url: str
    api_key: str
    timeout: float
    max_retries: int


def client_options(endpoint: Endpoint) -> ClientOptions:
    """Return the options of a client; its library wants a key even where there is none."""
    return {
        "base_url": endpoint.url,
        "api_key": endpoint.token.get_secret_value() if endpoint.token else "none",
        "timeout": endpoint.timeout_seconds,
        "max_retries": endpoint.retries,
    }


def is_endpoint_set() -> bool:
    """Whether the environment names an endpoint, usable or not."""
    return bool(os.environ.get(URL_VARIABLE))


def endpoint_from_environment(environment: Mapping[str, str] | None = None) -> Endpoint | None:
    """Return the endpoint that the environment names; ``None`` where it names none.

    Raises
    ------
    UserError
        If a variable is missing or cannot be used.
    """
    variables = os.environ if environment is None else environment
    url = variables.get(URL_VARIABLE, "")
    if not url:
        return None
    _check_url(url)
    model = variables.get(MODEL_VARIABLE, "")
    if not model:
        raise UserError(
            f"{URL_VARIABLE} is set, {MODEL_VARIABLE} is not: set it to the name of the model."
        )
    token = variables.get(TOKEN_VARIABLE, "")
    if token and urlsplit(url).scheme == "http" and not is_loopback(url):
        raise UserError(
            f"{URL_VARIABLE} begins with http://, so {TOKEN_VARIABLE} would be sent unencrypted: "
            "use https://, or unset the token."
        )
    limits = {name: variables[key] for name, key in _LIMITS.items() if variables.get(key)}
    try:
        return Endpoint.model_validate(
            {"url": url, "model": model, "token": token or None, **limits}
        )
    except ValidationError as error:
        fault = error.errors()[0]
        variable = _LIMITS[str(fault["loc"][0])]
        raise UserError(f"{variable}={fault['input']}: {fault['msg']}; correct it.") from None


def _check_url(url: str) -> None:
    """Refuse what is no address, without repeating it: it may contain a password."""
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_address = False
    if not is_address:
        raise UserError(
            f"{URL_VARIABLE} has to be a URL such as https://host/v1, without /chat/completions: "
            "correct it."
        )
