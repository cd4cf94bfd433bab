"""The complaint agent as a model from code: MLflow runs this file when it loads the model."""

from mlflow.models import set_model

from flows.agents.complaint import ComplaintAnswer, complaint_instructions
from flows.agents.databricks.agent import PolicyAgent

set_model(PolicyAgent(complaint_instructions, ComplaintAnswer))
