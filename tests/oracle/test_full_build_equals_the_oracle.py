"""Adversarial landings, built once: every row of every table is the one of the oracle.

``CASPERS_LANDINGS`` says how many are tried.
"""

import ast
import os
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from tests.oracle import oracle
from tests.oracle.adversarial import (
    FIRST_DAY,
    SPOILED,
    basket,
    content_of,
    creation,
    decision_files,
    event,
    history_landing,
    landing,
    line_of,
    order_ids_of,
    order_of,
    schedule,
)
from tests.oracle.comparison import differences, found_tables
from tests.oracle.oracle import LoadedFile, Seeds, all_tables, percentile
from tests.support.business import Business

LANDINGS = int(os.environ.get("CASPERS_LANDINGS", "100"))
LANDINGS_OF_A_BUILD = 50
NOON = FIRST_DAY + timedelta(hours=12)


def build_and_compare(
    business: Business,
    files: Iterable[tuple[str, bytes]],
    seeds: Seeds,
    decisions: Iterable[tuple[str, bytes]] = (),
) -> str:
    """Land files, build once, and return what differs from the oracle."""
    loaded = [LoadedFile(name, content, seeds) for name, content in files]
    assert len({file.name for file in loaded}) == len(loaded)
    for file in loaded:
        business.land_bytes(file.name, file.content)
    decided = [LoadedFile(name, content, seeds) for name, content in decisions]
    for file in decided:
        business.land_decisions(file.name, file.content)
    business.build()
    return differences(found_tables(business), all_tables(loaded, seeds, decided=decided))


@pytest.mark.parametrize("first", range(0, LANDINGS, LANDINGS_OF_A_BUILD))
def test_adversarial_landings(
    business: Business, seeds: Seeds, figures: Counter[str], first: int
) -> None:
    """Many small landings share a build: starting one takes longer than reading all of them."""
    numbers = range(first, min(first + LANDINGS_OF_A_BUILD, LANDINGS))
    files = [file for n in numbers for file in landing(n, calm=n % 4 == 0).files]
    decisions = decision_files(str(first), order_ids_of(content for _, content in files))
    assert build_and_compare(business, files, seeds, decisions) == ""
    figures["adversarial landings, every row of a full build equal to the oracle"] += len(numbers)


def test_forty_nine_fifty_and_fifty_one_deliveries(business: Business, seeds: Seeds) -> None:
    """With fewer than fifty deliveries in the seven days before, no order is refunded."""
    files = [
        file
        for deliveries in (49, 50, 51)
        for file in history_landing(deliveries, seed=deliveries, judged=40).files
    ]
    assert build_and_compare(business, files, seeds) == ""
    refunded = business.query(
        """
        select order_id[7:8], count(distinct refund_class)
        from recommender.refund_recommendations where order_id like 'judged%'
        group by all order by all
        """
    )
    assert refunded == [("49", 1), ("50", 3), ("51", 3)]


def test_a_line_of_every_kind_that_is_no_event(business: Business, seeds: Seeds) -> None:
    """Every way to spoil a line, of each type of event."""
    bodies = [event("o", 1, "gk_ready", NOON), *order_of("o", NOON)]
    lines = [
        make(random.Random(number), body)  # noqa: S311  (nothing secret is drawn)
        for makers in SPOILED.values()
        for make in makers
        for number, body in enumerate(bodies)
    ]
    content = "\n".join([*lines, ""]).encode()
    assert build_and_compare(business, [("window-1.jsonl", content)], seeds) == ""
    (found,) = business.query("select count(distinct rejection_code) from lakeflow.rejected_events")
    assert found == (len(SPOILED),)


def test_blank_lines_at_the_end_count(business: Business, seeds: Seeds) -> None:
    files = [("window-1.jsonl", b"\n\nno JSON\n\n\n"), ("window-2.jsonl", b"\n")]
    assert build_and_compare(business, files, seeds) == ""


