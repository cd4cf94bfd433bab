"""Simulated managers, who decide over the API as people do: ``python -m apps.desk.manager``.

What is decided about an order, and by whom, depends on the seed, the order and what is suggested,
so the same business gets the same decisions.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import httpx

from apps.desk.settings import DEFAULT_HOST, DEFAULT_PORT
from common.errors import BusyError, UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

SEED = 42
PAUSE_SECONDS = 5.0

_PAGE = 100
_HALF_DOLLAR = Decimal("0.50")
_CENT = Decimal("0.01")
_CREATED, _UNKNOWN, _DECIDED, _UNAVAILABLE = 201, 404, 409, 503
# Some orders nobody looks at for now; some decisions are thought over.
_LEFT_OUT, _REVISED = 0.08, 0.02


@dataclass(frozen=True)
class Habits:
    """How a manager decides.

    Attributes
    ----------
    name
        Signs the decisions.
    approves, denies
        How often a suggestion is approved or denied; otherwise the amount is changed.
    generosity
        How a changed amount relates to what is suggested, on average.
    """

    name: str
    approves: float
    denies: float
    generosity: float


MANAGERS = (
    Habits("Noor (simulated)", 0.82, 0.06, 1.25),
    Habits("Tomasz (simulated)", 0.70, 0.18, 0.70),
    Habits("Ilse (simulated)", 0.88, 0.04, 1.00),
)


def decisions_about(recommendation: dict[str, Any], seed: int) -> Iterator[dict[str, Any]]:
    """Yield what is decided about a recommendation: nothing, a decision, or one and its revision.

    Parameters
    ----------
    recommendation
        As the API answers it.
    seed
        Equal seeds decide equally.
    """
    order_id = recommendation["order_id"]
    rng = random.Random(f"{seed} {order_id}")  # noqa: S311  (no secret)
    manager = rng.choice(MANAGERS)
    suggested = Decimal(recommendation["suggestion"]["refund_usd"])
    revenue = Decimal(recommendation["order_revenue"] or "0")
    if rng.random() < _LEFT_OUT or not revenue:
        return
    choice = rng.random()
    if choice < manager.approves:
        amount, reason = suggested, "As suggested"
    elif choice < manager.approves + manager.denies:
        amount, reason = Decimal(0), rng.choice(("Within what we promise", "Refunded last week"))
    else:
        changed = suggested * Decimal(str(rng.gauss(manager.generosity, 0.2)))
        halves = (changed / _HALF_DOLLAR).to_integral_value(ROUND_HALF_UP)
        amount = min(max(halves * _HALF_DOLLAR, _HALF_DOLLAR), revenue)
        reason = rng.choice(("A regular customer", "Part of it was fine", "Rounded"))
    yield _decision(order_id, amount, revenue, reason, manager)
    if rng.random() < _REVISED and amount < revenue:
        yield _decision(order_id, revenue, revenue, "The customer called", manager)


def decide_all(client: httpx.Client, seed: int = SEED, limit: int | None = None) -> int:
    """Go through all that is pending, oldest first; return how many decisions were stored.

    Parameters
    ----------
    client
        Of a desk.
    seed
        As in `decisions_about`.
    limit
        How many decisions at most.

    Raises
    ------
    BusyError
        If the desk does not answer, or cannot work.
    UserError
        If it refuses a decision.
    """
    stored, after = 0, None
    while True:
        page = _answer(
            client.get,
            "/api/recommendations",
            params={"status": "pending", "sort": "order_ts", "limit": _PAGE}
            | ({"after": after} if after else {}),
        ).json()
        for recommendation in page["items"]:
            if limit is not None and stored >= limit:
                return stored
            stored += _decide(client, decisions_about(recommendation, seed))
        after = page["next"]
        if after is None:
            return stored


def work(address: str, seed: int = SEED) -> None:
    """Decide until stopped, with a pause whenever nothing is left or the desk cannot work."""
    with httpx.Client(base_url=address, trust_env=False) as client:
        waits = False
        while True:
            try:
                decide_all(client, seed)
                waits = False
            except BusyError as error:
                if waits:  # not while the desk is only ending
                    print(f"managers wait: {error}", file=sys.stderr)
                waits = True
            time.sleep(PAUSE_SECONDS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m apps.desk.manager", description=__doc__)
    parser.add_argument(
        "--desk",
        default=f"http://{DEFAULT_HOST}:{DEFAULT_PORT}",
        metavar="URL",
        help="where the desk is (%(default)s)",
    )
    parser.add_argument("--seed", type=int, default=SEED, help="whose habits (%(default)s)")
    parser.add_argument(
        "--once", action="store_true", help="end when nothing is left, instead of waiting"
    )
    options = parser.parse_args(arguments)
    try:
        if not options.once:
            work(options.desk, options.seed)
        with httpx.Client(base_url=options.desk, trust_env=False) as client:
            print(f"{decide_all(client, options.seed):,} decisions.")
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def _decide(client: httpx.Client, wanted: Iterator[dict[str, Any]]) -> int:
    stored, revises = 0, None
    for decision in wanted:
        body = decision if revises is None else decision | {"revises": revises}
        response = _answer(client.post, "/api/refunds", json=body)
        if response.status_code in {_UNKNOWN, _DECIDED}:
            # Gone with a new verdict, or somebody was faster.
            break
        if response.status_code != _CREATED:
            raise UserError(f"The desk refuses {body}: {response.text}")
        revises = response.json()["id"]
        stored += 1
    return stored


def _answer(ask: Callable[..., httpx.Response], path: str, **values: object) -> httpx.Response:
    try:
        response = ask(path, **values)
    except httpx.HTTPError as error:
        raise BusyError(f"The desk does not answer ({error}): start it with `make desk`.") from None
    if response.status_code == _UNAVAILABLE:
        raise BusyError(str(response.json()["detail"]))
    return response


def _decision(
    order_id: str, amount: Decimal, revenue: Decimal, reason: str, manager: Habits
) -> dict[str, Any]:
    refund_class = "none" if not amount else "full" if amount == revenue else "partial"
    return {
        "order_id": order_id,
        "amount_usd": f"{amount.quantize(_CENT)}",
        "refund_class": refund_class,
        "reason": reason,
        "decided_by": manager.name,
    }


if __name__ == "__main__":
    sys.exit(main())
