"""The errors that are shown to a person as a single line."""


class UserError(Exception):
    """Something that the person who ran the command can fix.

    The message names the file, row or option and says what to do. Commands print it without a
    traceback and leave with a non-zero exit code.
    """


class BusyError(UserError):
    """Another process holds what is needed now; the same call may succeed later."""
