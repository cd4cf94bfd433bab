"""The refund agent as a model from code: MLflow runs this file when it loads the model."""

from mlflow.models import set_model

from flows.agents.databricks.agent import PolicyAgent
from flows.agents.refund import RefundAnswer, refund_instructions

set_model(PolicyAgent(refund_instructions, RefundAnswer))
