"""Both agents as models of MLflow: saved, loaded elsewhere and called, without a network."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from common.errors import UserError
from common.paths import PROJECT
from flows.agents.databricks.__main__ import save
from flows.agents.databricks.tools import TOOLS, call_tool
from tests.flows.agents.chat_server import CREDIT, RIGHT, ChatServer

pytestmark = pytest.mark.engine


def test_saved_agents_ask_their_tools_and_answer_where_the_project_is_not(tmp_path: Path) -> None:
    folders = {agent: tmp_path / agent for agent in ("refund", "complaint")}
    for agent, folder in folders.items():
        save(agent, folder)
    with pytest.raises(UserError, match="name a new folder"):
        save("refund", folders["refund"])
    server = ChatServer()
    settings = {"CASPERS_LLM_URL": server.url, "CASPERS_LLM_MODEL": "m", "MLFLOW_TRACKING_URI": ""}
    unwanted = {"PYTHONPATH", "CASPERS_LLM_TOKEN"}
    environment = {key: value for key, value in os.environ.items() if key not in unwanted}
    worker = Path(__file__).with_name("model_worker.py")
    try:
        printed = subprocess.run(
            [sys.executable, "-P", str(worker), *map(str, folders.values())],
            check=True, capture_output=True, text=True, cwd=tmp_path, timeout=120,
            env=environment | settings,
        ).stdout  # fmt: skip
    finally:
        server.close()
    answers = json.loads(printed.splitlines()[-1])
    assert Path(answers["code"]).is_relative_to(tmp_path)
    expected = {
        "refund": RIGHT | {"refund_usd": "6.50"},
        "complaint": CREDIT | {"credit_amount": "3.00"},
    }
    for agent, folder in folders.items():
        *calls, text = answers[str(folder)]["output"]
        assert json.loads(text["content"][0]["text"]) == expected[agent]
        results = [item["output"] for item in calls if item["type"] == "function_call_output"]
        assert results == [
            *(
                json.dumps([{tool.name: 2 if tool.parameter == "loc" else "it's late"}])
                for tool in TOOLS
            ),
            '{"error": "there is no tool drop_table"}',
        ]


def test_tools_are_the_functions_of_the_models() -> None:
    functions = {}
    for file in (PROJECT / "models" / "ai").glob("*.sql"):
        found = re.search(
            r"parameters=\['(\w+)'\].*'parameter_types': \['(\w+)'\]", file.read_text()
        )
        assert found
        functions[file.stem] = found.groups()
    assert functions == {tool.name: (tool.parameter, tool.type) for tool in TOOLS}
    for arguments in ("{}", "no json", '{"loc": "x"}', "[]"):
        assert "needs one argument, loc" in call_tool("get_location_timings", arguments)
