"""Many ids or words in one condition, sent as one array: the statement stays the same for any number."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, any_, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute


def among(column: InstrumentedAttribute[Any], ids: Collection[int]) -> ColumnElement[bool]:
    """The column is one of many ids, sent as one array."""
    wanted = bindparam(None, list(ids), type_=ARRAY(BigInteger), unique=True)
    return column == any_(wanted)


def among_words(column: InstrumentedAttribute[Any], words: Collection[str]) -> ColumnElement[bool]:
    """The column is one of many words, sent as one array."""
    wanted = bindparam(None, list(words), type_=ARRAY(Text), unique=True)
    return column == any_(wanted)


def listed(column: InstrumentedAttribute[Any], name: str) -> ColumnElement[bool]:
    """The column is one of the ids given as `name` when the statement runs: for one that is built once."""
    return column == any_(bindparam(name, type_=ARRAY(BigInteger)))
