"""One page of a long list, and whether another follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows of one page; `number` counts from 1."""

    rows: Sequence[T]
    number: int
    has_next: bool

    @property
    def has_previous(self) -> bool:
        return self.number > 1


def limits(number: int) -> tuple[int, int]:
    """Offset and limit of a page; one row more than shown tells whether another page follows."""
    return (max(number, 1) - 1) * PAGE_SIZE, PAGE_SIZE + 1


def page_of(rows: Sequence[T], number: int) -> Page[T]:
    """The page from rows fetched with `limits`."""
    return Page(rows=rows[:PAGE_SIZE], number=max(number, 1), has_next=len(rows) > PAGE_SIZE)
