"""Complaints with the answers that are suggested."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.desk.schemas import Complaint, Complaints

if TYPE_CHECKING:
    from psycopg import Connection

    from apps.desk.database import Row

_COLUMNS = """complaint_id, order_id, ts, complaint_category, decision, credit_amount, confidence,
  priority, rationale, customer_response, generated_by"""


def list_complaints(
    connection: Connection[Row],
    *,
    limit: int,
    offset: int = 0,
    order_id: str | None = None,
    category: str | None = None,
    decision: str | None = None,
    priority: str | None = None,
) -> Complaints:
    """Return a page of complaints, the latest first; ``None`` is any."""
    wanted = """(%(order_id)s::text is null or order_id = %(order_id)s)
      and (%(category)s::text is null or complaint_category = %(category)s)
      and (%(decision)s::text is null or decision = %(decision)s)
      and (%(priority)s::text is null or priority = %(priority)s)"""
    values = {
        "limit": limit,
        "offset": offset,
        "order_id": order_id,
        "category": category,
        "decision": decision,
        "priority": priority,
    }
    counted = connection.execute(
        f"select count(*) as total from complaints.pg_complaint_responses where {wanted}", values
    ).fetchone()
    rows = connection.execute(
        f"""select {_COLUMNS} from complaints.pg_complaint_responses where {wanted}
        order by ts desc, complaint_id desc limit %(limit)s offset %(offset)s""",
        values,
    )
    return Complaints(
        items=[Complaint.model_validate(row) for row in rows],
        limit=limit,
        offset=offset,
        total=counted["total"] if counted else 0,
    )
