"""Addresses of objects, what cannot be done there in one sentence, and no secret in any of them."""

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest

from common.errors import UserError
from common.landing.landing import Landing
from common.paths import PROJECT
from common.storage import object_store, place, storage_of
from common.storage.object_files import matching
from common.storage.object_path import ObjectPath
from flows.replay.__main__ import main as replay
from generator.__main__ import main as generator
from tests.support.object_store import SECRET, ObjectStoreServer
from tests.support.sample_datasets import Small

NOW = "2026-11-21T10:30"


def test_an_address_joins_and_names_like_a_path() -> None:
    landing = place("s3://bucket/landing/events/")
    assert isinstance(landing, ObjectPath)
    window = landing / "window-1.jsonl"
    assert str(window) == "s3://bucket/landing/events/window-1.jsonl"
    assert (window.name, window.suffix, window.parent) == ("window-1.jsonl", ".jsonl", landing)
    assert window.with_name("_x").key == "landing/events/_x"
    assert str(window.relative_to(landing)) != str(window)
    assert landing.resolve() is landing
    assert f"{place('az://container')}" == "az://container"
    assert place("gs://bucket/a") != place("s3://bucket/a")
    assert sorted([landing / "b", landing / "a"]) == [landing / "a", landing / "b"]
    assert place("data/landing") == Path("data/landing")
    assert not isinstance(place("data/landing"), ObjectPath)


def test_an_address_is_no_file_of_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TypeError, match="in an object store and no file of this machine"):
        open(place("s3://bucket/file"), "wb")  # noqa: PTH123, SIM115  # what a library would do
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text", ["ftp://host/folder", "S3://bucket/a", "s3://", "s3:///a", "s3://b/../a", "s3://b//a"]
)
def test_other_addresses_are_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay(["status", "--landing", text]) == 1
    assert generator(["canonical", "--days", "1", "--out", text]) == 2
    assert capsys.readouterr().err.count(f"error: {text} ") == 2


def test_names_and_patterns(store: ObjectStoreServer) -> None:
    folder = store.place("landing")
    for name in ("b.jsonl", "a[1].jsonl", "_replay/x.jsonl", "a1.jsonl"):
        store.put(folder / name, b"{}\n")
    assert [path.name for path in folder.iterdir()] == [
        "_replay",
        "a1.jsonl",
        "a[1].jsonl",
        "b.jsonl",
    ]
    found = [address.rsplit("/", 1)[-1] for address in matching(f"{folder}/*.jsonl")]
    assert found == ["a1.jsonl", "a[1].jsonl", "b.jsonl"]
    assert matching(f"{folder}/a[[]1].jsonl") == [f"{folder}/a[1].jsonl"]
    assert (folder / "b.jsonl").read_text() == "{}\n"
    assert (folder / "b.jsonl").size == 3
    assert not (folder / "c").exists()
    assert (folder / "_replay").is_dir()
    assert not (folder / "_replay").is_file()


@pytest.mark.parametrize(
    ("address", "variables"),
    [
        (
            "gs://bucket/landing",
            {"GOOGLE_BASE_URL": "http://127.0.0.1:9", "GOOGLE_SKIP_SIGNATURE": "true"},
        ),
        (
            "az://container/landing",
            {
                "AZURE_STORAGE_ACCOUNT_NAME": "account",
                "AZURE_STORAGE_ACCOUNT_KEY": base64.b64encode(SECRET.encode()).decode(),
                "AZURE_STORAGE_ENDPOINT": "http://127.0.0.1:9",
            },
        ),
    ],
)
def test_other_stores_are_asked_by_the_same_code(
    address: str, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No package has a server for both: a connection that is refused shows that one was tried."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setitem(object_store._RETRIES, "max_retries", 0)
    with pytest.raises(UserError) as error:
        Landing(place(address)).windows()
    assert f"Could not list {address}: the object store did not answer" in str(error.value)


def run_status(landing: str, canonical: Path) -> list[str]:
    return ["status", "--landing", landing, "--canonical", str(canonical), "--now", NOW]


@pytest.mark.parametrize(
    ("variables", "answer", "message"),
    [
        (
            {},
            None,
            "Could not list s3://no-such-bucket/x: there is no s3://no-such-bucket; make it",
        ),
        (
            {},
            (403, "SignatureDoesNotMatch"),
            "these credentials may not do that (403 SignatureDoesNotMatch); check AWS_ACCESS",
        ),
        (
            {},
            (301, "PermanentRedirect"),
            "the bucket is in another region; set AWS_REGION",
        ),
        ({}, (400, "InvalidRequest"), "the object store answered 400 InvalidRequest"),
        (
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"},
            None,
            "the object store did not answer; check the network, and AWS_ENDPOINT_URL",
        ),
        (
            {"AWS_ENDPOINT_URL": "http://store.example"},
            None,
            "AWS_ENDPOINT_URL in the environment names a server without encryption: use https://",
        ),
        (
            {
                "AWS_ACCESS_KEY_ID": "",
                "AWS_SECRET_ACCESS_KEY": "",
                "AWS_METADATA_ENDPOINT": "http://127.0.0.1:9",
            },
            None,
            "there are no credentials in the environment; set AWS_ACCESS_KEY_ID",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    store: ObjectStoreServer,
    small: Small,
    variables: dict[str, str],
    answer: tuple[int, str] | None,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name)
    monkeypatch.setitem(object_store._RETRIES, "max_retries", 0)
    store.control(answer=answer)
    assert replay(run_status("s3://no-such-bucket/x", small.folder)) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert message in shown.err
    assert SECRET not in shown.err


def test_without_the_package_an_error_names_it(
    small: Small, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    assert replay(run_status("s3://bucket/x", small.folder)) == 1
    assert "run `pip install 'caspers-kitchens[objects]'`" in capsys.readouterr().err


def test_a_server_without_encryption_can_be_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://store.example")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    assert object_store._speaks_http("s3")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://store.example")
    assert not object_store._speaks_http("s3")


def test_a_whole_bucket_is_no_dataset(
    store: ObjectStoreServer, capsys: pytest.CaptureFixture[str]
) -> None:
    bucket = f"s3://{store.bucket()}"
    assert generator(["canonical", "--days", "1", "--locations", "sv", "--out", bucket]) == 2
    assert f"{bucket} is a whole bucket; name a folder in it" in capsys.readouterr().err


def test_credentials_are_in_no_file_and_no_output(
    store: ObjectStoreServer, small: Small, tmp_path: Path
) -> None:
    there = store.place("landing/events")
    environment = {**os.environ, "CASPERS_DATA": str(tmp_path / "data"), "TMPDIR": str(tmp_path)}
    places = ["--canonical", str(small.folder), "--landing", str(there), "--now"]
    shown = ""
    for command in ("run", "status", "pause", "reset"):
        yes = ["--yes"] if command == "reset" else []
        program = ["-X", "dev", "-m", "flows.replay", command, *yes, *places, NOW]
        finished = subprocess.run(
            [sys.executable, *program],
            env=environment,
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=True,
        )
        shown += finished.stdout + finished.stderr
    assert "Landed" in shown
    kept = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
    kept += store.objects(there.parts[1]).values()
    assert SECRET not in shown
    assert not any(SECRET.encode() in content for content in kept)
    assert SECRET not in repr(storage_of(there))
