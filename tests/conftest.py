"""How many random examples are tried: few in `make test`, many in `make test-long`."""

from hypothesis import HealthCheck, settings

_WHOLE_BUILDS = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "suppress_health_check": list(HealthCheck),
}
settings.register_profile("short", max_examples=5, **_WHOLE_BUILDS)
settings.register_profile("long", max_examples=200, **_WHOLE_BUILDS)
settings.load_profile("short")
