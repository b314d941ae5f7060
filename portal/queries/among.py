"""Many ids in one condition, sent as one array."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, any_, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute


def among(column: InstrumentedAttribute[Any], ids: Collection[int]) -> ColumnElement[bool]:
    """The column is one of many ids, sent as one array."""
    wanted = bindparam(None, list(ids), type_=ARRAY(BigInteger), unique=True)
    return column == any_(wanted)
