"""Save an agent as a model of MLflow: ``python -m flows.agents.databricks refund FOLDER``."""

from __future__ import annotations

import argparse
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from common.errors import UserError
from common.paths import PROJECT
from flows.agents.registry import AGENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

_REQUIRED = ("mlflow-skinny", "openai", "pydantic", "pyyaml", "databricks-sdk")

_CODE = ("common", "flows", "seeds", "dbt_project.yml")


def save(agent: str, folder: Path) -> None:
    """Save an agent with the code that it needs; no network is asked.

    Parameters
    ----------
    agent
        Its name in the registry.
    folder
        Where to; must not exist.

    Raises
    ------
    UserError
        If MLflow is missing, or something is in the folder.
    """
    try:
        import mlflow.pyfunc  # noqa: PLC0415  (takes seconds, and is an extra)
        import mlflow.tracing  # noqa: PLC0415

        from flows.agents.databricks.agent import DRY_RUN  # noqa: PLC0415  (imports MLflow)
    except ImportError as error:
        raise UserError(f"{error}: install it with `pip install 'mlflow-skinny>=3.17'`.") from error
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(f"{folder} exists: name a new folder.")
    # The trace of the dry run would need a database, and MLflow would make one in this folder.
    mlflow.tracing.disable()
    mlflow.pyfunc.save_model(
        path=str(folder),
        python_model=str(Path(__file__).with_name(f"{agent}_model.py")),
        # The instructions quote numbers of the policy, which are in the file of the dbt project,
        # and use the words of the business.
        code_paths=[str(PROJECT / name) for name in _CODE],
        input_example={"input": [{"role": "user", "content": "{}"}], "custom_inputs": DRY_RUN},
        pip_requirements=[f"{name}=={version(name)}" for name in _REQUIRED],
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, print a line and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m flows.agents.databricks", description=__doc__)
    parser.add_argument("agent", choices=[agent.name for agent in AGENTS])
    parser.add_argument("folder", type=Path)
    options = parser.parse_args(arguments)
    try:
        save(options.agent, options.folder)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"Saved the {options.agent} agent in {options.folder}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