# Stated rounding rules, each with the smallest landing that shows them.
ROUNDED: dict[str, list[tuple[str, bytes]]] = {
    # P75 of two deliveries of 57:00 and 83:37 lies at 76 minutes 57.75 seconds: 76.9625.
    "half a thousandth of a minute goes up": [
        (
            "window-1.jsonl",
            content_of(*order_of("a", NOON, 57 * 60), *order_of("b", NOON, 83 * 60 + 37)),
        )
    ],
    # 42 minutes between a P75 of 30 and a P99 of 50: 34 % of $3.25 are 110.5 cents.
    "half a cent goes to the customer": [
        *history_landing(50, seed=1, judged=0).files,
        (
            "window-2.jsonl",
            content_of(
                *order_of("o", FIRST_DAY + timedelta(days=420), 42 * 60, basket((1, 3.25, 1)))
            ),
        ),
    ],
}

# The grammar of a line and what follows from it, each with the smallest landing that shows it.
RULES: dict[str, list[tuple[str, bytes]]] = {
    # Contract, section 4; Spark refuses these as well.
    "ts is written with all its digits": [
        (
            "window-1.jsonl",
            "".join(
                line_of(event("o", number, "gk_ready", NOON), ts=ts) + "\n"
                for number, ts in enumerate(
                    ["2026-03-01 9:00:00.000", "2026-03-01 09:00:00.5", "2026-3-1 09:00:00.000"]
                )
            ).encode(),
        )
    ],
    "ts has no space around it": [
        (
            "window-1.jsonl",
            (
                line_of(event("o", 1, "gk_ready", NOON), ts=" 2026-03-01 09:00:00.000")
                + "\n"
                + line_of(event("o", 2, "gk_ready", NOON), ts="2026-03-01 09:00:00.000 ")
                + "\n"
            ).encode(),
        )
    ],
    "NaN and a comma too many are no JSON": [
        (
            "window-1.jsonl",
            (
                line_of(event("o", 1, "gk_ready", NOON))[:-1]
                + ', "x": NaN}\n'
                + line_of(event("o", 2, "gk_ready", NOON))[:-1]
                + ",}\n"
            ).encode(),
        )
    ],
    "a price of less than half a cent below zero is below zero": [
        (
            "window-1.jsonl",
            content_of(creation("o", NOON, basket((1, -0.004, 1)))),
        )
    ],
    "a file that the replay did not land has no window": [
        (
            "copy-10-20.jsonl",
            content_of(event("o", 1, "gk_started", NOON), event("o", 2, "gk_ready", NOON)),
        ),
        (
            "copy-30-40.jsonl",
            content_of(*order_of("late", NOON)),
        ),
    ],
    "the window of a file is its name without the ending": [
        ("part.1.jsonl", content_of(event("o", 1, "gk_started", NOON)))
    ],
    "a blank line is blank beside a line that is no text": [
        ("window-1.jsonl", b'{"caf\xe9"}\n\n' + content_of(event("o", 1, "gk_started", NOON)))
    ],
    "a line ends without its carriage return beside a line that is no text": [
        ("window-1.jsonl", b'{"caf\xe9"}\r\nno JSON\r\n')
    ],
    "a byte order mark is no part of a first line that is no text": [
        (
            "window-1.jsonl",
            b'\xef\xbb\xbf{"caf\xe9"}\n' + content_of(event("o", 1, "gk_started", NOON)),
        )
    ],
    "a byte order mark alone is a blank line": [("window-1.jsonl", b"\xef\xbb\xbf")],
    "a carriage return within a line does not end it": [("window-1.jsonl", b"no\rJSON\nat all\n")],
    "lines of one file may end in two ways": [("window-1.jsonl", b"no\nJSON\r\nat\r\nall\n")],
    "a control character does not cut a line": [("window-1.jsonl", b"no\x1fJSON\nat\x00all\n")],
    "a whole number in a basket is whole": [
        (
            "window-1.jsonl",
            content_of(
                creation("o", NOON, [{**basket((1, 1.0, 1))[0], "menu_id": 1.5, "brand_id": 2}])
            ),
        )
    ],
    "true is no number": [
        (
            "window-1.jsonl",
            content_of(creation("o", NOON, [{**basket((1, 1.0, 1))[0], "qty": True}])),
        )
    ],
    "an order of no brand has an empty list of brands": [
        (
            "window-1.jsonl",
            content_of(creation("o", NOON, [{**basket((1, 1.0, 1))[0], "brand_id": None}])),
        )
    ],
    "a strange price stops nothing": [
        ("window-1.jsonl", content_of(creation("o", NOON, basket((1, 99999999.99, 200)))))
    ],
    "the largest basket is refunded": [
        *history_landing(50, seed=1, judged=0).files,
        (
            "window-2.jsonl",
            content_of(
                *order_of(
                    "o",
                    FIRST_DAY + timedelta(days=420),
                    3600,
                    basket(*[(1, 99_999.99, 1)] * 1000),
                )
            ),
        ),
    ],
    "what is larger than any table can hold is no event": [
        (
            "window-1.jsonl",
            content_of(
                creation("price", NOON, basket((1, 12.5, 2**31 - 1))),
                creation("qty", NOON, basket((1, 0.0, 10_001))),
                creation("most", NOON, basket((1, 0.0, 10_000))),
                creation("line", NOON, basket((1, 50_000.0, 2))),
                creation("long", NOON, basket(*[(1, 1.0, 1)] * 1001)),
            ),
        )
    ],
    "numbers are as large as a double, and not more": [
        (
            "window-1.jsonl",
            "".join(
                line_of(event("o", number, "gk_ready", NOON))[:-1] + f', "x": {value}}}\n'
                for number, value in enumerate(
                    ["1e400", "-1E+0400", "9" * 400, "1e308", "1e-400", '"a: inf, 1e400,}"', "[1,]"]
                )
            ).encode(),
        )
    ],
    "a key occurs once": [
        (
            "window-1.jsonl",
            (line_of(event("o", 1, "gk_ready", NOON))[:-1] + ', "sequence": 2}\n').encode(),
        )
    ],
    "words are no numbers": [
        (
            "window-1.jsonl",
            content_of(
                *(
                    creation(f"{key} {word}", NOON, [{**basket((1, 1.0, 1))[0], key: word}])
                    for key in ("price", "qty", "menu_id")
                    for word in ("NaN", "Infinity", "one", "", False)
                )
            ),
        )
    ],
}


