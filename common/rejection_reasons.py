"""Why bronze rejects a landed line: the codes that models carry, and the text of each."""

from __future__ import annotations

from common.reference_data import read_reference

REJECTION_REASONS = {
    row["rejection_code"]: row["reason"] for row in read_reference("rejection_reasons")
}
"""Text by code, in the order in which bronze asks: the first that is true is the reason."""
