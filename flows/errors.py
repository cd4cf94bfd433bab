"""The error that goes away by itself."""

from generator.errors import UserError


class BusyError(UserError):
    """Another process holds what is needed now; the same call may succeed later."""
