"""The agents as models of MLflow, for an endpoint of Databricks model serving (docs/agents.md).

Nothing else in the project imports this package: it needs ``mlflow`` and ``databricks-sdk``.
"""
