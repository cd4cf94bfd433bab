"""The schedule of the windows: a deployment of Prefect's whose runs this process runs itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

# Behind the flow, which sets Prefect's environment.
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.flow_engine import run_flow
from prefect.schedules import Interval
from prefect.states import Cancelled, Crashed

from flows.business.flow import casper_kitchens, check_history

if TYPE_CHECKING:
    from uuid import UUID

    from flows.build_results import Build

_MOST_RUNS = 200
_TAKEN_OVER = "A later window lands what this one would have landed."
_KILLED = "The process that ran it was killed; the next run continues from what it left."


class Schedule:
    """A deployment with an interval. Its first run is due at once.

    Parameters
    ----------
    name
        Name of the deployment.
    interval
        Time from one run to the next.
    """

    def __init__(self, name: str, interval: timedelta) -> None:
        self._interval = interval
        self._client = get_client(sync_client=True)
        anchor = datetime.now(UTC) + interval
        # Both functions would return coroutines where an event loop runs, which it does not here.
        deployment: Any = casper_kitchens.to_deployment(
            name=name, schedule=Interval(interval, anchor_date=anchor), paused=False
        )
        self._id: UUID = deployment.apply()
        self._next = anchor

    def __enter__(self) -> Self:
        """Begin: what a killed process has left is ended, and a run is due now."""
        self._client.__enter__()
        for left in self._runs(StateType.RUNNING, StateType.PENDING):
            self._client.set_flow_run_state(left.id, Crashed(message=_KILLED), force=True)
        self._client.create_flow_run_from_deployment(self._id)
        return self

    def __exit__(self, *error: object) -> None:
        """End: the schedule is paused until the next time."""
        self._client.pause_deployment(self._id)
        self._client.__exit__(*error)

    def take_due(self) -> object | None:
        """Return the run that is due, ``None`` where none is yet.

        Of several, as after a window that took longer than the interval, it is the last: a window
        lands all that is due.
        """
        now = datetime.now(UTC)
        runs = self._scheduled(now + 2 * self._interval)
        due = [run for run in runs if run.expected_start_time <= now]
        later = [run.expected_start_time for run in runs if run.expected_start_time > now]
        self._next = min(later) if later else self._computed_next(now)
        for run in due[:-1]:
            self._client.set_flow_run_state(run.id, Cancelled(message=_TAKEN_OVER), force=True)
        return due[-1] if due else None

    def run(self, due: Any) -> Any:  # noqa: ANN401  (objects of Prefect's)
        """Run a run that `take_due` has returned, and return its final state."""
        return run_flow(casper_kitchens, flow_run=due, parameters={}, return_type="state")

    def check(self) -> Build:
        """Run the flow that tests all of history, and return what it found.

        Raises
        ------
        UserError
            If a test fails, or cannot run.
        """
        return check_history()

    def following(self) -> datetime:
        """Return when the next run is due; one that is overdue begins at once."""
        return max(self._next, datetime.now(UTC))

    def _computed_next(self, now: datetime) -> datetime:
        """Return the next moment of the interval, where Prefect has made no run for it yet."""
        if self._next > now:
            return self._next
        passed = (now - self._next) // self._interval + 1
        return self._next + passed * self._interval

    def _scheduled(self, before: datetime) -> list[Any]:
        runs = self._client.get_scheduled_flow_runs_for_deployments([self._id], before)
        return sorted(runs, key=lambda run: run.expected_start_time)

    def _runs(self, *states: StateType) -> list[Any]:
        return list(
            self._client.read_flow_runs(
                deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[self._id])),
                flow_run_filter=FlowRunFilter(
                    state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(states)))
                ),
                # Without these two the server refuses what this client sends.
                sort=FlowRunSort.START_TIME_DESC,
                limit=_MOST_RUNS,
            )
        )
