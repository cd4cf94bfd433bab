"""A dbt plugin with what dbt-spark lacks where it runs in a Spark session (the target `spark`).

* A Python model runs in the session of dbt's process, which is the driver of the cluster:
  dbt-spark itself submits Python models to jobs of a Databricks workspace only.
* A seed may contain an apostrophe: dbt-spark writes the values of seeds between quotation marks as
  they are.

dbt finds this plugin by its name wherever it can be imported, which it can once the project is
installed (``pip install '.[dbt,spark]'``).

Sources: ``dbt.plugins.manager`` (modules whose names begin with ``dbt_``),
``dbt.adapters.spark.impl.SparkAdapter.python_submission_helpers`` and
``dbt.adapters.spark.session.SessionConnectionWrapper``.
"""

import sys
from importlib.util import find_spec
from typing import Any

from dbt.plugins.manager import dbtPlugin

# What a model may ask for (`submission_method`); each of them is the one session here.
SUBMISSION_METHODS = (
    "session",
    "serverless_cluster",
    "job_cluster",
    "all_purpose_cluster",
    "workflow_job",
)


class SessionPythonJobHelper:
    """Runs the compiled code of a Python model where dbt runs."""

    def __init__(self, parsed_model: dict[str, Any], _: object) -> None:
        self.name = parsed_model["alias"]

    def submit(self, compiled_code: str) -> None:
        """Run the code with the session as ``spark``, as a job on Databricks would."""
        from pyspark.sql import SparkSession  # noqa: PLC0415  (of no use to other targets)

        # As `__main__` its functions and classes are pickled by value for executors, not by name.
        surroundings = {"spark": SparkSession.builder.getOrCreate(), "__name__": "__main__"}
        exec(compile(compiled_code, f"<{self.name}>", "exec"), surroundings)  # noqa: S102


class SparkInSession(dbtPlugin):
    """Mends dbt-spark where its connection is a session; other adapters are left alone."""

    def initialize(self) -> None:
        """Do nothing where there can be no session: dbt-spark is not loaded, or Spark not there."""
        adapter = getattr(sys.modules.get("dbt.adapters.spark.impl"), "SparkAdapter", None)
        if adapter is None or find_spec("pyspark") is None:
            return
        if not hasattr(adapter, "fixed_for_sessions"):
            adapter.fixed_for_sessions = True
            run_python_models_in_session(adapter)
            escape_values_of_seeds()


def run_python_models_in_session(adapter: Any) -> None:  # noqa: ANN401  (a class of dbt-spark)
    """Put the session in the place of the jobs of a workspace."""
    jobs = adapter.python_submission_helpers

    def helpers(self: Any) -> dict[str, Any]:  # noqa: ANN401  (an adapter of dbt-spark)
        if self.config.credentials.method == "session":
            return dict.fromkeys(SUBMISSION_METHODS, SessionPythonJobHelper)
        found: dict[str, Any] = jobs.fget(self)
        return found

    adapter.python_submission_helpers = property(helpers)


def escape_values_of_seeds() -> None:
    """Escape text that dbt-spark writes between quotation marks."""
    from dbt.adapters.spark.session import SessionConnectionWrapper  # noqa: PLC0415

    as_it_is = SessionConnectionWrapper._fix_binding  # noqa: SLF001

    def escaped(value: object) -> str | float:
        if isinstance(value, str):
            value = value.replace("\\", "\\\\").replace("'", "\\'")
        written: str | float = as_it_is(value)
        return written

    setattr(SessionConnectionWrapper, "_fix_binding", staticmethod(escaped))  # noqa: B010


plugins = [SparkInSession]
