"""What addresses of several pages ask for, as FastAPI reads it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import BeforeValidator

NOTHING = BeforeValidator(lambda value: value or None)
"""A form sends what is not chosen as an empty text."""

FirstDay = Annotated[date | None, NOTHING, Query(alias="from")]
LastDay = Annotated[date | None, NOTHING, Query(alias="to")]
