"""Whatever lands, is lost or changes between builds: the tables are those of the oracle.

The oracle is asked after every build in which all models took part. What happens to a file after it
was loaded counts from the next full refresh of bronze on (``followed_business``).
``CASPERS_SCHEDULES`` says how many brief schedules are tried, and fewer of each longer kind.
``python -m tests.oracle.shrink SEED`` makes one that fails small.
"""

import os
from collections import Counter
from datetime import timedelta

import pytest

from tests.oracle.adversarial import (
    FIRST_DAY,
    Build,
    ChangeSeeds,
    Delete,
    Land,
    basket,
    content_of,
    creation,
    delivery,
    order_of,
    schedule,
)
from tests.oracle.followed_business import FollowedBusiness

SCHEDULES = int(os.environ.get("CASPERS_SCHEDULES", "50"))
SAMPLE = 4
LANDINGS = (1, 2, 10)
NOON = FIRST_DAY + timedelta(hours=12)
DAYS = timedelta(days=1)
REFRESH_BRONZE = Build(("--full-refresh", "--select", "landed_lines"))


def seeds(count: int, sample: int) -> list[object]:
    """Return the seeds of as many schedules; those behind the sample are for a thorough test."""
    marks = [pytest.mark.thorough]
    return [pytest.param(seed, marks=marks if seed >= sample else ()) for seed in range(count)]


def follow(
    followed: FollowedBusiness,
    figures: Counter[str],
    seed: int,
    landings: int,
    *,
    brief: bool = False,
) -> None:
    """Run a schedule and count what was compared."""
    steps = schedule(seed, landings, brief=brief).steps
    followed.run(steps)
    figures["random schedules, every row of every table equal to the oracle"] += 1
    figures["landings in these"] += landings
    figures["steps in these"] += len(steps)
    figures["comparisons of all tables with the oracle in these"] += followed.comparisons
    for what, count in followed.interruptions.items():
        figures[f"interrupted builds in these: {what}"] += count


@pytest.mark.parametrize("seed", seeds(SCHEDULES, SAMPLE))
def test_brief_schedules(followed: FollowedBusiness, figures: Counter[str], seed: int) -> None:
    """Two moments at which something lands; how much does, hardly matters to the time it takes."""
    follow(followed, figures, seed, landings=LANDINGS[seed % len(LANDINGS)], brief=True)


@pytest.mark.parametrize("seed", seeds(SCHEDULES // 25, 1))
def test_random_schedules(followed: FollowedBusiness, figures: Counter[str], seed: int) -> None:
    follow(followed, figures, seed, landings=1)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", seeds(SCHEDULES // 25, 1))
def test_crowded_schedules(followed: FollowedBusiness, figures: Counter[str], seed: int) -> None:
    """Of many landings at once: most of a build's time does not depend on what it reads."""
    follow(followed, figures, seed, landings=10)


@pytest.mark.thorough
def test_an_orphan_delivered_on_a_new_day_is_judged(followed: FollowedBusiness) -> None:
    """Nothing but the delivery of an unknown order lands, on a day without any other delivery."""
    orphan = delivery("orphan", NOON + 5 * DAYS)
    followed.run(
        [
            Land("window-1.jsonl", content_of(*order_of("order", NOON))),
            Build(),
            Land("window-2.jsonl", content_of(orphan)),
            Build(),
            Land("window-3.jsonl", content_of(*order_of("next", NOON + DAYS))),
            Build(),
        ]
    )


@pytest.mark.thorough
def test_an_order_whose_events_are_taken_over_is_gone_everywhere(
    followed: FollowedBusiness,
) -> None:
    """A file that sorts earlier holds all events of an order under another order's id.

    Another order was delivered on the same day, but created on the day before, and the one that
    takes over stands days later: no line that is left says that the day has changed.
    """
    vanishes = order_of("vanishes", NOON + DAYS)
    stays = order_of("stays", NOON + timedelta(hours=11, minutes=50))
    taken = [
        {**old, "order_id": "takes over", "ts": new["ts"]}
        for old, new in zip(vanishes, order_of("any", NOON + 4 * DAYS), strict=True)
    ]
    followed.run(
        [
            Land("window-2.jsonl", content_of(*vanishes)),
            Land("window-3.jsonl", content_of(*stays)),
            Build(),
            Land("window-1.jsonl", content_of(*taken)),
            Build(),
        ]
    )


@pytest.mark.thorough
def test_bronze_refreshed_alone_after_an_item_left_the_seeds(followed: FollowedBusiness) -> None:
    """The creation was all that had landed of the order: nothing is left of it."""
    orders = [*order_of("one", NOON), creation("two", NOON, basket((2, 1.0, 1)))]
    followed.run(
        [
            Land("window-1.jsonl", content_of(*orders)),
            Build(),
            ChangeSeeds(frozenset({2}), frozenset()),
            REFRESH_BRONZE,
            Build(),
        ]
    )


@pytest.mark.thorough
def test_bronze_refreshed_alone_after_a_file_was_deleted(followed: FollowedBusiness) -> None:
    """One of two orders of the same day is gone."""
    followed.run(
        [
            Land("window-1.jsonl", content_of(*order_of("one", NOON))),
            Land("window-2.jsonl", content_of(*order_of("two", NOON))),
            Build(),
            Delete("window-2.jsonl"),
            REFRESH_BRONZE,
            Build(),
        ]
    )
