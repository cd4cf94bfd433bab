"""Loopback is this machine itself: what is asked there must never go through a proxy.

A proxy that is set for the internet (``http_proxy`` and its kin) would look for the address on its
own machine.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_PROXIES = {"http": "", "https": ""}
"""Proxies for `requests` that mean none, whatever the environment says."""

_NAMES = ("localhost", "127.0.0.1", "::1")
_EVERY_HOST = "*"


def is_loopback(url: str) -> bool:
    """Whether an address leads to this machine without leaving it."""
    host = _host(url)
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def bypass_proxies(environment: Mapping[str, str], *urls: str) -> dict[str, str]:
    """Return ``no_proxy`` and ``NO_PROXY`` with loopback added to what they say.

    Programs differ in which of the two they read, so both are returned.

    Parameters
    ----------
    environment
        The variables as they are.
    *urls
        Further addresses that will be asked; those that are not on loopback are ignored.
    """
    hosts = [*_NAMES, *(_host(url) for url in urls if is_loopback(url))]

    def extend(name: str, other: str) -> str:
        given = environment.get(name, environment.get(other, ""))
        exceptions = [part.strip() for part in given.split(",") if part.strip()]
        if _EVERY_HOST in exceptions:
            return given
        return ",".join(dict.fromkeys([*exceptions, *hosts]))

    return {
        "no_proxy": extend("no_proxy", "NO_PROXY"),
        "NO_PROXY": extend("NO_PROXY", "no_proxy"),
    }


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
