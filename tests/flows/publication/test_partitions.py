"""A file a day for what windows touch, a file a month for what is older."""

from datetime import date, timedelta

from flows.publication.partitions import (
    days_of,
    is_replaced,
    month_of,
    old_months,
    partitions_to_write,
)


def days(first: date, count: int) -> list[str]:
    return [(first + timedelta(days=number)).isoformat() for number in range(count)]


def published(all_days: list[str]) -> set[str]:
    old = old_months(all_days)
    return old | {day for day in all_days if month_of(day) not in old}


def test_the_latest_days_have_files_of_their_own_and_older_months_one() -> None:
    all_days = days(date(2026, 1, 1), 121)  # until the first of May
    assert published(all_days) == {"2026-01", "2026-02", "2026-03", *all_days[90:]}
    assert old_months([]) == frozenset()
    assert published(["2026-01-01"]) == {"2026-01-01"}


def test_twenty_five_years_are_a_few_hundred_files() -> None:
    assert len(published(days(date(2001, 3, 17), 9000))) < 360


def test_a_window_writes_the_days_it_touches_whatever_lies_before() -> None:
    for history in (5, 90, 3000):
        all_days = days(date(2026, 11, 20) - timedelta(days=history - 1), history)
        written = partitions_to_write(published(all_days), ["2026-11-20"])
        assert written == {"2026-11-20"}


def test_a_late_day_writes_its_month_again_and_is_in_no_other_file() -> None:
    existing = published(days(date(2026, 1, 1), 121))
    written = partitions_to_write(existing, ["2026-02-11", "2026-05-02"])
    assert written == {"2026-02", "2026-05-02"}
    assert [partition for partition in existing if is_replaced(partition, written)] == ["2026-02"]
    assert [*days_of(["2026-02"])] == days(date(2026, 2, 1), 28)


def test_a_month_becomes_one_file_once() -> None:
    partitions: set[str] = set()
    compacted: list[str] = []
    for day in days(date(2026, 1, 1), 200):
        written = partitions_to_write(partitions, [day])
        compacted += [partition for partition in written if len(partition) == len("2026-01")]
        partitions = {kept for kept in partitions if not is_replaced(kept, written)} | written
    assert partitions == published(days(date(2026, 1, 1), 200))
    assert compacted == ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05"]


def test_a_day_in_the_far_future_makes_nothing_else_old() -> None:
    recent = days(date(2026, 11, 1), 20)
    assert published([*recent, "2099-12-31"]) == {*recent, "2099-12-31"}
