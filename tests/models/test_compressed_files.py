"""Files that are streamed: compressed ones, whole or broken, and very large ones."""

import gzip
import importlib.util
import io
import json
import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.oracle.comparison import differences, found_tables, project_seeds
from tests.oracle.oracle import LoadedFile, all_tables
from tests.support.business import PROJECT, Business, order_life
from tests.support.dbt_worker import DATA, RUN

pytestmark = pytest.mark.thorough

NOON = datetime(2026, 11, 20, 12)
STREAMED = PROJECT / "models" / "bronze" / "streamed_lines.py"


def lines(order_id: str, end: bytes = b"\n") -> bytes:
    """Return the nine events of an order as lines."""
    return b"".join(json.dumps(one).encode() + end for one in order_life(order_id, NOON))


def flipped(content: bytes, position: int) -> bytes:
    """Return content with one bit of one byte changed."""
    place = position % len(content)
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


WHOLE = {
    "blank-lines.jsonl.gz": gzip.compress(b"\n\n" + lines("blank") + b"\n"),
    "byte-order-mark.jsonl.gz": gzip.compress(b"\xef\xbb\xbf" + lines("mark")),
    "carriage-return.jsonl.gz": gzip.compress(lines("cr", b"\r").replace(b"\r{", b"\r\n{")),
    "carriage-return-inside.jsonl.gz": gzip.compress(lines("inside").replace(b', "', b',\r"')),
    "concatenated.jsonl.gz": b"".join(map(gzip.compress, lines("members").splitlines(True))),
    "empty.jsonl.gz": b"",
    "latin.jsonl.gz": gzip.compress(b'{"event_id": "caf\xe9"}\r\n' + lines("latin")),
    "nothing.jsonl.gz": gzip.compress(b""),
    "nul.jsonl.gz": gzip.compress(b"\0\n" + lines("nul")),
    "open-end.jsonl.gz": gzip.compress(lines("open").removesuffix(b"\n")),
    "picture.jsonl.gz": gzip.compress(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3),
    "zeros-at-the-end.jsonl.gz": gzip.compress(lines("zeros")) + bytes(512),
}
WITHOUT_ORDER = ("empty.jsonl.gz", "nothing.jsonl.gz", "picture.jsonl.gz")
PACKED = gzip.compress(lines("broken"), mtime=0)
BROKEN = {
    "cut-in-the-checksum.jsonl.gz": (PACKED[:-6], "file_cut_off"),
    "cut-in-the-data.jsonl.gz": (PACKED[: len(PACKED) // 2], "file_cut_off"),
    "cut-in-the-second-member.jsonl.gz": (PACKED + PACKED[:-20], "file_cut_off"),
    "plain.jsonl.gz": (lines("plain"), "file_not_gzip"),
    "something-after-it.jsonl.gz": (PACKED + b"garbage", "file_damaged"),
    "wrong-checksum.jsonl.gz": (flipped(PACKED, -7), "file_damaged"),
    "wrong-data.jsonl.gz": (flipped(PACKED, len(PACKED) // 2), "file_damaged"),
    "wrong-length.jsonl.gz": (flipped(PACKED, -3), "file_damaged"),
}


@pytest.fixture(scope="module")
def business(new_business: Callable[[], Business]) -> Business:
    """A business with every kind of compressed file, built in two windows."""
    business = new_business()
    for name, content in WHOLE.items():
        business.land_bytes(name, content)
    business.land("window-1.jsonl", order_life("beside", NOON))
    business.build()
    for name, (content, _) in BROKEN.items():
        business.land_bytes(name, content)
    business.land("window-2.jsonl", order_life("beside the broken", NOON))
    business.dbt("build", *DATA)
    return business


def test_a_broken_compressed_file_is_one_rejected_row_and_the_rest_is_built(
    business: Business,
) -> None:
    rows = business.query(
        "select file, line_number, raw_line, rejection_code from lakeflow.rejected_events "
        "where rejection_code like 'file_%' order by file"
    )
    assert rows == [(name, 0, None, code) for name, (_, code) in BROKEN.items()]
    assert business.query(
        "select count(*) from lakeflow.silver_order_timeline where status = 'delivered'"
    ) == [(len(WHOLE) - len(WITHOUT_ORDER) + 2,)]


def test_every_table_holds_what_the_oracle_reads_from_the_files(business: Business) -> None:
    seeds = project_seeds()
    landed = [
        LoadedFile(file.name, file.read_bytes(), seeds)
        for file in business.landing.iterdir()
        if file.name not in ("empty.jsonl.gz", "nothing.jsonl.gz")
    ]
    assert differences(found_tables(business), all_tables(landed, seeds)) == ""


def test_increments_equal_a_full_refresh_and_files_are_read_once(business: Business) -> None:
    assert business.differences(business.rebuilt()) == {}
    before = business.query("select * from lakeflow.streamed_lines order by all")
    messages = business.dbt(*RUN)["messages"]
    assert not [message for message in messages if message.startswith("streamed_lines:")]
    assert business.query("select * from lakeflow.streamed_lines order by all") == before


def test_what_is_selected_without_the_reader_waits_and_is_said(
    new_business: Callable[[], Business],
) -> None:
    business = new_business()
    business.land("a.jsonl", order_life("plain", NOON))
    business.build()
    business.land_bytes("b.jsonl.gz", gzip.compress(lines("packed")))
    for arguments in (["--select", "landed_lines"], ["--full-refresh", "--select", "landed_lines"]):
        messages = business.dbt("run", "--no-write-json", *arguments)["messages"]
        assert any("b.jsonl.gz" in message and "streamed_lines" in message for message in messages)
        assert business.query("select distinct file from lakeflow.landed_lines") == [("a.jsonl",)]
    business.build("--empty")
    business.build()
    assert business.query("select count(*) from lakeflow.gold_order_header") == [(2,)]
    business.dbt("run", "--full-refresh", "--select", "landed_lines")
    assert business.query("select count(distinct file) from lakeflow.landed_lines") == [(2,)]
    assert business.differences(business.rebuilt()) == {}


def test_a_very_large_file_is_streamed_and_gives_the_same_lines(
    new_business: Callable[[], Business],
) -> None:
    contents = [gzip.decompress(content) for content in WHOLE.values()]
    found = []
    for limit in (1 << 30, 1000):
        business = new_business()
        for number, content in enumerate(contents):
            business.land_bytes(f"{number}.jsonl", content)
        business.dbt("seed")
        variables = ["--vars", json.dumps({"streamed_from_bytes": limit})]
        business.dbt("run", "--select", "+landed_lines", *variables)
        found.append(
            business.query(
                "select columns(* exclude (loaded_at)) from lakeflow.landed_lines order by all"
            )
        )
        streamed = business.query("select count(distinct file) from lakeflow.streamed_lines")
        assert streamed == [(0 if limit > 1000 else sum(len(one) >= 1000 for one in contents),)]
    assert found[0] == found[1]


def test_a_file_that_changed_is_read_as_it_is_now(new_business: Callable[[], Business]) -> None:
    """It grew, and then it was as before: each time a refresh of bronze has its present lines."""
    business = new_business()
    short, long = (gzip.compress(b"no JSON\n" * count + bytes(count)) for count in (1, 2))
    for content, lines in ((short, 2), (long, 3), (short, 2)):
        business.land_bytes("by-hand.jsonl.gz", content)
        business.build()
        business.build("--full-refresh", "--select", "landed_lines")
        assert business.query("select count(*) from lakeflow.landed_lines") == [(lines,)]
    business.build()
    rows = "select count(*), count(distinct (file, file_bytes, line_number))"
    assert business.query(f"{rows} from lakeflow.streamed_lines") == [(5, 5)]


# The functions of the model -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def streamed_lines() -> Any:  # noqa: ANN401  (a module)
    """The model as a module."""
    spec = importlib.util.spec_from_file_location("streamed_lines", STREAMED)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_file_that_ends_anywhere_is_cut_off(streamed_lines: Any) -> None:  # noqa: ANN401
    for end in range(1, len(PACKED)):
        assert streamed_lines.fault_of(io.BytesIO(PACKED[:end])) == "file_cut_off", end


def test_whatever_the_bytes_are_they_are_judged_as_the_oracle_does(streamed_lines: Any) -> None:  # noqa: ANN401
    rng = random.Random(5)  # noqa: S311
    seeds = project_seeds()
    two = PACKED + PACKED
    contents = [flipped(two, position) for position in range(len(two))]
    contents += [rng.randbytes(rng.randrange(40)) for _ in range(200)]
    contents += [two[: rng.randrange(len(two))] + rng.randbytes(4) for _ in range(200)]
    found = set()
    for content in contents:
        file = LoadedFile("a.jsonl.gz", content, seeds)
        fault = streamed_lines.fault_of(io.BytesIO(content))
        assert fault == file.fault, content
        found.add(fault)
    assert found == {None, "file_cut_off", "file_not_gzip", "file_damaged"}


def test_memory_does_not_grow_with_a_file(streamed_lines: Any) -> None:  # noqa: ANN401
    """Batches are bounded in rows and in bytes, and none waits for the end of the file."""
    short = gzip.compress(b"{}\n" * 200_000)
    long = gzip.compress((b"x" * (1 << 22) + b"\n") * 12)
    for content, rows in ((short, 200_000), (long, 12)):
        batches = list(
            streamed_lines.batches_of(
                streamed_lines.rows_of("a.jsonl.gz", 1, lambda c=content: io.BytesIO(c))
            )
        )
        assert sum(batch.num_rows for batch in batches) == rows
        assert len(batches) >= 3
        assert max(batch.num_rows for batch in batches) <= streamed_lines.LINES_PER_BATCH
