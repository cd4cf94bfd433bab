"""No proxy stands between two programs of one machine."""

import urllib.request

import httpx
import pytest
from requests.utils import should_bypass_proxies

from common.loopback import bypass_proxies, is_loopback


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:4200/api",
        "http://localhost:4200/api",
        "http://LOCALHOST/api",
        "http://127.8.0.3/api",
        "https://[::1]:4200/api",
    ],
)
def test_loopback_is_recognised(url: str) -> None:
    assert is_loopback(url)


@pytest.mark.parametrize(
    "url", ["http://prefect.example/api", "http://10.0.0.1/api", "http://[::1/api", "nonsense", ""]
)
def test_other_addresses_are_not_loopback(url: str) -> None:
    assert not is_loopback(url)


LOOPBACK = "localhost,127.0.0.1,::1"


@pytest.mark.parametrize(
    ("given", "lower", "upper"),
    [
        ({}, LOOPBACK, LOOPBACK),
        ({"no_proxy": "a, b"}, f"a,b,{LOOPBACK}", f"a,b,{LOOPBACK}"),
        ({"NO_PROXY": "a"}, f"a,{LOOPBACK}", f"a,{LOOPBACK}"),
        ({"no_proxy": "a", "NO_PROXY": "b"}, f"a,{LOOPBACK}", f"b,{LOOPBACK}"),
        ({"no_proxy": "127.0.0.1,.a"}, "127.0.0.1,.a,localhost,::1", "127.0.0.1,.a,localhost,::1"),
        ({"no_proxy": "*"}, "*", "*"),
        ({"no_proxy": ""}, LOOPBACK, LOOPBACK),
    ],
)
def test_what_is_excepted_already_stays(given: dict[str, str], lower: str, upper: str) -> None:
    changed = bypass_proxies(given)
    assert changed == {"no_proxy": lower, "NO_PROXY": upper}
    assert bypass_proxies(changed) == changed


def test_only_addresses_on_loopback_are_added() -> None:
    changed = bypass_proxies({}, "http://127.0.0.7:4200/api", "http://prefect.example/api")
    assert changed["no_proxy"] == f"{LOOPBACK},127.0.0.7"


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_the_libraries_that_ask_obey_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("http_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(variable.upper(), raising=False)
    monkeypatch.setenv(name, "http://proxy.example:3128")
    for variable, value in bypass_proxies({"no_proxy": "internal.example"}).items():
        monkeypatch.setenv(variable, value)
    for host in ("127.0.0.1", "localhost"):
        assert urllib.request.proxy_bypass(f"{host}:4200")
        assert should_bypass_proxies(f"http://{host}:4200", no_proxy=None)
    with httpx.Client() as client:
        direct = client._transport_for_url(httpx.URL("http://127.0.0.1:4200"))
        assert direct is client._transport
        assert client._transport_for_url(httpx.URL("http://[::1]:4200")) is client._transport
        assert client._transport_for_url(httpx.URL("http://example.com")) is not client._transport
