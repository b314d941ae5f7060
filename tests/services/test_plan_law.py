"""A plan carries a state's own text only while every row of that state is read, and no credit that the practice does not give."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

import pytest

from billing.organisation import Organisation
from billing.state_pack import STATES, lacks_review
from billing.state_rows import STATE_RULES
from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount
from portal.queries.organisation import plan_law
from portal.services.plan_refusals import NeedsApproval
from portal.services.set_organisation import review_state, set_organisation
from tests.sandbox_server import SandboxServer
from tests.services.plan_world import shown, sign, signed, terms
from tests.services.staff_world import add_staff
from tests.services.till import Till, open_till

WORDS = STATES["CO"].plan_text


@pytest.fixture
def till(database_url: str, sandbox: SandboxServer, now: datetime) -> Till:
    till = open_till(sandbox, now)
    with transaction() as session:
        session.get_one(GuarantorAccount, till.account_id).state = "CO"
    return till


def review(till: Till, key: str, *, confirmed: bool = True) -> None:
    row = next(row for row in STATE_RULES if row.key == key)
    review_state(
        staff=add_staff("manager", email=f"reader{uuid4().hex[:6]}@example.com"),
        form_id=uuid4(),
        row_key=key,
        fingerprint=row.fingerprint,
        confirmed=confirmed,
        note="Read against the statute.",
        now=till.now,
    )


def required(till: Till) -> list[str]:
    page = shown(till, terms(4))
    assert page.drafted is not None
    return list(page.drafted.agreement["required"])


def test_CORE_2_a_states_text_is_printed_only_while_every_row_of_it_is_read(till: Till) -> None:
    first, *rest = sorted({row.key for row in STATE_RULES if row.state == "CO"})
    assert rest
    assert WORDS not in required(till)
    review(till, first)
    assert WORDS not in required(till), "one row of the state is not the state"
    for key in rest:
        review(till, key)
    assert required(till)[-1] == WORDS
    with read_only() as session:
        assert not lacks_review(plan_law(session, "CO"))
    review(till, first, confirmed=False)
    assert WORDS not in required(till)


def test_CORE_2_the_text_of_a_plan_is_part_of_what_is_read(monkeypatch) -> None:
    row = next(row for row in STATE_RULES if row.state == "CO")
    assert row.plan_text == WORDS
    before = row.fingerprint
    monkeypatch.delitem(STATES, "CO")
    assert row.fingerprint != before


def test_CORE_1_a_practice_that_gives_no_credit_offers_four_payments_by_itself(till: Till) -> None:
    set_organisation(
        staff=add_staff("manager"),
        form_id=uuid4(),
        organisation=Organisation(offers_plans_over_4_installments=False),
        starts_on=till.now.date(),
        reason="We do not.",
        now=till.now,
    )
    with pytest.raises(NeedsApproval):
        sign(till, shown(till, terms(5)))
    assert signed(till, 4)
