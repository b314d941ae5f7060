"""What a state wants said in bold stands on statements too, once a person reviewed it (COLL-T4)."""

from __future__ import annotations

import pytest

from portal import db
from portal.adapters.pdf import TypstPrinter
from portal.queries.statement_print import statement_print
from portal.services.notice_template import state_blocks
from tests.adapters.test_notice_pdf import in_bold
from tests.services.gate_world import noon
from tests.services.statement_world import DAY, content, cut, world

pytestmark = pytest.mark.usefixtures("database_url")
SAID = "This debt has not been reported to a credit bureau."


def reviewed() -> None:
    with db.transaction() as session:
        row = state_blocks(session, "NJ", language="en", on=DAY)
        assert row is not None
        row.reviewed_at = noon(DAY)


@pytest.mark.parametrize(("state", "carries"), [("NJ", True), ("PA", False)])
def test_COLL_T4_a_statement_to_new_jersey_says_it_in_bold_of_14_points(
    state: str, carries: bool
) -> None:
    reviewed()
    world(lambda w: w.owed(5000, account=w.account(state=state)))
    cut()
    said = content()
    assert said.notices.in_bold == ((SAID,) if carries else ())
    paper = TypstPrinter().print("statement", statement_print(said))
    assert (SAID in in_bold(paper, 14)) is carries


def test_COLL_T4_words_that_nobody_reviewed_are_not_said() -> None:
    world(lambda w: w.owed(5000, account=w.account(state="NJ")))
    cut()
    assert content().notices.in_bold == ()
