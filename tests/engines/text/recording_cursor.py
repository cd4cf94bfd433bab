"""The unmodified dbt-databricks adapter in trace mode: all is recorded, nothing is executed.

The three doors through which the adapter leaves the process (``adapter_without_workspace.py``) lead
to a recorder here. What the adapter and the macros ask is answered by ``scripted_answers.py``.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.engines.adapter_without_workspace import Connection, Cursor, with_parameters
from tests.engines.rewritten_statements import Answer

# The variables of profiles.yml: those of a SQL warehouse and a catalog of Unity Catalog.
ENVIRONMENT = {
    "DATABRICKS_HOST": "workspace.invalid",
    "DATABRICKS_HTTP_PATH": "/sql/1.0/warehouses/0123456789abcdef",
    "DATABRICKS_TOKEN": "none-is-needed",
    "CASPERS_CATALOG": "caspersdev",
}

_COMMENT = re.compile(r"\s*/\*\s*\{.*?\}\s*\*/\s*", re.DOTALL)
_WRITTEN = re.compile(r"saveAsTable\(\"`caspersdev`\.`(\w+)`\.`(\w+)`\"\)")
_NODE = re.compile(r'"node_id": "(?P<node>[^"]+)"')


@dataclass(frozen=True)
class Statement:
    """A statement as it would have been sent, and the node that it is of (none: of the run)."""

    node: str | None
    text: str


@dataclass(frozen=True)
class Job:
    """A Python model as it would have been submitted: its notebook and how it is to be run."""

    path: str
    code: str
    settings: dict[str, Any]


@dataclass
class Recorder:
    """Records statements and jobs, and takes answers from the script.

    Attributes
    ----------
    answer
        Takes the node and the text of a statement and returns what the warehouse would answer.
    written
        Receives schema and name of a table that a submitted job writes.
    """

    answer: Callable[[str | None, str], Answer]
    written: Callable[[str, str], None]
    statements: list[Statement] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)

    def record(self, operation: str) -> Answer:
        """Record a statement without the comment that dbt puts before it."""
        found = _NODE.search(operation)
        node = found["node"] if found else None
        text = _COMMENT.sub("", operation, count=1).strip()
        self.statements.append(Statement(node, text))
        return self.answer(node, text)

    def recorded(self) -> dict[str, list[dict[str, Any]]]:
        """Return all that was recorded, as plain objects, and clear it."""
        found = {
            "statements": [asdict(statement) for statement in self.statements],
            "jobs": [asdict(job) for job in self.jobs],
        }
        self.statements.clear()
        self.jobs.clear()
        return found


class RecordingCursor(Cursor):
    """A cursor that executes nothing."""

    def __init__(self, connection: Connection, recorder: Recorder) -> None:
        super().__init__(connection)
        self.recorder = recorder

    def execute(self, operation: str, parameters: Sequence[Any] | None = None) -> Cursor:
        """Record one statement, its parameters written into it as the connector does."""
        answer = self.recorder.record(with_parameters(operation, parameters))
        return self.keep_rows(answer.columns, answer.rows)

    def tables(self, catalog_name: str, schema_name: str) -> Cursor:
        """Fail: with Unity Catalog the adapter asks its information schema."""
        raise AssertionError(f"asked for the tables of {catalog_name}.{schema_name}")


class RecordingConnection(Connection):
    """A connection without a warehouse."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__("spark", session=None)
        self.recorder = recorder

    def cursor(self) -> Cursor:
        """Return a new cursor."""
        return RecordingCursor(self, self.recorder)


class SignedIn:
    """The credentials of the adapter's client for the workspace."""

    api_client = None

    @classmethod
    def create_from(cls, _: object) -> "SignedIn":
        """Return the same credentials for every host."""
        return cls()


def record_instead_of_executing(recorder: Recorder) -> None:
    """Let the recorder replace what the adapter reaches outside, for the rest of this process."""
    import databricks.sql  # noqa: PLC0415
    from dbt.adapters.databricks import api_client  # noqa: PLC0415
    from dbt.adapters.databricks.spog import probe  # noqa: PLC0415

    def connect(**_: object) -> Connection:
        return RecordingConnection(recorder)

    def folder_of(workspace: api_client.WorkspaceApi, catalog: str, schema: str) -> str:
        return workspace.user_api.get_folder(catalog, schema)

    uploaded: dict[str, str] = {}

    def upload_notebook(_: object, path: str, compiled_code: str) -> None:
        uploaded[path] = compiled_code

    def submit(_: object, run_name: str, job_spec: dict[str, Any], **more: object) -> str:
        path = job_spec["notebook_task"]["notebook_path"]
        settings = {"run_name": run_name, "task": job_spec, **more}
        recorder.jobs.append(Job(path, uploaded[path], settings))
        for schema, name in _WRITTEN.findall(uploaded[path]):
            recorder.written(schema, name)
        return "1"

    stand_ins: list[tuple[Any, str, Any]] = [
        (databricks.sql, "connect", connect),
        (probe, "probe_host", lambda _: probe.HostMetadata(host_type=None)),
        # Signing in is not tried: it would ask the host, again and again, for five minutes.
        (api_client, "DatabricksCredentialManager", SignedIn),
        (api_client.CurrUserApi, "get_username", lambda _: "somebody"),
        (api_client.CurrUserApi, "is_service_principal", lambda *_: False),
        (api_client.WorkspaceApi, "create_python_model_dir", folder_of),
        (api_client.WorkspaceApi, "upload_notebook", upload_notebook),
        (api_client.JobRunsApi, "submit", submit),
        (api_client.JobRunsApi, "get_job_id_from_run_id", lambda *_: "1"),
        (api_client.JobRunsApi, "poll_for_completion", lambda *_: None),
        (api_client.JobPermissionsApi, "patch", lambda *_: None),
    ]
    for owner, name, stand_in in stand_ins:
        setattr(owner, name, stand_in)
