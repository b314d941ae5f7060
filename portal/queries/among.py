"""Many ids or words in one condition, sent as one array: the statement stays the same for any number."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal

from sqlalchemy import BigInteger, ColumnElement, Text, any_, bindparam, cast, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

_IDS = ARRAY(BigInteger)
_FEW = 10  # what the planner takes for the length of an array that it cannot count
Size = Literal["all", "few", "many"]


def among(column: InstrumentedAttribute[Any], ids: Collection[int]) -> ColumnElement[bool]:
    """The column is one of many ids, sent as one array."""
    wanted = bindparam(None, list(ids), type_=_IDS, unique=True)
    return column == any_(wanted)


def among_words(column: InstrumentedAttribute[Any], words: Collection[str]) -> ColumnElement[bool]:
    """The column is one of many words, sent as one array."""
    wanted = bindparam(None, list(words), type_=ARRAY(Text), unique=True)
    return column == any_(wanted)


def sized(ids: Collection[int] | None) -> Size:
    """Which of the statements to run that `listed` makes; None means all."""
    if ids is None:
        return "all"
    return "few" if len(ids) <= _FEW else "many"


def listed(
    column: InstrumentedAttribute[Any], name: str, size: Size = "few"
) -> ColumnElement[bool]:
    """The column is one of the ids given as `name` when the statement runs: for one that is built once.

    Few ids hide in a subselect. An array that the planner can count it would plan for anew at each
    run, which takes several times as long as the run; of one that it cannot, it keeps the plan.
    """
    if size == "all":
        return true()
    given = bindparam(name, type_=_IDS)
    return column == any_(given if size == "many" else cast(select(given).scalar_subquery(), _IDS))
