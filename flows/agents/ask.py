"""Ask an endpoint about what has been published and has no answer yet, and land what it says."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb

from common.errors import BusyError, UserError
from common.paths import agent_responses_directory, published_file
from common.system_errors import to_user_error
from flows.agents.endpoint import endpoint_from_environment
from flows.agents.landing import ResponseLanding, make_response
from flows.agents.outcomes import Outcome
from flows.agents.registry import AGENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from flows.agents.chat import Chat
    from flows.agents.endpoint import Endpoint
    from flows.agents.landing import Log, OpenLanding, Response
    from flows.agents.registry import Agent

_BATCH = 20
"""How many answers land together: what a kill can lose at most."""


@dataclass(frozen=True)
class Question:
    """A subject, with what the agent is told about it."""

    agent: Agent
    subject_id: str
    facts: str


@dataclass(frozen=True)
class Asked:
    """What a run did.

    Attributes
    ----------
    outcomes, causes
        How many questions had which outcome, and why those without an answer have none.
    waiting
        Questions left for later runs.
    gave_up
        Whether it stopped because the endpoint was not there.
    unreadable
        Landed lines that could not be read.
    """

    outcomes: Counter[Outcome]
    causes: Counter[str]
    waiting: int
    gave_up: bool
    unreadable: int


def ask(
    endpoint: Endpoint | None = None,
    *,
    agents: Sequence[Agent] = AGENTS,
    should_stop: Callable[[], bool] = lambda: False,
) -> Asked | None:
    """Ask what has no answer yet, within the limits of the endpoint; ``None`` without an endpoint.

    Answers land in batches, each of them at once. Killed at any moment, what has landed is not
    asked again.

    Parameters
    ----------
    endpoint
        Whom to ask; the environment names it otherwise.
    agents
        Who answers.
    should_stop
        Asked before each question.

    Raises
    ------
    BusyError
        If another run is asking.
    UserError
        If the settings cannot be used, nothing is published, or a file cannot be read or written.
    """
    endpoint = endpoint or endpoint_from_environment()
    if endpoint is None:
        return None
    folder = agent_responses_directory()
    try:
        with ResponseLanding(folder).open() as landing:
            log = ResponseLanding(folder).read()
            questions = open_questions(agents, published_file(), log)
            run = _Run(endpoint, landing, should_stop)
            chosen = questions[: endpoint.questions]
            if chosen:
                asyncio.run(run.ask_all(chosen))
    except OSError as error:
        raise to_user_error(error, "land answers in", "CASPERS_DATA") from error
    waiting = len(questions) - run.outcomes.total()
    return Asked(run.outcomes, run.causes, waiting, run.gave_up, log.unreadable)


def ask_and_describe(should_stop: Callable[[], bool] = lambda: False) -> str:
    """Ask within a window, and return one line about it; empty where there is nothing to say.

    Nothing that goes wrong here stops a window: the policy has an answer to every question.
    """
    try:
        asked = ask(should_stop=should_stop)
    except UserError as error:
        return f"The language model was not asked: {error}"
    return format_asked(asked) if asked else ""


def open_questions(agents: Sequence[Agent], published: Path, log: Log) -> list[Question]:
    """Return what may be asked: first what never was, then what was asked the fewest times.

    The agents take turns, so that none waits until all that another is asked is answered.

    Raises
    ------
    UserError
        If nothing is published, or it cannot be read.
    """
    if not published.exists():
        raise UserError(f"{published}: no build is published there: run `make run` first.")
    ranked: list[tuple[int, int, Question]] = []
    try:
        with duckdb.connect(str(published), read_only=True) as connection:
            tables = {
                f"{schema}.{name}"
                for schema, name in connection.execute(
                    "select table_schema, table_name from information_schema.tables"
                ).fetchall()
            }
            for agent in agents:
                if agent.table not in tables:
                    continue
                subjects = connection.execute(agent.subjects).fetchall()
                for position, (subject_id, facts) in enumerate(subjects):
                    landed = log.subjects.get((agent.name, subject_id))
                    if landed is None or not landed.is_settled:
                        question = Question(agent, subject_id, facts)
                        asked = landed.questions if landed else 0
                        ranked.append((asked, position, question))
    except duckdb.Error as error:
        reason = str(error).split("\n", maxsplit=1)[0]
        raise BusyError(
            f"{published} cannot be read ({reason}): run `make run`, then ask again."
        ) from error
    return [question for *_, question in sorted(ranked, key=lambda one: one[:2])]


class _Run:
    """One run: its counts, and whether the endpoint is still worth asking."""

    def __init__(
        self, endpoint: Endpoint, landing: OpenLanding, should_stop: Callable[[], bool]
    ) -> None:
        self.outcomes: Counter[Outcome] = Counter()
        self.causes: Counter[str] = Counter()
        self._endpoint = endpoint
        self._landing = landing
        self._should_stop = should_stop
        self._places = asyncio.Semaphore(endpoint.concurrency)
        self._failures_in_a_row = 0

    @property
    def gave_up(self) -> bool:
        """Whether as many questions as are asked at a time have failed one after the other."""
        return self._failures_in_a_row >= self._endpoint.concurrency

    async def ask_all(self, questions: Sequence[Question]) -> None:
        """Ask questions in batches; what was answered lands even if the batch is interrupted."""
        from flows.agents.chat import connect  # noqa: PLC0415  (takes a second to import)

        instructions = {agent.name: agent.instructions() for agent in {q.agent for q in questions}}
        async with connect(self._endpoint) as chat:
            for first in range(0, len(questions), _BATCH):
                batch = questions[first : first + _BATCH]
                responses: list[Response] = []
                try:
                    async with asyncio.TaskGroup() as group:
                        for question in batch:
                            group.create_task(self._ask(chat, question, instructions, responses))
                except* UserError as errors:
                    raise errors.exceptions[0] from None
                finally:
                    self._landing.land(responses)

    async def _ask(
        self,
        chat: Chat,
        question: Question,
        instructions: dict[str, str],
        responses: list[Response],
    ) -> None:
        async with self._places:
            if self.gave_up or self._should_stop():
                return
            agent = question.agent
            asked = datetime.now(UTC)
            reply = await chat.ask(agent.answer, instructions[agent.name], question.facts)
        self.outcomes[reply.outcome] += 1
        if reply.outcome is not Outcome.ANSWERED:
            self.causes[reply.cause] += 1
        away = reply.outcome.may_be_asked_again
        self._failures_in_a_row = self._failures_in_a_row + 1 if away else 0
        responses.append(
            make_response(
                agent.name,
                question.subject_id,
                asked,
                self._endpoint.model,
                reply.outcome,
                reply.answer,
            )
        )


def format_asked(asked: Asked) -> str:
    """Return one line about a run; empty where nothing was to be asked."""
    total = asked.outcomes.total()
    parts = []
    if total:
        answered = asked.outcomes[Outcome.ANSWERED]
        parts.append(f"{answered:,} of {total:,} questions answered by the language model")
    if fallbacks := asked.causes.total():
        causes = ", ".join(f"{cause}: {count:,}" for cause, count in asked.causes.most_common())
        parts.append(f"{fallbacks:,} fall back to the policy ({causes})")
    if asked.waiting:
        why = "it is not there now, " if asked.gave_up else ""
        parts.append(f"{why}{asked.waiting:,} wait for later runs")
    if asked.unreadable:
        parts.append(f"{asked.unreadable:,} landed lines cannot be read")
    return f"Agents: {'; '.join(parts)}." if parts else ""
