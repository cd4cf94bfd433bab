"""Where the desk listens and whom it believes."""

from __future__ import annotations

import os
from dataclasses import dataclass

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8600
TRUST_PROXY_VARIABLE = "CASPERS_DESK_TRUST_PROXY"
HOSTS_VARIABLE = "CASPERS_DESK_HOSTS"

_LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class DeskSettings:
    """Whom the desk believes.

    Attributes
    ----------
    hosts
        Names under which the desk may be asked; ``*`` for any.
    trusts_proxy
        Whether a proxy in front has authenticated the user and names them in a header.
    """

    hosts: tuple[str, ...] = _LOOPBACK_NAMES
    trusts_proxy: bool = False


def settings_from_environment(host: str) -> DeskSettings:
    """Return the settings of a desk that listens on a host.

    Parameters
    ----------
    host
        Where it listens; a name of its own may be asked for, too.
    """
    trusts_proxy = os.environ.get(TRUST_PROXY_VARIABLE) == "1"
    named = tuple(name.strip() for name in os.environ.get(HOSTS_VARIABLE, "").split(",") if name)
    if not named and trusts_proxy:
        # Only the proxy can ask, and it has looked at the name itself.
        named = ("*",)
    own = (host,) if host not in {"0.0.0.0", "::"} else ()  # noqa: S104  (compared, not bound)
    return DeskSettings((*_LOOPBACK_NAMES, *own, *named), trusts_proxy)
