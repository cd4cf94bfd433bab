"""How pytest-xdist shares the tests out among its processes."""

from xdist.scheduler import LoadScopeScheduling

# Their tests have nothing in common but what every test of a process has, and take long: another
# process may take the next one.
FILES_OF_INDEPENDENT_TESTS = frozenset(
    {
        "tests/flows/replay/test_kills_and_full_disks.py",
        "tests/flows/test_business.py",
        "tests/models/test_dbt_as_anywhere.py",
        "tests/models/test_increments_equal_a_full_refresh.py",
        "tests/models/test_selections.py",
        "tests/oracle/test_schedules_equal_the_oracle.py",
    }
)


class FilesAndIndependentTests(LoadScopeScheduling):
    """A file's tests stay in one process, because they share what was built for them.

    The marks of ``--dist loadgroup`` would say it where the tests are, but pytest-xdist 3.8 passes
    them on in a way that pytest 9.2 does not know any more (pytest-xdist, issue 1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return nodeid if file in FILES_OF_INDEPENDENT_TESTS else file
