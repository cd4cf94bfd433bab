"""The refund model's file as a module, and the policy with the numbers of the project."""

from tests.support.python_models import load_model

MODEL = load_model("recommender/refund_recommendations.py")
POLICY = MODEL.RefundPolicy(
    history_days=7, minimum_deliveries=50, partial_share_from=0.1, partial_share_to=0.5
)
