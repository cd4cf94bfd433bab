"""The refund model's file as a module, and the policy with the numbers of the project."""

import pyarrow as pa
import pyarrow.compute as pc

from tests.support.python_models import load_model

MODEL = load_model("recommender/refund_recommendations.py")
POLICY = MODEL.RefundPolicy(
    history_days=7, minimum_deliveries=50, partial_share_from=0.1, partial_share_to=0.5
)


def with_lateness(orders: pa.Table) -> pa.Table:
    """Add whether each order is late, as refund_candidates says it."""
    return orders.append_column(
        "is_late", pc.greater(orders["total_minutes"], orders["p75_minutes"])
    )
