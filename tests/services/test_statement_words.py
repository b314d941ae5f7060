"""What a statement says in words: plain, kind, and never the trade's own (STMT-14, STMT-15)."""

from __future__ import annotations

import re

import pytest

from portal.adapters.pdf import LAYOUTS
from portal.queries.plain_services import _KINDS
from tests.reading_grade import reading_grade
from tests.services.statement_world import content, cut, world

pytestmark = pytest.mark.usefixtures("database_url")
FORBIDDEN = (
    "contractual allowance",
    "adjudicated",
    "patient responsibility",
    "past due",
    "remittance",
    "delinquent",
    "!",
)


def sentences() -> list[str]:
    def build(w):
        w.decide(
            w.bill(billed=60000),
            paid=8000,
            discount=12000,
            share={"1": 5000, "2": 3000, "3": 2000},
            review=10000,
            stays=20000,
        )

    world(build)
    cut()
    said = content()
    notices = said.notices
    return [
        notices.assistance,
        notices.payment_plan,
        notices.dispute,
        *(why for line in said.lines for why in line.why),
        *(f"{d.sentence} {d.note}" for visit in said.visits for d in visit.decisions),
    ]


def test_STMT_14_the_sentences_read_at_grade_8_or_below():
    texts = sentences()
    assert reading_grade(" ".join(texts)) <= 8
    for sentence in re.split(r"(?<=[.?])\s+", " ".join(texts)):
        assert len(sentence.split()) <= 25, sentence


def test_STMT_15_the_trade_s_words_are_not_said():
    printed = " ".join([*sentences(), *(p.read_text() for p in LAYOUTS.glob("*.typ"))]).lower()
    printed = re.sub(r"(?m)//.*$|!=", "", printed)
    assert [word for word in FORBIDDEN if word in printed] == []
    assert not re.search(r"\b(PR|CO|OA|PI)-?\d", printed, re.IGNORECASE)


def test_kinds_of_service_are_named_in_order():
    starts = [start for start, _ in _KINDS]
    assert starts == sorted(set(starts))
