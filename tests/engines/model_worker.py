"""Load saved agents where nothing of the project is, and print what they answer."""

import json
import sys

import mlflow.pyfunc
import mlflow.tracing

mlflow.tracing.disable()  # traces need a database, which takes long to make
answers = {}
for folder in sys.argv[1:]:
    model = mlflow.pyfunc.load_model(folder)
    from flows.agents.databricks import tools

    tools.run_on_databricks = lambda tool, argument: [json.dumps({tool.name: argument})]
    question = {"role": "user", "content": json.dumps({"order_id": "it's late"})}
    answers[folder] = model.predict({"input": [question]})
answers["code"] = tools.__file__
print(json.dumps(answers))