@pytest.mark.parametrize("rule", ROUNDED)
def test_exact_halves_are_rounded_upwards(business: Business, seeds: Seeds, rule: str) -> None:
    assert build_and_compare(business, ROUNDED[rule], seeds) == ""


def beside_others(number: int, files: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Return the files of a rule with names, events and orders that no other rule has."""
    return [
        (
            name.replace("window-", f"window-{number}-").replace("copy-", f"copy-{number}-"),
            re.sub(rb'"(event_id|order_id)": "', rb"\g<0>" + f"{number} ".encode(), content),
        )
        for name, content in files
    ]


def test_rules_of_a_line(business: Business, seeds: Seeds) -> None:
    """All rules in one build, which takes longer than reading the lines."""
    files = [
        file
        for number, rule in enumerate(RULES, start=1)
        for file in beside_others(number, RULES[rule])
    ]
    assert build_and_compare(business, files, seeds) == ""


@pytest.mark.long
@pytest.mark.parametrize("rule", RULES)
def test_rule_of_a_line_alone(business: Business, seeds: Seeds, rule: str) -> None:
    """Nothing else lands that could stand in for what the rule is about."""
    assert build_and_compare(business, RULES[rule], seeds) == ""


def test_percentiles_are_rounded_as_decimals() -> None:
    assert percentile(Fraction(3, 4), [57 * 60_000, (83 * 60 + 37) * 1000]) == Decimal("76.963")


def test_the_oracle_imports_the_standard_library_alone() -> None:
    assert oracle.__file__ is not None
    tree = ast.parse(Path(oracle.__file__).read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= sys.stdlib_module_names


def test_landings_of_a_seed_are_always_the_same() -> None:
    assert [landing(7), schedule(7)] == [landing(7), schedule(7)]
    assert landing(7) != landing(8)
